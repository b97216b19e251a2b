"""A track keeps what can be true together, and counts its metres and minutes honestly."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.ellipsoid import GEOD
from gis.tracks import Fix, NoTrack, clean

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def walk(count: int, *, every_s: float = 10, kmh: float = 4.0, bearing: float = 40) -> list[Fix]:
    """Fixes in a straight line, as many seconds apart."""
    step = kmh / 3.6 * every_s
    places = [GEOD.fwd(112.0, 32.7, bearing, step * number)[:2] for number in range(count)]
    return [
        Fix(lon, lat, START + timedelta(seconds=every_s * number))
        for number, (lon, lat) in enumerate(places)
    ]


def away(fix: Fix, metres: float, bearing: float = 270) -> Fix:
    lon, lat, _ = GEOD.fwd(fix.lon, fix.lat, bearing, metres)
    return Fix(lon, lat, fix.at)


def test_a_straight_walk_measures_what_was_walked() -> None:
    track = clean([walk(361)])
    assert track.length_m == pytest.approx(4000, abs=0.1)
    assert (track.duration_s, track.moving_s, track.gap_count) == (3600, 3600, 0)
    assert track.top_speed_kmh == pytest.approx(4.0, abs=0.01)
    assert (track.started_at, track.ended_at) == (START, START + timedelta(hours=1))


@pytest.mark.parametrize("hours", [-23, -2, 2, 23])
@pytest.mark.parametrize("count", [1, 2])
def test_a_few_stray_times_make_no_walk_longer(hours: int, count: int) -> None:
    fixes = walk(121, every_s=20)
    stray = [
        fix._replace(at=fix.at + timedelta(hours=hours)) for fix in fixes[60 : 60 + count] if fix.at
    ]
    track = clean([fixes[:60] + stray + fixes[60 + count :]])
    assert (track.started_at, track.duration_s) == (START, 2400)
    assert (track.kept_count, track.jump_count) == (121 - count, count)


def test_a_walk_after_a_rest_is_walked_too() -> None:
    fixes = walk(121, every_s=20)
    later = [fix._replace(at=fix.at + timedelta(hours=3)) for fix in fixes[100:] if fix.at]
    assert clean([fixes[:100] + later]).duration_s == 2400 + 3 * 3600


@settings(max_examples=40)
@given(
    wrong=st.sets(st.integers(0, 119), min_size=1, max_size=25),
    metres=st.floats(2_000, 200_000),
    bearing=st.floats(0, 359),
)
def test_fixes_that_leap_away_are_dropped_and_no_other(
    wrong: set[int], metres: float, bearing: float
) -> None:
    """Wherever they stand, at the ends as well, also several in a row (which agree together)."""
    fixes = walk(120)
    bad = [away(fix, metres, bearing) if at in wrong else fix for at, fix in enumerate(fixes)]
    track = clean([bad])
    true = [fix for at, fix in enumerate(fixes) if at not in wrong]
    assert track.jump_count == len(wrong)
    assert [tuple(pair) for part in track.parts for pair in part.tolist()] == [
        (fix.lon, fix.lat) for fix in true
    ]


def test_a_long_stay_elsewhere_does_not_cut_the_track_in_two() -> None:
    """More fixes in a row than one looks back: two minutes at a mast 30 km off."""
    fixes = walk(400, every_s=2)
    bad = [away(fix, 30_000) if 150 <= at < 210 else fix for at, fix in enumerate(fixes)]
    track = clean([bad])
    assert (track.kept_count, track.jump_count) == (340, 60)


def test_a_silence_is_a_gap_whose_metres_do_not_count() -> None:
    fixes = walk(200)
    track = clean([[*fixes[:60], *fixes[120:]]])
    assert track.gap_count == 1
    assert len(track.parts) == 2
    assert track.length_m == pytest.approx((59 + 79) * 4000 / 360, abs=0.1)
    assert track.duration_s == 1990


def test_two_segments_are_two_parts_though_no_time_passes_between() -> None:
    fixes = walk(100)
    track = clean([fixes[:50], fixes[50:]])
    assert (track.gap_count, len(track.parts)) == (0, 2)
    assert track.length_m == pytest.approx(98 * 4000 / 360, abs=0.1)


def test_segments_out_of_order_and_a_second_copy_of_them_change_nothing() -> None:
    fixes = walk(100)
    once = clean([fixes[:50], fixes[50:]])
    again = clean([fixes[50:], fixes[:50], fixes])
    assert again.length_m == pytest.approx(once.length_m)
    assert (again.kept_count, again.point_count) == (100, 200)


@pytest.mark.parametrize("at", [0, 50, 99])
def test_a_wrong_fix_at_the_same_time_never_costs_the_right_one(at: int) -> None:
    fixes = walk(100)
    for pair in ([away(fixes[at], 30_000), fixes[at]], [fixes[at], away(fixes[at], -30_000)]):
        track = clean([[*fixes[:at], *pair, *fixes[at + 1 :]]])
        assert track.length_m == pytest.approx(clean([fixes]).length_m)
        assert (track.kept_count, track.jump_count, track.left_count) == (100, 0, 1)


def test_every_fix_is_kept_or_counted_as_left_out() -> None:
    fixes = walk(100)
    mixed = [
        *fixes[:40],
        fixes[40]._replace(at=None),
        away(fixes[41], 30_000),
        *fixes[41:],
        fixes[9],
    ]
    mixed[70] = away(mixed[70], 30_000)
    track = clean([mixed])
    assert (track.point_count, track.kept_count) == (102, 98)
    assert (track.jump_count, track.left_count) == (1, 3)


def test_standing_still_is_not_moving() -> None:
    fixes = walk(180)
    last = fixes[-1]
    assert last.at is not None
    still = [
        away(last, 1.0 * (number % 2))._replace(at=last.at + timedelta(seconds=30 * number))
        for number in range(1, 21)
    ]
    track = clean([[*fixes, *still]])
    assert track.duration_s == 1790 + 600
    assert track.moving_s == 1790


def test_the_top_speed_is_one_kept_up_for_a_minute() -> None:
    """One fix that is 60 m off for a moment is no car; a minute by car is."""
    fixes = walk(120)
    lurch = [*fixes[:50], away(fixes[50], 60), *fixes[51:]]
    assert clean([lurch]).top_speed_kmh < 12
    ride = walk(120, kmh=36)
    assert clean([ride]).top_speed_kmh == pytest.approx(36, abs=0.1)


@pytest.mark.parametrize(
    "segments",
    [
        [],
        [[]],
        [[Fix(112, 32, START)]],
        [[Fix(112, 32), Fix(112.1, 32)]],
        [[Fix(112, 32, START), Fix(112, 32, START)]],
        [[Fix(112, 32, START), Fix(112, 32, START + timedelta(hours=1))]],
        [[Fix(112, 32, START), Fix(113, 32, START + timedelta(seconds=5))]],
    ],
    ids=["nothing", "empty", "one", "no times", "one time", "an hour apart", "only a leap"],
)
def test_without_two_fixes_that_follow_each_other_there_is_no_track(
    segments: list[list[Fix]],
) -> None:
    with pytest.raises(NoTrack):
        clean(segments)
