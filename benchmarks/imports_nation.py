"""A nation made by rule, as files to import: divisions, rivers and the reaches of the rivers.

Rivers lie as combs: a main river from west to east for each row, and side rivers that end on it.
Borders and rivers wind, so that a county has 160 vertices and a reach of 2.4 km has 25.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import geopandas
import numpy as np
import numpy.typing as npt
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

WEST: Final = 80.0
SOUTH: Final = 22.0
WIDE_DEG: Final = 40.0
HIGH_DEG: Final = 26.0
REACHES: Final = 25
"""Reaches of each river."""

VERTICES: Final = 24
"""Segments of each reach."""

COUNTIES: Final = (60, 48)
"""Counties from west to east and from south to north: 2,880."""

CITY: Final = (4, 2)
PROVINCE: Final = (12, 12)
"""So many counties make a city and a province, in each direction."""

SIDES: Final = 99
"""Side rivers of each main river."""

Numbers = npt.NDArray[np.float64]
Features = list[tuple[dict[str, object], BaseGeometry]]


@dataclass(frozen=True, slots=True)
class River:
    """A river of the nation: its code and the vertices from its source to its end."""

    code: str
    name: str
    places: Numbers


def rivers(reaches: int) -> list[River]:
    """Returns the rivers that have at least so many reaches together."""
    count = -(-reaches // REACHES)
    rows = -(-count // (SIDES + 1))
    found = []
    for row in range(rows):
        main = _main(SOUTH + HIGH_DEG * (row + 1) / (rows + 1))
        found.append(River(f"M{row:03d}", f"大河{row}", main))
        for side in range(min(SIDES, count - len(found))):
            number = len(found)
            found.append(River(f"S{number:05d}", f"支河{number}", _side(main, side, rows, number)))
    return found


def _main(lat: float) -> Numbers:
    steps = np.linspace(0.0, 1.0, REACHES * VERTICES * 4 + 1)
    winding = 0.05 * np.sin(steps * 60.0) + 0.01 * np.sin(steps * 400.0)
    return np.column_stack((WEST + 0.2 + steps * (WIDE_DEG - 0.4), lat + winding))


def _side(main: Numbers, side: int, rows: int, number: int) -> Numbers:
    """Returns a side river: it ends exactly on a vertex of the main river, from north or south."""
    end = main[len(main) * (side + 1) // (SIDES + 2)]
    away = (1 if side % 2 else -1) * min(0.55, 0.45 * HIGH_DEG / (rows + 1))
    steps = np.linspace(1.0, 0.0, REACHES * VERTICES + 1)
    winding = 0.02 * np.sin(steps * (20.0 + number % 7)) + 0.002 * np.sin(steps * 300.0)
    return np.column_stack((end[0] + winding, end[1] + away * steps))


def river_features(made: Sequence[River]) -> Features:
    """Returns the rivers as features of a file."""
    return [({"name": each.name, "code": each.code}, LineString(each.places)) for each in made]


def reach_features(made: Sequence[River], but: int = 0) -> Features:
    """Returns the reaches of the rivers as features; ``but`` moves their borders by vertices."""
    return [
        (
            {"name": f"{each.name}第{at + 1}段", "code": f"{each.code}-{at + 1}",
             "river": each.code},
            LineString(line),
        )
        for each in made
        for at, line in enumerate(_cut(each.places, but))
    ]  # fmt: skip


def _cut(places: Numbers, but: int) -> Iterator[Numbers]:
    edges = np.linspace(0, len(places) - 1, REACHES + 1).astype(int)
    edges[1:-1] += but
    for start, end in pairwise(edges):
        yield places[start : end + 1]


def division_features() -> Features:
    """Returns provinces, cities and counties, with codes that say what belongs to what."""
    across, up = COUNTIES
    found: Features = []
    for (wide, high), level in ((PROVINCE, 2), (CITY, 4), ((1, 1), 6)):
        for row in range(0, up, high):
            for column in range(0, across, wide):
                code = _code(column, row)[:level].ljust(12, "0")
                name = {2: "省", 4: "市", 6: "县"}[level]
                found.append(
                    ({"name": f"第{code[:level]}{name}", "code": code},
                     _surface(column, row, wide, high))
                )  # fmt: skip
    return found


def _code(column: int, row: int) -> str:
    """Returns the code of a county, whose first digits are those of its province and city."""
    across = COUNTIES[0] // PROVINCE[0]
    province = 11 + column // PROVINCE[0] + across * (row // PROVINCE[1])
    inner_column, inner_row = column % PROVINCE[0], row % PROVINCE[1]
    city = 1 + inner_column // CITY[0] + -(-PROVINCE[0] // CITY[0]) * (inner_row // CITY[1])
    county = 1 + inner_column % CITY[0] + CITY[0] * (inner_row % CITY[1])
    return f"{province:02d}{city:02d}{county:02d}"


def _surface(column: int, row: int, wide: int, high: int) -> Polygon:
    """Returns a surface of so many counties; neighbours share the vertices of their border."""
    south = [_border(at, row, 0) for at in range(column, column + wide)]
    north = [_border(at, row + high, 0) for at in range(column, column + wide)]
    west = [_border(column, at, 1) for at in range(row, row + high)]
    east = [_border(column + wide, at, 1) for at in range(row, row + high)]
    return Polygon(
        np.concatenate(
            [*south, *east, *(each[::-1] for each in north[::-1]), *(e[::-1] for e in west[::-1])]
        )
    )


def _border(column: int, row: int, axis: int) -> Numbers:
    """Returns the border that begins at a corner: to the east (0) or to the north (1)."""
    across, up = WIDE_DEG / COUNTIES[0], HIGH_DEG / COUNTIES[1]
    steps = np.linspace(0.0, 1.0, 41)
    aside = 0.04 * np.sin(steps * np.pi) * np.sin(steps * 25.0 + column * 1.3 + row * 0.7)
    corner = np.array((WEST + column * across, SOUTH + row * up))
    along = np.array((across, 0.0) if axis == 0 else (0.0, up))
    winding = np.array((0.0, 1.0) if axis == 0 else (1.0, 0.0))
    return (corner + steps[:, None] * along + aside[:, None] * winding).round(9)


def write(path: Path, features: Features) -> Path:
    """Writes the features as a GeoPackage."""
    frame = geopandas.GeoDataFrame(
        [values for values, _ in features], geometry=[each for _, each in features], crs="EPSG:4490"
    )
    frame.to_file(path)
    return path


def real_rivers(folder: Path) -> list[River]:
    """Returns the real lines of ``lines_scale`` as rivers, those of at least 60 vertices."""
    packed = folder / "lines_scale" / "rivers_f_china_bbox.geojsonl.gz"
    found = []
    with gzip.open(packed, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            places = np.array(json.loads(line)["geometry"]["coordinates"], dtype=np.float64)
            if len(places) >= 2 * REACHES + 10:
                found.append(River(f"R{number:05d}", f"河{number}", places[:, :2]))
    return found
