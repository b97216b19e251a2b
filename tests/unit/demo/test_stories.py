"""The made office's stories: told in order, in time, in office hours, whenever the demo starts."""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import combinations, pairwise

import gpxpy
import pytest
from PIL import Image, ImageChops
from shapely import LineString

from dashboard.demo.office import Course, Spot
from dashboard.demo.pictures import Shot, drawn
from dashboard.demo.stories import STORIES, cases, found_at, in_office_hours, times
from dashboard.demo.walks import Walk, track_file
from data.clock import BUSINESS_ZONE, UtcDatetime, to_utc
from data.records import ReachId
from data.vocabulary import Bank
from data.words.ledger import CATEGORY_KEYS, Action, Group
from problem_ledger.evidence.comparison import LIMITS
from problem_ledger.evidence.photo_bytes import read_photo

ENDS = [
    to_utc(datetime.combine(date(2026, 9, 21) + timedelta(days=days), at, BUSINESS_ZONE))
    for days, at in enumerate((time(2, 10), time(9), time(12, 30), time(18, 5), time(23, 50)) * 3)
]


@pytest.mark.parametrize("end", ENDS, ids=str)
def test_every_story_fits_between_its_report_and_the_present(end: UtcDatetime) -> None:
    for case in cases():
        turns = STORIES[case.story]
        begun = found_at(case, end)
        taken = times(turns, begun, end, case.reach)
        moments = [begun, *taken]
        assert all(first < last for first, last in pairwise(moments))
        assert moments[-1] < end
        assert time(7, 30) <= begun.astimezone(BUSINESS_ZONE).time() <= time(18)
        for before, after, turn in zip(moments, taken, turns, strict=False):
            if turn.action is Action.HAND_BACK:
                assert after - before < timedelta(hours=24)


def test_the_table_names_stories_and_categories_that_are_there() -> None:
    assert {case.story for case in cases()} <= set(STORIES)
    assert {case.category for case in cases()} <= set(CATEGORY_KEYS)
    assert len({case.story for case in cases()}) > 15


def test_a_weekend_waits_for_monday() -> None:
    saturday = to_utc(datetime(2026, 11, 21, 10, 0, tzinfo=BUSINESS_ZONE))
    worked = in_office_hours(saturday).astimezone(BUSINESS_ZONE)
    assert worked.weekday() == 0
    assert worked.time() >= time(8, 30)


def test_a_picture_tells_where_and_when_like_a_phone_s() -> None:
    at = to_utc(datetime(2026, 11, 3, 9, 30, tzinfo=BUSINESS_ZONE))
    shot = Shot("spot", Group.DUMPING, 112.123456, 32.654321, at, 271.0, timedelta(hours=-22))
    seen = read_photo(drawn(shot))
    assert (seen.exif.lon, seen.exif.lat) == pytest.approx((112.123456, 32.654321), abs=1e-6)
    assert seen.exif.bearing == pytest.approx(271)
    assert seen.exif.gps_at == at
    assert seen.exif.clock == "2026:11:02 11:30:00"
    cleared = drawn(Shot("spot", None, 112.123456, 32.654321, at, 271.0))
    assert Image.open(BytesIO(cleared)).size == (seen.width, seen.height)
    assert cleared != seen.original


def test_pictures_of_one_spot_at_two_moments_are_not_taken_for_one() -> None:
    at = ENDS[1]
    for spot in range(12):
        seen = [
            read_photo(drawn(Shot(f"spot-{spot}", wrong, 112.1, 32.6, at, 0, moment=moment)))
            for wrong, moment in ((Group.DUMPING, "0"), (Group.DUMPING, "4"), (None, "5"))
        ]
        bits = [(a.likeness ^ b.likeness) & (1 << 64) - 1 for a, b in combinations(seen, 2)]
        assert min(each.bit_count() for each in bits) > LIMITS.likeness_bits
    later = to_utc(at + timedelta(days=9))
    once, again = (
        read_photo(drawn(Shot("spot", None, 112.1, 32.6, when, 0, moment="5")))
        for when in (at, later)
    )
    assert once.sha256 != again.sha256
    assert ((once.likeness ^ again.likeness) & (1 << 64) - 1).bit_count() <= LIMITS.likeness_bits


@pytest.mark.parametrize("wrong", Group, ids=str)
def test_what_is_wrong_lies_where_a_cropped_picture_still_shows_it(wrong: Group) -> None:
    for spot in range(8):
        shots = [
            Shot(f"spot-{spot}", what, 112.1, 32.6, ENDS[1], 0, moment="1")
            for what in (wrong, None)
        ]
        first, second = (Image.open(BytesIO(drawn(shot))).convert("L") for shot in shots)
        changed = ImageChops.difference(first, second).point(lambda part: 255 * (part > 40))
        box = changed.getbbox()
        assert box is not None
        height = first.height
        assert 0.28 * height < box[1] < box[3] < 0.88 * height


def test_a_walk_is_as_long_and_as_broken_as_it_was_planned() -> None:
    line = LineString([(112.2, 32.8), (112.2, 32.6)])
    course = Course(ReachId(1), 0.0, 22_178.0, line)
    began = to_utc(datetime(2026, 11, 3, 9, 30, tzinfo=BUSINESS_ZONE))
    walk = Walk(course, 1000, 4000, began, kmh=4.5, gap_s=600, name="walk")
    read = gpxpy.parse(track_file(walk).decode())
    points = [each.time for each in read.tracks[0].segments[0].points if each.time]
    gaps = [last - first for first, last in pairwise(points)]
    assert max(gaps) >= timedelta(minutes=9)
    assert sum(gap > timedelta(minutes=5) for gap in gaps) == 1
    assert read.length_2d() == pytest.approx(3000, rel=0.1)
    assert points[-1] - points[0] == timedelta(seconds=2400)


def test_a_spot_lies_beside_the_water_and_looks_across_it() -> None:
    south = Course(ReachId(1), 0.0, 22_178.0, LineString([(112.2, 32.8), (112.2, 32.6)]))
    left, right = south.spot(0.5, Bank.LEFT, 30), south.spot(0.5, Bank.RIGHT, 30)
    assert left.lon > 112.2 > right.lon
    assert left.bearing == pytest.approx(270, abs=1)
    assert right.bearing == pytest.approx(90, abs=1)
    moved = Spot(112.2, 32.7).moved(100, 0)
    assert (moved.lat - 32.7) * 110_890 == pytest.approx(100, abs=1)
