"""The evaluate command: classes and ratings of a month, from an archive or the database."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.arguments import moment
from dashboard.parts.wording import _
from data.clock import UtcDatetime, now, to_utc
from data.errors import BadInput

if TYPE_CHECKING:
    from data.archives.evaluation import Evaluation
    from data.clock import Span


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``evaluate`` to the command line."""
    parser = subparsers.add_parser(
        "evaluate",
        help=_("tell a month's classes and ratings, also from an archive"),
        description=_(
            "Tells the class of every section and the rating of every river and lake over a month, "
            "with how many values stand behind each. From an archive the figures are those of the "
            "database."
        ),
    )
    parser.add_argument("--month", required=True, metavar="YYYY-MM")
    parser.add_argument(
        "--from",
        dest="folder",
        type=Path,
        metavar="DIR",
        help=_("an archive written by export; without it the database is asked"),
    )
    parser.add_argument(
        "--scheduler", metavar="tcp://HOST:PORT", help=_("let the workers of a Dask cluster do it")
    )
    parser.add_argument(
        "--as-of",
        type=moment,
        metavar="TIME",
        help=_("by what was known then, with offset"),
    )
    parser.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        help=_("also write the sections here and the waters beside them"),
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints the month's classes and ratings, with ``--csv`` writes them too; returns 0.

    Raises BadInput for a scheduler without an archive, or a time without offset.
    """
    from dashboard.commands.month_report import lines_of, write_tables
    from data.archives.evaluation import business_month
    from data.archives.layout import month_named

    if args.scheduler and not args.folder:
        raise BadInput("A scheduler needs an archive.", mend="Name its folder: --from DIR.")
    span = business_month(month_named(args.month), now())
    as_of = to_utc(args.as_of) if args.as_of and args.as_of.tzinfo else None
    if args.as_of and as_of is None:
        raise BadInput("The time {time} has no offset.", mend="Add +08:00.", time=args.as_of)
    found = _from_archive(args, span, as_of) if args.folder else _from_database(span, as_of)
    print("\n".join(lines_of(found)))
    if args.csv:
        for file in write_tables(found, args.csv):
            print(file)
    return 0


def _from_archive(
    args: argparse.Namespace, span: "Span", as_of: UtcDatetime | None
) -> "Evaluation":
    from data.archives.evaluation import evaluate, means_of
    from data.archives.layout import STATIONS_FILE
    from data.archives.places import read_places
    from data.archives.spread import sums_across, sums_here

    if args.scheduler:
        sums = sums_across(args.scheduler, args.folder.absolute(), span, as_of)
    else:
        sums = sums_here(args.folder, span, as_of)
    places = read_places(args.folder / STATIONS_FILE)
    return evaluate(places, means_of(places, sums, span), span)


def _from_database(span: "Span", as_of: UtcDatetime | None) -> "Evaluation":
    from data.archives.evaluation import evaluate, is_section
    from data.archives.places import places_in
    from data.database import app_engine
    from data.queries.stations.month_classes import month_means

    with app_engine().connect() as connection:
        places = places_in(connection)
        ids = [each.id for each in places if is_section(each)]
        return evaluate(places, month_means(connection, ids, span, as_of), span)
