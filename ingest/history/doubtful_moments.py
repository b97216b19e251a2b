"""Finds times of a history that a clock in fault writes: never set, rolled over, or all alone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

import numpy as np
import pyarrow as pa

from data.clock import UtcDatetime
from data.imports.outcome import Comment, comment
from data.moments import RECENT, Doubt, Window, implausible

DAY_S: Final = 86400
_STATION: Final = 10_000_000
"""Days by which stations are kept apart on one line; larger than any date."""

_EPOCH: Final = 1_000_000


def mistimed_rows(kept: pa.Table, is_kept: Any, now: UtcDatetime) -> list[int]:
    """Returns the rows of a chunk to be doubted; ``kept`` holds those that ``is_kept`` masks."""
    stations, at = (kept[name].to_numpy() for name in ("station_id", "observed_at"))
    return [int(row) for row in np.flatnonzero(is_kept)[doubtful_moments(stations, at, now)]]


def doubtful_moments(stations: Any, at: Any, now: UtcDatetime) -> Any:
    """Returns a mask of readings whose time is to be doubted, by station and moment.

    A history may be as old as it likes, and 1 January is a day in it. So only a time far from the
    station's others counts: one that a clock never set or 1,024 weeks off writes, without an
    unsuspicious reading within ``RECENT``; or an old one without any other.
    """
    days = at.astype("datetime64[D]").astype(np.int64)
    reach = RECENT.days
    old = days < int(now.timestamp() // DAY_S) - reach
    if not old.any():
        return old
    distinct, places = np.unique(days, return_inverse=True)
    odd = np.array([_is_odd(day, now) for day in distinct.tolist()], dtype=bool)[places] & old
    _, numbers = np.unique(stations, return_inverse=True)
    keys = numbers.astype(np.int64) * _STATION + days + _EPOCH
    far = odd & (_count_near(keys, np.unique(keys[~odd]), reach) == 0)
    every = np.unique(keys)
    has_others = _count_near(keys, every, _STATION // 2) > 1
    return far | (old & has_others & (_count_near(keys, every, reach) == 1))


def notes_on_times(doubtful: Sequence[int], untimed: Sequence[int]) -> list[Comment]:
    """Returns what is said of stored rows whose time is to be doubted, or is a day alone."""
    notes = []
    if doubtful:
        odd = comment(
            "{count} rows were stored with a time that a clock never set, or 1,024 weeks off,"
            " may have written, or that lies far from all others of the station;"
            " the first is row {row}.",
            count=len(doubtful),
            row=min(doubtful),
        )
        notes.append(odd)
    if untimed:
        alone = comment(
            "{count} rows name a day and no time: they count from 0:00 in Beijing;"
            " the first is row {row}.",
            count=len(untimed),
            row=min(untimed),
        )
        notes.append(alone)
    return notes


def _count_near(keys: Any, among: Any, reach: int) -> Any:
    return np.searchsorted(among, keys + reach, "right") - np.searchsorted(among, keys - reach)


def _is_odd(day: int, now: UtcDatetime) -> bool:
    on = datetime.combine(date.fromordinal(date(1970, 1, 1).toordinal() + day), time(12), UTC)
    found = implausible(UtcDatetime(on), Window(now, oldest=RECENT))
    return found is not None and found.doubt in (Doubt.UNSET, Doubt.ROLLED)
