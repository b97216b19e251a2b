"""The nation's provinces, cities and counties: who belongs to whom, with their borders."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from shapely import MultiPolygon, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from dashboard.demo.national import borders
from dashboard.demo.national.names import names
from dashboard.demo.national.rules import (
    Indices,
    Numbers,
    Plan,
    degrees,
    kilometres,
    points_at,
    scattered,
    to_plane,
)

PROVINCE_NUMBERS: Final = (99, *range(66, 71), *range(72, 81), *range(83, 99))
"""First two digits of codes that no real province has; 99 is the made county's."""

CLEAR_KM: Final = 2.0
"""No county's middle lies nearer to the counties that were there before."""

SLIVER: Final = 1e-4
"""Square degrees of a piece too small for a county's part."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Counties that were there before, with the city and province above them: polygons by id."""

    province: int
    city: int
    counties: dict[int, Polygon]
    codes: tuple[str, str, str] = ("990000000000", "990100000000", "990101000000")


@dataclass(frozen=True, slots=True)
class Division:
    """A division to be written; ``parent`` is the index of another one, None for a province.

    ``id`` is that of one that is there already and only gets its area.
    """

    code: str
    name: str
    name_en: str
    level: str
    parent: int | None
    shape: BaseGeometry
    seat: tuple[float, float]
    id: int | None = None


@dataclass(slots=True)
class Country:
    """All divisions, those above before those below, and the land in kilometres on the plane."""

    land: Polygon
    divisions: list[Division] = field(default_factory=list)

    def of_level(self, level: str) -> list[int]:
        """Returns the indices of the divisions of a level."""
        return [at for at, each in enumerate(self.divisions) if each.level == level]


def land_of(plan: Plan) -> Polygon:
    """Returns the outline of the nation on the plane: longer than wide, with bays."""
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    bays = 1 + 0.09 * np.cos(3 * angle + 0.6) + 0.05 * np.cos(5 * angle + 2.0)
    bays += 0.03 * np.cos(11 * angle + 1.0)
    east = plan.across * bays * np.cos(angle)
    north = 0.72 * plan.across * bays * np.sin(angle)
    return Polygon(np.column_stack([east, north]))


def make_country(plan: Plan, rng: np.random.Generator, kept: Kept | None = None) -> Country:
    """Returns the nation's divisions; counties that are ``kept`` stay as they are, among them."""
    land = land_of(plan)
    before = list(kept.counties.values()) if kept else []
    hole = shapely.union_all(before)
    seeds, inside = _seeds(plan, land, to_plane(hole), plan.counties - len(before), rng)
    rings = borders.areas(seeds, inside, rng)
    counties: list[BaseGeometry] = [Polygon(degrees(ring)) for ring in rings]
    if before:
        counties = [_without(each, hole) for each in counties]
    seats = seeds[inside]
    centre = kilometres(np.array([[hole.centroid.x, hole.centroid.y]])) if before else seats[:0]
    city_seats = _chosen(plan.cities, land, seats, centre)
    province_seats = _chosen(plan.provinces, land, city_seats, centre)
    of_city = _nearest(city_seats, seats)
    of_province = _nearest(province_seats, city_seats)
    return _Assembly(plan, land, kept, counties, seats).assembled(of_city, of_province)


def _seeds(
    plan: Plan, land: Polygon, hole: BaseGeometry, count: int, rng: np.random.Generator
) -> tuple[Numbers, Indices]:
    """Returns evenly scattered points, and which of them are the ``count`` middles of counties.

    Those outside of the land bound the outermost counties; in the east they lie closer.
    """
    west, south, east, north = land.buffer(plan.across * 0.12 + 40).bounds
    shapely.prepare(land)
    around = hole.buffer(CLEAR_KM)
    start, points = 0, np.empty((0, 2))
    while True:
        units = scattered(start, 4 * plan.counties)
        start += len(units)
        units = (units + rng.normal(0, 0.15, units.shape) / np.sqrt(2 * plan.counties)).clip(0, 1)
        fresh = np.column_stack(
            [west + (east - west) * units[:, 0] ** 0.75, south + (north - south) * units[:, 1]]
        )
        points = np.concatenate([points, fresh])
        points = points[~shapely.contains_xy(around, *points.T)] if not around.is_empty else points
        within = np.flatnonzero(shapely.contains_xy(land, *points.T))
        if len(within) >= count:
            last = within[count - 1]
            return points[: last + 1], within[:count]


def _without(county: BaseGeometry, hole: BaseGeometry) -> BaseGeometry:
    """Returns the county without the ground of those that were there before."""
    if not county.intersects(hole):
        return county
    left = county.difference(hole)
    parts = [part for part in shapely.get_parts(left) if part.area > SLIVER]
    return MultiPolygon(parts) if len(parts) > 1 else parts[0]


def _chosen(count: int, land: Polygon, among: Numbers, first: Numbers) -> Numbers:
    """Returns so many of the places, evenly scattered; ``first`` come before them."""
    west, south, east, north = land.bounds
    tree = STRtree(points_at(among))
    found: list[int] = []
    number = 0
    while len(found) < count - len(first):
        unit = scattered(number, 1)[0]
        number += 1
        place = Point(west + (east - west) * unit[0] ** 0.75, south + (north - south) * unit[1])
        nearest = int(tree.nearest(place))
        if nearest not in found and shapely.contains(land, place):
            found.append(nearest)
        if number > 50 * count + 1_000:
            found += [at for at in range(len(among)) if at not in found]
    return np.concatenate([first, among[found[: count - len(first)]]])


def _nearest(places: Numbers, of: Numbers) -> Indices:
    """Returns for each point the index of the place nearest to it."""
    return np.asarray(STRtree(points_at(places)).nearest(points_at(of)), dtype=np.intp)


@dataclass(slots=True)
class _Assembly:
    """Puts counties together to cities and provinces, names them and numbers them."""

    plan: Plan
    land: Polygon
    kept: Kept | None
    counties: Sequence[BaseGeometry]
    seats: Numbers

    def assembled(self, of_city: Indices, of_province: Indices) -> Country:
        """Returns the country: provinces, then cities, then counties."""
        country = Country(self.land)
        homes = self.kept is not None
        before = list(self.kept.counties.values()) if self.kept else []
        cities = [
            _united([self.counties[at] for at in np.flatnonzero(of_city == city).tolist()],
                    before if homes and city == 0 else [])
            for city in range(self.plan.cities)
        ]  # fmt: skip
        provinces = [
            _united([cities[at] for at in np.flatnonzero(of_province == province).tolist()],
                    before if homes and province == 0 else [])
            for province in range(self.plan.provinces)
        ]  # fmt: skip
        for number, shape in enumerate(provinces):
            country.divisions.append(self._province(number, shape))
        inner = [0] * self.plan.provinces
        for number, shape in enumerate(cities):
            above = int(of_province[number])
            inner[above] += 1
            country.divisions.append(self._city(country, number, above, inner[above], shape))
        self._add_counties(country, of_city)
        return country

    def _province(self, number: int, shape: BaseGeometry) -> Division:
        if self.kept and number == 0:
            return _as_kept(self.kept.codes[0], "province", None, shape, self.kept.province)
        name, said = _PROVINCES[number]
        code = f"{PROVINCE_NUMBERS[number]:02d}0000000000"
        return Division(code, f"{name}省", f"{said} Province", "province", None, shape,
                        _middle(shape))  # fmt: skip

    def _city(
        self, country: Country, number: int, above: int, inner: int, shape: BaseGeometry
    ) -> Division:
        if self.kept and number == 0:
            return _as_kept(self.kept.codes[1], "city", above, shape, self.kept.city)
        name, said = _CITIES[number]
        code = f"{country.divisions[above].code[:2]}{inner:02d}00000000"
        return Division(code, f"{name}市", f"{said} City", "city", above, shape, _middle(shape))

    def _add_counties(self, country: Country, of_city: Indices) -> None:
        inner = [0] * self.plan.cities
        if self.kept:
            inner[0] = len(self.kept.counties) + 1
        for number, shape in enumerate(self.counties):
            city = int(of_city[number])
            inner[city] += 1
            above = self.plan.provinces + city
            name, said = _COUNTIES[number]
            code = f"{country.divisions[above].code[:4]}{inner[city]:02d}000000"
            lon, lat = degrees(self.seats[number : number + 1])[0]
            country.divisions.append(
                Division(code, f"{name}县", f"{said} County", "county", above, shape,
                         (float(lon), float(lat)))
            )  # fmt: skip


def _as_kept(
    code: str, level: str, parent: int | None, shape: BaseGeometry, known: int
) -> Division:
    return Division(code, "", "", level, parent, shape, _middle(shape), known)


def _united(shapes: list[BaseGeometry], before: list[Polygon]) -> BaseGeometry:
    """Returns the area of all; those that were there before fit their neighbours less exactly."""
    if before:
        return shapely.union_all([*shapes, *before]).buffer(0)
    return shapely.coverage_union_all(shapes)


def _middle(shape: BaseGeometry) -> tuple[float, float]:
    point = shape.representative_point()
    return round(point.x, 6), round(point.y, 6)


def _listed(count: int, turn: int) -> list[tuple[str, str]]:
    return [name for name, _number in zip(names(turn=turn), range(count), strict=False)]


_PROVINCES, _CITIES, _COUNTIES = _listed(40, 7), _listed(1_000, 91), _listed(3_900, 533)
