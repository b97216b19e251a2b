"""The ledger's rules: what is shipped, an own file over it, and what is refused."""

from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from data.errors import BadInput
from data.vocabulary import ChiefLevel
from data.words.ledger import CATEGORY_KEYS, Severity
from problem_ledger.cases.rules import load_rules, read_rules

LEVELS = list(ChiefLevel)


def test_every_category_has_days_and_a_source() -> None:
    rules = load_rules()
    for category in CATEGORY_KEYS:
        found = [rules.working_days(category, severity) for severity in Severity]
        assert [rule.days for rule in found] == sorted(rule.days for rule in found)
        assert all(rule.source for rule in found)


def test_the_graver_the_higher() -> None:
    rules = load_rules()
    ranks = [LEVELS.index(rules.sign_off_level(severity)) for severity in Severity]
    assert ranks == sorted(ranks, reverse=True)
    assert rules.sign_off_level(Severity.SERIOUS) is ChiefLevel.COUNTY


def test_a_category_goes_before_its_group() -> None:
    text = files("problem_ledger.cases").joinpath("rules.toml").read_text("utf-8")
    own = '[category."surface.oil".general]\ndays = 2\nsource = "ours"\nverified = true\n'
    rules = read_rules(text, own)
    oil = rules.working_days("surface.oil", Severity.GENERAL)
    assert (oil.key, oil.days, oil.verified) == ("surface.oil/general", 2, True)
    assert rules.working_days("surface.floating", Severity.GENERAL).key == "surface/general"
    assert rules.working_days("surface.oil", Severity.MAJOR).key == "major"


def test_an_own_file_needs_only_what_differs(tmp_path: Path) -> None:
    own = tmp_path / "rules.toml"
    own.write_text("[hand_back]\nhours = 12\n[deadline.general]\ndays = 7\n")
    rules = load_rules(own)
    assert rules.hand_back == timedelta(hours=12)
    assert rules.deadlines[Severity.GENERAL].days == 7
    assert rules.look_back == load_rules().look_back


@pytest.mark.parametrize(
    "text",
    [
        "[deadline.general]\ndays = 0",
        '[deadline.general]\ndays = "ten"',
        "[deadline.general]\nhours = 3",
        "[category.rubbish.general]\ndays = 3\nsource = ''\nverified = false",
        "[category.surface.grave]\ndays = 3\nsource = ''\nverified = false",
        '[sign_off.general]\nlevel = "country"',
        "[hand_back]\nminutes = 3",
        "[exceedance]\nconsecutive = 0",
        "[exceedance]\nconsecutiv = 1",
        "[amber]\nhours = 3",
        "[extension]\nmost = 0",
        "[extension]\nworking_days = 1.5",
        "[extension]\nproposed = 16",
        "[extension]\nunlimited = 1",
        "[nothing]\nof = 'the kind'",
        "not toml",
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text)
    with pytest.raises(BadInput, match=r"own\.toml"):
        load_rules(own)
    with pytest.raises(BadInput, match="missing"):
        load_rules(tmp_path / "missing")
