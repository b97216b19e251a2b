"""The quality control commands: the second look at readings, and what a month is like."""

import argparse
from typing import TYPE_CHECKING

from dashboard.commands.arguments import moment
from dashboard.commands.running import run_until_stopped
from dashboard.parts.wording import _
from data.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime

    from data.clock import UtcDatetime


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``qc`` (quality control) with its actions to the command line."""
    parser = subparsers.add_parser("qc", help=_("look at readings a second time, for review"))
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    looking = actions.add_parser("run", help=_("look at what is new until told to stop"))
    looking.add_argument("--once", action="store_true", help=_("look at what is new, then end"))
    looking.add_argument(
        "--from",
        dest="since",
        type=moment,
        metavar="TIME",
        help=_("look anew at a span from this time on"),
    )
    looking.add_argument(
        "--to", type=moment, metavar="TIME", help=_("up to this time (default: now)")
    )
    looking.set_defaults(run=run_look)
    months = actions.add_parser("climatology", help=_("compute what each month is like"))
    months.set_defaults(run=run_climatology)
    for each in (looking, months):
        each.add_argument(
            "--station", action="append", metavar="CODE", help=_("only this station; repeatable")
        )


def run_look(args: argparse.Namespace) -> int:
    """Runs the quality tests until SIGTERM or SIGINT; once with a span or ``--once``; returns 0.

    Raises BadInput for an end or a station without a beginning, and for an end not after it.
    """
    from data import clock
    from data.clock import Span
    from data.database import ingest_engine
    from data.database_clock import CheckedClock
    from ingest.qc.watch import Watch

    since, until = _instant(args.since), _instant(args.to)
    if since is None and (until is not None or args.station):
        raise BadInput("Name the beginning of the span too.", mend="Add --from TIME.")
    if since is not None and since >= (until or clock.now()):
        raise BadInput("The span ends before it begins.")
    engine = ingest_engine()
    watch = Watch(engine, clock=CheckedClock(engine, clock.now))
    if since is None and not args.once:
        return run_until_stopped(watch, engine)
    try:
        if since is None:
            done = watch.turn()
        else:
            done = watch.look_anew(Span(since, until or clock.now()), args.station)
    finally:
        engine.dispose()
    print(
        _("{stations} stations looked at, {found} new findings, {gone} taken back.").format(
            stations=done.stations, found=done.added, gone=done.withdrawn
        )
    )
    return 0


def run_climatology(args: argparse.Namespace) -> int:
    """Recomputes and stores what values are usual in each month, prints how many; returns 0."""
    from data.database import ingest_engine
    from data.device_settings import QcSettings
    from ingest.qc.rules import load_rules
    from ingest.qc.watch import Watch

    held = load_rules(QcSettings().rules).climatology
    engine = ingest_engine()
    try:
        done = Watch(engine).compute_climatology(args.station)
    finally:
        engine.dispose()
    print(_("{count} months of stations' parameters have a span.").format(count=done.known))
    if done.lacking:
        print(
            _(
                "{count} have none: fewer than {samples} values, or than {years} years of them."
            ).format(count=done.lacking, samples=held.least_samples, years=held.least_years)
        )
    return 0


def _instant(moment: "datetime | None") -> "UtcDatetime | None":
    """Converts a time to UTC; a time without offset is read in the business time zone."""
    from data.clock import BUSINESS_ZONE, to_utc

    if moment is None:
        return None
    return to_utc(moment if moment.tzinfo else moment.replace(tzinfo=BUSINESS_ZONE))
