"""The quarantine commands: what could not be read, and taking it in after all."""

import argparse
from dataclasses import asdict

from dashboard.parts.wording import _
from data.clock import BUSINESS_ZONE
from data.vocabulary import Refusal


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``quarantine`` with its actions to the command line."""
    parser = subparsers.add_parser(
        "quarantine", help=_("look at and replay what could not be read")
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    shown = actions.add_parser("list", help=_("show refused messages, newest first"))
    shown.add_argument("--all", action="store_true", help=_("also those taken in since"))
    shown.add_argument("--limit", type=int, default=50, help=_("how many are shown"))
    again = actions.add_parser("replay", help=_("take in what can be read by now"))
    for each in (shown, again):
        each.add_argument(
            "--reason", choices=[reason.value for reason in Refusal], help=_("only this reason")
        )
    shown.set_defaults(run=run_list)
    again.set_defaults(run=run_replay)


def run_list(args: argparse.Namespace) -> int:
    """Prints the messages that ingest refused, newest first, and counts by reason; returns 0."""
    from data.database import app_engine
    from data.queries.readings.quarantine import quarantine_counts, quarantined

    with app_engine().connect() as connection:
        counts = quarantine_counts(connection, pending=not args.all)
        rows = quarantined(
            connection,
            reason=Refusal(args.reason) if args.reason else None,
            pending=not args.all,
            limit=max(1, args.limit),
            payload_bytes=120,
        )
    for row in rows:
        at = row.last_received_at.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M:%S")
        payload = row.payload.decode("utf-8", "replace")
        print(f"{row.id}  {at}  ×{row.seen_count}  {row.topic!a}  {row.reason}: {row.detail}")
        if row.is_sum:
            words = _("{count} B of {seen} messages, beyond the hour's budget: not kept")
            print("    " + words.format(count=row.size, seen=row.seen_count))
        elif row.is_whole:
            print(f"    {row.size} B  {payload!a}")
        else:
            print(f"    {row.size} B, {_('only the beginning is kept')}  {payload!a}")
    for reason, count in counts:
        print(f"{reason}: {count}")
    if not counts:
        print(_("The quarantine is empty."))
    return 0


def run_replay(args: argparse.Namespace) -> int:
    """Takes in the refused messages that can be read now, counts the others; returns 0."""
    from data.database import ingest_engine
    from ingest.running.pipeline import Pipeline
    from ingest.running.replay import replay

    done = replay(Pipeline(ingest_engine()), Refusal(args.reason) if args.reason else None)
    print(_("Taken in: {count}").format(count=done.counts.total - done.counts.refused))
    for fate, count in asdict(done.counts).items():
        if count and fate != "refused":
            print(f"    {fate}: {count}")
    print(_("Still refused: {count}").format(count=done.still.total()))
    for reason, count in done.still.most_common():
        print(f"    {reason}: {count}")
    if done.not_whole:
        words = _("Not kept whole, can't be taken in: {count}; their devices must send them again.")
        print(words.format(count=done.not_whole))
    return 0
