"""An error in words: its sentence, then what mends it, told apart in both languages."""

import pytest

from dashboard.parts.wording import language, worded
from data.errors import ServiceDown


@pytest.mark.parametrize(
    ("code", "reason", "told"),
    [
        ("zh", "refused", "数据库无应答：refused。请启动数据库，或运行 ./onemap demo。"),
        ("zh", "已拒绝。", "数据库无应答：已拒绝。请启动数据库，或运行 ./onemap demo。"),
        ("en", "refused", "The database does not answer: refused. Start it, or ./onemap demo."),
        ("en", "why?", "The database does not answer: why? Start it, or ./onemap demo."),
    ],
)
def test_the_mend_is_a_sentence_of_its_own(code: str, reason: str, told: str) -> None:
    error = ServiceDown(
        "The database does not answer: {reason}",
        mend="Start it, or ./onemap demo.",
        reason=reason,
    )
    before = language.set(code)
    try:
        assert worded(error) == told
    finally:
        language.reset(before)
