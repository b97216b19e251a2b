"""The page of patrols in other years: months over the turn of a year, dates with their year."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from dashboard.patrols.month import owed_words
from dashboard.patrols.one_patrol import one_card
from dashboard.patrols.page import heading, patrol_page
from dashboard.patrols.reads import Asked, Shown, read
from dashboard.patrols.records import records_card
from data.clock import UtcDatetime, start_of_day, to_utc
from tests.made.office import Office
from tests.made.pages import session_of, texts
from tests.made.patrols.records import NOW, record_walk
from tests.made.patrols.walks import walk

LAST_NOVEMBER = datetime(2025, 11, 3, 1, 0, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def office(shared_office: Office) -> Office:
    """The upper chief, long in office, walked in November of this year and of the last."""
    with shared_office.database.owner.begin() as connection:
        connection.execute(text("UPDATE responsibility SET valid_from = '2020-01-01'"))
    for began, from_m in ((LAST_NOVEMBER, 9_000), (NOVEMBER, 1_000)):
        record_walk(shared_office, "chief_up", walk(began, from_m=from_m))
    return shared_office


def shown(office: Office, now: UtcDatetime = NOW, **asked: str) -> Shown:
    """What the page shows the upper chief at that time."""
    return read(*session_of(office, "chief_up", lambda: now), Asked(**asked))


def steps(page: Shown) -> list[str]:
    """The months to which the heading's arrows lead, with the month shown between them."""
    head = heading(page, may_upload=False, may_export=False)
    bar = next(one for one in head.children if getattr(one, "className", "") == "pt-month")
    return [
        getattr(each, "href", "").partition("month=")[2][:7] or "".join(texts(each))
        for each in bar.children
    ]


@pytest.mark.parametrize(
    ("month", "leads"),
    [
        ("2026-11", ["2026-10", "2026-11", "2026-12"]),
        ("2026-01", ["2025-12", "2026-01", "2026-02"]),
        ("2025-12", ["2025-11", "2025-12", "2026-01"]),
        ("2024-02", ["2024-01", "2024-02", "2024-03"]),
        ("2000-01", ["", "2000-01", "2000-02"]),
        ("2100-12", ["2100-11", "2100-12", ""]),
    ],
)
def test_the_arrows_lead_over_the_turn_of_a_year_and_not_beyond_what_can_be_read(
    office: Office, month: str, leads: list[str]
) -> None:
    page = shown(office, month=month)
    assert page.unread == ()
    assert steps(page) == leads
    patrol_page(page, may_upload=False, may_export=False)


@pytest.mark.parametrize("month", ["1999-12", "2101-01", "2026-13", "2026-1", "26-11"])
def test_a_month_that_can_not_be_read_is_said_and_the_present_one_shown(
    office: Office, month: str
) -> None:
    page = shown(office, month=month)
    assert len(page.unread) == 1
    assert page.month.key == "2026-11"


def test_records_of_another_year_say_their_year(office: Office) -> None:
    this, last = (shown(office, month=month) for month in ("2026-11", "2025-11"))
    assert len(this.patrols) == len(last.patrols) == 1
    assert "11-02 09:00" in texts(records_card(this))
    assert "2025-11-03 09:00" in texts(records_card(last))
    assert last.patrol is not None
    assert "2025-11-03 09:00" in " ".join(texts(one_card(last.patrol, now=last.now)))


def test_a_patrol_of_another_year_brings_its_month(office: Office) -> None:
    last = shown(office, month="2025-11").patrols[0]
    page = shown(office, patrol=str(last.id))
    assert (page.month.key, page.patrol and page.patrol.id) == ("2025-11", last.id)
    assert steps(page) == ["2025-10", "2025-11", "2025-12"]


def test_a_record_of_this_year_says_its_year_from_the_next_on(office: Office) -> None:
    new_year = start_of_day(date(2027, 1, 1))
    before = to_utc(new_year - timedelta(seconds=1))
    assert "11-02 09:00" in texts(records_card(shown(office, before, month="2026-11")))
    assert "2026-11-02 09:00" in texts(records_card(shown(office, new_year, month="2026-11")))


def test_what_is_due_in_another_year_says_its_year(office: Office) -> None:
    for month, day in (("2026-11", "11-30"), ("2027-02", "2027-02-28")):
        page = shown(office, month=month)
        assert page.chief is not None
        assert f" {day} " in f" {owed_words(page.chief, page.month)} ".replace("前", " ")
