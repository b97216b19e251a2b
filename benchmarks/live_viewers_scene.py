"""A province by rule for the viewers of ``live_viewers``: areas, waters, stations, accounts."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from data.people.sessions import open_session
from data.records import AccountId
from tests.made.database import Database

COUNTIES = 20
TOWNS = 9
"""In each county. With the counties but one, and one that sees all, they make 200 areas."""

DIVISIONS = text(
    """
    WITH province AS (
        INSERT INTO division (name, level) VALUES ('测试省', 'province') RETURNING id
    ), county AS (
        INSERT INTO division (name, level, parent_id)
        SELECT '县' || n, 'county', province.id FROM province, generate_series(1, :counties) n
        RETURNING id, name
    )
    INSERT INTO division (name, level, parent_id)
    SELECT county.name || '镇' || n, 'township', county.id FROM county, generate_series(1, :towns) n
    """
)
RIVERS = text(
    """
    INSERT INTO river (name, kind, length_m, geom)
    SELECT name, 'river', 90000, ST_Multi(ST_SetSRID(ST_MakeLine(
        ST_MakePoint(100 + (id % 20) * 0.5, 30), ST_MakePoint(100 + (id % 20) * 0.5, 39)), 4490))
    FROM division WHERE level = 'county'
    """
)
REACHES = text(
    """
    WITH town AS (
        SELECT division.id, division.name, river.id AS river_id, ST_X(ST_StartPoint(
            ST_GeometryN(river.geom, 1))) AS lon,
            row_number() OVER (PARTITION BY river.id ORDER BY division.id) AS position
        FROM division JOIN division county ON county.id = division.parent_id
        JOIN river ON river.name = county.name WHERE division.level = 'township'
    )
    INSERT INTO reach (river_id, name, position, division_id, chainage_from_m, chainage_to_m, geom)
    SELECT river_id, name, position, id, (position - 1) * 10000, position * 10000,
        ST_SetSRID(ST_MakeLine(ST_MakePoint(lon, 29 + position), ST_MakePoint(lon, 30 + position)),
            4490)
    FROM town
    """
)
STATIONS = text(
    """
    WITH placed AS (
        SELECT n, reach.id AS reach_id, reach.division_id, ST_X(ST_StartPoint(reach.geom)) AS lon,
            ST_Y(ST_StartPoint(reach.geom)) + (n % 97) / 97.0 AS lat
        FROM generate_series(1, :stations) n
        JOIN (SELECT *, row_number() OVER (ORDER BY id) AS r FROM reach) reach
            ON reach.r = 1 + n % (SELECT count(*) FROM reach)
    ), made AS (
        INSERT INTO station (code, name, kind, body, reach_id, division_id, chainage_m, offset_m,
            bank, source_x, source_y, geom)
        SELECT 'LV-' || n, '断面' || n, 'section', 'river', reach_id, division_id, 1, 0, 'middle',
            lon, lat, ST_SetSRID(ST_MakePoint(lon, lat), 4490)
        FROM placed RETURNING id
    ), judged AS (
        INSERT INTO section (station_id) SELECT id FROM made RETURNING station_id
    )
    INSERT INTO latest_reading (station_id, observed_at, received_at, latest, state, water_class,
        have_count, required_count, meets_target, fresh_until)
    SELECT station_id, now(), now(), '{}', 'graded', 1 + station_id % 6, 5, 5, station_id % 6 < 3,
        now() + interval '1 day' FROM judged
    """
)
AREAS = text(
    """
    SELECT id, level, parent_id FROM division WHERE level = 'township'
        OR level = 'county' AND id > (SELECT min(id) FROM division WHERE level = 'county')
    ORDER BY id
    """
)
ACCOUNT = text(
    "INSERT INTO account (login, display_name, password_hash, must_change_password)"
    " VALUES (:login, '甲', 'x', FALSE) RETURNING id"
)
ROLE = text(
    "INSERT INTO account_role (account_id, role, division_id) VALUES (:id, 'auditor', :division)"
)
CODES = text("SELECT code, division_id FROM station ORDER BY id LIMIT :most")
MOST_PUBLISHING = 1000


@dataclass
class Scene:
    """A session's token by area (None: all), the area above, and towns of publishing stations."""

    tokens: dict[int | None, str]
    above: dict[int, int]
    town_of: dict[str, int]
    viewers_of: Counter[int] = field(default_factory=Counter)

    def pages(self, count: int, since: int) -> list[dict[str, Any]]:
        """That many pages, spread evenly over the areas; remembers how many see each town."""
        areas = list(self.tokens)
        seen: Counter[int | None] = Counter(areas[n % len(areas)] for n in range(count))
        for town, county in self.above.items():
            self.viewers_of[town] = seen[None] + seen[town] + seen[county]
        return [{"token": self.tokens[areas[n % len(areas)]], "since": since} for n in range(count)]


def make_scene(database: Database, stations: int) -> Scene:
    """Fills the empty database with that many stations, and an account for each area."""
    with database.owner.begin() as connection:
        connection.execute(DIVISIONS, {"counties": COUNTIES, "towns": TOWNS})
        connection.execute(RIVERS)
        connection.execute(REACHES)
        connection.execute(STATIONS, {"stations": stations})
        rows = connection.execute(AREAS).all()
        tokens: dict[int | None, str] = {}
        for area in (None, *(row.id for row in rows)):
            login = {"login": f"viewer{area or 0}"}
            number = connection.execute(ACCOUNT, login).scalar_one()
            connection.execute(ROLE, {"id": number, "division": area})
            tokens[area] = open_session(connection, AccountId(number), 12)
        codes = connection.execute(CODES, {"most": MOST_PUBLISHING}).all()
        above = {row.id: row.parent_id for row in rows if row.level == "township"}
    with database.owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return Scene(tokens, above, {row.code: row.division_id for row in codes})
