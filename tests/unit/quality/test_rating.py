"""Ratings of rivers and lakes after 环办〔2011〕22号, and means that no order can change."""

import random

import pytest

from data.quality.classes import EVALUATED
from data.quality.means import mean_of
from data.quality.rating import GradedSection, Rating, rate_water, rating_of, rating_of_shares
from data.quality.sums import HYDROGEN_PARTS, PARTS, mean_of_whole
from data.vocabulary import BodyKind, Parameter, WaterClass

GOOD = {Parameter.PH: 7.0, Parameter.DISSOLVED_OXYGEN: 8.0, Parameter.AMMONIA_NITROGEN: 0.3}
FOUL = {**GOOD, Parameter.AMMONIA_NITROGEN: 9.0}


def sections(good: int, foul: int) -> list[GradedSection]:
    clean = GradedSection(WaterClass.II, GOOD)
    return [clean] * good + [GradedSection(WaterClass.WORSE_THAN_V, FOUL)] * foul


def test_each_class_has_its_word() -> None:
    assert [rating_of(each) for each in WaterClass] == [
        Rating.EXCELLENT, Rating.EXCELLENT, Rating.GOOD, Rating.LIGHT, Rating.MODERATE, Rating.HEAVY
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("good", "worst", "rating"),
    [
        (1.0, 0.0, Rating.EXCELLENT), (0.9, 0.1, Rating.EXCELLENT), (0.899, 0.0, Rating.GOOD),
        (0.75, 0.25, Rating.GOOD), (0.749, 0.199, Rating.LIGHT), (0.5, 0.2, Rating.MODERATE),
        (0.5, 0.399, Rating.MODERATE), (0.5, 0.4, Rating.HEAVY), (0.0, 1.0, Rating.HEAVY),
    ],
)  # fmt: skip
def test_shares_of_classes_rate_a_river(good: float, worst: float, rating: Rating) -> None:
    assert rating_of_shares(good, worst) is rating


def test_five_sections_go_by_shares_and_four_by_means() -> None:
    five = rate_water(sections(4, 1), BodyKind.RIVER, evaluated=EVALUATED)
    assert five is not None
    assert (five.rating, five.good_share, five.worst_share) == (Rating.GOOD, 0.8, 0.2)
    assert five.grade is None
    four = rate_water(sections(3, 1), BodyKind.RIVER, evaluated=EVALUATED)
    assert four is not None
    assert four.grade is not None
    assert four.rating is Rating.HEAVY, "the mean of ammonia nitrogen is 2.48 mg/L"
    assert rate_water([], BodyKind.RIVER, evaluated=EVALUATED) is None


def test_a_lake_goes_by_means_however_many_points_it_has() -> None:
    told = rate_water(sections(9, 1), BodyKind.LAKE, evaluated=EVALUATED)
    assert told is not None
    assert told.rating is Rating.LIGHT, "the mean of ammonia nitrogen is 1.17 mg/L"


def test_whole_numbers_give_the_mean_of_the_values() -> None:
    drawn = random.Random(7)  # noqa: S311 - no secret
    values = [round(drawn.uniform(0, 9), 3) for _ in range(500)]
    total = sum(round(value * PARTS) for value in values)
    assert mean_of_whole(Parameter.TOTAL_PHOSPHORUS, total, 500) == pytest.approx(
        mean_of(Parameter.TOTAL_PHOSPHORUS, values).value, rel=1e-15
    )
    ions = sum(round(10.0 ** (18 - value)) for value in (6.5, 7.9, 8.8, 9.0, 6.78, 8.87))
    assert mean_of_whole(Parameter.PH, ions, 6) == pytest.approx(7.08, abs=0.005)
    assert mean_of_whole(Parameter.PH, HYDROGEN_PARTS, 1) == 0.0
    assert mean_of_whole(Parameter.PH, 0, 0) is None


def test_a_mean_on_the_edge_of_a_class_is_exact() -> None:
    """Ten times 0.1 is 0.9999999999999999 in floating sums."""
    values = [0.1] * 10
    assert sum(values) / 10 != 0.1
    total = sum(round(value * PARTS) for value in values)
    assert mean_of_whole(Parameter.TOTAL_PHOSPHORUS, total, 10) == 0.1
