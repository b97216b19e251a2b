"""Computes the mass of a substance discharged (排放量)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from data.clock import Span, UtcDatetime


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement at an outfall: concentration, flow and the meter's cumulative volume."""

    observed_at: UtcDatetime
    concentration_mgl: float | None
    flow_m3s: float | None = None
    volume_m3: float | None = None


@dataclass(frozen=True, slots=True)
class SpanLoad:
    """The discharged mass over a span, of which samples cover ``covered_share`` (0 to 1)."""

    kg: float
    volume_m3: float
    covered_share: float


def load_kg(concentration_mgl: float, volume_m3: float) -> float:
    """Returns the mass in a volume of water, kg (1 mg/L is 1 g/m³).

    Source: HJ 212-2017, appendix D.
    """
    return concentration_mgl * volume_m3 / 1000.0


def volume_m3(flow_m3s: float, duration: timedelta) -> float:
    """Returns the volume that a steady flow carries in a duration, m³."""
    return flow_m3s * duration.total_seconds()


def span_load(samples: Sequence[Sample], span: Span, *, hold: timedelta) -> SpanLoad:
    """Returns the mass discharged over a span; a sample holds to the next, at most ``hold``.

    The water between two samples is the meter's difference where both have one that doesn't fall
    and the gap is within ``hold``, else flow times time. What no sample backs counts as uncovered,
    never as zero discharge. ``samples`` are in order of time; those outside the span are cut.
    """
    kg = volume = covered_s = 0.0
    for sample, following in zip(samples, [*samples[1:], None], strict=True):
        gap_ends = following.observed_at if following else span.end
        held_until = min(gap_ends, sample.observed_at + hold)
        start, end = max(sample.observed_at, span.start), min(held_until, span.end)
        if end <= start or sample.concentration_mgl is None:
            continue
        water_m3 = _metered(sample, following, hold, end - start)
        if water_m3 is None:
            if sample.flow_m3s is None:
                continue
            water_m3 = volume_m3(sample.flow_m3s, end - start)
        kg += load_kg(sample.concentration_mgl, water_m3)
        volume += water_m3
        covered_s += (end - start).total_seconds()
    length_s = (span.end - span.start).total_seconds()
    return SpanLoad(kg, volume, covered_s / length_s if length_s else 0.0)


def _metered(
    sample: Sample, following: Sample | None, hold: timedelta, part: timedelta
) -> float | None:
    if following is None or sample.volume_m3 is None or following.volume_m3 is None:
        return None
    gap = following.observed_at - sample.observed_at
    passed_m3 = following.volume_m3 - sample.volume_m3
    if gap > hold or passed_m3 < 0:
        return None
    return passed_m3 * (part / gap)
