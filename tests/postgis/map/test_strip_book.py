"""Strips kept by difference say what SQL counts, whatever changed and however much time passed."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import text

from data.clock import UtcDatetime, now
from data.queries.map.standings import standings, stations_signature
from data.queries.map.strip import strip
from data.queries.map.strip_book import StripBook
from data.queries.scope import EVERYTHING, NOTHING, Scope
from data.queries.scope_index import ScopeIndex
from data.records import DivisionId, LakeId, ReachId, RiverId, StationId
from tests.made.basin import SmallBasin, build_small_basin, build_station
from tests.made.database import Database
from tests.made.map.newest import tell_class, tell_compliance


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        made = build_small_basin(connection)
        for number in range(12):
            on = {"reach": made.reach_up, "division": made.town_up} if number % 2 else {
                "reach": made.reach_down,
                "division": made.town_down,
            }  # fmt: skip
            kind = ("section", "outfall", "intake")[number % 3]
            code = f"MORE-{number}"
            build_station(connection, code, code, kind, lon=112.2, lat=32.5, chainage=9.0, **on)
        return made


def scopes_of(basin: SmallBasin) -> list[Scope]:
    return [
        EVERYTHING,
        NOTHING,
        Scope(divisions=frozenset({DivisionId(basin.town_up)})),
        Scope(
            divisions=frozenset({DivisionId(basin.town_up)}),
            reaches=frozenset({ReachId(basin.reach_up)}),
        ),
        Scope(rivers=frozenset({RiverId(basin.river)})),
        Scope(lakes=frozenset({LakeId(basin.lake)})),
        Scope(stations=frozenset({StationId(basin.section_down), StationId(basin.outfall)})),
    ]


def something_happens(chance: random.Random, database: Database, basin: SmallBasin) -> None:
    """One random change: a reading, a move, an end of service, another target."""
    with database.owner.connect() as connection:
        rows = connection.execute(text("SELECT id, kind FROM station ORDER BY id")).all()
    station, kind = chance.choice(rows)
    at = now() - timedelta(hours=chance.choice((0, 1, 20, 30, 200)))
    what = chance.randrange(6)
    if what < 3 and kind == "section":
        graded = chance.choice((None, 1, 3, 6))
        state = "partial" if graded is None else "graded"
        tell_class(database.ingest, station, graded, at=at, state=state)
    elif what < 3:
        tell_compliance(database.ingest, station, chance.choice(("compliant", "exceeding")))
    else:
        changes = {
            3: "reach_id = CASE WHEN reach_id = :up THEN :down ELSE :up END, lake_id = NULL",
            4: "division_id = CASE WHEN division_id = :town_up THEN :town_down ELSE :town_up END",
            5: "ended_at = now() + interval '1 hour' * :hours",
        }
        with database.owner.begin() as connection:
            connection.execute(
                text(f"UPDATE station SET {changes[what]}, changed_at = now() WHERE id = :id"),
                {
                    "id": station,
                    "up": basin.reach_up,
                    "down": basin.reach_down,
                    "town_up": basin.town_up,
                    "town_down": basin.town_down,
                    "hours": chance.choice((-1, 5, 50)),
                },
            )


@pytest.mark.parametrize("seed", range(6))
def test_strips_by_difference_are_those_that_sql_counts(
    database: Database, basin: SmallBasin, seed: int
) -> None:
    chance, index = random.Random(seed), ScopeIndex()  # noqa: S311 - no secret
    book, scopes = StripBook(index), scopes_of(basin)
    for scope in scopes[:-1]:
        index.add(scope)
    at = now()
    with database.app.connect() as connection:
        for each in standings(connection, at):
            book.put(each, at)
    for _step in range(25):
        if chance.random() < 0.3:
            at = UtcDatetime(at + timedelta(hours=chance.choice((1, 10, 30))))
        else:
            something_happens(chance, database, basin)
        with database.app.connect() as connection:
            read = {each.id: each for each in standings(connection, at)}
            turned = book.due(at)
            for number in book.differing(read.values()) | turned:
                book.put(read[number], at)
            for scope in scopes:
                assert book.strip(scope) == strip(connection, scope, now=at), scope
    assert set(book.counts) == set(scopes[:-1]), "the scope that is not in the index is not kept"


def test_a_scope_that_comes_back_is_counted_anew(database: Database, basin: SmallBasin) -> None:
    index, at = ScopeIndex(), now()
    book = StripBook(index)
    index.add(EVERYTHING)
    with database.app.connect() as connection:
        for each in standings(connection, at):
            book.put(each, at)
    assert book.strip(EVERYTHING)["below"] == 0
    index.remove(EVERYTHING)
    tell_class(database.ingest, basin.section_up, 6)
    with database.app.connect() as connection:
        for each in standings(connection, at):
            book.put(each, at)
    index.add(EVERYTHING)
    assert book.strip(EVERYTHING)["below"] == 1
    assert list(book.counts) == [EVERYTHING]


def test_what_changes_by_time_is_known_and_nothing_else(
    database: Database, basin: SmallBasin
) -> None:
    began = now()
    tell_class(database.ingest, basin.section_up, 2, at=began)
    tell_class(database.ingest, basin.section_down, 4, at=began - timedelta(hours=10))
    book = StripBook(ScopeIndex())
    with database.app.connect() as connection:
        for each in standings(connection, began):
            book.put(each, began)
    assert book.due(UtcDatetime(began + timedelta(hours=13))) == set()
    assert book.due(UtcDatetime(began + timedelta(hours=15))) == {basin.section_down}
    assert book.due(UtcDatetime(began + timedelta(hours=15))) == set(), "once"
    assert book.due(UtcDatetime(began + timedelta(hours=25))) == {basin.section_up}


def test_a_station_that_reports_often_waits_for_one_moment_only(
    database: Database, basin: SmallBasin
) -> None:
    book = StripBook(ScopeIndex())
    for _reading in range(20):
        tell_class(database.ingest, basin.section_up, 2)
        with database.app.connect() as connection:
            at = now()
            for each in standings(connection, at):
                book.put(each, at)
    assert len(book.turns) == 1


def test_a_station_added_or_moved_changes_the_signature(
    database: Database, basin: SmallBasin
) -> None:
    with database.app.connect() as connection:
        before = stations_signature(connection)
        assert stations_signature(connection) == before
    with database.owner.begin() as connection:
        build_station(connection, "NEW-1", "新", "section", lon=112.2, lat=32.5, body="lake")
    with database.app.connect() as connection:
        added = stations_signature(connection)
    assert added != before
