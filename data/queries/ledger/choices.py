"""What the filters of the ledger's list offer, and the names of what an address asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from data.queries.english import reach_en
from data.queries.ledger.filter import LedgerFilter
from data.queries.scope import (
    DIVISION_VISIBLE,
    LAKE_VISIBLE,
    PROBLEM_VISIBLE,
    REACH_VISIBLE,
    STATION_VISIBLE,
    Scope,
)


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of the list's filters: rivers and handling units of visible problems."""

    rivers: tuple[tuple[int, str, str | None], ...]
    units: tuple[tuple[int, str], ...]


_RIVERS: Final = text(f"""
SELECT DISTINCT river.id, river.name, river.name_en FROM problem
LEFT JOIN reach ON reach.id = problem.reach_id LEFT JOIN lake ON lake.id = problem.lake_id
    JOIN river ON river.id = coalesce(reach.river_id, lake.river_id)
WHERE {PROBLEM_VISIBLE} ORDER BY river.name, river.id
""")
_UNITS: Final = text(f"""
SELECT id, name FROM unit WHERE id IN
(SELECT unit_id FROM problem WHERE {PROBLEM_VISIBLE}) ORDER BY name, id
""")
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


def choices(connection: Connection, scope: Scope) -> Choices:
    """Returns the rivers and handling units to choose from in the filters of the problem list."""
    rivers = connection.execute(_RIVERS, scope.bound)
    units = connection.execute(_UNITS, scope.bound)
    return Choices(
        tuple((row.id, row.name, row.name_en) for row in rivers),
        tuple((row.id, row.name) for row in units),
    )


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
