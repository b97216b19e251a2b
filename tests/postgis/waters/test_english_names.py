"""Names of reaches, towns, lakes and basins stand in English where an English name is known."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from dashboard.frame.area import area_for
from dashboard.frame.auth import User
from dashboard.frame.deps import Deps
from dashboard.map.drawer import READERS
from dashboard.parts.roles import role_words
from dashboard.parts.spot import describe
from dashboard.parts.wording import language
from dashboard.waters.file import river_file
from dashboard.waters.river_list import cells
from data.clock import now
from data.placing.spots import preview
from data.queries.map.search import search
from data.queries.people.accounts import Account, area_name, county_name, divisions, roles
from data.queries.scope import EVERYTHING
from data.queries.waters.colours import named_waters
from data.queries.waters.file import read_lake_file, read_river_file
from data.queries.waters.list import river_list
from data.records import AccountId
from data.settings import QualitySettings
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database

CHINESE = ("清河·", "清河流域", "上游镇", "下游镇", "测试县", "镜湖")
ENGLISH = """
UPDATE river SET name_en = 'Clear River', basin = '清河流域';
UPDATE station SET name_en = code;
UPDATE lake SET name_en = 'Mirror Lake', river_id = (SELECT min(id) FROM river);
UPDATE division SET name_en = 'Upper Town' WHERE name = '上游镇';
UPDATE division SET name_en = 'Lower Town' WHERE name = '下游镇';
UPDATE division SET name_en = 'Test County' WHERE name = '测试县';
INSERT INTO notice_board (code, name, reach_id, division_id, chainage_m, bank, geom)
    SELECT 'B-1', 'board', id, division_id, 100, 'left',
        ST_SetSRID(ST_MakePoint(112.2, 32.7), 4490) FROM reach WHERE position = 1;
INSERT INTO person (name, post) VALUES ('Zhang', 'chief');
INSERT INTO responsibility (person_id, level, river_id, division_id, valid_from)
    SELECT person.id, 'township', river.id, division.id, '2020-01-01'
    FROM person, river, division WHERE division.name = '上游镇';
INSERT INTO account (login, display_name, password_hash) VALUES ('a1', 'A', '');
INSERT INTO account_role (account_id, role, division_id)
    SELECT account.id, 'office', division.id FROM account, division WHERE division.name = '测试县'
"""


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        made = build_small_basin(connection)
        for each in ENGLISH.split(";"):
            connection.execute(text(each))
    return made


@pytest.fixture
def connection(database: Database, basin: SmallBasin) -> Iterator[Connection]:
    language.set("en")
    with database.app.connect() as opened:
        yield opened


def drawn(part: object) -> str:
    """All that a part of a page says."""
    return json.dumps(part, default=lambda each: each.to_plotly_json(), ensure_ascii=False)


def left(words: str) -> list[str]:
    """The Chinese names that are left in the words."""
    return [name for name in CHINESE if name in words]


def test_every_drawer_names_places_in_english(
    deps: Deps, connection: Connection, basin: SmallBasin
) -> None:
    board = connection.execute(text("SELECT id FROM notice_board")).scalar_one()
    things = {
        "section": basin.section_up, "outfall": basin.outfall, "intake": basin.intake,
        "reach": basin.reach_up, "river": basin.river, "lake": basin.lake,
        "division": basin.town_up, "notice_board": board,
    }  # fmt: skip
    found = {
        kind: left(drawn(READERS[kind](connection, deps, EVERYTHING, number, now())))
        for kind, number in things.items()
    }
    assert not {kind: names for kind, names in found.items() if names}
    reach = drawn(READERS["reach"](connection, deps, EVERYTHING, basin.reach_up, now()))
    assert "Clear River · Upper Town reach" in reach
    assert "Clear River · Lower Town reach" in reach
    river = drawn(READERS["river"](connection, deps, EVERYTHING, basin.river, now()))
    assert "Clear River basin" in river


def test_the_file_and_the_list_of_waters_name_places_in_english(
    connection: Connection, basin: SmallBasin
) -> None:
    quality, at = QualitySettings(), now()
    river = drawn(
        river_file(read_river_file(connection, basin.river, EVERYTHING, now=at, quality=quality))
    )
    assert left(river) == []
    for name in ("Clear River basin", "Clear River · Upper Town reach", "Upper Town, Lower Town"):
        assert name in river
    lake = read_lake_file(connection, basin.lake, EVERYTHING, now=at, quality=quality)
    assert lake.facts.divisions_en == ("Lower Town",)
    listing = river_list(connection, EVERYTHING, now=at, quality=quality)
    assert "Clear River basin" in drawn([cells(row, listing) for row in listing.rows])


def test_search_and_the_maps_list_bring_english_names(
    connection: Connection, basin: SmallBasin
) -> None:
    hits = {hit["name"]: hit for hit in search(connection, "清河", EVERYTHING)}
    assert hits["清河·上游镇段"]["name_en"] == "Clear River · Upper Town reach"
    assert hits["清河·上游镇段"]["beside_en"] == "Clear River"
    assert hits["清河"]["beside_en"] == "Clear River basin"
    names = [each["name_en"] for each in named_waters(connection, EVERYTHING)]
    assert names == [
        "Clear River · Upper Town reach", "Clear River · Lower Town reach", "Mirror Lake",
    ]  # fmt: skip


def test_accounts_and_the_bar_name_divisions_in_english(
    deps: Deps, connection: Connection, basin: SmallBasin
) -> None:
    who = AccountId(connection.execute(text("SELECT id FROM account")).scalar_one())
    held = roles(connection, [who])[who]
    assert role_words(held) == ["River chief office · Test County"]
    assert {name_en for _id, _name, name_en in divisions(connection)} == {
        "Test County", "Upper Town", "Lower Town",
    }  # fmt: skip
    assert area_name(connection, [])[1] == "Test County"
    assert county_name(connection, basin.town_up) == ("测试县", "Test County")
    account = Account(who, "a1", "A", False, None, True, 1)
    assert area_for(deps, User(account, tuple(held))) == "Test County"


def test_a_place_that_is_previewed_is_named_in_english(
    connection: Connection, basin: SmallBasin
) -> None:
    spot = preview(connection, 112.2, 32.7)
    assert left(describe(spot)) == []
    assert (spot.reach_en, spot.division_en) == ("Clear River · Upper Town reach", "Upper Town")
    assert describe(preview(connection, 112.31, 32.51)) == "on Mirror Lake"


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("清河", "Clear River"),
        ("清河·第2段", "Clear River · reach 2"),
        ("清河·汊1", "Clear River · arm 1"),
        ("清河·上游镇段（2）", "Clear River · Upper Town reach (2)"),
        ("清河·老桥至新桥", None),
        ("上游镇段", None),
    ],
)
def test_a_reach_has_the_english_name_that_its_imports_rule_gives(
    database: Database, basin: SmallBasin, name: str, english: str | None
) -> None:
    with database.owner.begin() as connection:
        connection.execute(text("UPDATE reach SET name = :name WHERE position = 1"), {"name": name})
        found = {each["name"]: each["name_en"] for each in named_waters(connection, EVERYTHING)}
    assert found[name] == english


def test_a_name_without_english_stays_as_it_is(database: Database, basin: SmallBasin) -> None:
    with database.owner.begin() as connection:
        connection.execute(text("UPDATE river SET name_en = NULL, basin = '长江流域'"))
        connection.execute(text("UPDATE division SET name_en = NULL"))
        (hit,) = search(connection, "清河·上游", EVERYTHING)
        assert (hit["name_en"], hit["beside_en"]) == (None, None)
        assert search(connection, "清河", EVERYTHING)[0]["beside_en"] == "Yangtze River basin"
        assert area_name(connection, []) == ("测试县", None)
