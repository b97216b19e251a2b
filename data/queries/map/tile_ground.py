"""The layers of a tile that lie still: divisions, lakes, reaches, names."""

from typing import Final

from data.queries.map.tile_frame import WIDE, Frame, shaped

LEVEL_ZOOM: Final = {"province": 0, "city": 6, "county": 8, "township": 9, "village": 12}
"""From which zoom on the outlines of divisions of a level are drawn; one's own always are."""

SEAT_ZOOM: Final = {"province": 0, "city": 5, "county": 7, "township": 9, "village": 12}
"""From which zoom on the names of seats are drawn."""

NAME_ZOOM: Final = 8
"""From here on a river's line carries its name."""


def _listed(zooms: dict[str, int], z: int) -> str:
    return ", ".join(f"'{level}'" for level, from_zoom in zooms.items() if z >= from_zoom)


def divisions(frame: Frame) -> str:
    """Outlines: those of a level that the zoom shows, and the topmost of the reader's own."""
    drawn = frame.drawn
    top = "parent_lo = 0"
    visible = "true"
    if not drawn.everything:
        top = f"({drawn.holds('lo')} AND NOT {drawn.holds('parent_lo')})"
        visible = f"({drawn.holds('lo')} OR id = ANY(%(counties_around)s))"
    return f"""
        SELECT id, level, CASE WHEN {top} THEN true END AS own, {shaped("geom")} AS mvt
        FROM map_division WHERE lv = {frame.level(14)} AND geom && {WIDE} AND {visible}
            AND (level IN ({_listed(LEVEL_ZOOM, frame.z)}) OR {top}
                OR id = ANY(%(counties_around)s))"""


def lakes(frame: Frame) -> str:
    """Lakes larger than three pixels."""
    drawn = frame.drawn
    visible = "true"
    if not drawn.everything:
        visible = (
            f"({drawn.holds('drawn.lo')} OR drawn.river_id = ANY(%(rivers)s)"
            " OR drawn.id = ANY(%(lakes)s))"
        )
    return f"""
        SELECT drawn.id, lake.name, lake.name_en, drawn.{frame.column("cls")} AS cls,
            {frame.own("drawn.lo")} AS own, {shaped("drawn.geom")} AS mvt
        FROM map_lake drawn JOIN lake ON lake.id = drawn.id
        WHERE drawn.lv = {frame.level(14)} AND drawn.geom && {WIDE} AND {visible}
            AND drawn.area_m2 > {(frame.unit_m * 24) ** 2}"""


_MARKS: Final = "CASE WHEN is_main THEN true END AS main, CASE WHEN is_canal THEN true END AS canal"


def _visible_reach(frame: Frame) -> str:
    drawn = frame.drawn
    own = f"{drawn.holds('drawn.lo')} OR drawn.river_id = ANY(%(rivers)s)"
    return f"({own} OR drawn.river_id = ANY(%(rivers_around)s))"


def _class(frame: Frame, *alone: str) -> str:
    """A class, hidden where only the surroundings of a station are seen."""
    drawn, column = frame.drawn, f"drawn.{frame.column('cls')}"
    if drawn.everything or not drawn.rivers_around:
        return column
    seen = " OR ".join(
        [drawn.holds("drawn.lo"), "drawn.river_id = ANY(%(rivers)s)", *alone],
    )
    return f"CASE WHEN {seen} THEN {column} ELSE -1 END"


def _runs(frame: Frame) -> str:
    drawn = frame.drawn
    names = "river.name, river.name_en," if frame.z >= NAME_ZOOM else ""
    river = "JOIN river ON river.id = drawn.river_id" if frame.z >= NAME_ZOOM else ""
    basis = 0 if frame.basis == "now" else 1
    which = "drawn.lo = -1" if drawn.everything else f"drawn.lo >= 0 AND {_visible_reach(frame)}"
    colour = "drawn.cls"
    if drawn.rivers_around:
        seen = f"{drawn.holds('drawn.lo')} OR drawn.river_id = ANY(%(rivers)s)"
        colour = f"CASE WHEN {seen} THEN drawn.cls ELSE -1 END"
    runs = f"""
        SELECT drawn.id, drawn.river_id, {names} {colour} AS cls, {_MARKS},
            {frame.own("drawn.lo")} AS own, drawn.reach_id AS reach, {shaped("drawn.geom")} AS mvt
        FROM map_run drawn {river}
        WHERE drawn.basis = {basis} AND drawn.lv = {frame.level(10)} AND {which}
            AND drawn.geom && {WIDE} AND drawn.zmin <= {frame.z}"""
    if not drawn.reaches:
        return runs
    simple = f"ST_Simplify(drawn.geom, {frame.unit_m * 4}, true)"
    return f"""{runs} UNION ALL
        SELECT drawn.id, drawn.river_id, {names} drawn.{frame.column("cls")} AS cls, {_MARKS},
            {frame.own("drawn.lo")} AS own, drawn.id AS reach, {shaped(simple)} AS mvt
        FROM map_reach drawn {river}
        WHERE drawn.id = ANY(%(reaches)s) AND drawn.geom && {WIDE} AND drawn.zmin <= {frame.z}
            AND NOT ({drawn.holds("drawn.lo")} OR drawn.river_id = ANY(%(rivers)s))"""


def reaches(frame: Frame) -> str:
    """From afar the runs of one class of each river, close by each reach."""
    if frame.z <= 10:
        return _runs(frame)
    drawn = frame.drawn
    visible = "true"
    if not drawn.everything:
        visible = f"({_visible_reach(frame)} OR drawn.id = ANY(%(reaches)s))"
    return f"""
        SELECT drawn.id, drawn.river_id, reach.name, river.name AS river,
            river.name_en AS river_en, {_class(frame, "drawn.id = ANY(%(reaches)s)")} AS cls,
            {_MARKS}, {frame.own("drawn.lo")} AS own, {shaped("drawn.geom")} AS mvt
        FROM map_reach drawn JOIN reach ON reach.id = drawn.id
            JOIN river ON river.id = drawn.river_id
        WHERE drawn.geom && {WIDE} AND drawn.zmin <= {frame.z} AND {visible}"""


def rivers(frame: Frame) -> str:
    """The lines along which the names of rivers are written, smooth enough for letters."""
    drawn = frame.drawn
    visible = "true"
    if not drawn.everything:
        visible = f"""(drawn.id = ANY(%(rivers)s) OR drawn.id = ANY(%(rivers_around)s)
            OR EXISTS (SELECT 1 FROM map_reach part WHERE part.river_id = drawn.id
                AND ({drawn.holds("part.lo")} OR part.id = ANY(%(reaches)s))))"""
    line = f"ST_Simplify(drawn.geom, {frame.unit_m * 48}, true)"
    return f"""
        SELECT river.id, river.name, river.name_en, river.kind, {shaped(line)} AS mvt
        FROM map_river drawn JOIN river ON river.id = drawn.id
        WHERE drawn.geom && {WIDE} AND {visible}"""


def places(frame: Frame) -> str:
    """Names of places, first of the seats."""
    drawn = frame.drawn
    visible = "true"
    if not drawn.everything:
        visible = f"""({drawn.holds("lies.lo")} OR EXISTS (SELECT 1 FROM reach
            WHERE (reach.river_id = ANY(%(rivers)s) OR reach.id = ANY(%(reaches)s))
            AND place.geom && ST_Expand(reach.geom, 0.1)))"""
    return f"""
        SELECT place.id, place.name, place.name_en, place.level,
            CASE WHEN place.is_seat > 0 THEN true ELSE false END AS seat,
            {shaped("place.geom_web")} AS mvt
        FROM place JOIN map_place lies ON lies.id = place.id
        WHERE place.geom_web && {WIDE} AND {visible} AND CASE WHEN place.is_seat > 0
            THEN place.level IN ({_listed(SEAT_ZOOM, frame.z)})
            ELSE place.level IN ({_listed(LEVEL_ZOOM, frame.z)}) END"""
