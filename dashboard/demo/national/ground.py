"""Writes the nation's ground: divisions with seats, rivers, reaches and lakes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from pyproj import Transformer
from shapely import MultiLineString, MultiPolygon, Polygon, STRtree
from sqlalchemy import Connection, text

from dashboard.demo.files import SOURCE
from dashboard.demo.national import courses, divisions, lakes, network
from dashboard.demo.national.copying import copy_rows, count_on, first_free, written_shapes
from dashboard.demo.national.courses import Waters, as_lines
from dashboard.demo.national.divisions import Country, Kept
from dashboard.demo.national.lakes import Lake
from dashboard.demo.national.names import names
from dashboard.demo.national.rules import SEED, Indices, Plan, to_plane
from gis.crs import CGCS2000, WEB_MERCATOR
from gis.generalise import ZOOM_TOLERANCE, minimum_zoom

LOW_ZOOM: Final = 9
"""As the import's: what ``geom_low`` can show."""

VERTICES: Final = 13
"""Of a reach, about: so many edges of the network are drawn."""

LARGE: Final = 40
"""A river of so many reaches is called 江."""

NAMES_FROM: Final = 1_207


@dataclass(slots=True)
class Ground:
    """All that is drawn of the nation; ``county`` of each reach as an index into its divisions."""

    country: Country
    waters: Waters
    lakes: list[Lake]
    county: Indices


@dataclass(frozen=True, slots=True)
class Written:
    """The ids under which the ground was written: those of its first river, reach, lake.

    ``divisions`` has the id of each of the country's divisions.
    """

    divisions: list[int]
    river: int
    reach: int
    lake: int


def make_ground(plan: Plan, kept: Kept | None = None) -> Ground:
    """Returns the nation's ground, the same each time; counties that are ``kept`` lie in it."""
    rng = np.random.default_rng(SEED)
    country = divisions.make_country(plan, rng, kept)
    hole = to_plane(shapely.union_all(list(kept.counties.values()) if kept else []))
    edges = round(plan.reaches * VERTICES / courses.STEPS)
    net = network.make_network(plan, country.land, hole, edges, rng)
    waters = courses.draw_waters(net, plan.reaches, rng)
    made = lakes.make_lakes(plan, waters, rng)
    return Ground(country, waters, made, _counties(country, waters))


def _counties(country: Country, waters: Waters) -> Indices:
    """Returns the division in which the middle of each reach lies, else the nearest one."""
    which = np.array(country.of_level("county"), dtype=np.intp)
    tree = STRtree([country.divisions[at].shape for at in which])
    middle = shapely.points([piece[len(piece) // 2] for piece in waters.pieces])
    found = np.full(len(middle), -1, dtype=np.intp)
    reaches, areas = tree.query(middle, predicate="intersects")
    found[reaches] = areas
    outside = np.flatnonzero(found < 0)
    found[outside] = tree.nearest(middle[outside])
    counties: Indices = which[found]
    return counties


def write_ground(connection: Connection, ground: Ground) -> Written:
    """Writes divisions, places, rivers, reaches and lakes; returns their ids."""
    written = Written(
        _write_divisions(connection, ground.country),
        first_free(connection, "river"),
        first_free(connection, "reach"),
        first_free(connection, "lake"),
    )
    _write_places(connection, ground.country)
    named = river_names(ground)
    _write_rivers(connection, ground.waters, named, written)
    _write_reaches(connection, ground, [name for name, _said in named], written)
    _write_lakes(connection, ground, written)
    count_on(connection, "division", "place", "river", "reach", "lake")
    return written


def river_names(ground: Ground) -> list[tuple[str, str]]:
    """Returns the rivers' names, characters and English, each once."""
    counts = np.diff(ground.waters.first)
    return [
        (f"{name}江", f"{said} River") if count >= LARGE * 5
        else (f"{name}河", f"{said} River") if count >= 4
        else (f"{name}溪", f"{said} Brook")
        for count, (name, said) in zip(counts, names(turn=NAMES_FROM), strict=False)
    ]  # fmt: skip


def reach_names(ground: Ground, rivers: list[str]) -> Iterator[str]:
    """Yields the reaches' names as the import gives them: 湍河·邓州市段, 湍河·邓州市段（2）."""
    seen: dict[tuple[int, int], int] = {}
    for river, county in zip(ground.waters.river.tolist(), ground.county.tolist(), strict=True):
        number = seen[river, county] = seen.get((river, county), 0) + 1
        again = f"（{number}）" if number > 1 else ""
        yield f"{rivers[river]}·{ground.country.divisions[county].name}段{again}"


def _write_divisions(connection: Connection, country: Country) -> list[int]:
    start = first_free(connection, "division")
    ids: list[int] = []
    for each in country.divisions:
        ids.append(each.id if each.id is not None else start)
        start += each.id is None
    shapes = written_shapes(
        each.shape if isinstance(each.shape, MultiPolygon) else MultiPolygon([each.shape])
        for each in country.divisions
        if isinstance(each.shape, Polygon | MultiPolygon)
    )
    rows = [
        (id_, each.code, each.name, each.name_en, each.level,
         None if each.parent is None else ids[each.parent], shape, SOURCE)
        for id_, each, shape in zip(ids, country.divisions, shapes, strict=True)
        if each.id is None
    ]  # fmt: skip
    columns = ("id", "code", "name", "name_en", "level", "parent_id", "geom", "source")
    copy_rows(connection, "division", columns, rows)
    for id_, each, shape in zip(ids, country.divisions, shapes, strict=True):
        if each.id is not None:
            connection.execute(
                text("UPDATE division SET geom = CAST(:shape AS geometry) WHERE id = :id"),
                {"id": id_, "shape": shape},
            )
    return ids


def _write_places(connection: Connection, country: Country) -> None:
    listed = [each for each in country.divisions if each.id is None]
    shapes = written_shapes(shapely.points([each.seat for each in listed]))
    rows = (
        (each.name, each.name_en, each.level, 1, shape)
        for each, shape in zip(listed, shapes, strict=True)
    )
    copy_rows(connection, "place", ("name", "name_en", "level", "is_seat", "geom"), rows)


def _write_rivers(
    connection: Connection, waters: Waters, named: list[tuple[str, str]], written: Written
) -> None:
    shapes = written_shapes(MultiLineString([line]) for line in waters.lines)
    rows = (
        (written.river + at, name, said, "river",
         written.river + into if into >= 0 else None,
         float(waters.into_m[at]) if into >= 0 else None,
         float(waters.length_m[at]), shapes[at], SOURCE)
        for at, ((name, said), into) in enumerate(zip(named, waters.into.tolist(), strict=True))
    )  # fmt: skip
    columns = ("id", "name", "name_en", "kind", "flows_into_id", "flows_into_chainage_m",
               "length_m", "geom", "source")  # fmt: skip
    copy_rows(connection, "river", columns, rows)


def _write_reaches(
    connection: Connection, ground: Ground, rivers: list[str], written: Written
) -> None:
    waters = ground.waters
    lines = as_lines(waters.pieces)
    shapes = written_shapes(lines)
    to_web = Transformer.from_crs(CGCS2000, WEB_MERCATOR, always_xy=True)
    drawn = shapely.simplify(
        shapely.transform(lines, lambda pairs: np.column_stack(to_web.transform(*pairs.T))),
        ZOOM_TOLERANCE[LOW_ZOOM],
    )
    low = shapely.to_wkb(shapely.set_srid(drawn, WEB_MERCATOR), hex=True, include_srid=True)
    zooms = [minimum_zoom(length_m=float(each)) for each in waters.length_m]
    rows = (
        (written.reach + at, written.river + river, name, position, written.divisions[county],
         from_m, to_m, written.reach + down if down >= 0 else None, shapes[at], low[at],
         zooms[river])
        for at, (river, name, position, county, from_m, to_m, down) in enumerate(
            zip(waters.river.tolist(), reach_names(ground, rivers), waters.position.tolist(),
                ground.county.tolist(), waters.from_m.tolist(), waters.to_m.tolist(),
                waters.down.tolist(), strict=True)
        )
    )  # fmt: skip
    columns = ("id", "river_id", "name", "position", "division_id", "chainage_from_m",
               "chainage_to_m", "downstream_id", "geom", "geom_low", "min_zoom")  # fmt: skip
    copy_rows(connection, "reach", columns, rows)


def _write_lakes(connection: Connection, ground: Ground, written: Written) -> None:
    shapes = written_shapes(MultiPolygon([each.shape]) for each in ground.lakes)
    rows = (
        (written.lake + at, each.name, each.name_en, each.kind, each.area_m2,
         written.divisions[int(ground.county[each.reach])],
         written.river + int(ground.waters.river[each.reach]), shape, SOURCE)
        for at, (each, shape) in enumerate(zip(ground.lakes, shapes, strict=True))
    )  # fmt: skip
    columns = ("id", "name", "name_en", "kind", "area_m2", "division_id", "river_id", "geom",
               "source")  # fmt: skip
    copy_rows(connection, "lake", columns, rows)
