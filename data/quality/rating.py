"""Rates a river or lake by its sections (水质评价), and names the rating of a class."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from data.quality.classes import Grade, grade
from data.quality.limits import Limits
from data.quality.means import mean_of
from data.vocabulary import BodyKind, Parameter, WaterClass

FEW_SECTIONS: Final = 5
"""From so many sections on a river is rated by their classes, below by the means over them."""


class Rating(StrEnum):
    """The rating of water in a word: 优, 良好, 轻度污染, 中度污染, 重度污染."""

    EXCELLENT = "excellent"
    GOOD = "good"
    LIGHT = "light"
    MODERATE = "moderate"
    HEAVY = "heavy"


_OF_CLASS: Final = {
    WaterClass.I: Rating.EXCELLENT,
    WaterClass.II: Rating.EXCELLENT,
    WaterClass.III: Rating.GOOD,
    WaterClass.IV: Rating.LIGHT,
    WaterClass.V: Rating.MODERATE,
    WaterClass.WORSE_THAN_V: Rating.HEAVY,
}


@dataclass(frozen=True, slots=True)
class WaterRating:
    """The rating of a water by its sections; ``grade`` is set if their mean values decided."""

    rating: Rating
    section_count: int
    good_share: float
    worst_share: float
    grade: Grade | None


@dataclass(frozen=True, slots=True)
class GradedSection:
    """A section's water-quality class over a span, and the means it was graded by."""

    water_class: WaterClass
    values: Mapping[Parameter, float]


def rating_of(water_class: WaterClass) -> Rating:
    """Returns the rating of a water-quality class. Source: 环办〔2011〕22号."""
    return _OF_CLASS[water_class]


def rating_of_shares(good: float, worst: float) -> Rating:
    """Returns the rating by the share of sections of class Ⅰ to Ⅲ, and of class 劣Ⅴ.

    Source: 环办〔2011〕22号.
    """
    if good >= 0.9:
        return Rating.EXCELLENT
    if good >= 0.75:
        return Rating.GOOD
    if worst < 0.2:
        return Rating.LIGHT
    return Rating.MODERATE if worst < 0.4 else Rating.HEAVY


def rate_water(
    sections: Sequence[GradedSection],
    body: BodyKind,
    *,
    evaluated: Collection[Parameter],
    limits: Limits | None = None,
) -> WaterRating | None:
    """Returns the rating of a river or lake by its graded sections; None if they don't give one.

    A river of five sections or more goes by the shares of classes; one of fewer, and every lake, by
    the class of the means over its sections, rounded before grading. Source: 环办〔2011〕22号.
    """
    if not sections:
        return None
    count = len(sections)
    good = sum(each.water_class <= WaterClass.III for each in sections) / count
    worst = sum(each.water_class is WaterClass.WORSE_THAN_V for each in sections) / count
    if body is BodyKind.RIVER and count >= FEW_SECTIONS:
        return WaterRating(rating_of_shares(good, worst), count, good, worst, None)
    by_means = grade(_means_over(sections), body, evaluated=evaluated, rounding=True, limits=limits)
    if by_means is None:
        return None
    return WaterRating(rating_of(by_means.water_class), count, good, worst, by_means)


def _means_over(sections: Sequence[GradedSection]) -> dict[Parameter, float]:
    """Returns the mean of each parameter over the sections that have a mean of it."""
    by_parameter: dict[Parameter, list[float]] = {}
    for section in sections:
        for parameter, value in section.values.items():
            by_parameter.setdefault(parameter, []).append(value)
    means = {p: mean_of(p, values).value for p, values in by_parameter.items()}
    return {p: value for p, value in means.items() if value is not None}
