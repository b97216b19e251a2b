"""What scopes see by keys in memory is what they see by the conditions in SQL."""

import random
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text

from data.queries.map.changes import touched_waters
from data.queries.map.problems import patrol_places, problem_places
from data.queries.map.standings import standings
from data.queries.scope import (
    EVERYTHING,
    LAKE_VISIBLE,
    NOTHING,
    PATROL_VISIBLE,
    PROBLEM_VISIBLE,
    REACH_VISIBLE,
    STATION_VISIBLE,
    Scope,
)
from data.queries.scope_index import (
    Keys,
    ScopeIndex,
    lake_keys,
    patrol_keys,
    problem_keys,
    reach_keys,
    sees,
    station_keys,
)
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.map.problems import four_pins, put_patrol

VISIBLE = {
    "reach": REACH_VISIBLE,
    "lake": LAKE_VISIBLE,
    "station": STATION_VISIBLE,
    "problem": PROBLEM_VISIBLE,
    "patrol": PATROL_VISIBLE,
}
COLUMNS = {
    "reach": ("id", "division_id", "river_id"),
    "lake": ("id", "division_id", "river_id"),
    "station": ("id", "division_id", "reach_id", "lake_id"),
    "problem": ("id", "division_id", "reach_id", "lake_id"),
    "patrol": ("id", "division_id"),
    "patrol_reach": ("patrol_id", "reach_id"),
}
Rows = dict[str, list[tuple[int | None, ...]]]
NUMBERS = range(1, 7)


def made_up(chance: random.Random) -> Rows:
    """Rows of every table with numbers so small that they often meet."""

    def some(share: float = 0.7) -> int | None:
        return chance.choice(NUMBERS) if chance.random() < share else None

    return {
        "reach": [(number, some(), chance.choice(NUMBERS)) for number in NUMBERS],
        "lake": [(number, some(), some()) for number in NUMBERS],
        "station": [(number, some(), some(), some(0.3)) for number in NUMBERS],
        "problem": [(number, some(), some(), some(0.3)) for number in NUMBERS],
        "patrol": [(number, some()) for number in NUMBERS],
        "patrol_reach": [
            (number, reach) for number in NUMBERS for reach in NUMBERS if chance.random() < 0.2
        ],
    }


def made_up_scope(chance: random.Random) -> Scope:
    def few() -> frozenset[int]:
        return frozenset(chance.sample(NUMBERS, chance.choice((0, 0, 1, 1, 2))))

    if chance.random() < 0.05:
        return EVERYTHING
    return Scope(False, few(), few(), few(), few(), few())  # type: ignore[arg-type] # any numbers


def keys_of(rows: Rows, table: str) -> dict[int, Keys]:
    """The keys of each row of the table, by its id."""
    reach = {row[0]: row for row in rows["reach"]}
    river = {number: row[2] for number, row in reach.items()}
    lake_river = {row[0]: row[2] for row in rows["lake"]}
    walked: dict[int | None, list[tuple[int | None, ...]]] = {}
    for patrol, number in rows["patrol_reach"]:
        walked.setdefault(patrol, []).append(reach[number])
    make: dict[str, Callable[..., Keys]] = {
        "reach": reach_keys,
        "lake": lake_keys,
        "station": lambda own, of, at, lake: station_keys(own, of, at, river.get(at), lake),
        "problem": lambda _own, of, at, lake: problem_keys(
            of, at, river.get(at), lake, lake_river.get(lake)
        ),
        "patrol": lambda own, of: patrol_keys(of, walked.get(own, [])),  # type: ignore[arg-type]
    }
    return {int(row[0] or 0): make[table](*row) for row in rows[table]}


def shadowed(rows: Rows) -> str:
    """A WITH clause by which these rows stand in place of the tables."""

    def listed(table: str) -> str:
        values = ", ".join(
            "({})".format(
                ", ".join("NULL::bigint" if each is None else f"{each}::bigint" for each in row)
            )
            for row in rows[table]
        )
        columns = COLUMNS[table]
        empty = ", ".join(["NULL::bigint"] * len(columns))
        return f"{table} ({', '.join(columns)}) AS (VALUES {values or f'({empty})'})"

    return "WITH " + ", ".join(map(listed, COLUMNS))


@pytest.mark.parametrize("seed", range(30))
def test_keys_see_what_the_conditions_see(database: Database, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    rows = made_up(chance)
    scopes = [NOTHING, *(made_up_scope(chance) for _ in range(12))]
    index = ScopeIndex()
    for scope in [made_up_scope(chance) for _ in range(5)]:
        index.add(scope)
        index.remove(scope)
    for scope in scopes:
        index.add(scope)
    with database.app.connect() as connection:
        for table, visible in VISIBLE.items():
            asked = text(f"{shadowed(rows)} SELECT {table}.id FROM {table} WHERE {visible}")
            seen = {each: set(connection.execute(asked, each.bound).scalars()) for each in scopes}
            for number, keys in keys_of(rows, table).items():
                expected = {scope for scope, found in seen.items() if number in found}
                assert index.seeing(keys) == expected, (table, number)
                assert {each for each in scopes if sees(each, keys)} == expected, (table, number)


def test_an_index_forgets_what_was_removed() -> None:
    index = ScopeIndex()
    index.add(EVERYTHING)
    index.add(made_up_scope(random.Random(3)))  # noqa: S311 - no secret
    for scope in list(index.scopes):
        index.remove(scope)
    assert (index.scopes, index.everything, index.by_key) == ({}, set(), {})


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        return build_small_basin(connection)


def read_keys(connection: Connection, basin: SmallBasin, now: object) -> dict[str, dict[int, Keys]]:
    """The keys of all rows of the small basin as the reads of changes find them."""
    stands = standings(connection, now)  # type: ignore[arg-type]
    waters = touched_waters(connection, [each.id for each in stands], now)  # type: ignore[arg-type]
    of: dict[str, dict[int, Keys]] = {"reach": {}, "lake": {}}
    for each in waters:
        of[each.water[0]][each.water[1]] = each.keys
    patrols = connection.execute(text("SELECT id FROM patrol")).scalars().all()
    return {
        **of,
        "station": {each.id: each.keys for each in stands},
        "problem": {each.id: each.keys for each in problem_places(connection).values()},
        "patrol": {each.id: each.keys for each in patrol_places(connection, patrols)},
    }


def test_the_keys_that_are_read_are_those_of_the_rows(
    database: Database, basin: SmallBasin
) -> None:
    from data.clock import now

    with database.owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO account (login, display_name, password_hash) VALUES ('jia', '甲', 'x')"
            )
        )
        connection.execute(text("UPDATE lake SET river_id = :river"), {"river": basin.river})
    four_pins(database.owner, basin)
    put_patrol(database.owner, basin.reach_up, "LINESTRING(112.201 32.72,112.201 32.70)")
    scopes = [
        EVERYTHING,
        NOTHING,
        *(Scope(divisions=frozenset({each})) for each in (basin.town_up, basin.town_down)),  # type: ignore[arg-type]
        Scope(rivers=frozenset({basin.river})),  # type: ignore[arg-type]
        *(Scope(reaches=frozenset({each})) for each in (basin.reach_up, basin.reach_down)),  # type: ignore[arg-type]
        Scope(lakes=frozenset({basin.lake})),  # type: ignore[arg-type]
        Scope(stations=frozenset({basin.outfall})),  # type: ignore[arg-type]
    ]
    with database.app.connect() as connection:
        read = read_keys(connection, basin, now())
        for table, visible in VISIBLE.items():
            assert read[table], table
            for scope in scopes:
                asked = text(f"SELECT {table}.id FROM {table} WHERE {visible}")
                expected = set(connection.execute(asked, scope.bound).scalars())
                assert {n for n, keys in read[table].items() if sees(scope, keys)} == expected
