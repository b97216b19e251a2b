"""Duty against done, coverage united over a month, and names only for those who may see them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection

from dashboard.patrols.words import apart_words
from data.clock import business_date, start_of_day
from data.errors import BadInput, NotFound
from data.queries.patrols.records import (
    ChiefMonth,
    Reader,
    chiefs_of_month,
    coverage,
    month_named,
    month_of,
    patrol_detail,
    patrol_list,
    reader_of,
)
from data.queries.people.accounts import roles
from data.queries.people.visible import scope_of
from data.queries.scope import EVERYTHING
from data.words.ledger import PatrolRule
from data.words.patrols import Duty
from tests.made.office import Office
from tests.made.patrols.records import NOW, RULES, record_walk
from tests.made.patrols.walks import walk

OCTOBER = datetime(2026, 10, 3, 1, 0, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def office(shared_office: Office) -> Office:
    """In November the upper chief walked twice validly, overlapping, and once too short."""
    for who, content in (
        ("chief_up", walk(OCTOBER, from_m=9_000)),
        ("chief_up", walk(NOVEMBER, from_m=1_000)),
        ("chief_up", walk(NOVEMBER + timedelta(days=6), from_m=2_600, off_m=-20)),
        ("chief_up", walk(NOVEMBER + timedelta(days=12), from_m=4_800, minutes=25)),
        ("chief", walk(OCTOBER, from_m=12_000)),
        ("patroller_up", walk(NOVEMBER, from_m=30_000)),
    ):
        record_walk(shared_office, who, content)
    return shared_office


def reader(office: Office, connection: Connection, who: str) -> Reader:
    account = office.accounts[who]
    held = roles(connection, [account])[account]
    scope = scope_of(connection, account, held, business_date(NOW))
    return reader_of(connection, account, scope)


def chiefs(office: Office, who: str, key: str, now: datetime = NOW) -> dict[str, ChiefMonth]:
    moment = start_of_day(business_date(now))
    with office.database.app.begin() as connection:
        asked = reader(office, connection, who)
        found = chiefs_of_month(connection, asked, month_named(key, moment), RULES.duties)
    by_person = {person: name for name, person in office.persons.items()}
    return {by_person[each.person_id]: each for each in found}


def test_a_month_tells_who_owes_what_and_who_is_behind(office: Office) -> None:
    found = chiefs(office, "office", "2026-11")
    assert list(found) == ["chief", "chief_up", "chief_down"]
    up = found["chief_up"]
    assert (up.duty_count, up.duty_months, up.done_count, up.valid_count) == (3, 1, 3, 2)
    assert up.counted_count == 2
    assert (up.expected_count, up.is_behind, up.due_on) == (2, False, date(2026, 11, 30))
    assert up.next_on == date(2026, 11, 30)
    down = found["chief_down"]
    assert (down.done_count, down.expected_count, down.is_behind) == (0, 2, True)
    assert down.next_on == business_date(NOW)
    assert down.last_valid_at is None


def test_chiefs_of_one_name_are_told_apart_by_their_reach(office: Office) -> None:
    found = chiefs(office, "office", "2026-11")
    up, down = found["chief_up"], replace(found["chief_down"], name=found["chief_up"].name)
    assert up.stretches
    assert down.stretches
    said = apart_words([up, down, found["chief"]])
    assert set(said) == {up.person_id, down.person_id}
    assert len(set(said.values())) == 2
    assert all("K" in words for words in said.values())
    assert apart_words(list(found.values())) == {}


def test_a_duty_of_a_quarter_counts_the_whole_quarter(office: Office) -> None:
    county = chiefs(office, "office", "2026-11")["chief"]
    assert (county.duty_count, county.duty_months, county.valid_count) == (1, 3, 1)
    assert (county.due_on, county.is_behind, county.next_on) == (date(2026, 12, 31), False, None)
    september = chiefs(office, "office", "2026-09")["chief"]
    assert (september.valid_count, september.expected_count, september.is_behind) == (0, 1, True)


def test_a_month_that_is_over_or_ahead_is_told_as_it_was_or_will_be(office: Office) -> None:
    october = chiefs(office, "office", "2026-10")["chief_up"]
    assert (october.valid_count, october.expected_count, october.is_behind) == (1, 3, True)
    assert october.next_on is None
    december = chiefs(office, "office", "2026-12")["chief_up"]
    assert (december.expected_count, december.is_behind) == (0, False)


def test_chiefs_are_those_of_ones_own_area(office: Office) -> None:
    assert list(chiefs(office, "office_down", "2026-11")) == ["chief_down"]
    assert list(chiefs(office, "chief_up", "2026-11")) == ["chief_up"]
    assert set(chiefs(office, "chief", "2026-11")) == set(office.persons)


def test_a_month_has_its_days_wherever_it_stands() -> None:
    february = month_of(date(2028, 2, 29), NOW)
    assert (february.key, february.day_count, february.is_over) == ("2028-02", 29, False)
    assert february.passed_share == 0
    assert month_named("2026-11", NOW).passed_share == pytest.approx(22 / 30)
    assert month_named("2025-12", NOW).passed_share == 1
    for unfit in ("2026-13", "9999-12", "0001-01", "1' OR 1"):
        with pytest.raises(BadInput):
            month_named(unfit, NOW)
    assert month_named("", NOW).span.end == start_of_day(date(2026, 12, 1))


def test_duties_hold_whole_months_of_the_year() -> None:
    quarter = Duty(1, 3, "", True)
    assert quarter.span(date(2026, 12, 31)).start == start_of_day(date(2026, 10, 1))
    assert quarter.span(date(2026, 12, 31)).end == start_of_day(date(2027, 1, 1))
    year = replace(quarter, months=12)
    assert year.span(date(2026, 5, 5)).end == start_of_day(date(2027, 1, 1))


def test_coverage_counts_each_metre_once_and_the_invalid_ones_apart(office: Office) -> None:
    with office.database.app.begin() as connection:
        month = month_named("2026-11", NOW)
        (reach,) = coverage(connection, EVERYTHING, office.persons["chief_up"], month)
        county = coverage(connection, EVERYTHING, office.persons["chief"], month)
    assert reach.reach_id == office.basin.reach_up
    ((start, end),) = reach.stretches
    assert (start, end) == (pytest.approx(1_000, abs=12), pytest.approx(5_200, abs=12))
    assert reach.walked_m == pytest.approx(4_200, abs=20)
    assert reach.share == pytest.approx(4_200 / 22_180, abs=0.001)
    ((start, end),) = reach.invalid_stretches
    assert (start, end) == (pytest.approx(5_200, abs=12), pytest.approx(7_400, abs=12))
    assert [each.share for each in county] == [0, 0]


def test_patrols_are_listed_of_a_chief_an_account_or_a_reach(office: Office) -> None:
    with office.database.app.begin() as connection:
        asked = reader(office, connection, "office")
        person = office.persons["chief_up"]
        span = month_named("2026-11", NOW).span
        rows = patrol_list(connection, asked, person_id=person, span=span)
        assert [row.is_valid for row in rows] == [False, True, True]
        assert rows[0].failed == {PatrolRule.MINUTES}
        assert rows[0].day == date(2026, 11, 14)
        assert rows[1].hours_since_valid == pytest.approx(6 * 24 - 40 / 60, abs=0.01)
        assert rows[1].waters == ("清河",)
        assert rows[1].mean_kmh == pytest.approx(3.9, abs=0.01)
        walker = office.accounts["patroller_up"]
        assert len(patrol_list(connection, asked, walker_id=walker)) == 1
        below = patrol_list(connection, asked, reach_id=office.basin.reach_down)
        assert [row.person_id for row in below] == [None]
        assert len(patrol_list(connection, asked, most=2, start=1)) == 2


def test_a_patrol_is_read_with_its_track_and_what_it_covered(office: Office) -> None:
    with office.database.app.begin() as connection:
        asked = reader(office, connection, "office")
        row = patrol_list(connection, asked, person_id=office.persons["chief_up"])[0]
        detail = patrol_detail(connection, asked, row.id)
        own = patrol_detail(connection, reader(office, connection, "chief_up"), row.id)
    assert detail.track["type"] == "MultiLineString"
    assert [reach.reach_id for reach in detail.reaches] == [office.basin.reach_up]
    assert (detail.point_count, detail.kept_count, detail.jump_count) == (76, 76, 0)
    assert len(detail.file_sha256) == 32
    assert (detail.may_explain, own.may_explain, own.is_own) == (False, True, True)


def test_names_are_told_to_those_who_may_and_the_post_to_others(office: Office) -> None:
    with office.database.app.begin() as connection:
        person = office.persons["chief_up"]

        def who(reading: str) -> str:
            asked = reader(office, connection, reading)
            return patrol_list(connection, asked, person_id=person)[0].who

        for reading in ("office", "chief", "auditor", "chief_up"):
            assert who(reading) == "chief_up 甲"
        assert who("patroller_up") == "township 河长"
        patroller = office.accounts["patroller_up"]
        other = patrol_list(connection, reader(office, connection, "patroller"), most=50)
        assert {row.who for row in other if row.person_id is None} == {""}
        own = patrol_list(
            connection, reader(office, connection, "patroller_up"), walker_id=patroller
        )
        assert [row.who for row in own] == ["patroller_up 甲"]


def test_a_files_name_is_told_to_those_who_may_read_names(office: Office) -> None:
    with office.database.app.begin() as connection:
        asked = reader(office, connection, "office")
        row = patrol_list(connection, asked, person_id=office.persons["chief_up"])[0]
        named = patrol_detail(connection, asked, row.id).file_name
        assert named
        assert patrol_detail(connection, reader(office, connection, "chief_up"), row.id).file_name
        other = patrol_detail(connection, reader(office, connection, "patroller_up"), row.id)
        assert other.file_name == "", "people name their files after themselves"


def test_patrols_elsewhere_are_not_there(office: Office) -> None:
    with office.database.app.begin() as connection:
        down = reader(office, connection, "office_down")
        seen = patrol_list(connection, down)
        assert {row.person_id for row in seen} == {None}, "only who walked along its reach"
        up = patrol_list(connection, reader(office, connection, "chief_up"))
        hidden = next(row.id for row in up if row.person_id == office.persons["chief_up"])
        with pytest.raises(NotFound):
            patrol_detail(connection, down, hidden)
