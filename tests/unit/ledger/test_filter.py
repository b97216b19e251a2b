"""The ledger's filter and order, from the address and back to it."""

from dataclasses import fields
from datetime import date
from urllib.parse import parse_qs, parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput
from data.queries.ledger.filter import (
    KEYS,
    MOST_TEXT,
    MOST_WORDS,
    LedgerFilter,
    Order,
    Sort,
    View,
    read_address,
    read_filter,
    read_order,
    read_page_filter,
    write_filter,
)
from data.words.ledger import CATEGORY_KEYS, Group, Light, Severity, Source, Status


def several(words: object) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.sampled_from(list(words)), unique=True, max_size=4).map(tuple)  # type: ignore[call-overload]  # an enumeration or a tuple


IDS = st.lists(st.integers(0, 2**63 - 1), unique=True, max_size=4).map(tuple)
DAYS = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))
FILTERS = st.builds(
    LedgerFilter,
    view=st.sampled_from(View),
    text=st.text("清河K12+350%&=;#", max_size=MOST_TEXT).map(str.strip),
    statuses=several(Status),
    categories=several([*CATEGORY_KEYS, *(group.value for group in Group)]),
    severities=several(Severity),
    lights=several(Light),
    sources=several(Source),
    river_ids=IDS,
    reach_ids=IDS,
    lake_ids=IDS,
    division_ids=IDS,
    unit_ids=IDS,
    station_ids=IDS,
    problem_ids=IDS,
    registered_since=DAYS,
    registered_until=DAYS,
)


@given(FILTERS)
def test_what_is_written_is_read_again(chosen: LedgerFilter) -> None:
    query = write_filter(chosen)
    assert read_filter(query) == chosen
    assert read_filter("?" + query) == chosen
    assert read_filter(parse_qs(query, keep_blank_values=True)) == chosen


def test_every_field_has_a_key() -> None:
    assert set(KEYS.values()) == {field.name for field in fields(LedgerFilter)}


def test_the_default_asks_for_nothing() -> None:
    assert write_filter(LedgerFilter()) == ""
    assert read_filter("") == LedgerFilter()
    assert not LedgerFilter(view=View.OVERDUE).is_narrowed
    assert LedgerFilter(text="桩").is_narrowed


@pytest.mark.parametrize(
    "query",
    [
        "view=everything",
        "status=open&status=",
        "severity=GENERAL",
        "light=blue",
        "river=-1&river=1.5&river=x&river=%00&river=²",
        f"unit={2**63}",
        "unit=" + "9" * 40,
        "since=2026-13-01&until=soon",
        "since=0001-01-01&until=9999-12-31",
        "category=dumping.nothing",
        "sort=number&page=3&unknown=1",
    ],
)
def test_what_is_not_understood_is_refused_and_left_out_of_a_page_with_a_note(query: str) -> None:
    chosen, order, unread = read_address(query)
    assert chosen == LedgerFilter()
    if "unknown" in query:
        assert (order, unread) == (Order(Sort.NUMBER), [])
        assert read_filter(query) == LedgerFilter()
        return
    assert len(unread) == len([value for _key, value in parse_qsl(query)])
    with pytest.raises(BadInput):
        read_filter(query)


def test_too_much_is_refused_and_cut_on_a_page_with_a_note() -> None:
    many = "&".join(f"river={number}" for number in range(MOST_WORDS + 9))
    for query in (many, "q=" + "河" * 500):
        with pytest.raises(BadInput):
            read_filter(query)
    chosen, unread = read_page_filter(many)
    assert (len(chosen.river_ids), len(unread)) == (MOST_WORDS, 1)
    chosen, unread = read_page_filter("q=" + "河" * 500)
    assert (chosen.text, len(unread)) == ("河" * MOST_TEXT, 1)


def test_one_wrong_value_leaves_the_right_ones_beside_it_on_a_page() -> None:
    chosen, unread = read_page_filter("status=assigned&status=open&river=3&river=x&view=all&view=x")
    assert (chosen.statuses, chosen.river_ids) == ((Status.ASSIGNED,), (3,))
    assert [each.facts["key"] for each in unread] == ["status", "river", "view"]


@pytest.mark.parametrize("by", Sort)
@pytest.mark.parametrize("descending", [False, True])
def test_an_order_is_read_again(by: Sort, descending: bool) -> None:
    order = Order(by, descending)
    assert read_order({"sort": ("-" if descending else "") + by.value}) == order
    assert read_order("") == Order()
    assert read_address("sort=nothing")[1] == Order()
    for unfit in ("sort=nothing", "sort=-", "sort=--due", "sort=due&sort=number"):
        with pytest.raises(BadInput):
            read_order(unfit)
