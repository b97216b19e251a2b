"""The tables in the code are the tables in the database, and the rules guard them."""

import re
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from data.migrations.run import newest, upgrade, version
from data.tables import METADATA
from tests.made.basin import build_small_basin
from tests.made.database import Database

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


def test_migrations_make_the_tables_of_the_code(database: Database) -> None:
    def ours(_object: object, name: str | None, kind: str, *_rest: object) -> bool:
        return not (kind == "table" and name in {"spatial_ref_sys"})

    with database.owner.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        differences = [
            each for each in compare_metadata(context, METADATA) if "reading_2" not in str(each)
        ]
    assert differences == []
    assert version(database.owner) == newest()


CHECKS = """
    SELECT relation.relname AS table, conname AS name,
        pg_get_constraintdef(pg_constraint.oid) AS rule
    FROM pg_constraint JOIN pg_class AS relation ON relation.oid = conrelid
    WHERE contype = 'c' AND relnamespace = 'public'::regnamespace
        AND NOT relation.relispartition AND relation.relname <> 'spatial_ref_sys'
"""


def literals(rule: str) -> set[str]:
    """The quoted literals of a condition in SQL."""
    return set(re.findall(r"'((?:[^']|'')*)'", rule))


def test_migrations_make_the_checks_of_the_code_with_the_same_literals(database: Database) -> None:
    """``compare_metadata`` reads no CHECK: a member added to an enumeration shows here alone."""
    in_code = {
        (table.name, str(check.name)): literals(str(check.sqltext))
        for table in METADATA.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }
    with database.owner.connect() as connection:
        in_database = {
            (row.table, row.name): literals(row.rule) for row in connection.execute(text(CHECKS))
        }
    assert len(in_code) > 40
    assert in_database == in_code


def test_migrating_twice_changes_nothing(database: Database) -> None:
    upgrade(database.owner)
    assert version(database.owner) == newest()


def test_no_role_of_ours_is_a_superuser(database: Database) -> None:
    with database.owner.connect() as connection:
        rows = connection.execute(
            text("SELECT rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolname ~ '^onemap_'")
        ).all()
    assert len(rows) == 4
    assert not any(row.rolsuper or row.rolcreaterole for row in rows)


def test_a_raw_reading_is_filled_but_never_changed(database: Database) -> None:
    with database.owner.begin() as connection:
        basin = build_small_basin(connection)
    with database.ingest.begin() as connection:
        connection.execute(text("SELECT ensure_reading_partition(:at)"), {"at": MOMENT})
        connection.execute(
            text(
                "INSERT INTO reading (station_id, observed_at, received_at, ph)"
                " VALUES (:id, :at, :at, 7.1)"
            ),
            {"id": basin.section_up, "at": MOMENT},
        )
        connection.execute(text("UPDATE reading SET ammonia_nitrogen_mgl = 0.4"))
    for change in ("ph = 7.2", "ph = NULL", "received_at = now()"):
        with pytest.raises(DBAPIError, match="only filled"), database.ingest.begin() as connection:
            connection.execute(text(f"UPDATE reading SET {change}"))
    with pytest.raises(ProgrammingError, match="permission"), database.ingest.begin() as connection:
        connection.execute(text("DELETE FROM reading"))


@pytest.mark.parametrize("change", ["DELETE FROM access_log", "UPDATE access_log SET action = 'x'"])
def test_the_access_log_only_grows_even_for_its_owner(database: Database, change: str) -> None:
    with database.app.begin() as connection:
        connection.execute(
            text("INSERT INTO access_log (action, outcome) VALUES ('sign_in', 'done')")
        )
    with pytest.raises(DBAPIError, match="append-only"), database.owner.begin() as connection:
        connection.execute(text(change))


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (
            "app",
            "INSERT INTO reading (station_id, observed_at, received_at) VALUES (1, now(), now())",
        ),
        ("app", "UPDATE latest_reading SET water_class = 1"),
        ("app", "CREATE TABLE mine (id int)"),
        ("ingest", "SELECT * FROM account"),
        ("ingest", "UPDATE station SET name = 'x'"),
        ("readonly", "SELECT * FROM session"),
        ("readonly", "DELETE FROM quarantine"),
        ("readonly", "SELECT ensure_reading_partition(now())"),
    ],
)
def test_each_role_may_do_its_own_work_only(database: Database, role: str, statement: str) -> None:
    engine = getattr(database, role)
    with pytest.raises(ProgrammingError, match="permission denied"), engine.begin() as connection:
        connection.execute(text(statement))


TREE = """
    INSERT INTO division (id, name, level, parent_id, code) VALUES
        (1, 'province', 'province', NULL, '410000000000'), (2, 'city', 'city', 1, NULL),
        (3, 'county', 'county', 2, NULL), (4, 'town', 'township', 3, NULL),
        (5, 'other city', 'city', 1, NULL), (6, 'other town', 'township', 5, NULL);
    INSERT INTO unit (id, name, parent_id) VALUES
        (1, 'bureau', NULL), (2, 'station', 1), (3, 'post', 2), (4, 'elsewhere', NULL);
"""


@pytest.mark.parametrize(
    ("walk", "found"),
    [
        ("SELECT id FROM divisions_below(ARRAY[2])", [2, 3, 4]),
        ("SELECT id FROM divisions_below(ARRAY[2, 3, 6])", [2, 3, 4, 6]),
        ("SELECT id FROM divisions_below('{}')", []),
        ("SELECT id FROM divisions_below(ARRAY[NULL::bigint])", []),
        ("SELECT id FROM divisions_above(4)", [1, 2, 3, 4]),
        ("SELECT up FROM divisions_above(4)", [0, 1, 2, 3]),
        ("SELECT up FROM divisions_above(4) WHERE code = '410000000000'", [3]),
        ("SELECT id FROM divisions_above(NULL)", []),
        ("SELECT id FROM units_below(ARRAY[1])", [1, 2, 3]),
        ("SELECT id FROM units_below(ARRAY[3, 4])", [3, 4]),
        ("SELECT id FROM units_below(ARRAY[NULL::bigint])", []),
    ],
)
@pytest.mark.parametrize("role", ["app", "readonly"])
def test_walks_find_what_lies_above_and_below(
    shared_database: Database, role: str, walk: str, found: list[int]
) -> None:
    with shared_database.owner.begin() as connection:
        if connection.execute(text("SELECT count(*) FROM division")).scalar() == 0:
            connection.exec_driver_sql(TREE)
    with getattr(shared_database, role).connect() as connection:
        assert sorted(connection.execute(text(walk)).scalars()) == found


def test_a_ring_of_parents_ends_a_walk(database: Database) -> None:
    with database.owner.begin() as connection:
        connection.exec_driver_sql(TREE)
        connection.execute(text("UPDATE division SET parent_id = 4 WHERE id = 1"))
        connection.execute(text("UPDATE unit SET parent_id = 3 WHERE id = 1"))
    with database.app.connect() as connection:
        above = connection.execute(text("SELECT id FROM divisions_above(4)")).scalars()
        below = connection.execute(text("SELECT id FROM divisions_below(ARRAY[4])")).scalars()
        units = connection.execute(text("SELECT id FROM units_below(ARRAY[2])")).scalars()
        assert (set(above), set(below), set(units)) == (
            {1, 2, 3, 4},
            {1, 2, 3, 4, 5, 6},
            {1, 2, 3},
        )


def test_the_planner_puts_walks_into_the_query_that_calls_them(database: Database) -> None:
    with database.app.connect() as connection:
        for call in ("divisions_below('{1}')", "divisions_above(1)", "units_below('{1}')"):
            plan = connection.execute(text(f"EXPLAIN SELECT id FROM {call}")).scalars().all()
            assert not any("Function Scan" in line for line in plan), plan
            assert any("Recursive Union" in line for line in plan), plan
