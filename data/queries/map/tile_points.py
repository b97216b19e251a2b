"""The layers of a tile with points: stations and boards, problems, and the tracks of patrols."""

from typing import Final

from data.procedure.turns import OPEN
from data.queries.map.patrols import TRACK_DAY
from data.queries.map.tile_frame import TILE, TILE_PX, WIDE, WORLD_M, Frame, shaped
from data.words.ledger import Light

SINGLE_SECTIONS: Final = 8
"""From this zoom on every section stands alone; further out those of one cell are counted."""

SINGLE_PROBLEMS: Final = 11
"""From this zoom on every open problem stands alone, those on time too."""

OUTFALLS_FROM, BOARDS_FROM = 7, 10
TRACKS_FROM, TRACK_ENDS_FROM = 11, 12

CELL_PX: Final = 64
"""The side of a cell whose points are counted together; a cell lies in one tile alone."""


def _visible_station(frame: Frame) -> str:
    return frame.drawn.sees(
        "drawn.lo",
        stations="drawn.id",
        lakes="drawn.lake_id",
        rivers="drawn.river_id",
        reaches="drawn.reach_id",
    )


_FIRST: Final = 2**44
"""Larger than any id: a rank times this, less the id, is greatest at the worst one's lowest id."""


def _cells(frame: Frame, cell_px: int) -> tuple[str, str]:
    """Returns SQL for the two numbers of a point's cell, and that it lies in this tile."""
    cell_m = frame.side_m * cell_px / TILE_PX
    across = TILE_PX // cell_px
    half = WORLD_M / 2
    numbers = (
        f"floor((ST_X(drawn.geom) + {half}) / {cell_m}) AS cx,"
        f" floor(({half} - ST_Y(drawn.geom)) / {cell_m}) AS cy"
    )
    inside = (
        f"cx >= %(x)s::int * {across} AND cx < (%(x)s::int + 1) * {across}"
        f" AND cy >= %(y)s::int * {across} AND cy < (%(y)s::int + 1) * {across}"
    )
    return numbers, inside


def _newest(frame: Frame, name: str) -> str:
    """Returns SQL for a fact of the newest reading, which tells nothing of a month."""
    return f"latest.{name}" if frame.basis == "now" else "CAST(NULL AS smallint)"


def _section_facts(frame: Frame) -> str:
    """What a single section tells: its name, its state and by how much it is known."""
    return f"""station.code, station.name, station.name_en, GREATEST(drawn.cls, 0) AS cls,
        drawn.state, drawn.meets,
        CASE WHEN station.id IS NOT NULL THEN COALESCE(section.target_class, 3) END AS target,
        {_newest(frame, "water_class")} AS last, {_newest(frame, "have_count")} AS have,
        {_newest(frame, "required_count")} AS need,
        CASE WHEN drawn.is_offline THEN true END AS off,
        CAST(EXTRACT(epoch FROM latest.observed_at) AS bigint) AS at"""


def _graded(frame: Frame) -> str:
    return (
        f"drawn.{frame.column('cls')} AS cls, drawn.{frame.column('state')} AS state,"
        f" drawn.{frame.column('meets')} AS meets, drawn.is_offline"
    )


_COUNTS: Final = ", ".join(
    f"CASE WHEN drawn.n > 1 THEN drawn.{count} END AS {count}"
    for count in ("n_meets", "n_below", "n_unsure", "n_off")
)
_FACTS_FROM: Final = """LEFT JOIN latest_reading latest ON latest.station_id = station.id
            LEFT JOIN section ON section.station_id = station.id"""


def sections(frame: Frame) -> str:
    """Sections; from afar those close together as one, at the worst, with how many are what."""
    if frame.z >= SINGLE_SECTIONS:
        return stations(frame, "section")
    found = f"""SELECT drawn.id, {_graded(frame)}, drawn.geom FROM map_station drawn
            WHERE drawn.kind = 'section' AND drawn.geom && {TILE} AND {_visible_station(frame)}"""
    numbers, inside = _cells(frame, CELL_PX)
    return f"""
        SELECT drawn.id, 'section' AS kind, CASE WHEN drawn.n > 1 THEN drawn.n END AS n,
            {_COUNTS},
            {_section_facts(frame)}, {shaped(frame, "drawn.geom")} AS mvt
        FROM (SELECT cell.*, {_graded(frame)}, drawn.id, drawn.geom
            FROM (SELECT CAST(count(*) AS int) AS n,
                CAST(count(*) FILTER (WHERE meets) AS int) AS n_meets,
                CAST(count(*) FILTER (WHERE NOT meets) AS int) AS n_below,
                CAST(count(*) FILTER (WHERE state IN ('partial', 'stale')) AS int) AS n_unsure,
                CAST(count(*) FILTER (WHERE is_offline) AS int) AS n_off,
                max(cls) AS worst, max(cls * {_FIRST} - id) AS first
                FROM (SELECT *, {numbers} FROM ({found}) drawn) drawn
                WHERE {inside} GROUP BY cx, cy) cell
            JOIN map_station drawn ON drawn.id = cell.worst * {_FIRST} - cell.first) drawn
            LEFT JOIN station ON drawn.n = 1 AND station.id = drawn.id {_FACTS_FROM}"""


def stations(frame: Frame, *kinds: str) -> str:
    """Stations of these kinds, each alone: a section with its class, an outfall with its limits."""
    of_section = ", ".join(
        f"CASE WHEN drawn.kind = 'section' THEN {value} END AS {name}"
        for name, value in {
            "cls": f"GREATEST(drawn.{frame.column('cls')}, 0)",
            "state": f"drawn.{frame.column('state')}",
            "meets": f"drawn.{frame.column('meets')}",
            "target": "COALESCE(section.target_class, 3)",
            "last": _newest(frame, "water_class"),
            "have": _newest(frame, "have_count"),
            "need": _newest(frame, "required_count"),
        }.items()
    )
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    return f"""
        SELECT drawn.id, drawn.kind, station.code, station.name, station.name_en, {of_section},
            drawn.compliance AS comp,
            CASE WHEN drawn.kind <> 'section' THEN latest.multiple END AS mult,
            CASE WHEN drawn.is_offline THEN true END AS off,
            CAST(EXTRACT(epoch FROM latest.observed_at) AS bigint) AS at,
            {shaped(frame, "drawn.geom")} AS mvt
        FROM map_station drawn JOIN station ON station.id = drawn.id {_FACTS_FROM}
        WHERE drawn.kind IN ({listed}) AND drawn.geom && {WIDE} AND {_visible_station(frame)}"""


def outfalls(frame: Frame) -> str:
    """Outfalls, with whether they keep to their limits."""
    return stations(frame, "outfall")


def intakes(frame: Frame) -> str:
    """Intakes."""
    return stations(frame, "intake")


def boards(frame: Frame) -> str:
    """Notice boards."""
    visible = frame.drawn.sees(
        "number.lo", lakes="drawn.lake_id", rivers="reach.river_id", reaches="reach.id"
    )
    return f"""
        SELECT drawn.id, 'notice_board' AS kind, drawn.code, drawn.name,
            {shaped(frame, "drawn.geom_web")} AS mvt
        FROM notice_board drawn LEFT JOIN reach ON reach.id = drawn.reach_id
            LEFT JOIN division_number number ON number.division_id = drawn.division_id
        WHERE drawn.geom_web && {WIDE} AND {visible}"""


_LIGHT: Final = f"""CASE WHEN drawn.due_at IS NULL THEN '{Light.NONE}'
    WHEN drawn.due_at <= %(now)s THEN '{Light.RED}'
    WHEN drawn.amber_at <= %(now)s THEN '{Light.AMBER}' ELSE '{Light.GREEN}' END"""
_RANK: Final = """CASE WHEN drawn.due_at IS NULL THEN 0 WHEN drawn.due_at <= %(now)s THEN 3
    WHEN drawn.amber_at <= %(now)s THEN 2 ELSE 1 END"""
_IS_LATE: Final = "drawn.due_at <= %(now)s"
_PRESSES: Final = f"({_IS_LATE} OR drawn.amber_at <= %(now)s)"
_LIGHT_OF_RANK: Final = (
    f"(ARRAY['{Light.NONE}', '{Light.GREEN}', '{Light.AMBER}', '{Light.RED}'])[drawn.rank + 1]"
)
_PROBLEM_FACTS: Final = """problem.category, problem.status, problem.severity,
        CAST(EXTRACT(epoch FROM problem.due_at) AS bigint) AS due,
        CASE WHEN problem.is_returned THEN true END AS returned"""


def problems(frame: Frame) -> str:
    """Open problems; from afar those that press, counted by cell, and only late ones further out.

    A cell stands at its latest one: ``n_late`` are overdue, ``n_soon`` due soon, ``n`` both where
    there are several. Those on time press nobody, and are drawn where each stands alone.
    """
    visible = frame.drawn.sees(
        "drawn.lo", lakes="drawn.lake_id", rivers="drawn.river_id", reaches="drawn.reach_id"
    )
    if frame.z >= SINGLE_PROBLEMS:
        return f"""
        SELECT drawn.id, 'problem' AS kind, {_LIGHT} AS light,
            COALESCE(drawn.due_at <= %(now)s, false) AS late, {_PROBLEM_FACTS},
            {shaped(frame, "drawn.geom")} AS mvt
        FROM map_problem drawn JOIN problem ON problem.id = drawn.id
        WHERE drawn.geom && {WIDE} AND {visible}"""
    is_near = frame.z >= SINGLE_SECTIONS
    numbers, inside = _cells(frame, CELL_PX if is_near else 2 * CELL_PX)
    presses = _PRESSES if is_near else _IS_LATE
    return f"""
        SELECT drawn.id, 'problem' AS kind, CASE WHEN drawn.n > 1 THEN drawn.n END AS n,
            drawn.n_late, drawn.n - drawn.n_late AS n_soon,
            {_LIGHT_OF_RANK} AS light, {_PROBLEM_FACTS}, {shaped(frame, "drawn.geom")} AS mvt
        FROM (SELECT cell.*, drawn.id, drawn.geom
            FROM (SELECT CAST(count(*) AS int) AS n, max(rank) AS rank,
                CAST(count(*) FILTER (WHERE rank = 3) AS int) AS n_late,
                max(rank * {_FIRST} - id) AS first
                FROM (SELECT drawn.id, {_RANK} AS rank, {numbers}
                    FROM map_problem drawn
                    WHERE drawn.geom && {TILE} AND {presses} AND {visible}) drawn
                WHERE {inside} GROUP BY cx, cy) cell
            JOIN map_problem drawn ON drawn.id = cell.rank * {_FIRST} - cell.first) drawn
            LEFT JOIN problem ON drawn.n = 1 AND problem.id = drawn.id AND {OPEN}"""


def _walked(frame: Frame) -> str:
    drawn = frame.drawn
    visible = "true"
    if not drawn.everything:
        along = drawn.sees("along.lo", rivers="along.river_id", reaches="along.id")
        visible = f"""(EXISTS (SELECT 1 FROM division_number number
            WHERE number.division_id = patrol.division_id AND {drawn.holds("number.lo")})
            OR EXISTS (SELECT 1 FROM patrol_reach
            JOIN map_reach along ON along.id = patrol_reach.reach_id
            WHERE patrol_reach.patrol_id = patrol.id AND {along}))"""
    return f"patrol.geom_web && {WIDE} AND patrol.started_at >= %(tracks_since)s AND {visible}"


def patrols(frame: Frame) -> str:
    """The tracks of the last days; ``day`` counts business days since 1970."""
    line = f"ST_Simplify(patrol.geom_web, {frame.unit_m * 2}, true)"
    return f"""
        SELECT patrol.id, patrol.is_valid AS valid, patrol.level, {TRACK_DAY} AS day,
            {shaped(frame, line)} AS mvt
        FROM patrol WHERE {_walked(frame)}"""


def patrol_ends(frame: Frame) -> str:
    """Where each track begins and ends."""
    return f"""
        SELECT patrol.id, {TRACK_DAY} AS day, tip.which, {shaped(frame, "tip.geom")} AS mvt
        FROM patrol, LATERAL (VALUES
            ('start', ST_StartPoint(ST_GeometryN(patrol.geom_web, 1))),
            ('end', ST_EndPoint(ST_GeometryN(patrol.geom_web,
                ST_NumGeometries(patrol.geom_web))))) AS tip (which, geom)
        WHERE {_walked(frame)}"""
