"""The course of one parameter at one station, thinned for drawing without losing peaks or gaps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text
from tsdownsample import MinMaxLTTBDownsampler

from data.clock import Span, UtcDatetime
from data.errors import BadInput
from data.quality.means import Mean, expected_count, mean_of
from data.queries.reviewed import (
    FAILED,
    KNOWN,
    RULED_READINGS,
    bound,
    counted,
    measured,
    reviewed_by,
    ruled,
)
from data.vocabulary import Flag, Parameter, Verdict

MOST_POINTS: Final = 2000
LONGEST: Final = timedelta(days=400)
"""A year and a month: what one question may span."""

GAP_INTERVALS: Final = 3
"""A step longer than this many intervals is a gap, not a line."""

PERIODS: Final = ("instant", "minute", "hour")
FLAG_CODES: Final = tuple(Flag)
RULE_CODES: Final = ("", Verdict.KEEP.value, Verdict.REJECT.value, Verdict.CORRECT.value, FAILED)
"""What may be ruled on a value, nothing first."""

FLAG_PLACES: Final[Mapping[str | None, int]] = MappingProxyType(
    {None: 0, **{flag.value: code for code, flag in enumerate(FLAG_CODES)}}
)
RULE_PLACES: Final[Mapping[str | None, int]] = MappingProxyType(
    {None: 0, **{rule: code for code, rule in enumerate(RULE_CODES)}}
)


@dataclass(frozen=True, slots=True)
class Series:
    """Values in order of time: seconds since 1970 UTC, and what is known of each.

    ``value`` is the one that counts, or the raw one where none does; ``raw`` is as measured;
    ``flag`` and ``rule`` are places in ``FLAG_CODES`` and ``RULE_CODES``; ``review`` is the id of
    the review behind the ruling, 0 for none. ``run`` numbers the unbroken runs of values that
    count; the others stand apart in run -1. ``measured_count`` is how many there were before
    thinning, ``mean`` that of the values that count, also before.
    """

    at_s: NDArray[np.int64]
    value: NDArray[np.float64]
    raw: NDArray[np.float64]
    flag: NDArray[np.int8]
    rule: NDArray[np.int8]
    review: NDArray[np.int64]
    run: NDArray[np.int64]
    measured_count: int
    mean: Mean | None = None

    def __len__(self) -> int:
        return len(self.at_s)


def series(
    connection: Connection,
    station_id: int,
    parameter: Parameter,
    span: Span,
    interval: timedelta,
    points: int = MOST_POINTS,
    as_of: UtcDatetime | None = None,
) -> Series:
    """What the station measured of the parameter within the span, at most ``points`` of it.

    By what was known ``as_of`` a moment, now by default. Raises BadInput for a span longer than
    ``LONGEST``. Whether the station may be seen is asked before.
    """
    if span.end - span.start > LONGEST:
        raise BadInput("At most {days} days at a time.", days=LONGEST.days)
    raw = measured(parameter)
    given = bound([station_id], span.start, span.end, as_of)
    rows = connection.execute(
        text(
            f"SELECT date_part('epoch', reading.observed_at)::bigint, {raw},"
            f" reading.flags ->> :key, {counted(parameter)}, {ruled(parameter)},"
            f" {reviewed_by(parameter)} FROM {RULED_READINGS}"
            f" WHERE {KNOWN} AND reading.period = ANY(:periods) AND {raw} IS NOT NULL"
            " ORDER BY reading.observed_at"
        ),
        {**given, "key": parameter.value, "periods": list(PERIODS)},
    ).all()
    whole = series_of(rows, interval)
    stood = connection.execute(
        text("SELECT started_at, ended_at FROM station WHERE id = :id"), {"id": station_id}
    ).one()
    mean = mean_of(
        parameter,
        whole.value[whole.run >= 0].tolist(),
        expected=expected_count(span, interval, *stood),
    )
    return thinned(replace(whole, mean=mean), points)


def series_of(rows: Any, interval: timedelta) -> Series:
    """The series of ``(seconds, raw, flag, counted, rule, review)`` rows, every one of them kept.

    ``flag``, ``counted``, ``rule`` and ``review`` may be None.
    """
    ats, raws, flags, counts, rules, reviews = zip(*rows, strict=True) if rows else ((),) * 6
    at_s = np.array(ats, dtype=np.int64)
    raw = np.array(raws, dtype=np.float64)
    flag = _codes(flags, FLAG_PLACES)
    count = np.array(counts, dtype=np.float64)
    rule = _codes(rules, RULE_PLACES)
    review = np.array([each or 0 for each in reviews], dtype=np.int64)
    counting = np.flatnonzero(~np.isnan(count))
    run = np.full(len(at_s), -1, dtype=np.int64)
    breaks = np.diff(at_s[counting], prepend=at_s[counting[:1]]) > (
        GAP_INTERVALS * interval.total_seconds()
    )
    run[counting] = np.cumsum(breaks)
    value = np.where(np.isnan(count), raw, count)
    return Series(at_s, value, raw, flag, rule, review, run, len(at_s))


def _codes(words: Sequence[str | None], places: Mapping[str | None, int]) -> NDArray[np.int8]:
    """The place of each word; where all are None, as mostly, none is looked up."""
    if words.count(None) == len(words):
        return np.zeros(len(words), dtype=np.int8)
    return np.array([places[word] for word in words], dtype=np.int8)


def thinned(whole: Series, points: int) -> Series:
    """The series in at most ``points`` points that look the same: extremes and ends are kept."""
    if len(whole) <= points:
        return whole
    plain = (whole.run >= 0) & (whole.rule == 0)
    normal, apart = np.flatnonzero(plain), np.flatnonzero(~plain)
    room = min(len(apart), max(points // 4, points - len(normal)))
    kept = np.concatenate([_picked(whole, normal, points - room), _picked(whole, apart, room)])
    kept.sort()
    columns = ("at_s", "value", "raw", "flag", "rule", "review", "run")
    return replace(whole, **{name: getattr(whole, name)[kept] for name in columns})


def _picked(whole: Series, among: NDArray[np.int64], room: int) -> NDArray[np.int64]:
    """The places of at most ``room`` points among those, chosen to keep the shape."""
    if len(among) <= room:
        return among
    if room < 3:
        return among[:room]
    downsampler = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]  # has no stubs
    chosen = downsampler.downsample(
        np.ascontiguousarray(whole.at_s[among]),
        np.ascontiguousarray(whole.value[among]),
        n_out=room,
    )
    picked: NDArray[np.int64] = among[chosen.astype(np.int64)]
    return picked
