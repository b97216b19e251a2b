"""Reads the tally for the current user: a window, its stations, one of them; and its addresses."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection

from dashboard.frame.auth import User, visible_to
from dashboard.frame.deps import Deps
from data.clock import BUSINESS_ZONE, UtcDatetime, start_of_day
from data.database import transaction
from data.errors import BadInput
from data.queries.scope import EVERYTHING, Scope
from data.queries.tally.counts import Tally, TallyTable, reasons, tally_table, unknown
from data.queries.tally.stations import TallyStation, tally_stations
from data.queries.tally.window import Grain, Window, window_of
from data.records import StationId
from data.vocabulary import Refusal, Role, StationKind

PAGE_ROWS = 40
RANGES = {
    "24h": (timedelta(hours=24), Grain.HOUR),
    "7d": (timedelta(days=7), Grain.HOUR),
    "30d": (timedelta(days=30), Grain.DAY),
}
"""How much the page shows at once, and by what."""

USUAL = "24h"
YEARS = range(2000, 2200)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the accounting page's address asks for; ``on`` is the last day shown, empty: today.

    ``unread`` are the errors of what the address holds beside and can't be read.
    """

    range: str = USUAL
    on: str = ""
    kind: str = ""
    q: str = ""
    station: str = ""
    page: int = 1
    unread: tuple[BadInput, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """All data the accounting page shows; ``rows`` are this page's stations, the worst first.

    ``one`` is the tally of the chosen station alone; ``unknown`` counts messages of no known
    station, None for who may not see everything, or while stations are searched or filtered.
    """

    asked: Asked
    now: UtcDatetime
    window: Window
    sum: Tally
    count: int
    rows: Sequence[tuple[TallyStation, Tally]]
    strips: TallyTable
    one: TallyTable | None
    is_missing: bool
    unknown: Tally | None
    reasons: Sequence[tuple[Refusal, int]]


def scope_for(user: User) -> Scope:
    """Returns the scope of tallies that the user may read.

    An administrator also reads those of the divisions where the role is held, or everywhere.
    """
    scope = visible_to(user)
    if all(held.role is not Role.ADMINISTRATOR for held in user.roles):
        return scope
    if Role.ADMINISTRATOR not in user.written:
        return EVERYTHING
    divisions = scope.divisions | user.written[Role.ADMINISTRATOR]
    return Scope(
        scope.everything, divisions, scope.rivers, scope.reaches, scope.lakes, scope.stations
    )


def window_asked(asked: Asked, now: UtcDatetime) -> Window:
    """Returns the window of time to show: up to the end of the day asked for, or up to now."""
    length, by = RANGES.get(asked.range, RANGES[USUAL])
    end = now
    day = day_named(asked.on)
    if day is not None and day < now.astimezone(BUSINESS_ZONE).date():
        end = start_of_day(day + timedelta(days=1))
    whole = window_of(end - timedelta(microseconds=1), end, by, now).end
    return window_of(whole - length, whole, by, now)


def day_named(text: str) -> date | None:
    """Returns the date written as ``2026-05-31`` in an address; None for any other text."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def worst_first(read: TallyTable) -> list[tuple[TallyStation, Tally]]:
    """Returns (station, tally) pairs, the largest share of missing readings first.

    Of equal shares: most missing, then most refused or in conflict, then most due first.
    """
    pairs = zip(read.stations, read.of_stations(), strict=True)
    return sorted(
        pairs,
        key=lambda each: (
            -1.0 if each[1].missing_share is None else each[1].missing_share,
            each[1].missing,
            each[1].refused + each[1].conflict,
            each[1].expected,
        ),
        reverse=True,
    )


def read(deps: Deps, user: User, asked: Asked) -> Shown:
    """Reads all data that the accounting page shows for its address."""
    now = deps.clock()
    window = window_asked(asked, now)
    scope = scope_for(user)
    with transaction(deps.engine) as connection:
        stations = _stations(connection, scope, window, asked)
        whole = tally_table(connection, stations, window, whole=True)
        ranked = worst_first(whole)
        pages = max(1, -(-len(ranked) // PAGE_ROWS))
        first = PAGE_ROWS * (min(max(asked.page, 1), pages) - 1)
        rows = ranked[first : first + PAGE_ROWS]
        strips = tally_table(connection, [each for each, _tally in rows], window, whole=False)
        one = _one(connection, scope, window, asked.station)
        return Shown(
            asked, now, window, whole.sum(), len(ranked), rows, strips, one,
            bool(asked.station) and one is None,
            unknown(connection, scope, window) if not asked.q and not asked.kind else None,
            reasons(connection, scope, window),
        )  # fmt: skip


def _stations(
    connection: Connection, scope: Scope, window: Window, asked: Asked
) -> list[TallyStation]:
    kind = StationKind(asked.kind) if asked.kind else None
    return tally_stations(connection, scope, window, search=asked.q, kind=kind)


def _one(connection: Connection, scope: Scope, window: Window, text: str) -> TallyTable | None:
    """Reads the message counts of the chosen station; None if none is chosen or visible."""
    if not text:
        return None
    found = tally_stations(connection, scope, window, station=StationId(int(text)))
    return tally_table(connection, found, window, whole=False) if found else None


_LEFT_OUT = {"range": USUAL, "page": 1}


def address_of(asked: Asked, **changed: Any) -> str:
    """Returns the page's address with ``changed`` applied; page 1 unless "page" is changed."""
    if "page" not in changed:
        changed["page"] = 1
    fields = asdict(replace(asked, unread=(), **changed))
    kept = {name: value for name, value in fields.items() if value and value != _LEFT_OUT.get(name)}
    return "/accounting?" + urlencode(kept) if kept else "/accounting"


def earlier_address(asked: Asked, window: Window) -> str:
    """Returns the address of the range before, which ends on the day this range begins."""
    length, _by = RANGES.get(asked.range, RANGES[USUAL])
    last = (window.end - timedelta(microseconds=1)).astimezone(BUSINESS_ZONE).date()
    return address_of(asked, on=f"{last - max(length, timedelta(days=1)):%Y-%m-%d}")


def later_address(asked: Asked, today: date) -> str | None:
    """Returns the address of the range after; None if this range ends with the present."""
    day = day_named(asked.on)
    if day is None or day >= today:
        return None
    length, _by = RANGES.get(asked.range, RANGES[USUAL])
    following = day + max(length, timedelta(days=1))
    return address_of(asked, on="" if following >= today else f"{following:%Y-%m-%d}")


def file_address(window: Window, station: int | None = None) -> str:
    """Returns the address of the message counts as an xlsx file, of one station if given."""
    asked = {"from": window.start.isoformat(), "to": window.end.isoformat(), "by": window.by.value}
    chosen = {} if station is None else {"station": station}
    return "/api/v1/accounting.xlsx?" + urlencode(asked | chosen)
