"""The quarantine commands: what could not be read, and taking it in after all."""

import argparse
from dataclasses import asdict
from typing import Final

from dashboard.parts.detail_words import detail_words
from dashboard.parts.wording import _
from data.clock import BUSINESS_ZONE, UtcDatetime
from data.errors import BadInput
from data.texts import shown_bytes
from data.tolerances import Tolerance
from data.vocabulary import Refusal

MOST_BYTES: Final = 120
"""So much of a message is shown."""


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
    _add_tolerances(actions)


def _add_tolerances(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    on = actions.add_parser("tolerate", help=_("mend a fault of a station's messages from now on"))
    off = actions.add_parser("untolerate", help=_("mend it no longer"))
    for each in (on, off):
        each.add_argument(
            "words",
            nargs="+",
            metavar="STATION KIND",
            help=_("a station's code and what to tolerate: {kinds}").format(
                kinds=", ".join(Tolerance)
            ),
        )
        each.add_argument("--all", action="store_true", help=_("every station; name no station"))
    listed = actions.add_parser("tolerances", help=_("show what is tolerated, and what would help"))
    listed.add_argument("--all", action="store_true", help=_("also what was switched off since"))
    on.set_defaults(run=run_tolerate)
    off.set_defaults(run=run_untolerate)
    listed.set_defaults(run=run_tolerances)


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
            payload_bytes=MOST_BYTES,
        )
    for row in rows:
        at = row.last_received_at.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M:%S")
        payload = shown_bytes(row.payload, MOST_BYTES, row.size)
        detail = detail_words(row.detail)
        print(f"{row.id}  {at}  ×{row.seen_count}  {row.topic!r}  {row.reason}: {detail}")
        if row.mendable_by:
            words = _("could be taken in with: {kinds}")
            print("    " + words.format(kinds=" ".join(row.mendable_by)))
        if row.is_sum:
            words = _("{count} B of {seen} messages, beyond the hour's budget: not kept")
            print("    " + words.format(count=row.size, seen=row.seen_count))
        elif row.is_whole:
            print(f"    {row.size} B  {payload}")
        else:
            print(f"    {row.size} B, {_('only the beginning is kept')}  {payload}")
    for reason, count in counts:
        print(f"{reason}: {count}")
    if not counts:
        print(_("The quarantine is empty."))
    return 0


def run_replay(args: argparse.Namespace) -> int:
    """Takes in the refused messages that can be read now, counts the others; returns 0."""
    from data.database import ingest_engine
    from ingest.running.pipeline import Pipeline
    from ingest.running.replay import Which, replay

    which = Which(Refusal(args.reason) if args.reason else None)
    done = replay(Pipeline(ingest_engine()), which)
    print(_("Taken in: {count}").format(count=done.changed.taken_in))
    for fate, count in asdict(done.changed).items():
        if count and fate != "refused":
            print(f"    {fate}: {count}")
    print(_("Still refused: {count}").format(count=done.still.total()))
    for reason, count in done.still.most_common():
        print(f"    {reason}: {count}")
    if done.not_whole:
        words = _("Not kept whole, can't be taken in: {count}; their devices must send them again.")
        print(words.format(count=done.not_whole))
    return 0


def _asked(args: argparse.Namespace) -> tuple[str | None, list[Tolerance]]:
    """Returns the station's code, None for every station, and the tolerances. Raises BadInput."""
    code, kinds = (None, args.words) if args.all else (args.words[0], args.words[1:])
    unknown = [kind for kind in kinds if kind not in set(Tolerance)]
    if unknown or not kinds:
        raise BadInput(
            "{text} is no tolerance.",
            mend="Name a station and one of: {kinds}",
            text=" ".join(unknown) or (code or ""),
            kinds=", ".join(Tolerance),
        )
    return code, [Tolerance(kind) for kind in kinds]


def run_tolerate(args: argparse.Namespace) -> int:
    """Switches tolerances on, for a station or for all; prints what was off before; returns 0."""
    from data.database import app_engine, transaction
    from data.queries.readings.tolerances import station_of_code
    from ingest.tolerances import switch_on

    code, kinds = _asked(args)
    with transaction(app_engine()) as connection:
        station = station_of_code(connection, code) if code else None
        switched = switch_on(connection, station, kinds, None)
    for kind in switched:
        print(_("Switched on: {kind}").format(kind=kind))
    if not switched:
        print(_("That is switched on already."))
    else:
        print(_("A running ingest takes in what waited; ./onemap quarantine replay does so too."))
    return 0


def run_untolerate(args: argparse.Namespace) -> int:
    """Switches tolerances off, for a station or those for all; returns 0. What went in stays."""
    from data.database import app_engine, transaction
    from data.queries.readings.tolerances import station_of_code
    from ingest.tolerances import switch_off

    code, kinds = _asked(args)
    with transaction(app_engine()) as connection:
        station = station_of_code(connection, code) if code else None
        for kind in switch_off(connection, station, kinds, None):
            print(_("Switched off: {kind}").format(kind=kind))
    return 0


def run_tolerances(args: argparse.Namespace) -> int:
    """Prints what is tolerated, and by station what waits for which tolerance; returns 0."""
    from data.database import app_engine
    from data.queries.readings.tolerances import mendable, tolerated

    with app_engine().connect() as connection:
        rows = tolerated(connection, ended=args.all)
        waiting = mendable(connection)
    for row in rows:
        since = _("since {at}").format(at=_local(row.started_at))
        until = _("until {at}").format(at=_local(row.ended_at)) if row.ended_at else ""
        count = _("taken in: {count}").format(count=row.taken_in or 0)
        parts = [row.code or _("every station"), row.kind, since, until, count]
        print("  ".join(part for part in parts if part))
    for each in waiting:
        words = _("{code}: {count} messages wait for {kinds}")
        print(words.format(code=each.code, count=each.count, kinds=" ".join(each.kinds)))
    if not rows and not waiting:
        print(_("Nothing is tolerated, and nothing waits for it."))
    return 0


def _local(moment: UtcDatetime) -> str:
    return moment.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
