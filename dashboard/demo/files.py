"""Writes the made county as files in the import's formats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import geopandas
import numpy as np
from shapely import Point
from shapely.geometry.base import BaseGeometry

from dashboard.demo import watch
from dashboard.demo.ground import HILL_TOWNS, RIVERS, TOWNS, TRIBUTARIES, Ground
from data.imports.fields import ImportKind
from gis.crs import CGCS2000

PROVINCE, CITY, COUNTY, NEIGHBOUR = (
    ("990000000000", "示范省", "Demonstration Province"),
    ("990100000000", "示范市", "Demonstration City"),
    ("990101000000", "清川县", "Qingchuan County"),
    ("990102000000", "下川县", "Xiachuan County"),
)
"""Codes of a province that doesn't exist, so that no real place is spoken of."""
SOURCE = "演示数据，非真实地物"
ENGLISH = {name: row[0] for name, row in (RIVERS | TRIBUTARIES | TOWNS | HILL_TOWNS).items()}
CANAL, RESERVOIR, LAKE = "东干渠", "青石岭水库", "月牙湖"
WATERS_EN = {CANAL: "East Canal", RESERVOIR: "Qingshiling Reservoir", LAKE: "Yueya Lake"}


@dataclass(frozen=True, slots=True)
class BasinFile:
    """A file to import, with values that are the same for all of its rows."""

    kind: ImportKind
    path: Path
    constants: Mapping[str, str] = field(default_factory=dict)
    crs: str | None = None


Row = tuple[Mapping[str, object], BaseGeometry | None]


def write_ground(ground: Ground, folder: Path) -> list[BasinFile]:
    """Writes import files of divisions, names and waters; returns the files in order of import."""
    folder.mkdir(parents=True, exist_ok=True)
    rivers = [
        ({"name": name, "name_en": ENGLISH[name], "kind": "river", "basin": "清川河流域"}, line)
        for name, line in ground.rivers.items()
    ]
    rivers.append(
        ({"name": CANAL, "name_en": WATERS_EN[CANAL], "kind": "canal", "basin": ""}, ground.canal)
    )
    lakes = [
        (
            {"name": RESERVOIR, "name_en": WATERS_EN[RESERVOIR], "kind": "reservoir"},
            ground.reservoir,
        ),
        ({"name": LAKE, "name_en": WATERS_EN[LAKE], "kind": "lake"}, ground.lake),
    ]
    sourced = {"source": SOURCE}
    return [
        BasinFile(
            ImportKind.DIVISIONS, _write(folder / "divisions.geojson", _divisions(ground)), sourced
        ),
        BasinFile(ImportKind.PLACES, _write(folder / "places.geojson", _places(ground))),
        BasinFile(ImportKind.RIVERS, _write(folder / "rivers.geojson", rivers), sourced),
        BasinFile(ImportKind.LAKES, _write(folder / "lakes.geojson", lakes), sourced),
    ]


def write_stations(
    ground: Ground, folder: Path, started_on: date, outfall_step: timedelta
) -> list[BasinFile]:
    """Writes import files of sections, outfalls and intakes along the waters; returns the files.

    ``outfall_step`` is how often an outfall is due to report.
    """
    began = {"started_on": started_on.isoformat()}
    sections = [
        (
            {
                "code": row.code,
                "name": row.name,
                "name_en": row.name_en,
                "attribute": row.attribute,
                "target_class": row.target,
                "is_border": "是" if row.is_border else "否",
                "interval": "4h",
                **began,
            },
            _spot(ground, row.water, row.share, 0.0),
        )
        for row in watch.sections()
    ]
    outfalls = [
        (
            {
                "code": row.code,
                "name": row.name,
                "name_en": row.name_en,
                "category": row.category,
                "owner": row.owner,
                "grade": row.grade,
                "permit_no": f"9901010000{row.code[-2:]}001P",
                "discharge_mode": row.mode,
                "interval": f"{outfall_step / timedelta(hours=1):g}h",
                "limits_from": started_on.replace(month=1, day=1).isoformat(),
                **began,
            },
            _spot(ground, row.water, row.share, 0.0004),
        )
        for row in watch.outfalls()
    ]
    return [
        BasinFile(ImportKind.SECTIONS, _write(folder / "sections.geojson", sections)),
        BasinFile(ImportKind.OUTFALLS, _write(folder / "outfalls.geojson", outfalls)),
        BasinFile(ImportKind.INTAKES, _write(folder / "intakes.geojson", _intakes(ground, began))),
    ]


def _intakes(ground: Ground, began: dict[str, str]) -> list[Row]:
    """Returns the intakes as features along the waters."""
    return [
        (
            {
                "code": row.code,
                "name": row.name,
                "name_en": row.name_en,
                "owner": row.owner,
                "permit_no": row.permit_no,
                "permitted_volume_m3a": row.volume_m3a,
                "purpose": row.purpose,
                **began,
            },
            _spot(ground, row.water, row.share, -0.0003),
        )
        for row in watch.intakes()
    ]


def _spot(ground: Ground, water: str, share: float | None, east: float) -> Point:
    """Returns a point on a river (a little to its east) or in the middle of a lake."""
    if share is None:
        area = ground.reservoir if water == RESERVOIR else ground.lake
        return area.representative_point()
    line = ground.canal if water == CANAL else ground.rivers[water]
    on = line.interpolate(share, normalized=True)
    return Point(on.x + east, on.y)


def _divisions(ground: Ground) -> list[Row]:
    rows: list[Row] = [
        (_division(PROVINCE, "province", ""), None),
        (_division(CITY, "city", PROVINCE[0]), None),
        (_division(COUNTY, "county", CITY[0]), ground.county),
        (_division(NEIGHBOUR, "county", CITY[0]), ground.neighbour),
    ]
    for index, (town, area) in enumerate(ground.towns.items()):
        code = f"9901011{index:02d}000"
        rows.append((_division((code, town, ENGLISH[town]), "township", COUNTY[0]), area))
        villages = [name for name, (of, _) in ground.villages.items() if of == town]
        for number, village in enumerate(villages):
            named = (f"9901011{index:02d}{201 + number}", f"{village}村", "")
            rows.append((_division(named, "village", code), None))
    return rows


def _division(named: tuple[str, str, str], level: str, parent: str) -> dict[str, object]:
    code, name, name_en = named
    return {"code": code, "name": name, "name_en": name_en, "level": level, "parent": parent}


def _places(ground: Ground) -> list[Row]:
    rows: list[Row] = []
    for town, point in ground.seats.items():
        seat = town in TOWNS and TOWNS[town][3]
        named = {
            "name": "清川县" if seat else town,
            "name_en": "Qingchuan" if seat else ENGLISH[town],
        }
        level = "county" if seat else "township"
        rows.append(({**named, "level": level, "is_seat": "是" if seat else "否"}, point))
    for village, (_, point) in ground.villages.items():
        rows.append(({"name": village, "name_en": "", "level": "village", "is_seat": "否"}, point))
    return rows


def _write(path: Path, rows: Sequence[Row]) -> Path:
    """Writes the rows as GeoJSON; returns the file's path."""
    frame = geopandas.GeoDataFrame(
        [facts for facts, _ in rows],
        geometry=np.array([shape for _, shape in rows], dtype=object),
        crs=CGCS2000,
    )
    frame.to_file(path, driver="GeoJSON", engine="pyogrio")
    return path
