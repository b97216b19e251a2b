"""Checks a chunk of a history: rows that can be stored, and rejected ones with the reason."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from math import isfinite
from typing import Any, Final, cast

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from data.archives.cells import days_alone, moments
from data.archives.layout import COLUMNS, MOMENT, Month, month_of
from data.archives.tables import PLACE, Chunk, is_key, parameters_of
from data.clock import UtcDatetime
from data.encodings import DAMAGED
from data.moments import AHEAD, EARLIEST
from data.quality.detection import DetectionRule
from data.vocabulary import Flag, Parameter, Period
from ingest.history.doubtful_moments import mistimed_rows
from ingest.history.rejects import (
    FLAGS,
    Faults,
    Rejected,
    clock_words,
    rejected_rows,
    without_unknown_flags,
)
from ingest.history.results import (
    KEYS,
    Results,
    arrivals_of,
    is_limit,
    limits_beyond,
    mask_of,
    object_in,
    places_of,
    results_of,
)
from ingest.screening.checks import shipped_patterns, shipped_thresholds
from ingest.screening.impossible import doubtful_rows, impossible_values

STAGED: Final = (
    "station_id", "observed_at", "period", "received_at", "message_id", *COLUMNS, "extra",
    "flags", "below", "lon", "lat",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stations:
    """All stations as columns: code, id, when each began and ended, in the same order."""

    codes: Any
    ids: Any
    started: Any
    ended: Any


@dataclass(frozen=True, slots=True)
class Rows:
    """A checked chunk: a table with the columns of ``STAGED``, and what was rejected.

    ``partial_count`` of them lack rejected cells. ``doubtful`` are numbers of rows with odd times,
    ``untimed`` of those with a day alone.
    """

    table: pa.Table
    rejected: list[Rejected]
    partial_count: int = 0
    doubtful: Sequence[int] = ()
    untimed: Sequence[int] = ()

    @property
    def months(self) -> set[Month]:
        """The months of the chunk's readings."""
        if not self.table.num_rows:
            return set()
        days = pc.unique(pc.floor_temporal(self.table["observed_at"], unit="month"))
        return {month_of(each) for each in days.to_pylist()}


def stations_of(rows: Iterable[tuple[int, str, datetime | None, datetime | None]]) -> Stations:
    """Returns the rows (id, code, start, end) of stations as columns."""
    ids, codes, started, ended = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Stations(
        pa.array(codes, pa.string()), pa.array(ids, pa.int64()), pa.array(started, MOMENT),
        pa.array(ended, MOMENT),
    )  # fmt: skip


def rows_of(
    chunk: Chunk,
    stations: Stations,
    now: UtcDatetime,
    rule: DetectionRule,
    outside: Iterable[Month] = (),
) -> Rows:
    """Checks a chunk of a file; returns valid rows, bad values flagged, and rejects.

    Rejected are rows with: an unknown station, an unreadable time, an unknown period, a time in the
    future or when the station didn't stand, no readable value at all, a month in ``outside``; and
    single cells that can't be read. Results below a detection limit count by the ``rule``.
    """
    chunk, flagged = without_unknown_flags(chunk)
    table = chunk.table
    codes = pc.utf8_trim_whitespace(pc.cast(table["station"], pa.string()))
    places = pc.index_in(codes, stations.codes)
    started, ended = (pc.take(each, places) for each in (stations.started, stations.ended))
    at = moments(table["time"])
    period = _text(table, "period", Period.INSTANT.value)
    found = _found(chunk, at, rule, now)
    reasons = {
        "station": pc.is_null(places),
        "time": pc.is_null(at),
        "period": pc.invert(pc.is_in(period, pa.array([each.value for each in Period]))),
        "clock": _untimely(at, started, ended, now),
        "archived": _is_outside(at, outside),
        "text": _unreadable(table),
        "empty": _empty([found[name].values for name in chunk.values], table),
    }
    reason = np.full(table.num_rows, -1, dtype=np.int16)
    for number, fault in enumerate(reasons.values()):
        reason[(reason < 0) & mask_of(fault)] = number

    def clock_of(row: int) -> str:
        return clock_words(at[row].as_py(), ended[row].as_py(), now)

    faults = Faults(list(reasons), reason, found, flagged, clock_of)
    whole = _staged(chunk, pc.take(stations.ids, places), at, period, found)
    good, rejected = reason < 0, list(rejected_rows(chunk, faults))
    kept = whole.filter(pa.array(good))
    doubtful = [chunk.number_of(row) for row in mistimed_rows(kept, good, now)]
    alone = np.flatnonzero(good & mask_of(days_alone(table["time"]))).tolist()
    partial = int((good & faults.in_part).sum())
    return Rows(kept, rejected, partial, doubtful, [*map(chunk.number_of, alone)])


def _staged(chunk: Chunk, ids: Any, at: Any, period: Any, found: Mapping[str, Results]) -> pa.Table:
    """Returns the chunk's rows with the columns of ``STAGED``."""
    table = chunk.table
    flags, extra, below = _notes(table, chunk, found)
    received = found["received_at"].values if "received_at" in found else at
    is_placed = found.keys() >= set(PLACE)  # else none of a pair counts
    lon, lat = (found[name].values if is_placed else None for name in PLACE)
    columns: dict[str, Any] = {
        "station_id": ids, "observed_at": at, "period": period,
        "received_at": pc.coalesce(received, at), "message_id": _text(table, "message_id"),
        "extra": extra, "flags": flags, "below": below,
        "lon": lon, "lat": lat,
    }  # fmt: skip
    for name in COLUMNS:
        columns[name] = found[name].values if name in found else None
    missing = pa.nulls(table.num_rows, pa.float64())
    return pa.table({name: missing if columns[name] is None else columns[name] for name in STAGED})


def _found(chunk: Chunk, at: Any, rule: DetectionRule, now: UtcDatetime) -> dict[str, Results]:
    """Returns what the chunk's columns of numbers, and its moments of arrival, hold."""
    table, named = chunk.table, parameters_of(chunk.values)
    found = {
        name: results_of(table[name], named.get(name), rule)
        for name in (*chunk.values, *_there(table, PLACE))
    }
    if found.keys() >= set(PLACE):
        found |= dict(zip(PLACE, places_of(*(found[name] for name in PLACE)), strict=True))
    if "received_at" in table.column_names:
        latest = pa.scalar(now + AHEAD, MOMENT)
        found["received_at"] = arrivals_of(table["received_at"], at, latest)
    return found


def _there(table: pa.Table, names: Iterable[str]) -> list[str]:
    return [name for name in names if name in table.column_names]


def _text(table: pa.Table, name: str, otherwise: str | None = None) -> Any:
    if name not in table.column_names:
        return pa.array([otherwise] * table.num_rows, pa.string())
    column = pc.cast(table[name], pa.string())
    return column if otherwise is None else pc.fill_null(column, otherwise)


def _untimely(at: Any, started: Any, ended: Any, now: UtcDatetime) -> Any:
    """Returns a mask of rows whose time is in the future or outside the station's lifetime.

    A file is a declared history, so it may be old; before EARLIEST nothing was measured.
    """
    ancient = pc.less(at, pa.scalar(EARLIEST, MOMENT))
    early = pc.less(at, started)
    late = pc.greater_equal(at, ended)
    ahead = pc.greater(at, pa.scalar(now + AHEAD, MOMENT))
    masks = [pc.fill_null(each, False) for each in (ancient, early, late, ahead)]
    return reduce(pc.or_, masks)


def _is_outside(at: Any, outside: Iterable[Month]) -> Any:
    firsts = pa.array([month.span.start for month in outside], MOMENT)
    return pc.is_in(pc.floor_temporal(at, unit="month"), firsts)


def _unreadable(table: pa.Table) -> Any:
    """Returns a mask of rows with unknown flags, rare parameters, or text that can't be kept."""
    bad = np.zeros(table.num_rows, dtype=bool)
    for name, is_known in (("flags", _is_flag), ("extra", _is_rare), ("below", is_limit)):
        for row, text in enumerate(_text(table, name).to_pylist() if _there(table, [name]) else ()):
            bad[row] |= text is not None and not _is_object(text, is_known)
    for name in _there(table, ("message_id", "flags", "extra", "below")):
        bad |= mask_of(pc.match_substring_regex(_text(table, name), f"\\x00|{DAMAGED}"))
    return pa.array(bad)


def _is_object(text: str, is_known: Callable[[str, object], bool]) -> bool:
    document = object_in(text)
    return document is not None and all(is_known(*each) for each in document.items())


def _is_flag(key: str, value: object) -> bool:
    """Returns whether key and value are a parameter and a flag that a raw value may carry."""
    return key in KEYS and value in FLAGS


def _is_rare(key: str, value: object) -> bool:
    return is_key(key) and type(value) in (int, float) and isfinite(cast(float, value))


def _empty(values: list[Any], table: pa.Table) -> Any:
    """Returns a mask of rows without any value, neither in a column nor among the rare ones."""
    empty: Any = pa.array(np.ones(table.num_rows, dtype=bool))
    for each in values:
        empty = pc.and_(empty, pc.is_null(each))
    if not _there(table, ["extra"]):
        return empty
    mask, rare = mask_of(empty), _text(table, "extra")
    for row in np.flatnonzero(mask).tolist():
        mask[row] = not object_in(rare[row].as_py())
    return pa.array(mask)


def _notes(table: pa.Table, chunk: Chunk, found: Mapping[str, Results]) -> tuple[Any, Any, Any]:
    """Returns three JSON columns: flags (the checks' added), rare parameters, detection limits."""
    flags, extra, below = (_text(table, name).to_pylist() for name in ("flags", "extra", "below"))
    named = parameters_of(chunk.values)
    for name, parameter in named.items():
        for row, limit in found[name].limits.items():
            below[row] = _with(below[row], parameter.value, limit)
    for row, parameter in limits_beyond(below):
        flags[row] = _with(flags[row], parameter.value, Flag.OUT_OF_RANGE.value)
    for row, parameter in _impossible(named, found, below):
        flags[row] = _with(flags[row], parameter.value, Flag.IMPOSSIBLE.value)
    for name, parameter in named.items():
        held = shipped_thresholds()[parameter]
        column = found[name].values
        beyond = pc.or_(pc.less(column, held.low), pc.greater(column, held.high))
        for row in np.flatnonzero(mask_of(beyond)).tolist():
            flags[row] = _with(flags[row], parameter.value, Flag.OUT_OF_RANGE.value)
        if is_key(name):
            for row, value in enumerate(column.to_pylist()):
                if value is not None:
                    extra[row] = _with(extra[row], parameter.value, value)
    return tuple(pa.array(each, pa.string()) for each in (flags, extra, below))


def _impossible(
    named: Mapping[str, Parameter], found: Mapping[str, Results], below: list[str | None]
) -> Iterator[tuple[int, Parameter]]:
    """Yields row and parameter of the values that no living sensor gives."""
    columns = {
        parameter: pc.cast(found[name].values, pa.float64()).to_numpy(zero_copy_only=False)
        for name, parameter in named.items()
    }
    for row in np.flatnonzero(doubtful_rows(columns, shipped_patterns())).tolist():
        measured = {p: float(each[row]) for p, each in columns.items() if isfinite(each[row])}
        limits = object_in(below[row]) or {}
        below_one = {p: measured[p] for p in measured if p.value in limits}
        for parameter in impossible_values(measured, below_one, shipped_patterns()):
            yield row, parameter


def _with(text: str | None, key: str, value: object) -> str:
    return orjson.dumps({key: value, **(object_in(text) or {})}).decode()
