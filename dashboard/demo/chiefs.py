"""The chiefs of the made county's waters, by post: five levels and the general chiefs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas
from sqlalchemy import Connection, text

from dashboard.demo.files import CITY, COUNTY, PROVINCE, BasinFile
from data.imports.fields import ImportKind

MAIN_RIVER = "清川河"
REACHES = """
SELECT reach.name AS reach, river.name AS river, town.name AS town, town.code AS town_code,
       county.code AS county_code,
       (SELECT village.name FROM division village
        JOIN place ON village.name = place.name || '村'
        WHERE village.parent_id = town.id
        ORDER BY place.geom <-> reach.geom LIMIT 1) AS village,
       (SELECT village.code FROM division village
        JOIN place ON village.name = place.name || '村'
        WHERE village.parent_id = town.id
        ORDER BY place.geom <-> reach.geom LIMIT 1) AS village_code
FROM reach JOIN river ON river.id = reach.river_id
LEFT JOIN division town ON town.id = reach.division_id
LEFT JOIN division county ON county.id = town.parent_id
ORDER BY river.id, reach.position
"""
BOARDS = """
SELECT river.name || '公示牌' AS name, reach.name AS reach,
       ST_X(ST_LineInterpolatePoint(reach.geom, 0.5)) AS lon,
       ST_Y(ST_LineInterpolatePoint(reach.geom, 0.5)) AS lat
FROM reach JOIN river ON river.id = reach.river_id
JOIN division ON division.id = reach.division_id AND division.level = 'township'
ORDER BY river.id, reach.position
"""


@dataclass(frozen=True, slots=True)
class Answering:
    """A river chief's post and the river, reach or lake that the chief answers for."""

    name: str
    post: str
    level: str
    division: str
    river: str = ""
    reach: str = ""
    lake: str = ""
    is_general: str = ""


def write_chiefs(connection: Connection, folder: Path, since: date) -> list[BasinFile]:
    """Writes import files of chiefs and notice boards for the stored reaches; returns the files."""
    answering = [*_general(), *_of_rivers(connection), *_of_reaches(connection), *_of_lakes()]
    chiefs = folder / "chiefs.csv"
    frame = pandas.DataFrame(answering)
    frame["phone"] = [f"000-0000-{number:04d}" for number in range(101, 101 + len(frame))]
    frame["valid_from"] = since.isoformat()
    frame.to_csv(chiefs, index=False, encoding="utf-8-sig")
    boards = folder / "notice_boards.csv"
    rows = connection.execute(text(BOARDS)).mappings().all()
    listed = pandas.DataFrame([dict(row) for row in rows])
    listed.insert(0, "code", [f"QC-B{number:02d}" for number in range(1, len(listed) + 1)])
    listed["lon"] += 0.0006
    listed["phone"], listed["set_on"] = "12345", since.isoformat()
    listed["content_version"] = f"{since.year}-1"
    listed.to_csv(boards, index=False, encoding="utf-8-sig")
    return [
        BasinFile(ImportKind.CHIEFS, chiefs),
        BasinFile(ImportKind.NOTICE_BOARDS, boards, crs="EPSG:4490"),
    ]


def _general() -> Sequence[Answering]:
    return [
        Answering("省级总河长", "省级总河长", "province", PROVINCE[0], is_general="是"),
        Answering("市级总河长", "市级总河长", "city", CITY[0], is_general="是"),
        Answering("清川县总河长", "县级总河长", "county", COUNTY[0], is_general="是"),
    ]


def _of_rivers(connection: Connection) -> Sequence[Answering]:
    names = connection.execute(text("SELECT name FROM river ORDER BY id")).scalars()
    county = [
        Answering(f"{name}县级河长", "县级河长", "county", COUNTY[0], river=name) for name in names
    ]
    above = [
        Answering(f"{MAIN_RIVER}省级河长", "省级河长", "province", PROVINCE[0], river=MAIN_RIVER),
        Answering(f"{MAIN_RIVER}市级河长", "市级河长", "city", CITY[0], river=MAIN_RIVER),
    ]
    return above + county


def _of_reaches(connection: Connection) -> Sequence[Answering]:
    answering = []
    for row in connection.execute(text(REACHES)).mappings():
        if row["county_code"] != COUNTY[0]:
            continue
        town = Answering(
            f"{row['town']}{row['river']}河长",
            "镇级河长",
            "township",
            row["town_code"],
            reach=row["reach"],
        )
        answering.append(town)
        if row["village"]:
            post = f"{row['village']}{row['river']}河长"
            answering.append(
                Answering(post, "村级河长", "village", row["village_code"], reach=row["reach"])
            )
    return answering


def _of_lakes() -> Sequence[Answering]:
    return [
        Answering("青石岭水库县级湖长", "县级湖长", "county", COUNTY[0], lake="青石岭水库"),
        Answering("月牙湖县级湖长", "县级湖长", "county", COUNTY[0], lake="月牙湖"),
    ]
