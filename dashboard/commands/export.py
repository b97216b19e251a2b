"""The export command: readings out of the database into a folder of Parquet files."""

import argparse
from datetime import date
from pathlib import Path

from dashboard.commands.arguments import day
from dashboard.parts.wording import _
from data.clock import UtcDatetime, start_of_day


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``export`` to the command line."""
    parser = subparsers.add_parser(
        "export",
        help=_("write readings out as Parquet files"),
        description=_(
            "Writes readings with their reviews and findings into monthly Parquet files, stations "
            "into a GeoParquet file, and a manifest with the hash of each. Broken off, the same "
            "command goes on where it stopped."
        ),
    )
    parser.add_argument("what", choices=["readings"])
    parser.add_argument("--to", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--from",
        dest="start",
        type=day,
        metavar="DATE",
        help=_("the first day taken, in Beijing"),
    )
    parser.add_argument(
        "--until",
        dest="end",
        type=day,
        metavar="DATE",
        help=_("the first day no longer taken"),
    )
    parser.add_argument(
        "--station",
        dest="stations",
        action="extend",
        nargs="+",
        default=[],
        metavar="CODE",
        help=_("only these stations"),
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Writes the archive of readings to the folder in the arguments; returns 0."""
    from dashboard.commands.progress import ProgressBar
    from data.archives.layout import Kind
    from data.archives.unload import unload
    from data.database import app_engine

    bar = ProgressBar()
    manifest = unload(
        app_engine(),
        args.to,
        start=_instant(args.start),
        end=_instant(args.end),
        stations=args.stations,
        on_progress=lambda at: bar.show(str(at.month), at.done, at.total),
    )
    bar.finish(
        _(
            "{rows:,} readings of {months} months, {reviews:,} reviews, {findings:,} findings: {to}"
        ).format(
            rows=manifest.rows_of(Kind.READINGS),
            months=len(manifest.months(Kind.READINGS)),
            reviews=manifest.rows_of(Kind.REVIEWS),
            findings=manifest.rows_of(Kind.FINDINGS),
            to=args.to,
        )
    )
    return 0


def _instant(first: date | None) -> UtcDatetime | None:
    return start_of_day(first) if first else None
