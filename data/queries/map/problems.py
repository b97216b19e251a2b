"""Open problems as pins on the map, and where problems and patrols lie that have changed."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from data.clock import UtcDatetime
from data.procedure.deadlines import LIGHT, days_left
from data.procedure.turns import OPEN
from data.queries.map.changes import Box
from data.queries.rows import row_as
from data.queries.scope import PROBLEM_VISIBLE, Scope
from data.queries.scope_index import Keys, patrol_keys, problem_keys
from data.queries.working_days import known_calendar
from data.words.ledger import Light, Severity, Status


@dataclass(frozen=True, slots=True)
class Pin:
    """An open problem as a pin on the map, at degrees of CGCS2000.

    ``days_left`` are working days until the deadline, negative when overdue.
    """

    id: int
    number: str
    category: str
    severity: Severity
    status: Status
    is_returned: bool
    light: Light
    due_at: UtcDatetime | None
    days_left: int | None
    reach_id: int | None
    lake_id: int | None
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class ProblemPlace:
    """Where a problem lies, whether it is open, and the keys of who may see it."""

    id: int
    is_open: bool
    lon: float
    lat: float
    keys: Keys


@dataclass(frozen=True, slots=True)
class PatrolPlace:
    """A patrol's box, None once its track was removed, and the keys of who may see it."""

    id: int
    keys: Keys
    box: Box | None


_PINS: Final = f"""
    SELECT problem.id, problem.number, problem.category, problem.severity, problem.status,
        problem.is_returned, {LIGHT} AS light, problem.due_at, problem.reach_id, problem.lake_id,
        ST_X(problem.geom) AS lon, ST_Y(problem.geom) AS lat
    FROM problem WHERE (:also_closed OR {OPEN}) AND {PROBLEM_VISIBLE}
        AND (CAST(:only AS bigint[]) IS NULL OR problem.id = ANY(CAST(:only AS bigint[])))
    ORDER BY problem.due_at NULLS LAST, problem.id LIMIT :most"""
_OPEN_COUNT: Final = text(f"SELECT count(*) FROM problem WHERE {OPEN} AND {PROBLEM_VISIBLE}")
_NEWEST: Final = text("""
SELECT GREATEST((SELECT COALESCE(max(change_no), 0) FROM problem),
(SELECT COALESCE(max(change_no), 0) FROM patrol))
""")
_NUMBERED: Final = text("""
SELECT change_no, 'problem' AS kind, id FROM problem
WHERE change_no > :after AND change_no <= :until
UNION ALL SELECT change_no, 'patrol', id FROM patrol
WHERE change_no > :after AND change_no <= :until
""")
_PLACES: Final = f"""
    SELECT problem.id, {OPEN} AS is_open, ST_X(problem.geom) AS lon, ST_Y(problem.geom) AS lat,
        problem.division_id, problem.reach_id, reach.river_id AS reach_river_id, problem.lake_id,
        lake.river_id AS lake_river_id
    FROM problem LEFT JOIN reach ON reach.id = problem.reach_id
    LEFT JOIN lake ON lake.id = problem.lake_id"""
_OPEN_PLACES: Final = text(f"{_PLACES} WHERE {OPEN}")
_SOME_PLACES: Final = text(f"{_PLACES} WHERE problem.id = ANY(:problems)")
_PATROLS: Final = text(
    """
    SELECT patrol.id, patrol.division_id, ST_XMin(patrol.geom) AS west,
        ST_YMin(patrol.geom) AS south, ST_XMax(patrol.geom) AS east, ST_YMax(patrol.geom) AS north,
        array_agg(reach.id) AS reaches, array_agg(reach.division_id) AS divisions,
        array_agg(reach.river_id) AS rivers
    FROM patrol LEFT JOIN patrol_reach ON patrol_reach.patrol_id = patrol.id
    LEFT JOIN reach ON reach.id = patrol_reach.reach_id
    WHERE patrol.id = ANY(:patrols) GROUP BY patrol.id
    """
)


def pins(
    connection: Connection,
    scope: Scope,
    now: UtcDatetime,
    only: Collection[int] | None = None,
    *,
    most: int | None = None,
    also_closed: bool = False,
) -> tuple[Pin, ...]:
    """Returns open problems that the scope may see, the soonest deadline first.

    ``most`` limits them; ``also_closed`` returns those of ``only`` that are closed too.
    """
    rows = connection.execute(
        text(_PINS),
        {
            **scope.bound,
            "now": now,
            "only": None if only is None else sorted(only),
            "most": most,
            "also_closed": also_closed,
        },
    )
    calendar = known_calendar(connection)
    return tuple(
        row_as(Pin, row, days_left=days_left(row.due_at, Light(row.light), now, calendar))
        for row in rows
    )


def open_count(connection: Connection, scope: Scope) -> int:
    """Returns how many open problems the scope may see."""
    return int(connection.execute(_OPEN_COUNT, scope.bound).scalar_one())


def last_ledger_no(connection: Connection) -> int:
    """Returns the highest committed change number of problems and patrols, 0 before the first."""
    return int(connection.execute(_NEWEST).scalar_one())


def ledger_numbered_after(
    connection: Connection, after: int, until: int
) -> dict[int, tuple[str, int]]:
    """Returns the kind (``problem``, ``patrol``) and id of what has a number above ``after``.

    Up to ``until``, by number.
    """
    rows = connection.execute(_NUMBERED, {"after": after, "until": until})
    return {row.change_no: (row.kind, row.id) for row in rows}


def problem_places(
    connection: Connection, only: Collection[int] | None = None
) -> dict[int, ProblemPlace]:
    """Returns the places of these problems by id; without ``only`` those of all open ones."""
    if only is None:
        rows = connection.execute(_OPEN_PLACES)
    else:
        rows = connection.execute(_SOME_PLACES, {"problems": sorted(only)})
    return {row.id: _place(row) for row in rows}


def _place(row: Row[Any]) -> ProblemPlace:
    waters = (row.reach_id, row.reach_river_id, row.lake_id, row.lake_river_id)
    return ProblemPlace(
        row.id, row.is_open, row.lon, row.lat, problem_keys(row.division_id, *waters)
    )


def patrol_places(connection: Connection, patrols: Collection[int]) -> list[PatrolPlace]:
    """Returns the places of these patrols."""
    places = []
    for row in connection.execute(_PATROLS, {"patrols": sorted(patrols)}):
        walked = zip(row.reaches, row.divisions, row.rivers, strict=True)
        keys = patrol_keys(row.division_id, [each for each in walked if each[0] is not None])
        edges = (row.west, row.south, row.east, row.north)
        places.append(PatrolPlace(row.id, keys, None if row.west is None else edges))
    return places
