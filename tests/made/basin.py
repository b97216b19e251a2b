"""A small basin and the people around it, built row by row for tests that need ground."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class SmallBasin:
    """Ids of what ``build_small_basin`` makes."""

    county: int
    town_up: int
    town_down: int
    river: int
    reach_up: int
    reach_down: int
    lake: int
    section_up: int
    section_down: int
    section_lake: int
    outfall: int
    intake: int


def _one(connection: Connection, sql: str, **values: object) -> int:
    return int(connection.execute(text(sql), values).scalar_one())


def _division(
    connection: Connection, code: str, name: str, level: str, box: str, parent: int | None
) -> int:
    return _one(
        connection,
        "INSERT INTO division (code, name, level, parent_id, geom) VALUES (:code, :name, :level,"
        " :parent, ST_Multi(ST_GeomFromText(:box, 4490))) RETURNING id",
        code=code,
        name=name,
        level=level,
        parent=parent,
        box=box,
    )


def _reach(
    connection: Connection,
    river: int,
    division: int,
    position: int,
    name: str,
    line: str,
    start: float,
    end: float,
    downstream: int | None,
) -> int:
    return _one(
        connection,
        "INSERT INTO reach (river_id, code, name, position, division_id, chainage_from_m,"
        " chainage_to_m, downstream_id, geom, geom_low) VALUES (:river, :code, :name, :position,"
        " :division, :start, :end, :downstream, ST_GeomFromText(:line, 4490),"
        " ST_Transform(ST_GeomFromText(:line, 4490), 3857)) RETURNING id",
        river=river,
        code=f"R{position}",
        name=name,
        position=position,
        division=division,
        start=start,
        end=end,
        downstream=downstream,
        line=line,
    )


def build_station(
    connection: Connection,
    code: str,
    name: str,
    kind: str,
    *,
    lon: float,
    lat: float,
    body: str = "river",
    reach: int | None = None,
    lake: int | None = None,
    division: int | None = None,
    chainage: float | None = None,
    interval_s: int = 14400,
) -> int:
    """A station, with its side row."""
    station = _one(
        connection,
        "INSERT INTO station (code, name, kind, body, reach_id, lake_id, division_id, chainage_m,"
        " offset_m, bank, interval_s, source_x, source_y, geom) VALUES (:code, :name, :kind,"
        " :body, :reach, :lake, :division, :chainage, 0, 'middle', :interval, :lon, :lat,"
        " ST_SetSRID(ST_MakePoint(:lon, :lat), 4490)) RETURNING id",
        code=code,
        name=name,
        kind=kind,
        body=body,
        reach=reach,
        lake=lake,
        division=division,
        chainage=chainage,
        interval=interval_s,
        lon=lon,
        lat=lat,
    )
    connection.execute(text(f"INSERT INTO {kind} (station_id) VALUES (:id)"), {"id": station})
    return station


def _square(west: float, south: float, east: float, north: float) -> str:
    ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
    return f"POLYGON(({ring}))"


def _water(connection: Connection, down: int) -> tuple[int, int]:
    """A river from north to south, and a reservoir in the lower town."""
    river = _one(
        connection,
        "INSERT INTO river (name, kind, length_m, geom) VALUES ('清河', 'river', 44360,"
        " ST_GeomFromText('MULTILINESTRING((112.2 32.8,112.2 32.6,112.2 32.4))', 4490))"
        " RETURNING id",
    )
    lake = _one(
        connection,
        "INSERT INTO lake (name, kind, area_m2, division_id, geom) VALUES ('镜湖', 'reservoir',"
        " 1000000, :down, ST_Multi(ST_GeomFromText(:box, 4490))) RETURNING id",
        down=down,
        box=_square(112.3, 32.5, 112.32, 32.52),
    )
    return river, lake


def build_small_basin(connection: Connection) -> SmallBasin:
    """One county of two towns, a river of two reaches, a reservoir, five stations."""
    county, up, down = _divisions(connection)
    river, lake = _water(connection, down)
    line = "LINESTRING(112.2 32.6,112.2 32.4)"
    lower = _reach(connection, river, down, 2, "清河·下游镇段", line, 22180, 44360, None)
    line = "LINESTRING(112.2 32.8,112.2 32.6)"
    upper = _reach(connection, river, up, 1, "清河·上游镇段", line, 0, 22180, lower)
    on_upper = {"reach": upper, "division": up}
    on_lower = {"reach": lower, "division": down}

    def station(code: str, name: str, kind: str, lon: float, lat: float, **rest: Any) -> int:
        return build_station(connection, code, name, kind, lon=lon, lat=lat, **rest)

    return SmallBasin(
        county=county,
        town_up=up,
        town_down=down,
        river=river,
        reach_up=upper,
        reach_down=lower,
        lake=lake,
        section_up=station("QH-01", "上游断面", "section", 112.2, 32.7, chainage=11090, **on_upper),
        section_down=station(
            "QH-02", "下游断面", "section", 112.2, 32.5, chainage=33270, **on_lower
        ),
        section_lake=station(
            "JH-01", "镜湖湖心", "section", 112.31, 32.51, body="lake", lake=lake, division=down
        ),
        outfall=station(
            "PW-01",
            "污水厂排口",
            "outfall",
            112.201,
            32.55,
            chainage=27725,
            interval_s=3600,
            **on_lower,
        ),
        intake=station("QS-01", "水厂取水口", "intake", 112.199, 32.75, chainage=5545, **on_upper),
    )


def _divisions(connection: Connection) -> tuple[int, int, int]:
    """The county and its upper and lower town."""
    county = _division(
        connection, "411381000000", "测试县", "county", _square(112, 32.4, 112.4, 32.8), None
    )
    up = _division(
        connection, "411381101000", "上游镇", "township", _square(112, 32.6, 112.4, 32.8), county
    )
    down = _division(
        connection, "411381102000", "下游镇", "township", _square(112, 32.4, 112.4, 32.6), county
    )
    return county, up, down
