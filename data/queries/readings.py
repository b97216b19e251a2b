"""The course of one parameter at one station, thinned for drawing without losing peaks or gaps."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text
from tsdownsample import MinMaxLTTBDownsampler

from data.clock import Span
from data.errors import BadInput
from data.vocabulary import PARAMETERS, Flag, Parameter

MOST_POINTS: Final = 2000
LONGEST: Final = timedelta(days=400)
"""A year and a month: what one question may span."""

GAP_INTERVALS: Final = 3
"""A step longer than this many intervals is a gap, not a line."""

PERIODS: Final = ("instant", "minute", "hour")
FLAG_CODES: Final = tuple(Flag)


@dataclass(frozen=True, slots=True)
class Series:
    """Values in order of time: seconds since 1970 UTC, value, flag as its place in ``FLAG_CODES``.

    ``run`` numbers the unbroken runs of normal values; flagged ones stand apart in run -1.
    ``measured_count`` is how many there were before thinning.
    """

    at_s: NDArray[np.int64]
    value: NDArray[np.float64]
    flag: NDArray[np.int8]
    run: NDArray[np.int64]
    measured_count: int

    def __len__(self) -> int:
        return len(self.at_s)


def series(
    connection: Connection,
    station_id: int,
    parameter: Parameter,
    span: Span,
    interval: timedelta,
    points: int = MOST_POINTS,
) -> Series:
    """What the station measured of the parameter within the span, at most ``points`` of it.

    Raises BadInput for a span longer than ``LONGEST``. Whether the station may be seen is asked
    before.
    """
    if span.end - span.start > LONGEST:
        raise BadInput("At most {days} days at a time.", days=LONGEST.days)
    column = PARAMETERS[parameter].column
    value = column or "(reading.extra ->> :key)::float8"
    rows = connection.execute(
        text(
            f"SELECT extract(epoch FROM observed_at)::bigint, {value}, flags ->> :key"
            " FROM reading WHERE station_id = :id AND period = ANY(:periods)"
            f" AND observed_at >= :start AND observed_at < :end AND {value} IS NOT NULL"
            " ORDER BY observed_at"
        ),
        {
            "id": station_id,
            "key": parameter.value,
            "periods": list(PERIODS),
            "start": span.start,
            "end": span.end,
        },
    ).all()
    return thinned(series_of(rows, interval), points)


def series_of(rows: Any, interval: timedelta) -> Series:
    """The series of ``(seconds, value, flag or None)`` rows, every one of them kept."""
    at_s = np.array([row[0] for row in rows], dtype=np.int64)
    value = np.array([row[1] for row in rows], dtype=np.float64)
    codes = {flag.value: code for code, flag in enumerate(FLAG_CODES)}
    flag = np.array([codes[row[2] or Flag.NORMAL] for row in rows], dtype=np.int8)
    normal = np.flatnonzero(flag == 0)
    run = np.full(len(at_s), -1, dtype=np.int64)
    breaks = np.diff(at_s[normal], prepend=at_s[normal[:1]]) > (
        GAP_INTERVALS * interval.total_seconds()
    )
    run[normal] = np.cumsum(breaks)
    return Series(at_s, value, flag, run, len(at_s))


def thinned(whole: Series, points: int) -> Series:
    """The series in at most ``points`` points that look the same: extremes and ends are kept."""
    if len(whole) <= points:
        return whole
    normal, flagged = np.flatnonzero(whole.flag == 0), np.flatnonzero(whole.flag != 0)
    room = min(len(flagged), max(points // 4, points - len(normal)))
    kept = np.concatenate([_picked(whole, normal, points - room), _picked(whole, flagged, room)])
    kept.sort()
    return Series(
        whole.at_s[kept], whole.value[kept], whole.flag[kept], whole.run[kept], len(whole)
    )


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
