"""Pins, tracks, hits and notices: of what the scope holds, and of nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from dashboard.ledger.pins import pin_feature
from data.clock import UtcDatetime, now
from data.queries.ledger.notices import notices, unread_count
from data.queries.map.drawn import drawn
from data.queries.map.patrols import last_walk, patrols_today, walk
from data.queries.map.problems import pins
from data.queries.map.search import search
from data.queries.map.tiles import tile
from data.queries.scope import EVERYTHING, NOTHING, Scope
from data.records import AccountId, DivisionId, StationId
from data.words.ledger import Light
from problem_ledger.work.notices import mark_read
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.map.problems import close_problem, four_pins, put_notice, put_patrol, put_problem

TRACK = "LINESTRING(112.201 32.72,112.201 32.70)"
TILE = (12, 3324, 1653)


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        made = build_small_basin(connection)
        connection.execute(
            text(
                "INSERT INTO account (login, display_name, password_hash)"
                " VALUES ('jia', '甲', 'x'), ('yi', '乙', 'x')"
            )
        )
    return made


def upper(basin: SmallBasin) -> Scope:
    return Scope(divisions=frozenset({DivisionId(basin.town_up)}))


def border(basin: SmallBasin) -> Scope:
    """What a neighbour reads: a station at the border."""
    return Scope(stations=frozenset({StationId(basin.section_up), StationId(basin.section_down)}))


def test_pins_have_their_lights_and_stay_within_the_scope(
    database: Database, basin: SmallBasin
) -> None:
    made = four_pins(database.owner, basin)
    closed = put_problem(database.owner, "411381-2026-00009", basin.reach_up, 112.2, 32.7)
    close_problem(database.owner, closed)
    with database.app.connect() as connection:
        told = {each.id: each for each in pins(connection, EVERYTHING, now())}
        assert {number: told[number].light for number in told} == {
            number: light for light, number in made.items()
        }
        assert [each.id for each in pins(connection, upper(basin), now())] == [made[Light.RED]]
        assert pins(connection, border(basin), now()) == ()
        assert pins(connection, NOTHING, now()) == ()
        assert [each.id for each in pins(connection, EVERYTHING, now(), most=1)] == [
            made[Light.RED]
        ]
    red = pin_feature(told[made[Light.RED]])["properties"]
    assert (red["rank"], red["light"]) == (3, "red")
    assert -9 <= red["days"] <= -4, "nine days hold at least four working days"
    assert "days" not in pin_feature(told[made[Light.NONE]])["properties"]


def test_tracks_come_in_tiles_of_their_scope_and_age(database: Database, basin: SmallBasin) -> None:
    def shown(layers: str, scope: Scope) -> bytes:
        with database.app.connect() as connection:
            return tile(connection, layers, TILE, drawn(connection, scope), now())

    old = UtcDatetime(now() - timedelta(days=40))
    put_patrol(database.owner, basin.reach_up, "LINESTRING(112.21 32.72,112.21 32.70)", at=old)
    assert shown("patrols", EVERYTHING) == b""
    put_patrol(database.owner, basin.reach_up, TRACK)
    assert b"patrols" in shown("patrols", EVERYTHING)
    assert b"patrol_ends" in shown("patrol_ends", upper(basin))
    assert shown("patrols", border(basin)) == b""
    assert b"patrols" in shown("all", EVERYTHING)
    assert b"patrols" not in shown("waters", EVERYTHING)


def test_a_patrol_is_told_by_its_waters_and_not_by_its_walker(
    database: Database, basin: SmallBasin
) -> None:
    number = put_patrol(database.owner, basin.reach_up, TRACK)
    with database.app.connect() as connection:
        told = walk(connection, upper(basin), number)
        assert (told.waters, told.is_valid, told.division) == (("清河",), True, "上游镇")
        assert last_walk(connection, EVERYTHING, [basin.reach_up]) == told
        assert last_walk(connection, EVERYTHING, [basin.reach_down]) is None
        assert last_walk(connection, border(basin), [basin.reach_up]) is None
        assert patrols_today(connection, upper(basin), now()) == 1
        assert patrols_today(connection, border(basin), now()) == 0


def test_a_problem_is_found_by_its_number_by_those_who_may_see_it(
    database: Database, basin: SmallBasin
) -> None:
    made = four_pins(database.owner, basin)
    with database.app.connect() as connection:
        hits = search(connection, "2026-00002", EVERYTHING)
        assert [(hit["kind"], hit["id"]) for hit in hits] == [("problem", made[Light.AMBER])]
        assert hits[0]["beside"] == "清河"
        assert hits[0]["bounds"] == pytest.approx([112.2, 32.56, 112.2, 32.56])
        assert search(connection, "2026-00002", upper(basin)) == []
        assert search(connection, "2026-0000", border(basin)) == []


def test_a_notice_is_ones_own_of_what_one_may_see_and_read_once(
    database: Database, basin: SmallBasin
) -> None:
    made = four_pins(database.owner, basin)
    above = put_notice(database.owner, made[Light.RED], "jia")
    below = put_notice(database.owner, made[Light.AMBER], "jia")
    with database.app.connect() as connection:
        rows = connection.execute(text("SELECT login, id FROM account"))
        people = {row.login: row.id for row in rows}
        jia, yi = AccountId(people["jia"]), AccountId(people["yi"])
        assert {each.id for each in notices(connection, EVERYTHING, jia)} == {above, below}
        assert [each.id for each in notices(connection, upper(basin), jia)] == [above]
        assert unread_count(connection, upper(basin), jia) == 1
        assert notices(connection, border(basin), jia) == ()
        assert notices(connection, EVERYTHING, yi) == ()
    assert mark_read(database.app, yi, now(), [above]) == 0, "it is another's"
    assert mark_read(database.app, jia, now(), [above]) == 1
    assert mark_read(database.app, jia, now()) == 1
    with database.app.connect() as connection:
        assert unread_count(connection, EVERYTHING, jia) == 0
        assert all(each.read_at for each in notices(connection, EVERYTHING, jia))
