"""The tables that the map is drawn from follow the others by themselves, to the last row."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from data.clock import UtcDatetime, now
from data.map_tables.fill import fill, in_bulk
from data.map_tables.reconcile import reconcile, refresh_month
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.map.newest import tell_class

WITHIN = "(SELECT division_id FROM division_number WHERE division_number.lo = {table}.{column})"
"""A number says nothing but which division it is of."""

TABLES = {
    "map_station": "id, kind, lo, river_id, reach_id, lake_id, state, cls, meets, compliance,"
    " is_offline, month_state, month_cls, month_meets, ST_AsText(geom)",
    "map_reach": "id, river_id, pos, lo, cls, month_cls, zmin, is_main, is_canal, ST_AsText(geom)",
    "map_run": "basis, lv, river_id, lo = -1, lo, first_pos, last_pos, cls, zmin, is_main,"
    " is_canal, reach_id, ST_AsText(geom)",
    "map_river": "id, lv, nth, ST_AsText(geom)",
    "map_lake": "id, lv, lo, river_id, cls, month_cls, area_m2, ST_AsText(geom)",
    "map_division": "id, lv, piece, lo, parent_lo, level, ST_AsText(geom)",
    "map_land": "id, lv, piece, ST_AsText(geom)",
    "map_place": "id, lo",
    "map_problem": "id, lo, river_id, reach_id, lake_id, due_at, amber_at, ST_AsText(geom)",
}
"""What each of the map's tables holds, without numbers that only name a row."""

INSIDE = """
    SELECT a.division_id, b.division_id FROM division_number a JOIN division_number b
    ON b.lo >= a.lo AND b.lo < a.hi
"""


def columns_of(table: str) -> str:
    """The columns of one of the map's tables; a division's number is read as its division."""
    return ", ".join(
        WITHIN.format(table=table, column=column) if column in ("lo", "parent_lo") else column
        for column in TABLES[table].split(", ")
    )


def contents(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the map's tables, in an order of their own."""
    statements = {table: f"SELECT {columns_of(table)} FROM {table}" for table in TABLES}
    statements["division_number"] = INSIDE
    return {
        table: sorted((tuple(row) for row in connection.execute(text(sql))), key=repr)
        for table, sql in statements.items()
    }


def assert_as_if_made_anew(database: Database) -> None:
    """What the triggers kept is what a fill from nothing makes."""
    with database.owner.connect() as connection:
        kept = contents(connection)
        fill(connection)
        anew = contents(connection)
        connection.rollback()
    for table in kept:
        assert kept[table] == anew[table], table


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        return build_small_basin(connection)


@pytest.fixture
def long_river(database: Database, basin: SmallBasin) -> list[tuple[int, int]]:
    """A river of twelve reaches in two towns, a section on each: (reach, section)."""
    with database.owner.begin() as connection:
        river = connection.execute(
            text(
                "INSERT INTO river (name, kind, length_m, geom) VALUES ('长溪', 'river', 240000,"
                " ST_GeomFromText('MULTILINESTRING((111 33, 113.4 33))', 4490)) RETURNING id"
            )
        ).scalar_one()
        made = []
        for at in range(12):
            west, town = 111 + at * 0.2, basin.town_up if at < 5 else basin.town_down
            reach = connection.execute(
                text(
                    "INSERT INTO reach (river_id, name, position, division_id, chainage_from_m,"
                    " chainage_to_m, geom) VALUES (:river, :name, :position, :town, :a, :b,"
                    " ST_GeomFromText(:line, 4490)) RETURNING id"
                ),
                {
                    "river": river,
                    "name": f"长溪·{at}",
                    "position": at + 1,
                    "town": town,
                    "a": at * 20000,
                    "b": (at + 1) * 20000,
                    "line": f"LINESTRING({west} 33, {west + 0.1} 33.02, {west + 0.2} 33)",
                },
            ).scalar_one()
            made.append((reach, _section(connection, at, reach, town, west)))
    return made


def _section(connection: Connection, at: int, reach: int, town: int, west: float) -> int:
    section: int = connection.execute(
        text(
            "INSERT INTO station (code, name, kind, body, reach_id, division_id, source_x,"
            " source_y, geom) VALUES (:code, :name, 'section', 'river', :reach, :town, 0, 0,"
            " ST_SetSRID(ST_MakePoint(:x, 33.02), 4490)) RETURNING id"
        ),
        {"code": f"CX-{at}", "name": f"长溪{at}", "reach": reach, "town": town, "x": west + 0.1},
    ).scalar_one()
    connection.execute(text("INSERT INTO section (station_id) VALUES (:id)"), {"id": section})
    return section


def test_the_basin_is_on_the_map_as_soon_as_it_is_written(
    database: Database, basin: SmallBasin
) -> None:
    with database.app.connect() as connection:
        found = contents(connection)
    assert len(found["division_number"]) == 5, "three, and two of them within the first"
    assert len(found["map_reach"]) == 2
    assert {row[0] for row in found["map_station"]} >= {basin.section_up, basin.section_down}
    assert found["map_run"], "each river has its runs"
    assert_as_if_made_anew(database)


@pytest.mark.parametrize("seed", range(4))
def test_runs_follow_any_order_of_classes(
    database: Database, long_river: list[tuple[int, int]], seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311
    for _ in range(25):
        _, section = dice.choice(long_river)
        graded = dice.choice([None, 1, 2, 3, 6])
        tell_class(database.ingest, section, graded, state="graded" if graded else "partial")
    assert_as_if_made_anew(database)
    with database.app.connect() as connection:
        lengths = connection.execute(
            text(
                "SELECT river_id, sum(last_pos - first_pos + 1) FROM map_run"
                " WHERE basis = 0 AND lv = 10 AND lo = -1 GROUP BY 1"
            )
        ).all()
        reaches = dict(
            connection.execute(text("SELECT river_id, count(*) FROM reach GROUP BY 1")).all()
        )
        neighbours = connection.execute(
            text(
                "SELECT count(*) FROM map_run a JOIN map_run b ON b.first_pos = a.last_pos + 1"
                " AND (b.river_id, b.basis, b.lv, b.lo, b.cls)"
                " = (a.river_id, a.basis, a.lv, a.lo, a.cls) WHERE a.lo = -1"
            )
        ).scalar_one()
    assert dict(lengths) == reaches, "no reach is lost and none drawn twice"
    assert neighbours == 0, "a run is as long as it can be"


def test_a_class_goes_stale_by_the_clock_alone(
    database: Database, long_river: list[tuple[int, int]]
) -> None:
    reach, section = long_river[3]
    tell_class(database.ingest, section, 5)

    def classes(at: UtcDatetime) -> tuple[int, str, bool]:
        with database.app.begin() as connection:
            reconcile(connection, at)
        with database.app.connect() as connection:
            return tuple(
                connection.execute(
                    text(
                        "SELECT map_reach.cls, map_station.state, map_station.is_offline"
                        " FROM map_reach, map_station"
                        " WHERE map_reach.id = :reach AND map_station.id = :section"
                    ),
                    {"reach": reach, "section": section},
                ).one()
            )

    assert classes(now()) == (5, "graded", False)
    assert classes(UtcDatetime(now() + timedelta(days=3))) == (0, "stale", True)
    assert_as_if_made_anew(database)
    assert classes(now()) == (5, "graded", False)
    assert_as_if_made_anew(database)


def test_reconciling_again_at_once_looks_at_nothing(database: Database, basin: SmallBasin) -> None:
    moment = UtcDatetime(now() + timedelta(days=1))
    with database.app.begin() as connection:
        assert reconcile(connection, moment)
        assert not reconcile(connection, moment)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE station SET geom = ST_SetSRID(ST_MakePoint(112.25, 32.55), 4490)",
        "UPDATE station SET ended_at = now() - interval '1 day' WHERE kind = 'section'",
        "UPDATE station SET reach_id = (SELECT min(id) FROM reach) WHERE reach_id IS NOT NULL",
        "UPDATE reach SET division_id = NULL",
        "UPDATE reach SET geom = ST_Reverse(geom) WHERE position = 1",
        "UPDATE river SET kind = 'canal'",
        "UPDATE lake SET geom = ST_Translate(geom, 0.01, 0)",
        "UPDATE division SET parent_id = NULL",
        "UPDATE division SET geom = ST_Translate(geom, 0.1, 0) WHERE level = 'township'",
        "INSERT INTO division (name, level, code) VALUES ('新省', 'province', '100000000000')",
        "INSERT INTO division (name, level, parent_id, geom) SELECT name || '村', 'village', id,"
        " geom FROM division WHERE level = 'township'",
        "INSERT INTO division (name, level, parent_id) SELECT '村' || no, 'village', id"
        " FROM division, generate_series(1, 70) no WHERE level = 'township'",
        "UPDATE division SET parent_id = (SELECT max(id) FROM division WHERE level = 'township')"
        " WHERE id = (SELECT min(id) FROM division WHERE level = 'township')",
        "UPDATE river SET name = name || '新'",
        "UPDATE division SET parent_id = id WHERE level = 'county'",
        "UPDATE reach SET river_id = (SELECT max(id) FROM river), position = position + 100"
        " WHERE river_id = (SELECT min(id) FROM river)",
        "UPDATE reach SET downstream_id = NULL",
        "INSERT INTO place (name, level, geom) SELECT '新镇', 'township',"
        " ST_SetSRID(ST_MakePoint(112.2, 32.5), 4490)",
        "DELETE FROM section_represents",
        "INSERT INTO section_represents SELECT station_id, (SELECT max(id) FROM reach) FROM section"
        " WHERE station_id IN (SELECT id FROM station WHERE reach_id IS NOT NULL)",
        "DELETE FROM latest_reading",
    ],
)
def test_the_map_follows_what_is_changed_under_it(
    database: Database, long_river: list[tuple[int, int]], change: str
) -> None:
    for _, section in long_river[::2]:
        tell_class(database.ingest, section, 4)
    with database.owner.begin() as connection:
        connection.execute(text(change))
    assert_as_if_made_anew(database)


def test_a_bulk_writer_ends_with_a_fill(database: Database) -> None:
    with database.owner.begin() as connection:
        in_bulk(connection)
        build_small_basin(connection)
        assert not contents(connection)["map_reach"]
        fill(connection)
    with database.app.connect() as connection:
        assert len(contents(connection)["map_reach"]) == 2
    assert_as_if_made_anew(database)


def test_the_month_is_computed_when_asked_for(database: Database, basin: SmallBasin) -> None:
    with database.app.begin() as connection:
        assert refresh_month(connection, now())
        states = connection.execute(
            text("SELECT DISTINCT month_state FROM map_station WHERE kind = 'section'")
        ).scalars()
        assert set(states) == {"none"}
    assert_as_if_made_anew(database)


def test_nobody_else_writes_what_the_map_is_drawn_from(
    database: Database, basin: SmallBasin
) -> None:
    for engine in (database.app, database.ingest):
        for table in TABLES:
            with engine.connect() as connection, pytest.raises(Exception, match="denied"):
                connection.execute(text(f"DELETE FROM {table}"))
    with database.ingest.connect() as connection, pytest.raises(Exception, match="denied"):
        connection.execute(text("SELECT map_fill()"))
