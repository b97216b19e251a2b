"""What was measured is never rounded to what a rule asks for when it failed by it."""

import pytest

from dashboard.parts.wording import language
from dashboard.patrols.words import distance_words, limit_words, measured_words
from data.words.ledger import PatrolRule


@pytest.mark.parametrize(
    ("rule", "limit", "measured", "asked", "told"),
    [
        (PatrolRule.MINUTES, 30, 29.98, "不少于 30 分钟", "29 分钟"),
        (PatrolRule.METRES, 2000, 1999.0, "不少于 2.0 km", "1.9 km"),
        (PatrolRule.METRES, 2000, 640.0, "不少于 2.0 km", "640 m"),
        (PatrolRule.INTERVAL, 96, 95.88, "不少于 96 小时", "95 小时"),
        (PatrolRule.INTERVAL, 96, 160.8, "不少于 96 小时", "6.7 天"),
        (PatrolRule.INTERVAL, 96, None, "不少于 96 小时", "首次"),
        (PatrolRule.COVERAGE, 0.1, 0.0996, "不少于 10%", "9%"),
        (PatrolRule.COVERAGE, 0.1, 0.0, "不少于 10%", "0%"),
        (PatrolRule.COVERAGE, 0.1, 0.29, "不少于 10%", "29%"),
        (PatrolRule.MINUTES, 30, 14.0, "不少于 30 分钟", "14 分钟"),
        (PatrolRule.TOP_SPEED, 20, 20.02, "不超过 20.0 km/h", "20.1 km/h"),
        (PatrolRule.GAPS, 0, 2.0, "不得中断", "中断 2 处"),
        (PatrolRule.GAPS, 0, 0.0, "不得中断", "未中断"),
        (PatrolRule.GAPS, 2, 3.0, "中断不超过 2 处", "中断 3 处"),
    ],
)
def test_a_rule_with_its_limit_and_what_was_measured(
    rule: PatrolRule, limit: float, measured: float | None, asked: str, told: str
) -> None:
    before = language.set("zh")
    assert limit_words(rule, limit) == asked
    assert measured_words(rule, measured) == told
    language.reset(before)


def test_a_distance_is_rounded_down_on_either_side_of_a_kilometre() -> None:
    assert distance_words(2_960) == "2.9 km"
    assert distance_words(999.6) == "999 m"
