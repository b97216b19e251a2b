"""Accounts, sessions, the limit on failures and what roles make visible, in the database."""

import logging
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from dashboard.frame.identify import written_by
from data.clock import UtcDatetime
from data.errors import BadInput, Conflict, NotFound
from data.logs import FewTracebacks
from data.people import accounts
from data.people.access_log import Logged, log
from data.people.role_grants import RoleGrant, UnitId
from data.queries.people import accounts as people
from data.queries.people.visible import scope_of
from data.queries.scope import EVERYTHING, NOTHING, Scope
from data.records import AccountId, DivisionId
from data.vocabulary import ChiefLevel, Role
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.office import PASSWORD

NOW = UtcDatetime(datetime(2026, 5, 4, 8, tzinfo=UTC))
TODAY = date(2026, 5, 4)


def add_account(database: Database, login: str, *given: RoleGrant) -> AccountId:
    with database.app.begin() as connection:
        account_id = accounts.create_account(connection, login, login, PASSWORD)
        for version, role in enumerate(given, start=1):
            accounts.add_role(connection, account_id, role, version)
    return account_id


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        return build_small_basin(connection)


def scope(database: Database, account_id: AccountId) -> Scope:
    with database.app.begin() as connection:
        held = people.roles(connection, [account_id])[account_id]
        return scope_of(connection, account_id, held, TODAY)


def test_a_role_sees_its_division_and_all_below(database: Database, basin: SmallBasin) -> None:
    county = add_account(database, "bb", RoleGrant(Role.OFFICE, DivisionId(basin.county)))
    town = add_account(database, "cc", RoleGrant(Role.PATROLLER, DivisionId(basin.town_up)))
    assert scope(database, county).divisions == {basin.county, basin.town_up, basin.town_down}
    assert scope(database, town).divisions == {basin.town_up}


def test_without_division_everything_and_as_administrator_nothing(database: Database) -> None:
    assert (
        scope(database, add_account(database, "bb", RoleGrant(Role.AUDITOR, is_everywhere=True)))
        == EVERYTHING
    )
    assert scope(database, add_account(database, "cc", RoleGrant(Role.ADMINISTRATOR))) == NOTHING
    assert scope(database, add_account(database, "dd")) == NOTHING


def test_a_member_of_a_unit_without_division_reads_nothing(database: Database) -> None:
    with database.owner.begin() as connection:
        unit = connection.execute(
            text("INSERT INTO unit (name) VALUES ('组') RETURNING id")
        ).scalar()
    given = RoleGrant(Role.UNIT_MEMBER, None, UnitId(unit or 0))
    with pytest.raises(BadInput, match="division"):
        add_account(database, "bb", given)
    account_id = add_account(database, "cc")
    with database.owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO account_role (account_id, role, unit_id)"
                " VALUES (:account, 'unit_member', :unit)"
            ),
            {"account": account_id, "unit": unit},
        )
    assert scope(database, account_id) == NOTHING
    with database.app.connect() as connection:
        held = people.roles(connection, [account_id])[account_id]
        assert written_by(connection, held) == {Role.UNIT_MEMBER: frozenset()}


def test_a_neighbour_reads_only_border_sections(database: Database, basin: SmallBasin) -> None:
    given = RoleGrant(Role.NEIGHBOUR, DivisionId(basin.county))
    account_id = add_account(database, "bb", given)
    assert scope(database, account_id) == NOTHING
    with database.owner.begin() as connection:
        connection.execute(
            text("UPDATE section SET is_border = true WHERE station_id = :id"),
            {"id": basin.section_down},
        )
    assert scope(database, account_id) == Scope(stations=frozenset({basin.section_down}))


def test_one_sees_the_waters_one_answers_for_today(database: Database, basin: SmallBasin) -> None:
    given = RoleGrant(Role.CHIEF, DivisionId(basin.town_up), None, ChiefLevel.TOWNSHIP)
    account_id = add_account(database, "bb", given)
    with database.owner.begin() as connection:
        connection.execute(text("INSERT INTO person (name, post) VALUES ('甲', '镇长')"))
        accounts.link_person(connection, account_id, "甲", "")
        connection.execute(
            text(
                "INSERT INTO responsibility (person_id, level, reach_id, lake_id, valid_from,"
                " valid_to) SELECT id, 'township', :reach, NULL, :start, NULL FROM person"
                " UNION ALL SELECT id, 'township', NULL, :lake, :start, :today FROM person"
            ),
            {
                "reach": basin.reach_down,
                "lake": basin.lake,
                "start": date(2025, 1, 1),
                "today": TODAY,
            },
        )
    seen = scope(database, account_id)
    assert seen.reaches == {basin.reach_down}
    assert seen.lakes == set()
    assert seen.divisions == {basin.town_up}


def test_an_official_and_an_account_belong_to_each_other_alone(
    database: Database, basin: SmallBasin
) -> None:
    first, second = (add_account(database, login) for login in ("bb", "cc"))
    people_there = [
        ("甲", "镇长", ""),
        ("甲", "书记", ""),
        ("乙", "村长", "1"),
        ("乙", "村长", "2"),
    ]
    with database.owner.begin() as connection:
        for name, post, phone in people_there:
            connection.execute(
                text("INSERT INTO person (name, post, phone) VALUES (:name, :post, :phone)"),
                {"name": name, "post": post, "phone": phone},
            )
    for name, post, error in (
        ("丙", "", NotFound), ("甲", "", BadInput), ("乙", "村长", BadInput),
    ):  # fmt: skip
        with pytest.raises(error), database.app.begin() as connection:
            accounts.link_person(connection, first, name, post)
    with database.app.begin() as connection:
        accounts.link_person(connection, first, "甲", "镇长")
        accounts.link_person(connection, first, "甲", "镇长")
        with pytest.raises(Conflict, match="another official"):
            accounts.link_person(connection, first, "甲", "书记")
        with pytest.raises(Conflict, match="another account"):
            accounts.link_person(connection, second, "甲", "镇长")
        linked = connection.execute(text("SELECT post, account_id FROM person ORDER BY id"))
        assert [(row.post, row.account_id) for row in linked][:2] == [
            ("镇长", first),
            ("书记", None),
        ]


def test_a_role_where_nothing_is_names_what_is_missing(
    database: Database, basin: SmallBasin
) -> None:
    account_id = add_account(database, "bb")
    for grant in (
        RoleGrant(Role.OFFICE, DivisionId(999_999)),
        RoleGrant(Role.UNIT_MEMBER, DivisionId(basin.county), UnitId(999_999)),
        RoleGrant(Role.UNIT_MEMBER, None, UnitId(999_999)),
    ):
        with (
            pytest.raises(BadInput, match="no such division, or no such unit"),
            database.app.begin() as connection,
        ):
            accounts.add_role(connection, account_id, grant, 1)


@pytest.mark.parametrize("role", [Role.OFFICE, Role.AUDITOR])
def test_a_role_with_a_unit_reads_the_unit_s_division_and_no_more(
    database: Database, basin: SmallBasin, role: Role
) -> None:
    with database.owner.begin() as connection:
        bound, free = (
            connection.execute(
                text("INSERT INTO unit (name, division_id) VALUES (:name, :id) RETURNING id"),
                {"name": name, "id": division},
            ).scalar_one()
            for name, division in (("水利站", basin.town_up), ("联防队", None))
        )
    account_id = add_account(database, "bb", RoleGrant(role, None, UnitId(bound)))
    assert scope(database, account_id).divisions == {basin.town_up}
    with pytest.raises(BadInput, match="belongs to no division"):
        add_account(database, "cc", RoleGrant(role, None, UnitId(free)))
    other = add_account(database, "dd")
    with database.owner.begin() as connection:
        connection.execute(
            text("INSERT INTO account_role (account_id, role, unit_id) VALUES (:id, :role, :unit)"),
            {"id": other, "role": role.value, "unit": free},
        )
    assert scope(database, other) == NOTHING


def test_the_second_of_two_writers_is_told(database: Database) -> None:
    account_id = add_account(database, "bb")
    with database.app.begin() as connection:
        accounts.add_role(connection, account_id, RoleGrant(Role.AUDITOR, is_everywhere=True), 1)
    with pytest.raises(Conflict), database.app.begin() as connection:
        accounts.add_role(connection, account_id, RoleGrant(Role.OFFICE, is_everywhere=True), 1)
    with pytest.raises(Conflict), database.app.begin() as connection:
        accounts.add_role(connection, account_id, RoleGrant(Role.AUDITOR, is_everywhere=True), 2)
    with pytest.raises(Conflict):
        add_account(database, "bb")


def test_the_last_administrator_stays(database: Database) -> None:
    first = add_account(database, "bb", RoleGrant(Role.ADMINISTRATOR))
    second = add_account(database, "cc", RoleGrant(Role.ADMINISTRATOR))
    with database.app.begin() as connection:
        accounts.set_active(connection, first, False, 2)
    with pytest.raises(BadInput), database.app.begin() as connection:
        accounts.set_active(connection, second, False, 2)
    with database.app.begin() as connection:
        role = people.roles(connection, [second])[second][0]
    with pytest.raises(BadInput), database.app.begin() as connection:
        accounts.remove_role(connection, second, role.id, 2)


@pytest.mark.parametrize(
    "unfit",
    [
        {"role": Role.CHIEF},
        {"role": Role.OFFICE, "chief_level": ChiefLevel.CITY},
        {"role": Role.UNIT_MEMBER},
        {"role": Role.PATROLLER},
        {"role": Role.NEIGHBOUR},
        {"role": Role.OFFICE},
        {"role": Role.AUDITOR},
        {"role": Role.CHIEF, "chief_level": ChiefLevel.PROVINCE},
        {"role": Role.OFFICE, "division_id": DivisionId(1), "is_everywhere": True},
        {"role": Role.OFFICE, "unit_id": UnitId(1), "is_everywhere": True},
        {"role": Role.UNIT_MEMBER, "unit_id": UnitId(1), "is_everywhere": True},
        {"role": Role.PATROLLER, "is_everywhere": True},
    ],
)
def test_a_role_that_is_not_whole_cannot_be_built(unfit: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        RoleGrant(**unfit)  # type: ignore[arg-type] # each case says its own fields


def test_an_error_in_the_log_quotes_no_value_and_no_row(database: Database) -> None:
    add_account(database, "li.si")
    insert = "INSERT INTO account (login, display_name, password_hash) VALUES (:login, :name, '')"
    row = {"login": "li.si", "name": "李\n四"}
    with pytest.raises(IntegrityError) as raised, database.app.begin() as connection:
        connection.execute(text(insert), row)
    record = logging.LogRecord("one", logging.ERROR, __file__, 1, "it failed", (), None)
    record.exc_info = (type(raised.value), raised.value, raised.value.__traceback__)
    line = FewTracebacks("%(message)s").format(record)
    assert "UniqueViolation" in line
    assert "INSERT INTO account" in line
    assert not [word for word in ("li.si)", "'li.si'", "四") if word in line]


def test_the_access_log_only_grows(database: Database) -> None:
    with database.app.begin() as connection:
        log(connection, Logged.SIGN_IN, account_id=None, about="bb", refused=True, detail={"a": 1})
    for change in ("DELETE FROM access_log", "UPDATE access_log SET outcome = 'done'"):
        with pytest.raises(DBAPIError), database.app.begin() as connection:
            connection.execute(text(change))
        with pytest.raises(DBAPIError, match="append-only"), database.owner.begin() as connection:
            connection.execute(text(change))
