"""The archive commands: months of readings out of the database into files, and back."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.parts.wording import _
from data.clock import now
from data.errors import BadInput

if TYPE_CHECKING:
    from sqlalchemy import Engine


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``archive`` (months moved to Parquet files or back) to the command line."""
    parser = subparsers.add_parser(
        "archive", help=_("move old months of readings to Parquet files, and back")
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    away = actions.add_parser(
        "detach",
        help=_("write a month out, prove the files, take it off the readings"),
    )
    back = actions.add_parser("attach", help=_("bring a month back"))
    ordered = actions.add_parser(
        "order", help=_("lay a month that is over out station by station, for fast curves")
    )
    for each in (away, back, ordered):
        each.add_argument("--month", required=True, metavar="YYYY-MM", help=_("a month of UTC"))
    away.add_argument("--to", type=Path, required=True, metavar="DIR")
    away.add_argument(
        "--drop", action="store_true", help=_("also drop its table, once the files are proven")
    )
    back.add_argument(
        "--from", dest="folder", type=Path, metavar="DIR", help=_("where the files lie by now")
    )
    away.set_defaults(run=run_detach)
    back.set_defaults(run=run_attach)
    ordered.set_defaults(run=run_order)


def run_detach(args: argparse.Namespace) -> int:
    """Writes a month to files and takes its table off the readings; returns 0.

    The table itself stays in the database, apart, unless ``--drop`` is given. Raises BadInput,
    NotFound or Conflict.
    """
    from data.archives.detachment import detach
    from data.archives.layout import month_named
    from data.database_clock import CheckedClock

    owner = _owner()
    at = CheckedClock(owner, now)()
    moved = detach(owner, args.to, month_named(args.month), at, drop=args.drop)
    print(
        _("{rows:,} readings of {month} moved to {folder}").format(
            rows=moved.row_count, month=moved.month, folder=args.to
        )
    )
    if not moved.is_dropped:
        print(
            _("Its table {table} is still there, apart; --drop removes it.").format(
                table=moved.month.partition
            )
        )
    return 0


def run_attach(args: argparse.Namespace) -> int:
    """Puts a month back among the readings, from its kept table or its file; returns 0.

    Raises BadInput, NotFound or Conflict.
    """
    from data.archives.detachment import attach
    from data.archives.layout import month_named

    moved = attach(_owner(), month_named(args.month), args.folder)
    print(
        _("{rows:,} readings of {month} are back").format(rows=moved.row_count, month=moved.month)
    )
    return 0


def run_order(args: argparse.Namespace) -> int:
    """Sorts the stored readings of a month by station and time, for fast curves; returns 0.

    The month is locked meanwhile. Raises BadInput or NotFound.
    """
    from data.archives.layout import month_named
    from data.archives.ordering import order_month
    from data.database_clock import CheckedClock

    owner = _owner()
    order_month(owner, month_named(args.month), CheckedClock(owner, now)())
    print(_("The readings of {month} lie in order").format(month=args.month))
    return 0


def _owner() -> "Engine":
    from data.database import engine
    from data.settings import DatabaseSettings

    url = DatabaseSettings().owner_url
    if url is None:
        raise BadInput(
            "Only the database's owner moves months.", mend="Set ONEMAP_DATABASE__OWNER_URL."
        )
    return engine(url.get_secret_value(), pool_size=1)
