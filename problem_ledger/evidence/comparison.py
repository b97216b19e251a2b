"""What a checker is told about the photos of a problem: each finding with its limit. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shapely.geometry import Point

from data.clock import Span, UtcDatetime
from data.queries.ledger.photos import Likest, PhotoFacts
from data.words.ledger import Stage
from gis.ellipsoid import distance_m
from problem_ledger.evidence.exif import clock_error, rolled_weeks, taken_at


class Check(StrEnum):
    """The checks made on a problem's photos.

    APART and BEARING: the photo after beside the one before. TAKEN: its time beside the report's or
    the rectification's. PLACE: its place beside the problem's. LIKENESS: its picture beside every
    earlier one. CLOCK: the camera's clock beside the satellites' time.
    """

    APART = "apart"
    BEARING = "bearing"
    TAKEN = "taken"
    PLACE = "place"
    LIKENESS = "likeness"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits beyond which photos look doubtful; house rules, no standard gives any.

    Metres, degrees, bits of 64, and the time a clock may be wrong.
    """

    apart_m: float = 20
    bearing_deg: float = 30
    place_m: float = 50
    likeness_bits: int = 5
    clock: timedelta = timedelta(minutes=10)
    before_report: timedelta = timedelta(hours=24)


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Flag:
    """The result of one check on a photo; ``ok`` is None where the photos say nothing about it.

    ``measured`` and ``limit`` are metres, degrees, differing bits or seconds, by ``check``; TAKEN
    has ``at`` and the ``span`` it should lie in. CLOCK has the ``rolled_weeks`` by which the
    satellites' date is behind. LIKENESS tells how many photos were compared; when
    one is too like, ``like_id`` and ``like_number`` name it and its problem.
    """

    check: Check
    stage: Stage
    photo_id: int
    ok: bool | None
    measured: float | None = None
    limit: float | None = None
    at: UtcDatetime | None = None
    span: Span | None = None
    rolled_weeks: int = 0
    compared_count: int = 0
    like_id: int | None = None
    like_number: str | None = None


def stage_of(photo: PhotoFacts) -> Stage:
    """Returns which stage of the work a photo shows. Raises ValueError unless it has a problem."""
    if photo.stage is None:
        raise ValueError(f"photo {photo.id} belongs to no problem")
    return photo.stage


def compare(before: PhotoFacts, after: PhotoFacts, limits: Limits = LIMITS) -> tuple[Flag, Flag]:
    """Returns two flags of the photo after: metres from the one before, degrees between views."""
    apart = _distance(_place(before), _place(after))
    turned = _turned(before.bearing, after.bearing)
    return (
        _measured(Check.APART, after, apart, limits.apart_m),
        _measured(Check.BEARING, after, turned, limits.bearing_deg),
    )


def pair(
    befores: Sequence[PhotoFacts], afters: Sequence[PhotoFacts]
) -> tuple[PhotoFacts, PhotoFacts] | None:
    """Returns the photos before and after that were taken nearest to each other.

    The first of each when their places aren't known; None when one of the two is missing.
    """
    pairs = [(before, after) for before in befores for after in afters]
    if not pairs:
        return None
    return min(pairs, key=lambda each: _closeness(*each))


def judge(
    photo: PhotoFacts,
    place: Point,
    accuracy_m: float | None,
    period: Span,
    likest: Likest,
    limits: Limits = LIMITS,
) -> tuple[Flag, ...]:
    """Returns four flags of a photo: time, place, likeness to earlier photos, the camera's clock.

    ``place`` is the problem's, ``accuracy_m`` its accuracy in metres, ``period`` when the photo
    should have been made.
    """
    at = taken_at(photo.gps_at, photo.clock)
    off_by = clock_error(photo.gps_at, photo.clock)
    rolled = rolled_weeks(photo.gps_at, photo.clock)
    within_m = limits.place_m + (accuracy_m or 0)
    alike = likest.bits is not None and likest.bits <= limits.likeness_bits
    return (
        Flag(
            Check.TAKEN,
            stage_of(photo),
            photo.id,
            None if at is None else _lies_in(at, period, limits.clock),
            at=at,
            span=period,
        ),
        _measured(Check.PLACE, photo, _distance(_place(photo), place), within_m),
        Flag(
            Check.LIKENESS,
            stage_of(photo),
            photo.id,
            not alike if likest.compared_count else None,
            measured=likest.bits,
            limit=limits.likeness_bits,
            compared_count=likest.compared_count,
            like_id=likest.photo_id if alike else None,
            like_number=likest.number if alike else None,
        ),
        _clock_flag(photo, off_by, rolled, limits.clock.total_seconds()),
    )


def worst(flags: Sequence[Flag]) -> Flag:
    """Returns the worst of several findings about the same thing: a doubt before all others.

    Of two doubts the one farther beyond its limit: more of a measure, but fewer differing bits.
    """
    order = {False: 0, None: 1, True: 2}

    def rank(flag: Flag) -> tuple[int, float, int]:
        measured = flag.measured or 0
        beyond = -measured if flag.check is Check.LIKENESS else measured
        return order[flag.ok], -beyond, flag.photo_id

    return min(flags, key=rank)


def _clock_flag(
    photo: PhotoFacts, off_by: timedelta | None, rolled_weeks: int, limit_s: float
) -> Flag:
    measured = None if off_by is None else off_by.total_seconds()
    flag = _measured(Check.CLOCK, photo, measured, limit_s)
    return replace(flag, ok=False, rolled_weeks=rolled_weeks) if rolled_weeks else flag


def _measured(check: Check, photo: PhotoFacts, measured: float | None, limit: float) -> Flag:
    ok = None if measured is None else measured <= limit
    return Flag(check, stage_of(photo), photo.id, ok, measured=measured, limit=limit)


def _closeness(before: PhotoFacts, after: PhotoFacts) -> tuple[float, int, int]:
    apart = _distance(_place(before), _place(after))
    return (math.inf if apart is None else apart, before.id, after.id)


def _place(photo: PhotoFacts) -> Point | None:
    return None if photo.lon is None or photo.lat is None else Point(photo.lon, photo.lat)


def _lies_in(at: datetime, span: Span, slack: timedelta) -> bool:
    return span.start - slack <= at <= span.end + slack


def _distance(one: Point | None, other: Point | None) -> float | None:
    return None if one is None or other is None else distance_m(one, other)


def _turned(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return None
    apart = abs(one - other) % 360
    return min(apart, 360 - apart)
