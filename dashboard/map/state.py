"""What an open map reads beside its tiles: state, list, one thing, the reach at a place."""

from datetime import date
from typing import Any, Final, Literal

from dashboard.frame.auth import Action, User, may, visible_to
from dashboard.frame.deps import Deps
from dashboard.ledger.pins import pin_feature
from dashboard.ledger.reads import ledger_no
from data.clock import BUSINESS_ZONE, UtcDatetime, business_date
from data.database import transaction
from data.errors import NotFound
from data.map_tables.reconcile import reconcile, refresh_month
from data.procedure.deadlines import Calendar
from data.queries.map.bounds import bounds
from data.queries.map.changes import last_change_no
from data.queries.map.list import (
    Narrowed,
    listed_boards,
    listed_problems,
    listed_stations,
    listed_waters,
)
from data.queries.map.problems import pins
from data.queries.map.strip import month_strip, strip
from data.queries.map.things import board_of, line_of, reach_at, station_of
from data.queries.scope import Scope
from data.queries.stations.month_classes import month_shown
from data.queries.stations.standing import board_count, only_station
from data.queries.working_days import known_calendar
from data.vocabulary import StationKind

Basis = Literal["now", "month"]
StationWord = Literal["section", "outfall", "intake"]
Listed = Literal["section", "outfall", "intake", "notice_board", "water", "problem"]
WaterThing = Literal["section", "outfall", "intake", "notice_board", "reach", "river", "lake"]

YEARS_BACK: Final = 3
"""Deadlines before the first of January so many years ago are counted by weekdays alone."""


def map_state(deps: Deps, user: User, basis: Basis) -> dict[str, Any]:
    """Reads what a map needs when it opens: bounds, counts, numbers of changes, calendar.

    With the basis ``month`` the counts are by the means of the business month, and ``month`` holds
    its first day and the last day counted. ``only`` is the one station of who sees nothing else.
    """
    now, scope = deps.clock(), visible_to(user)
    with transaction(deps.engine) as connection:
        reconcile(connection, now, deps.quality)
        if basis == "month":
            refresh_month(connection, now, deps.quality)
    with transaction(deps.engine) as connection:
        answer: dict[str, Any] = {
            "as_of": now.isoformat(),
            "basis": basis,
            "change_no": last_change_no(connection),
            "bounds": bounds(connection, scope),
            "boards": board_count(connection, scope),
        }
        read_strip = month_strip if basis == "month" else strip
        answer["strip"] = counted = read_strip(connection, scope, now=now, quality=deps.quality)
        if basis == "month":
            answer["month"] = _days(now)
        standing = sum(counted[kind] for kind in ("sections", "outfalls", "intakes"))
        if standing == 1 and not answer["boards"]:
            answer["only"] = only_station(connection, scope, now)
        if may(user, Action.READ_LEDGER):
            answer["calendar"] = exceptions(known_calendar(connection), business_date(now))
    if may(user, Action.READ_LEDGER):
        number = ledger_no(deps)
        answer |= {} if number is None else {"ledger_no": number}
    return answer


def _days(now: UtcDatetime) -> list[str]:
    month = month_shown(now)
    last = UtcDatetime(min(now, month.end))
    return [each.astimezone(BUSINESS_ZONE).date().isoformat() for each in (month.start, last)]


def exceptions(calendar: Calendar, today: date) -> dict[str, list[str]]:
    """Returns the weekdays off and the weekend days worked, from some years ago on."""
    off, worked = calendar.exceptions(date(today.year - YEARS_BACK, 1, 1))
    return {
        "off": [day.isoformat() for day in off],
        "work": [day.isoformat() for day in worked],
    }


def now_of(deps: Deps) -> dict[str, Any]:
    """Returns the time and the newest change number: cheap, to ask whether one may still read."""
    with transaction(deps.engine) as connection:
        return {"as_of": deps.clock().isoformat(), "change_no": last_change_no(connection)}


def map_list(
    deps: Deps, scope: Scope, kind: Listed, narrowed: Narrowed | None, basis: Basis
) -> dict[str, Any]:
    """Reads what stands in the map's list, the most concerning first."""
    now = deps.clock()
    with transaction(deps.engine) as connection:
        if kind == "problem":
            total, found = listed_problems(connection, scope, now)
            return {"total": total, "things": [pin_feature(each) for each in found]}
        if kind == "water":
            listing = listed_waters(connection, scope, basis)
        elif kind == "notice_board":
            listing = listed_boards(connection, scope)
        else:
            listing = listed_stations(
                connection,
                scope,
                StationKind(kind),
                now=now,
                quality=deps.quality,
                narrowed=narrowed,
                basis=basis,
            )
    return {"total": listing.total, "things": listing.things}


def water_thing(
    deps: Deps, scope: Scope, kind: WaterThing, number: int, basis: Basis
) -> dict[str, Any]:
    """Reads one station, board or water with where it lies; raises NotFound outside the scope."""
    with transaction(deps.engine) as connection:
        if kind == "notice_board":
            return board_of(connection, scope, number)
        if kind in ("reach", "river", "lake"):
            return line_of(connection, scope, kind, number)
        found = station_of(
            connection, scope, number, now=deps.clock(), quality=deps.quality, basis=basis
        )
    if found["properties"]["kind"] != kind:
        raise NotFound("There is nothing of this kind and number.")
    return found


def problem_thing(deps: Deps, scope: Scope, number: int) -> dict[str, Any]:
    """Reads one problem, closed ones too; raises NotFound outside the scope."""
    with transaction(deps.engine) as connection:
        for each in pins(connection, scope, deps.clock(), [number], also_closed=True):
            return pin_feature(each)
    raise NotFound("There is nothing of this kind and number.")


def patrol_thing(deps: Deps, scope: Scope, number: int) -> dict[str, Any]:
    """Reads the track of one patrol; raises NotFound outside the scope."""
    with transaction(deps.engine) as connection:
        return line_of(connection, scope, "patrol", number)


def nearest_reach(deps: Deps, scope: Scope, river: int, lon: float, lat: float) -> dict[str, int]:
    """Finds the visible reach of a river nearest to a place; raises NotFound without one."""
    with transaction(deps.engine) as connection:
        return {"reach": reach_at(connection, scope, river, lon, lat)}
