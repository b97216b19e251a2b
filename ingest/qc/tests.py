"""The tests of one parameter at one station, after QARTOD; many stations at a time.

Gross range, spike and rate of change are ``ioos_qc``'s. Its climatology and flat line judge one
series a call and count intervals instead of time, so those two are ours: ``docs/quality.md``.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from ioos_qc import qartod

from data.words.review import QualityTest
from ingest.qc.rules import Thresholds
from ingest.qc.series import HOUR_S, SECOND_US, Bools, Course, Floats, Ints, medians, parted

SUSPECT = qartod.QartodFlags.SUSPECT
FAIL = qartod.QartodFlags.FAIL


@dataclass(frozen=True, slots=True)
class Findings:
    """One test's findings: the values' rows, whether each failed, and the expected bounds.

    NaN in ``low`` or ``high``: open on that side.
    """

    test: QualityTest
    row: Ints
    failed: Bools
    low: Floats
    high: Floats
    detail: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.row)


def judge(course: Course, held: Thresholds) -> tuple[list[Findings], Bools]:
    """Runs all tests on a sequence of values; returns the findings, and a mask of good values.

    Good values may judge others. A value that fails takes no part in the tests after it: what stood
    beside it are neighbours then, and nobody is blamed for the step back from a spike.
    """
    good = np.ones(len(course), dtype=bool)
    if not len(course):
        return [], good
    findings = []
    for test in (gross_range, spike):
        at = np.flatnonzero(good)
        result = test(course.only(good), held)
        findings.append(result)
        wrong = result.row if test is spike else result.row[result.failed]
        good[at[np.isin(course.row[at], wrong)]] = False
    for test in (rate_of_change, flat_line):
        findings.append(test(course.only(good), held))
    good[np.isin(course.row, findings[-1].row)] = False
    return findings, good


def gross_range(course: Course, held: Thresholds) -> Findings:
    """Finds values that the sensor can't measure (failed) or that are unusual (suspect)."""
    low = held.low if held.suspect_low is None else held.suspect_low
    high = held.high if held.suspect_high is None else held.suspect_high
    flags = qartod.gross_range_test(course.value, (held.low, held.high), (low, high))
    failed = flags == FAIL
    return _findings(
        QualityTest.GROSS_RANGE,
        course,
        flags,
        np.where(failed, held.low, low),
        np.where(failed, held.high, high),
    )


def spike(course: Course, held: Thresholds) -> Findings:
    """Finds spikes: values that lie too far above or below both neighbours (suspect or failed).

    The library's method is ``differential``: its other one also blames a spike's neighbours.
    """
    if held.spike is None or len(course) < 3:
        return _no_findings(QualityTest.SPIKE)
    scale = _scale(course, held.spike, held.spike_share)
    value, _at_us, place = parted(course)
    scales = np.ones(len(value))
    scales[place] = scale
    fail = None if held.spike_fail is None else held.spike_fail / held.spike
    flags = _spikes(value, scales, fail)[place]
    before, after = np.roll(course.value, 1), np.roll(course.value, -1)
    return _findings(
        QualityTest.SPIKE,
        course,
        flags,
        np.maximum(np.minimum(before, after) - scale, held.low),
        np.maximum(before, after) + scale,
    )


def _spikes(value: Floats, scale: Floats, fail: float | None) -> Ints:
    """Returns the library's flags, spikes being measured against each value's own scale.

    Dividing by a scale that differs from run to run is exact, as no neighbours lie in two runs.
    """
    flags = qartod.spike_test(value / scale, 1.0, fail, "differential")
    return np.asarray(np.ma.filled(flags, qartod.QartodFlags.MISSING), dtype=np.int64)


def rate_of_change(course: Course, held: Thresholds) -> Findings:
    """Finds values that differ from the preceding value by more than water can change (suspect).

    Steps count as an hour at least: the noise of values a minute apart is no rate.
    """
    if held.rate is None or len(course) < 2:
        return _no_findings(QualityTest.RATE_OF_CHANGE)
    scale = _scale(course, held.rate, held.rate_share)
    value, at_us, place = parted(course)
    scales = np.ones(len(value))
    scales[place] = scale
    step_s = np.maximum(np.diff(at_us, prepend=at_us[:1]) / SECOND_US, HOUR_S)
    flags = qartod.rate_of_change_test(value / scales, np.cumsum(step_s), 1.0 / HOUR_S)
    before = np.roll(course.value, 1)
    reach = scale * step_s[place] / HOUR_S
    low = np.maximum(before - reach, held.low)
    return _findings(QualityTest.RATE_OF_CHANGE, course, flags[place], low, before + reach)


def flat_line(course: Course, held: Thresholds) -> Findings:
    """Finds values equal for too long, as of a stuck sensor (suspect or failed)."""
    if held.flat_count is None or not len(course):
        return _no_findings(QualityTest.FLAT_LINE)
    began = np.ones(len(course), dtype=bool)
    began[1:] = (np.diff(course.value) != 0) | (np.diff(course.run) != 0)
    index = np.arange(len(course))
    since = np.maximum.accumulate(np.where(began, index, 0))
    count = index - since + 1
    span_us = course.at_us - course.at_us[since]
    suspect = (count >= held.flat_count) & (span_us >= _us(held.flat_span))
    flags = np.where(
        suspect & (span_us >= _us(held.flat_fail)), FAIL, np.where(suspect, SUSPECT, 1)
    )
    open_end = np.full(len(course), np.nan)
    findings = _findings(QualityTest.FLAT_LINE, course, flags, open_end, open_end)
    at = np.flatnonzero(suspect)
    hours = span_us[at] / (SECOND_US * HOUR_S)
    runs = tuple(f"n={n} h={h:.0f}" for n, h in zip(count[at], hours, strict=True))
    return Findings(findings.test, findings.row, findings.failed, findings.low, findings.high, runs)


def climatology(course: Course, low: Floats, high: Floats, samples: Ints) -> Findings:
    """Finds values outside the usual span of their month (suspect; never failed, as in QARTOD).

    ``low``, ``high``, ``samples``: of each value's own station and month, NaN where none is known.
    """
    outside = (course.value < low) | (course.value > high)
    findings = _findings(QualityTest.CLIMATOLOGY, course, np.where(outside, SUSPECT, 1), low, high)
    detail = tuple(f"n={n}" for n in samples[np.flatnonzero(outside)])
    return Findings(
        findings.test, findings.row, findings.failed, findings.low, findings.high, detail
    )


def _scale(course: Course, least: float, share: float) -> Floats:
    """Returns for each value the larger of ``least`` and a share of the usual level of its run."""
    if not share:
        return np.full(len(course), least)
    level = medians(course.run - course.run[0], np.abs(course.value))
    return np.maximum(least, share * level)


def _findings(
    test: QualityTest, course: Course, flags: Ints, low: Floats, high: Floats
) -> Findings:
    at = np.flatnonzero((flags == SUSPECT) | (flags == FAIL))
    low, high = np.broadcast_to(low, len(course)), np.broadcast_to(high, len(course))
    return Findings(
        test, course.row[at], np.asarray(flags[at] == FAIL), low[at], high[at], ("",) * len(at)
    )


def _no_findings(test: QualityTest) -> Findings:
    none = np.empty(0)
    return Findings(test, np.empty(0, np.int64), np.empty(0, bool), none, none, ())


def _us(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
