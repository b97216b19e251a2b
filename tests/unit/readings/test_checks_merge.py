"""A key that is taken: duplicate, fill or conflict; and newest values, one by one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from data.clock import UtcDatetime
from data.records import LatestValue
from data.vocabulary import Flag, Parameter
from ingest.storage.latest import Latest, read_latest, take_newer, write_latest
from ingest.storage.merge import Held, filled, merge

PH, DO = Parameter.PH, Parameter.DISSOLVED_OXYGEN
NOON = UtcDatetime(datetime(2026, 5, 1, 12, tzinfo=UTC))


def held_of(
    values: dict[Parameter, float],
    below: dict[Parameter, float],
    position: tuple[float, float] | None,
) -> Held:
    """Limits of values that are there."""
    return Held(values, {}, position, {p: limit for p, limit in below.items() if p in values})


some = st.dictionaries(st.sampled_from([PH, DO, Parameter.IRON]), st.sampled_from([1.0, 2.0]))
helds = st.builds(held_of, some, some, st.none() | st.just((112.0, 32.0)))


def test_equal_values_are_a_duplicate() -> None:
    found = merge(Held({PH: 7.0, DO: 8.0}), Held({DO: 8.0}, {DO: Flag.JUMP}))
    assert not found.fills
    assert not found.conflicts
    assert not found.added.flags


def test_what_was_empty_is_added_with_its_flag() -> None:
    found = merge(Held({PH: 7.0}), Held({PH: 7.0, DO: 8.0}, {PH: Flag.FLAT, DO: Flag.FAULT}))
    assert found.fills
    assert found.added == Held({DO: 8.0}, {DO: Flag.FAULT})
    assert not found.conflicts


def test_a_different_value_is_a_conflict_and_the_first_stays() -> None:
    kept, later = Held({PH: 7.0}), Held({PH: 7.5, DO: 8.0})
    found = merge(kept, later)
    assert found.conflicts == {PH: (7.0, 7.5)}
    assert filled(kept, found.added).values == {PH: 7.0, DO: 8.0}


@given(helds, helds)
def test_merging_twice_adds_nothing_more(kept: Held, later: Held) -> None:
    first = merge(kept, later)
    whole = filled(kept, first.added)
    again = merge(whole, later)
    assert not again.fills
    assert again.conflicts == first.conflicts
    assert set(whole.values) == set(kept.values) | set(later.values)
    assert all(whole.values[p] == value for p, value in kept.values.items())
    assert whole.below.keys() <= whole.values.keys()
    assert all(whole.below.get(p) == kept.below.get(p) for p in kept.values)


def test_below_the_same_limit_is_the_same_whatever_counts_in_its_place() -> None:
    kept = Held({PH: 7.0, DO: 0.1}, below={DO: 0.2})
    assert not merge(kept, Held({DO: 0.2}, below={DO: 0.2})).conflicts
    measured = Held({DO: 0.1})
    assert merge(kept, measured).conflicts == {DO: (0.1, 0.1)}
    assert merge(measured, kept).conflicts == {DO: (0.1, 0.1)}
    assert merge(kept, Held({DO: 0.1}, below={DO: 0.3})).conflicts == {DO: (0.1, 0.1)}
    assert merge(Held({PH: 7.0}), kept).added.below == {DO: 0.2}


def test_a_newest_value_keeps_its_limit() -> None:
    latest: Latest = {}
    take_newer(latest, NOON, {PH: 7.0, DO: 0.1}, {}, {DO: 0.2})
    assert latest[DO] == LatestValue(0.1, NOON, Flag.NORMAL, 0.2)
    assert read_latest(write_latest(latest)) == latest


def test_values_are_taken_one_by_one_where_newer() -> None:
    latest: Latest = {PH: LatestValue(7.0, NOON)}
    earlier = UtcDatetime(NOON - timedelta(hours=1))
    assert take_newer(latest, earlier, {PH: 6.0, DO: 8.0}, {})
    assert latest == {PH: LatestValue(7.0, NOON), DO: LatestValue(8.0, earlier)}
    assert not take_newer(latest, NOON, {PH: 9.0}, {})
    assert latest[PH].value == 7.0


@given(
    st.dictionaries(
        st.sampled_from(list(Parameter)),
        st.builds(
            LatestValue,
            st.floats(allow_nan=False, allow_infinity=False),
            st.datetimes(timezones=st.just(UTC)),
            st.sampled_from(list(Flag)),
            st.none() | st.floats(0, 1e6),
        ),
    )
)
def test_newest_values_survive_their_json(latest: Latest) -> None:
    assert read_latest(write_latest(latest)) == latest
