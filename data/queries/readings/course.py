"""The course of one parameter at one station, thinned for drawing without losing extremes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from math import isnan
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text
from tsdownsample import MinMaxLTTBDownsampler

from data.clock import Span, UtcDatetime
from data.columns import (
    for_driver,
    measured,
    microseconds,
    read_columns,
    real_number_sql,
    real_numbers,
    whole_numbers,
)
from data.errors import BadInput
from data.quality.means import Mean, expected_count, mean_of
from data.queries.readings.counting import (
    FAILED,
    KNOWN,
    RULED_READINGS,
    UNRULED_READINGS,
    bound,
    counted,
    reviewed_by,
    ruled,
)
from data.vocabulary import Flag, Parameter
from data.words.review import Verdict

MOST_POINTS: Final = 2000
LONGEST: Final = timedelta(days=400)
"""A year and a month: what one question may span."""

GAP_INTERVALS: Final = 3
"""A step longer than this many intervals is a gap, not a line."""

PERIODS: Final = ("instant", "minute", "hour")
FLAG_CODES: Final = tuple(Flag)
RULE_CODES: Final = ("", Verdict.KEEP.value, Verdict.REJECT.value, Verdict.CORRECT.value, FAILED)
"""What may be ruled on a value, nothing first."""

_STOOD: Final = text(
    f"""
    SELECT started_at, ended_at, EXISTS (
        SELECT FROM reading_review WHERE station_id = :id AND parameter = :key
            AND observed_at >= :start AND observed_at < :end
    ) OR EXISTS (
        SELECT FROM reading_finding WHERE station_id = :id AND parameter = :key
            AND observed_at >= :start AND observed_at < :end AND finding = '{FAILED}'
    ) AS is_ruled FROM station WHERE id = :id"""
)
_PLACES: Final = 16
"""More than there are flags."""

_BELOW: Final = _PLACES * _PLACES


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one parameter in order of time, as columns (``at_s``: seconds since 1970 UTC).

    ``value`` is the one that counts, or the raw one where none does; ``raw`` is as measured;
    ``flag`` and ``rule`` are indices into ``FLAG_CODES`` and ``RULE_CODES``; ``review`` is the id
    of the review behind the ruling, 0 for none. ``below`` is the detection limit that the measured
    value lies below, NaN for none. ``run`` numbers the unbroken runs of values that
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
    below: NDArray[np.float64]
    mean: Mean | None = None

    def __len__(self) -> int:
        return len(self.at_s)

    def limit_at(self, at: int) -> float | None:
        """Returns the detection limit that the measured value at an index lies below, or None."""
        limit = float(self.below[at])
        return None if isnan(limit) else limit


def series(
    connection: Connection,
    station_id: int,
    parameter: Parameter,
    span: Span,
    interval: timedelta,
    points: int = MOST_POINTS,
    as_of: UtcDatetime | None = None,
) -> Series:
    """Returns the station's values of a parameter within the span, at most ``points`` of them.

    By what was known ``as_of`` a moment, now by default; daily values are left out. Raises BadInput
    for a span longer than ``LONGEST``. The caller has checked that the station may be seen.
    """
    if span.end - span.start > LONGEST:
        raise BadInput("At most {days} days at a time.", days=LONGEST.days)
    parameters = bound([station_id], span.start, span.end, as_of)
    parameters |= {"id": station_id, "key": parameter.value, "periods": list(PERIODS)}
    stood = connection.execute(_STOOD, parameters).one()
    columns = read_columns(connection, _course(parameter, stood.is_ruled), parameters)
    at_s = np.rint(microseconds(columns[0]) / 1e6).astype(np.int64)
    raw = real_numbers(columns[1])
    marks = whole_numbers(columns[2])
    marked = np.flatnonzero(marks)
    rule, flag = np.divmod(marks % _BELOW, _PLACES)
    count, review = raw.copy(), np.zeros(len(raw), dtype=np.int64)
    below = np.full(len(raw), np.nan)
    count[marked], review[marked] = real_numbers(columns[3]), whole_numbers(columns[4])
    below[marked] = real_numbers(columns[5])
    whole = series_of(at_s, raw, count, flag, rule, review, interval, below)
    mean = mean_of(
        parameter,
        whole.value[whole.run >= 0].tolist(),
        expected=expected_count(span, interval, stood.started_at, stood.ended_at),
    )
    return thinned(replace(whole, mean=mean), points)


@cache
def _course(parameter: Parameter, is_ruled: bool) -> str:
    """Returns SQL for time, raw value and mark of all values; for marked ones also what counts.

    The mark is the flag's index plus ``_PLACES`` times the rule's, plus ``_BELOW`` where the value
    lies below a detection limit; without one the raw value counts. Where nothing is ruled, no
    ruling is looked up.
    """
    raw, flag = measured(parameter), f"reading.flags ->> '{parameter.value}'"
    limit = f"CAST(reading.below ->> '{parameter.value}' AS float8)"
    mark = f"{_place(flag, FLAG_CODES)} + {_PLACES} * {_place(ruled(parameter), RULE_CODES)}"
    mark += f" + CASE WHEN {limit} IS NULL THEN 0 ELSE {_BELOW} END"
    fields = {
        "mark": (mark, "0"),
        "counted": (real_number_sql(counted(parameter)), raw),
        "review": (f"coalesce({reviewed_by(parameter)}, 0)", "0"),
        "limited": (real_number_sql(limit), "NULL"),
    }
    ruled_columns = ", ".join(
        f"CASE WHEN reading.flags IS NULL AND reading.below IS NULL AND ruled.by_key IS NULL"
        f" THEN {plain} ELSE {sql} END"
        f" AS {name}"
        for name, (sql, plain) in fields.items()
    )
    query = (
        "SELECT array_agg(told.at), array_agg(told.raw), array_agg(told.mark),"
        " array_agg(told.counted) FILTER (WHERE told.mark <> 0),"
        " array_agg(told.review) FILTER (WHERE told.mark <> 0),"
        " array_agg(told.limited) FILTER (WHERE told.mark <> 0)"
        f" FROM (SELECT reading.observed_at AS at, {raw} AS raw, {ruled_columns}"
        f" FROM {RULED_READINGS if is_ruled else UNRULED_READINGS}"
        f" WHERE reading.station_id = :id AND {KNOWN} AND reading.period = ANY(:periods)"
        f" AND {raw} IS NOT NULL ORDER BY reading.observed_at) AS told"
    )
    return for_driver(query)


def _place(word: str, words: Sequence[str]) -> str:
    """Returns SQL for the index of ``word`` in ``words``, as a bigint; 0 if the word is null."""
    listed = ", ".join(f"'{each}'" for each in words)
    place = f"array_position(ARRAY[{listed}], {word}) - 1"
    return f"CAST(CASE WHEN {word} IS NULL THEN 0 ELSE {place} END AS bigint)"


def series_of(
    at_s: NDArray[np.int64],
    raw: NDArray[np.float64],
    count: NDArray[np.float64],
    flag: NDArray[np.int64],
    rule: NDArray[np.int64],
    review: NDArray[np.int64],
    interval: timedelta,
    below: NDArray[np.float64] | None = None,
) -> Series:
    """Returns a series of these columns with all points; ``count`` is NaN where no value counts."""
    counting = np.flatnonzero(~np.isnan(count))
    run = np.full(len(at_s), -1, dtype=np.int64)
    breaks = np.diff(at_s[counting], prepend=at_s[counting[:1]]) > (
        GAP_INTERVALS * interval.total_seconds()
    )
    run[counting] = np.cumsum(breaks)
    value = np.where(np.isnan(count), raw, count)
    flag_code, rule_code = flag.astype(np.int8), rule.astype(np.int8)
    limits = np.full(len(at_s), np.nan) if below is None else below
    return Series(at_s, value, raw, flag_code, rule_code, review, run, len(at_s), limits)


def thinned(whole: Series, points: int) -> Series:
    """Returns the series with at most ``points`` points, which keep its extremes and ends."""
    if len(whole) <= points:
        return whole
    plain = (whole.run >= 0) & (whole.rule == 0)
    normal, apart = np.flatnonzero(plain), np.flatnonzero(~plain)
    room = min(len(apart), max(points // 4, points - len(normal)))
    kept = np.concatenate([_picked(whole, normal, points - room), _picked(whole, apart, room)])
    kept.sort()
    columns = ("at_s", "value", "raw", "flag", "rule", "review", "run", "below")
    return replace(whole, **{name: getattr(whole, name)[kept] for name in columns})


def _picked(whole: Series, among: NDArray[np.int64], room: int) -> NDArray[np.int64]:
    """Returns at most ``room`` of the indices ``among``, such that the curve keeps its shape."""
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
