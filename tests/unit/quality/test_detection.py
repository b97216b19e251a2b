"""Results below a detection limit: how they are written, and what counts in their place."""

import pytest

from data.quality.detection import UNNAMED, below_text, read_below, shipped_limits
from data.quality.rules import Rules
from data.settings import QualitySettings
from data.vocabulary import Parameter

NH3N, PH, FE = Parameter.AMMONIA_NITROGEN, Parameter.PH, Parameter.IRON


@pytest.mark.parametrize(
    "text",
    ["<0.025", "< 0.025", "\uff1c0.025", "0.025L", "0.025 l", "0.025(L)", "0.025\uff08L\uff09",
     "<0.025L", "ND(0.025)", "0.025ND", "未检出(0.025)", "未检出（＜0.025）",
     "小于0.025", "低于0.025", "<2.5e-2", "<.025", "≤0.025", "≦ 0.025", "<=0.025", "不大于0.025",
     "﹤0.025", "〈0.025", "0.025Ｌ", "0.025 L "],
)  # fmt: skip
def test_the_limit_in_a_result_is_read(text: str) -> None:
    assert read_below(text) == 0.025


@pytest.mark.parametrize(
    "text",
    ["<0.025 mg/L", "<0.025mg/l", "＜0.025（mg/L）", "0.025L mg/L", "0.025 mg/L L", "0.025mg/L(L)",
     "ND(0.025mg/L)", "<0.025mg·L-1", "≤0.025 ｍｇ/Ｌ", "<0.025"],
)  # fmt: skip
def test_a_limit_may_name_our_unit(text: str) -> None:
    assert read_below(text, unit="mg/L") == 0.025


def test_a_limit_in_another_unit_is_refused_and_a_number_with_one_is_none() -> None:
    for text in ("<25 µg/L", "25L ug/l", "<0.025 g/L", "<0.025 mg/mL"):
        with pytest.raises(ValueError, match="its unit must be mg/L"):
            read_below(text, unit="mg/L")
    for text in ("0.025 mg/L", "25 µg/L", "mg/L", "n/l"):
        assert read_below(text, unit="mg/L") is None
    assert read_below("<20 个/L", unit="个/L") == 20
    assert read_below("<0.025 mg/L") is None


@pytest.mark.parametrize(
    "text",
    ["ND", "nd", "N.D.", " 未检出 ", "（ND）", "<DL", "\uff1cMDL", "BDL", "<LOD", "低于检出限"],
)
def test_a_result_may_name_no_limit(text: str) -> None:
    assert read_below(text) == UNNAMED


@pytest.mark.parametrize(
    "text",
    ["", "0.025", "-0.1L", "<-1", ">5", "<", "L", "<<1", "ND()", "0.025 mg", "NDX", "<1" * 99],
)
def test_anything_else_is_no_such_result(text: str) -> None:
    assert read_below(text) is None


@pytest.mark.parametrize("text", ["<0", "0L", "<0.0"])
def test_a_limit_is_above_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="above nothing"):
        read_below(text)


def test_the_settings_say_the_limits_that_a_result_leaves_out() -> None:
    shipped = Rules(QualitySettings()).detection
    own = Rules(QualitySettings(detection_limits={FE: 0.03, NH3N: 0.05})).detection
    assert shipped.limit_of(NH3N, UNNAMED) == shipped_limits()[NH3N] == 0.025
    assert (own.limit_of(NH3N, UNNAMED), own.limit_of(FE, UNNAMED)) == (0.05, 0.03)
    assert own.limit_of(NH3N, 0.01) == 0.01
    with pytest.raises(ValueError, match="no detection limit is set"):
        shipped.limit_of(FE, UNNAMED)
    with pytest.raises(ValueError, match="has no detection limit"):
        shipped.limit_of(PH, 2.0)


@pytest.mark.parametrize("text", ["<0.025", "<0.00004", "<20", "<0.5", "<1000000", "ND"])
def test_a_result_is_written_as_it_was_read(text: str) -> None:
    limit = read_below(text)
    assert limit is not None
    assert below_text(limit) == text
