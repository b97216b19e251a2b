"""Means of readings, and how many of the expected values they rest on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.clock import Span
from data.vocabulary import Parameter


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of ``count`` values; ``value`` is None if there are none.

    ``valid_share`` is count / expected count, at most 1; None where nothing says what was expected.
    """

    value: float | None
    count: int
    valid_share: float | None


def expected_count(
    span: Span,
    interval: timedelta,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> int:
    """Returns how many readings a station should have sent in a span while in service."""
    start = max(span.start, started_at) if started_at else span.start
    end = min(span.end, ended_at) if ended_at else span.end
    return max(0, int((end - start) / interval))


def share_of(count: int, expected: int) -> float | None:
    """Returns count / expected, at most 1; None if ``expected`` is 0."""
    return min(1.0, count / expected) if expected else None


def mean_of(parameter: Parameter, values: Sequence[float], *, expected: int | None = None) -> Mean:
    """Returns the mean of valid values: for pH through the mean of H+, else arithmetic.

    ``expected`` is how many readings the span should have held. Source: 总站水字〔2020〕90号.
    """
    share = share_of(len(values), expected or 0)
    if not values:
        return Mean(None, 0, share)
    if parameter is Parameter.PH:
        hydrogen = math.fsum([10.0**-value for value in values]) / len(values)
        return Mean(-math.log10(hydrogen), len(values), share)
    return Mean(math.fsum(values) / len(values), len(values), share)
