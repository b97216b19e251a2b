"""The bar names the county that a page is about, one's own on every other page."""

import pytest
from sqlalchemy import text

from dashboard.frame.area import area_for, thing_at
from dashboard.frame.auth import User
from dashboard.frame.deps import Deps
from dashboard.parts.wording import language
from data import clock
from data.clock import business_date, now
from data.database import engine, transaction
from data.queries.people.accounts import Account, HeldRole
from data.queries.people.visible import scope_of
from data.records import AccountId, DivisionId
from data.settings import DashboardSettings, QualitySettings
from data.vocabulary import Role
from tests.made.basin import SmallBasin, build_small_basin, build_station
from tests.made.database import Database

BEYOND = """
WITH county AS (
    INSERT INTO division (name, name_en, level, code)
    VALUES ('邻县', 'Next County', 'county', '411382000000') RETURNING id
), town AS (
    INSERT INTO division (name, level, parent_id, code)
    SELECT '邻镇', 'township', id, '411382101000' FROM county RETURNING id
)
UPDATE reach SET division_id = (SELECT id FROM town) WHERE name = '清河·下游镇段'
RETURNING division_id
"""


class Counties:
    """A river that leaves the county; beyond the border lies a section of the next county."""

    def __init__(self, database: Database) -> None:
        with database.owner.begin() as connection:
            self.basin: SmallBasin = build_small_basin(connection)
            connection.execute(text(BEYOND))
            self.town = connection.execute(
                text("SELECT id FROM division WHERE name = '邻镇'")
            ).scalar_one()
            self.county = connection.execute(
                text("SELECT id FROM division WHERE name = '邻县'")
            ).scalar_one()
            self.section = build_station(
                connection, "LX-01", "邻县断面", "section", lon=112.2, lat=32.45,
                reach=self.basin.reach_down, division=self.town, chainage=40000,
            )  # fmt: skip
            connection.execute(
                text("UPDATE section SET is_border = true WHERE station_id = :id"),
                {"id": self.section},
            )
            self.lake = connection.execute(
                text("UPDATE lake SET division_id = :town RETURNING id"), {"town": self.town}
            ).scalar_one()


@pytest.fixture
def counties(database: Database) -> Counties:
    return Counties(database)


def user(deps: Deps, *roles: tuple[Role, int | None]) -> User:
    held = tuple(
        HeldRole(n, role, None if at is None else DivisionId(at), None, None, None, None, False)
        for n, (role, at) in enumerate(roles)
    )
    with transaction(deps.engine) as connection:
        scope = scope_of(connection, AccountId(1), held, business_date(now()))
    return User(Account(AccountId(1), "a", "A", False, None, True, 1), held, scope)


def test_a_chief_who_looks_over_the_border_reads_the_name_of_the_other_county(
    deps: Deps, counties: Counties
) -> None:
    chief = user(deps, (Role.NEIGHBOUR, counties.county), (Role.CHIEF, counties.basin.county))
    assert area_for(deps, chief) == "测试县"
    assert area_for(deps, chief, ("section", counties.section)) == "邻县"
    assert area_for(deps, chief, ("section", counties.basin.section_up)) == "测试县"
    assert area_for(deps, chief, ("river", counties.basin.river)) == "测试县"
    language.set("en")
    assert area_for(deps, chief, ("section", counties.section)) == "Next County"


def test_what_may_not_be_seen_names_no_county(deps: Deps, counties: Counties) -> None:
    chief = user(deps, (Role.CHIEF, counties.basin.county))
    for thing in (
        ("section", counties.section), ("lake", counties.lake),
        ("reach", counties.basin.reach_down), ("division", counties.county),
        ("problem", 999), ("nothing", 1),
    ):  # fmt: skip
        assert area_for(deps, chief, thing) == "测试县", thing


def test_a_reader_of_everything_and_a_neighbour_alone(deps: Deps, counties: Counties) -> None:
    everywhere = user(deps, (Role.AUDITOR, None))
    assert area_for(deps, everywhere, ("section", counties.section)) == area_for(deps, everywhere)
    neighbour = user(deps, (Role.NEIGHBOUR, counties.county))
    assert area_for(deps, neighbour) == "邻县"
    assert area_for(deps, neighbour, ("section", counties.section)) == "邻县"


def test_the_settings_name_is_ones_own(database: Database, counties: Counties) -> None:
    settings = DashboardSettings(area_name="本县")
    deps = Deps(database.app, settings, QualitySettings(), clock.now)
    chief = user(deps, (Role.CHIEF, counties.basin.county), (Role.NEIGHBOUR, counties.county))
    assert area_for(deps, chief) == "本县"
    assert area_for(deps, chief, ("section", counties.section)) == "邻县"


def test_the_settings_name_needs_no_database(deps: Deps, counties: Counties) -> None:
    chief = user(deps, (Role.CHIEF, counties.basin.county))
    nobody = engine("postgresql+psycopg://127.0.0.1:1/none")
    away = Deps(nobody, DashboardSettings(area_name="本县"), QualitySettings(), clock.now)
    assert area_for(away, chief) == "本县"


@pytest.mark.parametrize(
    ("path", "query", "thing"),
    [
        ("/river/7", "", ("river", 7)),
        ("/lake/8", "?x=1", ("lake", 8)),
        ("/ledger/9", "", ("problem", 9)),
        ("/accounting", "?station=5", ("section", 5)),
        ("/patrols", "?month=2026-11&patrol=6", ("patrol", 6)),
        ("/ledger", "", None),
        ("/river/x", "", None),
        ("/river/1234567890123456", "", None),
        ("/accounting", "?station=²", None),
        ("/", "", None),
    ],
)
def test_an_address_says_what_its_page_is_about(
    path: str, query: str, thing: tuple[str, int] | None
) -> None:
    assert thing_at(path, query) == thing
