"""Looks at a batch of stations: reads their readings, runs all tests, returns findings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from data.clock import UtcDatetime
from data.records import StationId
from data.vocabulary import Flag, Parameter, Period, StationKind
from data.words.review import Finding
from ingest.qc import tests
from ingest.qc.climatology import Spans, read_spans
from ingest.qc.contrast import Pair, contrast
from ingest.qc.findings import FindingRow, Looked, moment_of, rows_of
from ingest.qc.partners import Partners
from ingest.qc.rules import Rules
from ingest.qc.series import SECOND_US, Bools, Ints, Rows, course_of
from ingest.qc.tests import Findings
from ingest.qc.windows import Due, read_rows
from ingest.screening.checks import shipped_patterns
from ingest.screening.impossible import doubtful_rows, impossible_values
from ingest.stations import Cursor

_STILL_JUDGED = (Flag.JUMP, Flag.FLAT)
"""Flagged by the first look, which knew only what came before: judged again like any value."""

_SLACK_S = 60.0
"""Two devices that mean the same time may say it so far apart."""


def look(
    cursor: Cursor, due: Sequence[Due], until: UtcDatetime, rules: Rules, known: Partners
) -> tuple[list[FindingRow], list[Looked]]:
    """Examines readings before ``until``; returns findings, and how far each station was examined.

    What comes after ``until`` is read as well, so far as a value before it may be judged by it.
    """
    parameters = sorted({each for station in due for each in station.parameters})
    beyond = rules.look.gap_intervals * max(each.interval for each in due)
    rows = read_rows(cursor, _reading_from(due, known), UtcDatetime(until + beyond), parameters)
    spans = read_spans(cursor, [each.id for each in due])
    findings = examine(rows, due, rules, known, spans)
    return list(rows_of(rows, findings, _is_due(rows, due, until)).values()), _looked(rows, due)


def examine(
    rows: Rows, due: Sequence[Due], rules: Rules, known: Partners, spans: Spans
) -> Iterable[tuple[Parameter, Findings]]:
    """Yields all tests' findings on every parameter, also on rows of stations to compare with."""
    rows = with_impossible(rows)
    outfalls = [each.id for each in due if each.kind is StationKind.OUTFALL]
    at_outfall = np.isin(rows.station, outfalls)
    gap_us = _gaps_us(rows, due, rules)
    pairs = _pairs(due, known)
    for parameter in rows.values:
        sound = np.ones(len(rows), dtype=bool)
        flagged = rows.flags.get(parameter, ())
        sound[[row for row, flag in flagged if flag not in _STILL_JUDGED]] = False
        sound[list(rows.below.get(parameter, ()))] = False
        for chosen, kind in ((~at_outfall, StationKind.SECTION), (at_outfall, StationKind.OUTFALL)):
            course = course_of(rows, parameter, sound & chosen, gap_us)
            if not len(course):
                continue
            findings, good = tests.judge(course, rules.of(kind)[parameter])
            yield from ((parameter, each) for each in findings)
            if parameter in spans.of:
                here = course.only(np.isin(rows.station[course.row], spans.stations))
                yield parameter, tests.climatology(here, *spans.at(rows, here, parameter))
            usable = course.only(good)
            if kind is StationKind.SECTION:
                for each in contrast(rows, usable, parameter, pairs, rules.contrast):
                    yield parameter, each
        yield from _by_flag(rows, parameter, rules)


def with_impossible(rows: Rows) -> Rows:
    """Returns the rows with a flag on values that no living sensor gives.

    What arrives is flagged at the door; this finds it among readings stored before.
    """
    known = {
        p: {row for row, flag in each if flag not in _STILL_JUDGED}
        for p, each in rows.flags.items()
    }
    below = {p: set(each) for p, each in rows.below.items()}
    flags = {p: list(each) for p, each in rows.flags.items()}
    for row in np.flatnonzero(doubtful_rows(rows.values, shipped_patterns())).tolist():
        values = {p: float(each[row]) for p, each in rows.values.items() if np.isfinite(each[row])}
        limits = {p: values[p] for p in values if row in below.get(p, ())}
        for parameter in impossible_values(values, limits, shipped_patterns()):
            if row not in known.get(parameter, ()):
                flags.setdefault(parameter, []).append((row, Flag.IMPOSSIBLE))
    return replace(rows, flags={p: tuple(each) for p, each in flags.items()})


def _by_flag(
    rows: Rows, parameter: Parameter, rules: Rules
) -> Iterable[tuple[Parameter, Findings]]:
    """Yields as findings the flags with which the readings of a parameter arrived."""
    held = rules.waters[parameter]
    for row, flag in rows.flags.get(parameter, ()):
        if flag not in rules.flags or not np.isfinite(rows.values[parameter][row]):
            continue
        test, finding = rules.flags[flag]
        spanned = flag is Flag.OUT_OF_RANGE
        yield (
            parameter,
            Findings(
                test,
                np.array([row]),
                np.array([finding is Finding.FAILED]),
                np.array([held.low if spanned else np.nan]),
                np.array([held.high if spanned else np.nan]),
                (flag.value,),
            ),
        )


def _reading_from(due: Sequence[Due], known: Partners) -> Mapping[StationId, UtcDatetime]:
    """Returns since when to read each station, including the stations to compare with."""
    since = {each.id: each.read_from for each in due}
    for each in due:
        for partner in known.get(each.id, ()):
            since[partner.station] = min(each.read_from, since.get(partner.station, each.read_from))
    return since


def _pairs(due: Sequence[Due], known: Partners) -> list[Pair]:
    return [
        Pair(
            each.id,
            partner.station,
            partner.code,
            partner.test,
            each.interval.total_seconds() / 2 + _SLACK_S,
        )
        for each in sorted(due, key=lambda each: each.id)
        for partner in known.get(each.id, ())
    ]


def _by_station(rows: Rows, due: Sequence[Due], values: Iterable[int], others: int) -> Ints:
    """Returns for each row its station's entry of ``values``, ``others`` for other stations."""
    ids = np.array([each.id for each in due], dtype=np.int64)
    order = np.argsort(ids)
    place = np.minimum(np.searchsorted(ids[order], rows.station), len(ids) - 1)
    known = ids[order][place] == rows.station
    found: Ints = np.where(known, np.fromiter(values, np.int64, len(ids))[order][place], others)
    return found


def _gaps_us(rows: Rows, due: Sequence[Due], rules: Rules) -> Ints:
    """Returns for each row the length of a gap, in microseconds, that ends a run of values.

    Hourly and daily values have gaps of their own.
    """
    of_station = (int(each.interval.total_seconds()) for each in due)
    interval_s = _by_station(rows, due, of_station, 4 * 3600)
    interval_s = np.where(rows.period == list(Period).index(Period.DAY), 86400, interval_s)
    return interval_s * rules.look.gap_intervals * SECOND_US


def _is_due(rows: Rows, due: Sequence[Due], until: UtcDatetime) -> Bools:
    """Returns a mask of rows to report on; the others were read only as context."""
    beyond = int(np.iinfo(np.int64).max)
    since = _by_station(rows, due, (int(each.since.timestamp() * 1e6) for each in due), beyond)
    is_due: Bools = (rows.at_us >= since) & (rows.at_us < int(until.timestamp() * 1e6))
    return is_due


def _looked(rows: Rows, due: Sequence[Due]) -> list[Looked]:
    listed = []
    for each in due:
        first, last = np.searchsorted(rows.station, (each.id, each.id + 1))
        newest = int(rows.at_us[first:last].max()) if last > first else None
        until = moment_of(newest) if newest is not None else None
        listed.append(Looked(each.id, each.change_no, until))
    return listed
