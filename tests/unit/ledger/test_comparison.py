"""What a checker is told about photos: the right pair, the right limits, doubt before all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from shapely.geometry import Point

from data.clock import Span, UtcDatetime, to_utc
from data.queries.ledger.photos import Likest, PhotoFacts
from data.records import AccountId
from data.words.ledger import Stage
from problem_ledger.evidence.comparison import Check, Flag, compare, judge, pair, stage_of, worst
from problem_ledger.evidence.flags import Story, newest, period

NOON = to_utc(datetime(2026, 11, 9, 4, tzinfo=UTC))
SPOT = Point(112.2, 32.7)
METRE_E = 1 / 93_800
"""Degrees of longitude in a metre, at 32.7 degrees north."""


def shot(number: int, stage: Stage | None = Stage.AFTER, **known: object) -> PhotoFacts:
    plain = PhotoFacts(
        id=number,
        sha256=b"",
        mime="image/jpeg",
        byte_count=1,
        width=640,
        height=480,
        likeness=0,
        lon=None,
        lat=None,
        bearing=None,
        clock=None,
        gps_at=None,
        uploaded_at=NOON,
        uploader_id=AccountId(1),
        problem_id=1,
        seq=1,
        stage=stage,
        at=NOON,
    )
    return replace(plain, **known)  # type: ignore[arg-type] # the names are the record's own


def at(number: int, east_m: float, stage: Stage = Stage.AFTER) -> PhotoFacts:
    return shot(number, stage, lon=112.2 + east_m * METRE_E, lat=32.7)


def judged(photo: PhotoFacts, likest: Likest | None = None, **given: object) -> dict[Check, Flag]:
    span = Span(to_utc(NOON - timedelta(days=3)), NOON)
    found = judge(photo, SPOT, given.get("accuracy_m"), span, likest or Likest(0))  # type: ignore[arg-type] # a float or none
    return {flag.check: flag for flag in found}


@pytest.mark.parametrize(("apart_m", "ok"), [(0, True), (19, True), (21, False), (500, False)])
def test_how_far_apart(apart_m: float, ok: bool) -> None:
    apart, _bearing = compare(at(1, 0, Stage.BEFORE), at(2, apart_m))
    assert apart.ok is ok
    assert apart.measured == pytest.approx(apart_m, abs=0.5)


@pytest.mark.parametrize(
    ("one", "other", "turned", "ok"),
    [(48, 59, 11, True), (350, 10, 20, True), (10, 350, 20, True), (0, 180, 180, False),
     (5, 329, 36, False)],
)  # fmt: skip
def test_directions_are_compared_around_the_circle(
    one: float, other: float, turned: float, ok: bool
) -> None:
    _apart, bearing = compare(shot(1, Stage.BEFORE, bearing=one), shot(2, bearing=other))
    assert (bearing.measured, bearing.ok) == (turned, ok)


def test_what_photos_do_not_say_is_neither_right_nor_wrong() -> None:
    assert [flag.ok for flag in compare(shot(1, Stage.BEFORE), at(2, 0))] == [None, None]
    found = judged(shot(2))
    assert {check: flag.ok for check, flag in found.items()} == {
        Check.TAKEN: None,
        Check.PLACE: None,
        Check.LIKENESS: None,
        Check.CLOCK: None,
    }


def test_the_pair_taken_nearest_each_other() -> None:
    befores = [at(1, 0, Stage.BEFORE), at(2, 100, Stage.BEFORE)]
    afters = [at(3, 60), at(4, 98), shot(5)]
    assert pair(befores, afters) == (befores[1], afters[1])
    assert pair([shot(1)], [shot(2), shot(3)]) == (shot(1), shot(2))
    assert pair([], afters) is None


@pytest.mark.parametrize(
    ("hours", "ok"), [(-73, False), (-72, True), (0, True), (0.1, True), (1, False)]
)
def test_within_the_period(hours: float, ok: bool) -> None:
    taken = to_utc(NOON + timedelta(hours=hours))
    assert judged(shot(1, gps_at=taken))[Check.TAKEN].ok is ok


@pytest.mark.parametrize(
    ("away_m", "accuracy_m", "ok"), [(49, None, True), (52, None, False), (90, 50.0, True)]
)
def test_the_place_with_its_accuracy(away_m: float, accuracy_m: float | None, ok: bool) -> None:
    assert judged(at(1, away_m), accuracy_m=accuracy_m)[Check.PLACE].ok is ok


@pytest.mark.parametrize(("bits", "ok"), [(0, False), (5, False), (6, True)])
def test_what_was_seen_before(bits: int, ok: bool) -> None:
    flag = judged(shot(9), Likest(1284, bits, 4, "411381-2026-00007"))[Check.LIKENESS]
    assert (flag.ok, flag.compared_count, flag.measured) == (ok, 1284, bits)
    assert (flag.like_id, flag.like_number) == ((None, None) if ok else (4, "411381-2026-00007"))


@pytest.mark.parametrize(("count", "ok"), [(0, None), (1, True)])
def test_what_was_compared_with_nothing_is_not_known(count: int, ok: bool | None) -> None:
    assert judged(shot(9), Likest(count))[Check.LIKENESS].ok is ok


def test_a_doubt_goes_before_all() -> None:
    flags = [
        Flag(Check.PLACE, Stage.AFTER, number, ok, measured=measured)
        for number, ok, measured in ((1, True, 9.0), (2, False, 70.0), (3, None, None))
    ]
    assert worst(flags).photo_id == 2
    assert worst([flags[0], flags[2]]).photo_id == 3


def test_of_two_alike_the_one_more_alike_is_shown() -> None:
    twice = [
        Flag(Check.LIKENESS, Stage.AFTER, number, ok=False, measured=bits)
        for number, bits in ((1, 5.0), (2, 0.0))
    ]
    assert worst(twice).photo_id == 2


def story(assigned_at: UtcDatetime | None) -> Story:
    return Story(SPOT, None, NOON, assigned_at)


def test_when_a_photo_should_have_been_taken() -> None:
    later = to_utc(NOON + timedelta(days=9))
    assigned = to_utc(NOON + timedelta(days=2))
    before = shot(1, Stage.BEFORE, at=NOON)
    after = shot(2, Stage.AFTER, at=later)
    assert period(before, story(assigned)) == Span(to_utc(NOON - timedelta(days=1)), NOON)
    assert period(after, story(assigned)) == Span(assigned, later)


def test_only_the_newest_submission_counts() -> None:
    photos = [shot(1, seq=5), shot(2, seq=9), shot(3, seq=9)]
    assert [photo.id for photo in newest(photos)] == [2, 3]


def test_a_photo_of_no_step_shows_nothing_yet() -> None:
    with pytest.raises(ValueError, match="belongs to no problem"):
        stage_of(shot(1, stage=None))


def test_of_two_that_were_seen_before_the_one_more_alike_is_shown() -> None:
    flags = [
        Flag(Check.LIKENESS, Stage.AFTER, number, False, measured=bits)
        for number, bits in ((1, 5), (2, 0))
    ]
    assert worst(flags).photo_id == 2
