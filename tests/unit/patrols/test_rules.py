"""Which figure holds for whom: the nearest division, then the level; own files in place of ours."""

from pathlib import Path

import pytest

from data.errors import BadInput
from data.vocabulary import ChiefLevel
from data.words.ledger import PatrolRule
from problem_ledger.patrols.rules import load_patrol_rules, read_patrol_rules

TRACK = (
    '[track]\njump_kmh = 100\ngap_minutes = 5\nbuffer_m = 50\nsource = "本县"\nverified = true\n'
)
TOWN, COUNTY, CITY = "411381101000", "411381000000", "411300000000"


def rule(name: str, limit: float, **more: object) -> str:
    words = "".join(f"{key} = {value!r}\n" for key, value in more.items())
    return f'[[rule]]\nrule = "{name}"\nlimit = {limit}\nsource = "本县"\nverified = true\n{words}'


SHIPPED = TRACK + "".join(
    f'[[duty]]\nlevel = "{each}"\ncount = 1\nmonths = 1\nsource = "本县"\nverified = true\n'
    for each in ChiefLevel
)


def minutes(rules: str, level: ChiefLevel, divisions: tuple[str, ...]) -> list[float]:
    read = read_patrol_rules(SHIPPED + rules)
    return [each.limit for each in read.limits_for(level, divisions)]


def test_what_ships_has_every_rule_for_every_level_with_a_source() -> None:
    rules = load_patrol_rules()
    for level in ChiefLevel:
        limits = rules.limits_for(level, ())
        assert [each.rule for each in limits] == list(PatrolRule)
        assert all(each.source for each in limits)
        assert rules.duties[level].source
    assert rules.track.buffer_m == 100


def test_the_nearest_division_wins_then_the_level_then_the_last() -> None:
    rules = (
        rule("minutes", 1)
        + rule("minutes", 2)
        + rule("minutes", 3, levels=["village"])
        + rule("minutes", 4, division=CITY, levels=["village"])
        + rule("minutes", 5, division=COUNTY)
        + rule("minutes", 6, levels=["village"], division="999999999999")
    )
    village, town = ChiefLevel.VILLAGE, ChiefLevel.TOWNSHIP
    assert minutes(rules, village, (TOWN, COUNTY, CITY)) == [5]
    assert minutes(rules, village, (CITY,)) == [4]
    assert minutes(rules, village, ()) == [3]
    assert minutes(rules, town, ()) == [2]
    assert minutes(rules, town, (CITY,)) == [2]


def test_an_own_file_takes_the_place_of_the_lists_it_holds(tmp_path: Path) -> None:
    own = tmp_path / "rules.toml"
    own.write_text(rule("metres", 300), "utf-8")
    rules = load_patrol_rules(own)
    assert [(each.rule, each.limit) for each in rules.limits] == [(PatrolRule.METRES, 300)]
    assert rules.duties == load_patrol_rules().duties


@pytest.mark.parametrize(
    "wrong",
    [
        "[[rule]",
        rule("hours", 1),
        rule("minutes", -1),
        rule("coverage", 2),
        rule("minutes", 1, levels=["street"]),
        rule("minutes", 1, colour="red"),
        '[[rule]]\nrule = "minutes"\nlimit = 1\n',
        "[speed]\nkmh = 3\n",
        TRACK.replace("100", "0"),
        TRACK.replace("100", '"fast"'),
        '[[duty]]\nlevel = "city"\ncount = 1\nmonths = 1\nsource = ""\nverified = true\n',
        "rule = 3\n",
    ],
)
def test_a_file_that_is_wrong_is_named_with_what_is_wrong(tmp_path: Path, wrong: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(wrong, "utf-8")
    with pytest.raises(BadInput, match=r"own\.toml") as refused:
        load_patrol_rules(own)
    assert refused.value.mend


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.toml"):
        load_patrol_rules(tmp_path / "none.toml")
