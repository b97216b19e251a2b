"""The layers of a tile that lie still: divisions, lakes, reaches, names."""

from typing import Final

from data.queries.map.tile_frame import GRID_PX, WIDE, Frame, shaped, small

LEVEL_ZOOM: Final = {"province": 0, "city": 6, "county": 8, "township": 9, "village": 12}
"""From which zoom on the outlines of divisions of a level are drawn; one's own always are."""

SEAT_ZOOM: Final = {"province": 0, "city": 5, "county": 7, "township": 9, "village": 12}
"""From which zoom on the names of seats are drawn."""

NAME_ZOOM: Final = 8
"""From here on a river's line carries its name."""


_PART_PX: Final = 24
"""A shorter part of a river bears no name."""

_MOST_PARTS: Final = 12
"""So many parts of a river are in one tile; the longest is written on first."""


def _listed(zooms: dict[str, int], z: int) -> str:
    return ", ".join(f"'{level}'" for level, from_zoom in zooms.items() if z >= from_zoom)


def land(frame: Frame) -> str:
    """The area of what the reader sees, in pieces without an edge of their own."""
    is_own = (
        " OR ".join(f"id = CAST(%(top{at})s AS bigint)" for at in range(len(frame.drawn.tops)))
        or "false"
    )
    return f"""
        SELECT id, {shaped(frame, "geom")} AS mvt FROM map_land
        WHERE ({is_own}) AND lv = {frame.level(14)} AND geom && {WIDE}"""


def divisions(frame: Frame) -> str:
    """Outlines: those of a level that the zoom shows, and the topmost of the reader's own."""
    drawn = frame.drawn
    is_top = "parent_lo = 0" if drawn.everything else "id = ANY(%(tops)s)"
    around = "OR id = ANY(%(counties_around)s)" if drawn.counties_around else ""
    return f"""
        SELECT id, level, CASE WHEN {is_top} THEN true END AS own, {shaped(frame, "geom")} AS mvt
        FROM map_division WHERE lv = {frame.level(14)} AND geom && {WIDE}
            AND {drawn.sees("lo", counties_around="id")}
            AND (level IN ({_listed(LEVEL_ZOOM, frame.z)}) OR {is_top} {around})"""


def lakes(frame: Frame) -> str:
    """Lakes larger than three pixels."""
    visible = frame.drawn.sees("drawn.lo", rivers="drawn.river_id", lakes="drawn.id")
    return f"""
        SELECT drawn.id, lake.name, lake.name_en, drawn.{frame.column("cls")} AS cls,
            {frame.own("drawn.lo")} AS own, {shaped(frame, "drawn.geom")} AS mvt
        FROM map_lake drawn JOIN lake ON lake.id = drawn.id
        WHERE drawn.lv = {frame.level(14)} AND drawn.geom && {WIDE} AND {visible}
            AND drawn.area_m2 > {(frame.unit_m * 24) ** 2}"""


_MARKS: Final = "CASE WHEN is_main THEN true END AS main, CASE WHEN is_canal THEN true END AS canal"


def _class(frame: Frame, column: str, **alone: str) -> str:
    """A class, hidden where only the surroundings of a station are seen."""
    if frame.drawn.everything or not frame.drawn.rivers_around:
        return column
    seen = frame.drawn.sees("drawn.lo", rivers="drawn.river_id", **alone)
    return f"CASE WHEN {seen} THEN {column} ELSE -1 END"


_NO_NAMES: Final = "CAST(NULL AS text) AS name, CAST(NULL AS text) AS name_en"


def _runs(frame: Frame) -> str:
    drawn = frame.drawn
    is_named = frame.z >= NAME_ZOOM
    names = "river.name, river.name_en" if is_named else _NO_NAMES
    river = "JOIN river ON river.id = drawn.river_id" if is_named else ""
    basis = small(0 if frame.basis == "now" else 1)
    which = "drawn.lo = -1"
    if not drawn.everything:
        seen = drawn.sees("drawn.lo", rivers="drawn.river_id", rivers_around="drawn.river_id")
        which = f"drawn.lo >= 0 AND {seen}"
    reach = "drawn.reach_id" if is_named else "CAST(NULL AS bigint)"
    runs = f"""
        SELECT drawn.river_id AS id, {names}, {_class(frame, "drawn.cls")} AS cls, {_MARKS},
            {frame.own("drawn.lo")} AS own, {reach} AS reach, {shaped(frame, "drawn.geom")} AS mvt
        FROM map_run drawn {river}
        WHERE drawn.basis = {basis} AND drawn.lv = {frame.level(10)} AND {which}
            AND drawn.geom && {WIDE} AND drawn.zmin <= {frame.z}"""
    if not drawn.reaches:
        return runs
    simple = f"ST_Simplify(drawn.geom, {frame.unit_m * 4}, true)"
    return f"""{runs} UNION ALL
        SELECT drawn.river_id, {names}, drawn.{frame.column("cls")} AS cls, {_MARKS},
            {frame.own("drawn.lo")} AS own, drawn.id AS reach, {shaped(frame, simple)} AS mvt
        FROM map_reach drawn {river}
        WHERE drawn.id = ANY(%(reaches)s) AND drawn.geom && {WIDE} AND drawn.zmin <= {frame.z}
            AND NOT {drawn.sees("drawn.lo", rivers="drawn.river_id")}"""


def reaches(frame: Frame) -> str:
    """From afar the runs of one class of each river, close by each reach."""
    if frame.z <= 10:
        return _runs(frame)
    visible = frame.drawn.sees(
        "drawn.lo", rivers="drawn.river_id", rivers_around="drawn.river_id", reaches="drawn.id"
    )
    colour = _class(frame, f"drawn.{frame.column('cls')}", reaches="drawn.id")
    return f"""
        SELECT drawn.id, drawn.river_id, reach.name, river.name AS river,
            river.name_en AS river_en, {colour} AS cls,
            {_MARKS}, {frame.own("drawn.lo")} AS own, {shaped(frame, "drawn.geom")} AS mvt
        FROM map_reach drawn JOIN reach ON reach.id = drawn.id
            JOIN river ON river.id = drawn.river_id
        WHERE drawn.geom && {WIDE} AND drawn.zmin <= {frame.z} AND {visible}"""


def rivers(frame: Frame) -> str:
    """The straight parts of rivers on which a name can be written, the longest ones of each.

    A part strays from its river by at most six pixels; ``nth`` is 1 for a tile's longest.
    """
    drawn = frame.drawn
    visible = "true"
    if not drawn.everything:
        part = drawn.sees("part.lo", reaches="part.id")
        named = [f"drawn.id = ANY(%({each})s)" for each in ("rivers", "rivers_around")]
        visible = f"""({" OR ".join(named)} OR EXISTS (SELECT 1 FROM map_reach part
                WHERE part.river_id = drawn.id AND {part}))"""
    level = 8 if frame.z == NAME_ZOOM else next((lv for lv in (10, 12) if frame.z <= lv), 14)
    near = f"ST_ClipByBox2D(drawn.geom, {WIDE})"
    least_m = _PART_PX * frame.unit_m * GRID_PX
    return f"""
        SELECT river.id, river.name, river.name_en, river.kind, CAST(part.nth AS int) AS nth,
            {shaped(frame, "part.geom")} AS mvt
        FROM (SELECT id, geom, row_number() OVER (PARTITION BY id ORDER BY ST_Length(geom) DESC)
                AS nth
            FROM (SELECT drawn.id, {near} AS geom FROM map_river drawn
                WHERE drawn.lv = {small(level)} AND drawn.geom && {WIDE} AND {visible}
                OFFSET 0) near
            WHERE ST_Length(geom) >= {least_m}) part
            JOIN river ON river.id = part.id
        WHERE part.nth <= {_MOST_PARTS}"""


def places(frame: Frame) -> str:
    """Names of places, first of the seats."""
    drawn = frame.drawn
    visible = "true"
    if drawn.ranges and not (drawn.rivers or drawn.reaches):
        visible = drawn.holds("lies.lo")
    elif not drawn.everything:
        visible = f"""({drawn.holds("lies.lo")} OR EXISTS (SELECT 1 FROM reach
            WHERE (reach.river_id = ANY(%(rivers)s) OR reach.id = ANY(%(reaches)s))
            AND place.geom && ST_Expand(reach.geom, 0.1)))"""
    return f"""
        SELECT place.id, place.name, place.name_en, place.level,
            CASE WHEN place.is_seat > 0 THEN true ELSE false END AS seat,
            {shaped(frame, "place.geom_web")} AS mvt
        FROM place JOIN map_place lies ON lies.id = place.id
        WHERE place.geom_web && {WIDE} AND {visible} AND CASE WHEN place.is_seat > 0
            THEN place.level IN ({_listed(SEAT_ZOOM, frame.z)})
            ELSE place.level IN ({_listed(LEVEL_ZOOM, frame.z)}) END"""
