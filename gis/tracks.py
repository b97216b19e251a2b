"""Cleans a walked track (轨迹) of impossible jumps; measures its metres, minutes and speed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from shapely.geometry import LineString, MultiLineString, Point

from gis.ellipsoid import GEOD, Numbers, flattened_m

Mask = npt.NDArray[np.bool_]

JUMP_KMH: Final = 120.0
"""Nobody on patrol gets from one fix to the next faster than this, on foot or by car."""

GAP_S: Final = 300.0
MOVING_KMH: Final = 1.0
"""Slower than this is standing: fixes of a receiver at rest wander by less."""

MINUTE_S: Final = 60.0
LOOK_BACK: Final = 30
"""How many fixes back a fix looks for those it can have come from, besides the best of all."""


MOST_STRAY: Final = 3
LEAST_OF_A_STRAY: Final = 10
"""Fixes with a wrong time are few: at most three, and one in ten."""


class Fix(NamedTuple):
    """One position recorded by a receiver, in CGCS2000 degrees."""

    lon: float
    lat: float
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """A cleaned track: the kept fixes, in order of time, with lengths and speeds.

    ``parts`` are unbroken pieces of two or more fixes; neither ``length_m`` nor ``moving_s`` counts
    what lies between parts. ``jump_count`` counts the impossible fixes, ``left_count`` all others
    left out: without a time, or at the same time as a kept one. ``gap_count`` counts silences
    longer than the allowed one; ``top_speed_kmh`` is the highest speed kept up for a minute.
    """

    point_count: int
    kept_count: int
    jump_count: int
    gap_count: int
    started_at: datetime
    ended_at: datetime
    duration_s: float
    moving_s: float
    length_m: float
    top_speed_kmh: float
    parts: tuple[Numbers, ...]

    @property
    def left_count(self) -> int:
        """How many fixes were left out that are no jumps."""
        return self.point_count - self.kept_count - self.jump_count

    @property
    def line(self) -> MultiLineString:
        """The track's unbroken parts as one geometry in degrees."""
        return MultiLineString([LineString(part) for part in self.parts])


class NoTrack(ValueError):
    """No two fixes with a time follow each other without a break, so there is no track."""


def clean(
    segments: Sequence[Sequence[Fix]], *, jump_kmh: float = JUMP_KMH, gap_s: float = GAP_S
) -> Track:
    """Returns a track of the most fixes that can follow each other at ``jump_kmh`` or slower.

    Fixes without a time are left out. Of several at the same time one is kept, the one that most
    others can lead to or follow. A new segment or a silence longer than ``gap_s`` seconds begins a
    new part. Raises NoTrack.
    """
    point_count = sum(len(segment) for segment in segments)
    pairs, at_s, owner = _in_order(segments)
    if len(pairs) < 2:
        raise NoTrack
    kept = _possible(pairs, at_s, jump_kmh / 3.6)
    jump_count = int((~kept & ~np.isin(at_s, at_s[kept])).sum())
    pairs, at_s, owner = pairs[kept], at_s[kept], owner[kept]
    walked = _walked(at_s, gap_s)
    jump_count += len(at_s) - len(at_s[walked])
    pairs, at_s, owner = pairs[walked], at_s[walked], owner[walked]
    waits = np.diff(at_s)
    joined = (waits <= gap_s) & (np.diff(owner) == 0)
    parts = [
        (pairs[here], at_s[here])
        for here in np.split(np.arange(len(pairs)), np.flatnonzero(~joined) + 1)
        if len(here) > 1
    ]
    if not parts:
        raise NoTrack
    steps = _steps_m(pairs)
    moving = joined & (steps * 3.6 >= MOVING_KMH * waits)
    first, last = _moments(segments, float(at_s[0]), float(at_s[-1]))
    return Track(
        point_count=point_count,
        kept_count=len(pairs),
        jump_count=jump_count,
        gap_count=int((waits > gap_s).sum()),
        started_at=first,
        ended_at=last,
        duration_s=float(at_s[-1] - at_s[0]),
        moving_s=float(waits[moving].sum()),
        length_m=float(steps[joined].sum()),
        top_speed_kmh=max(_fastest_minute_kmh(*part) for part in parts),
        parts=tuple(places for places, _ in parts),
    )


def _walked(at_s: Numbers, gap_s: float) -> slice:
    """Returns which of the fixes, in order of time, are the walk, without a few stray times.

    Up to MOST_STRAY at either end are stray if a silence longer than all the rest lasts parts them.
    """
    start, end = 0, len(at_s)
    for count in range(1, min(MOST_STRAY, len(at_s) // LEAST_OF_A_STRAY) + 1):
        rest_s = at_s[-count - 1] - at_s[0]
        if at_s[-count] - at_s[-count - 1] > max(gap_s, rest_s):
            end = len(at_s) - count
        rest_s = at_s[-1] - at_s[count]
        if at_s[count] - at_s[count - 1] > max(gap_s, rest_s):
            start = count
    return slice(start, end)


def _in_order(
    segments: Sequence[Sequence[Fix]],
) -> tuple[Numbers, Numbers, npt.NDArray[np.intp]]:
    """Returns place, seconds and segment index of timed fixes; drops those falling in time.

    Of several at the same time all places are returned: any of them may be the wrong one.
    """
    timed = [sorted((fix.at, fix) for fix in segment if fix.at) for segment in segments]
    rows = [
        (fix.lon, fix.lat, at.timestamp(), number)
        for number, segment in enumerate(sorted(filter(None, timed), key=lambda each: each[0][0]))
        for at, fix in segment
    ]
    if not rows:
        return np.empty((0, 2)), np.empty(0), np.empty(0, dtype=np.intp)
    table = np.array(rows, dtype=np.float64)
    newest = np.maximum.accumulate(table[:, 2])
    table = table[np.concatenate(([True], table[1:, 2] >= newest[:-1]))]
    table = table[np.concatenate(([True], (table[1:, :3] != table[:-1, :3]).any(axis=1)))]
    return table[:, :2], table[:, 2], table[:, 3].astype(np.intp)


def _moments(
    segments: Sequence[Sequence[Fix]], first_s: float, last_s: float
) -> tuple[datetime, datetime]:
    by_second = {fix.at.timestamp(): fix.at for segment in segments for fix in segment if fix.at}
    return by_second[first_s], by_second[last_s]


def _steps_m(pairs: Numbers) -> Numbers:
    steps: Numbers = GEOD.inv(pairs[:-1, 0], pairs[:-1, 1], pairs[1:, 0], pairs[1:, 1])[2]
    return steps


def _possible(pairs: Numbers, at_s: Numbers, most_ms: float) -> Mask:
    """Returns a mask of the longest sequence of fixes with no speed above ``most_ms`` m/s.

    Of several fixes at the same time it holds one at most.
    """
    waits = np.diff(at_s)
    step_ok = (_steps_m(pairs) <= most_ms * waits) & (waits > 0)
    if step_ok.all():
        return np.ones(len(pairs), dtype=bool)
    chain = _Chain(pairs, at_s, most_ms)
    broken = -LOOK_BACK - 1
    for here in range(1, len(pairs)):
        if not step_ok[here - 1]:
            broken = here
        chain.add(here, 1 if here - broken > LOOK_BACK else LOOK_BACK)
    return chain.longest()


class _Chain:
    """Finds the longest sequence of fixes in which each is reachable from the one before."""

    def __init__(self, pairs: Numbers, at_s: Numbers, most_ms: float) -> None:
        self.pairs, self.at_s, self.most_ms = pairs, at_s, most_ms
        self.count = np.ones(len(pairs), dtype=np.intp)
        self.before = np.full(len(pairs), -1, dtype=np.intp)
        self.best = 0

    def add(self, here: int, back: int) -> None:
        """Links a fix to the earlier fix, if any, that reaches it and ends the longest sequence."""
        first = max(0, here - back)
        if first and self.count[first - 1] > self.count[self.best]:
            self.best = first - 1
        asked = np.arange(first, here)
        if self.best < first:
            asked = np.append(asked, self.best)
        leads = asked[self._reaches(asked, here)]
        if len(leads):
            chosen = leads[np.argmax(self.count[leads])]
            self.before[here] = chosen
            self.count[here] = self.count[chosen] + 1

    def longest(self) -> Mask:
        """Returns a mask of the longest sequence of fixes, each reachable from the one before."""
        kept = np.zeros(len(self.pairs), dtype=bool)
        here = int(np.argmax(self.count))
        while here >= 0:
            kept[here] = True
            here = int(self.before[here])
        return kept

    def _reaches(self, asked: npt.NDArray[np.intp], here: int) -> Mask:
        away = flattened_m(self.pairs[asked], Point(*self.pairs[here]))
        waits = self.at_s[here] - self.at_s[asked]
        reached: Mask = (np.hypot(away[:, 0], away[:, 1]) <= self.most_ms * waits) & (waits > 0)
        return reached


def _fastest_minute_kmh(pairs: Numbers, at_s: Numbers) -> float:
    """Returns the highest speed over a whole minute, km/h; a shorter track counts as a minute."""
    walked = np.concatenate(([0.0], np.cumsum(_steps_m(pairs))))
    end = np.searchsorted(at_s, at_s + MINUTE_S)
    whole = np.flatnonzero(end < len(at_s))
    if not len(whole):
        return float(walked[-1] / MINUTE_S * 3.6)
    end = end[whole]
    return float(((walked[end] - walked[whole]) / (at_s[end] - at_s[whole])).max() * 3.6)
