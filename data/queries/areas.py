"""Where a page's subject lies: the division of a water, station, problem or walk."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from sqlalchemy import Connection, TextClause, text

from data.queries.scope import (
    DIVISION_VISIBLE,
    LAKE_VISIBLE,
    NOTICE_BOARD_VISIBLE,
    PATROL_VISIBLE,
    PROBLEM_VISIBLE,
    REACH_VISIBLE,
    STATION_VISIBLE,
    Scope,
)
from data.records import DivisionId


def _one(table: str, visible: str, column: str = "division_id") -> TextClause:
    return text(f"SELECT {column} FROM {table} WHERE {table}.id = :id AND {visible}")


_STATION = _one("station", STATION_VISIBLE)
_LIES: Mapping[str, TextClause] = MappingProxyType(
    {
        "river": text(
            f"""
            SELECT division_id FROM reach WHERE river_id = :id AND division_id IS NOT NULL
                AND {REACH_VISIBLE}
            ORDER BY division_id = ANY(:own) DESC, position LIMIT 1
            """
        ),
        "reach": _one("reach", REACH_VISIBLE),
        "lake": _one("lake", LAKE_VISIBLE),
        "section": _STATION,
        "outfall": _STATION,
        "intake": _STATION,
        "notice_board": _one("notice_board", NOTICE_BOARD_VISIBLE),
        "division": _one("division", DIVISION_VISIBLE, "id"),
        "problem": _one("problem", PROBLEM_VISIBLE),
        "patrol": _one("patrol", PATROL_VISIBLE),
    }
)


def division_of(
    connection: Connection,
    scope: Scope,
    thing: tuple[str, int],
    own: Collection[DivisionId] = (),
) -> DivisionId | None:
    """Returns the division in which a thing (kind, id) lies; None if unknown or not visible.

    Of a river that flows through several it is one of one's ``own`` where there is one, else the
    most upstream that may be seen.
    """
    kind, number = thing
    if kind not in _LIES:
        return None
    bound = {**scope.bound, "id": number, "own": sorted(own)}
    found = connection.execute(_LIES[kind], bound).scalar_one_or_none()
    return None if found is None else DivisionId(found)
