"""What the filters of the ledger's list offer, and the names of what an address asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from data.name_sounds import typed_sound
from data.queries.english import reach_en
from data.queries.ledger.filter import MOST_TEXT, LedgerFilter
from data.queries.phrases import literal
from data.queries.scope import (
    DIVISION_VISIBLE,
    LAKE_VISIBLE,
    PROBLEM_VISIBLE,
    REACH_VISIBLE,
    STATION_VISIBLE,
    Scope,
)

MOST_OFFERED: Final = 200
"""Up to so many choices a filter lists all; of more it lists the best for what is typed."""

MOST_FOUND: Final = 50
"""How many choices are listed where not all are."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What one filter offers: (id, name, English name); ``is_whole``: these are all there are."""

    listed: tuple[tuple[int, str, str | None], ...]
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of the list's filters: rivers and handling units of visible problems."""

    rivers: Offered
    units: Offered


_HELD: Final = f"""
river.id IN (SELECT coalesce(reach.river_id, lake.river_id) FROM problem
    LEFT JOIN reach ON reach.id = problem.reach_id LEFT JOIN lake ON lake.id = problem.lake_id
    WHERE {PROBLEM_VISIBLE})"""
_ANY_HELD: Final = """
(EXISTS (SELECT FROM reach JOIN problem ON problem.reach_id = reach.id
    WHERE reach.river_id = river.id)
    OR EXISTS (SELECT FROM lake JOIN problem ON problem.lake_id = lake.id
    WHERE lake.river_id = river.id))"""
"""The same for who may see every problem: it ends with the first of each river."""
_HANDLED: Final = f"unit.id IN (SELECT unit_id FROM problem WHERE {PROBLEM_VISIBLE})"
_ANY_HANDLED: Final = "EXISTS (SELECT FROM problem WHERE problem.unit_id = unit.id)"

_NAMES: Final = text(f"""
SELECT 'reach' AS kind, name, {reach_en("reach")} AS name_en FROM reach WHERE id = ANY(:reaches)
    AND {REACH_VISIBLE} UNION ALL
SELECT 'lake', name, name_en FROM lake WHERE id = ANY(:lakes) AND {LAKE_VISIBLE}
UNION ALL SELECT 'station', name, name_en FROM station WHERE id = ANY(:stations)
    AND {STATION_VISIBLE} UNION ALL
SELECT 'division', name, name_en FROM division WHERE id = ANY(:divisions)
    AND {DIVISION_VISIBLE} UNION ALL
SELECT 'problem', number, number FROM problem WHERE id = ANY(:problems)
    AND {PROBLEM_VISIBLE}
""")


def choices(
    connection: Connection, scope: Scope, rivers: Sequence[int] = (), units: Sequence[int] = ()
) -> Choices:
    """Returns the rivers and handling units to choose from in the filters of the problem list.

    Where they are too many to list all, the ``rivers`` and ``units`` chosen stand before others.
    """
    return Choices(river_choices(connection, scope, rivers), unit_choices(connection, scope, units))


def river_choices(
    connection: Connection, scope: Scope, chosen: Sequence[int] = (), phrase: str = ""
) -> Offered:
    """Returns the rivers of visible problems: all, or those chosen and the best for the phrase."""
    held = _ANY_HELD if scope.everything else _HELD
    return _offered(connection, scope, ("river", "name_en", held), chosen, phrase)


def unit_choices(
    connection: Connection, scope: Scope, chosen: Sequence[int] = (), phrase: str = ""
) -> Offered:
    """Returns the units that handle visible problems, like ``river_choices``."""
    held = _ANY_HANDLED if scope.everything else _HANDLED
    return _offered(connection, scope, ("unit", "NULL::text", held), chosen, phrase)


def _offered(
    connection: Connection,
    scope: Scope,
    offered: tuple[str, str, str],
    chosen: Sequence[int],
    phrase: str,
) -> Offered:
    table, english, held = offered
    wanted = phrase.strip()[:MOST_TEXT]
    bound = {
        **scope.bound,
        "part": f"%{literal(wanted)}%",
        "start": f"{literal(wanted)}%",
        "sound": typed_sound(wanted),
        "chosen": list(chosen),
        "most": MOST_OFFERED + 1,
    }
    columns = f"SELECT {table}.id, {table}.name, {english} AS name_en FROM {table} WHERE"
    fits = f"""({table}.name ILIKE :part OR {english} ILIKE :part
        OR :sound <> '' AND EXISTS (SELECT FROM name_sound WHERE name_sound.name = {table}.name
            AND (starts_with(sound, :sound) OR starts_with(initials, :sound))))"""
    order = f"({table}.name ILIKE :start OR {english} ILIKE :start) IS TRUE DESC"
    found = connection.execute(
        text(f"{columns} {fits} AND {held} ORDER BY {order}, {table}.name, {table}.id LIMIT :most")
        if wanted
        else text(f"{columns} {held} ORDER BY {table}.name, {table}.id LIMIT :most"),
        bound,
    ).all()
    if not wanted and len(found) <= MOST_OFFERED:
        return Offered(tuple((row.id, row.name, row.name_en) for row in found))
    kept = connection.execute(
        text(f"{columns} {table}.id = ANY(:chosen) AND {held} ORDER BY {table}.name, {table}.id"),
        bound,
    ).all()
    known = {row.id for row in kept}
    best = [row for row in found if row.id not in known][:MOST_FOUND]
    return Offered(tuple((row.id, row.name, row.name_en) for row in [*kept, *best]), is_whole=False)


def names(
    connection: Connection, scope: Scope, chosen: LedgerFilter
) -> Mapping[str, tuple[tuple[str, str | None], ...]]:
    """Returns, by kind, the names (with English) of the reaches, lakes … set in the filter."""
    rows = connection.execute(
        _NAMES,
        {
            **scope.bound,
            "reaches": list(chosen.reach_ids),
            "lakes": list(chosen.lake_ids),
            "stations": list(chosen.station_ids),
            "divisions": list(chosen.division_ids),
            "problems": list(chosen.problem_ids),
        },
    ).all()
    kinds = dict.fromkeys(row.kind for row in rows)
    return {
        kind: tuple((row.name, row.name_en) for row in rows if row.kind == kind) for kind in kinds
    }
