"""Words for scripts: each is asked for by a key that Python gives, and none is given in vain."""

import json
from collections.abc import Callable, Iterable

import pytest

from dashboard.frame import page_words, shell
from dashboard.ledger import report_form
from dashboard.ledger.script_words import script_words
from dashboard.map import words as map_room
from dashboard.parts import kit
from dashboard.patrols import one_patrol, upload
from dashboard.review import layout
from dashboard.review import list as review_list
from data.vocabulary import Compliance, StationKind
from tests.scripts.checkers import run_node

GIVEN = {
    "map/": (map_room.map_words,),
    "frame/bell.js": (shell.bell_words, shell.overdue_words),
    "frame/kit.js": (page_words.pager_words,),
    "frame/leaving.js": (page_words.leaving_words, kit.once_words),
    "review/quality.js": (layout.words, review_list.count_words),
    "patrols/patrols.js": (upload.words, one_patrol.reason_words),
    "ledger/report": (script_words, report_form.form_words),
    "ledger/similar.mjs": (script_words, report_form.form_words),
    "ledger/": (script_words,),
}
"""Which words a script is given: the first name that its path begins with."""

UNASKED = {map_room.map_words: {"worse"}}
"""Keys that no script asks for and that stay for now: their words are recorded as a contract."""


def families(keys: Iterable[str]) -> set[str]:
    """The keys, those of a family (``kind.lake``) by what stands before and with the dot."""
    return {key[: key.index(".") + 1] if "." in key else key for key in keys}


@pytest.fixture(scope="module")
def asked() -> dict[str, set[str]]:
    """The keys that each script asks for."""
    done = run_node("tests/scripts/asked_words.mjs")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {name: each["unclear"] for name, each in found.items() if each["unclear"]} == {}
    return {name: set(each["keys"]) for name, each in found.items() if each["keys"]}


def makers_of(script: str) -> tuple[Callable[[], dict[str, str]], ...]:
    """What makes the words that the script is given."""
    return next(makers for start, makers in GIVEN.items() if script.startswith(start))


def test_every_key_a_script_asks_for_is_given(asked: dict[str, set[str]]) -> None:
    assert len(asked) > 10
    for script, keys in asked.items():
        given = families(key for make in makers_of(script) for key in make())
        assert keys - given == set(), script


def test_no_word_is_given_that_no_script_asks_for(asked: dict[str, set[str]]) -> None:
    for make in {make for makers in GIVEN.values() for make in makers}:
        readers = [keys for script, keys in asked.items() if make in makers_of(script)]
        assert families(make()) - set().union(*readers) == UNASKED.get(make, set()), make


def test_words_given_together_have_keys_of_their_own() -> None:
    together = (script_words(), report_form.form_words())
    assert not together[0].keys() & together[1].keys()
    every = map_room.map_words()
    for part in (map_room.sample(), map_room.ledger_map_words()):
        assert part.items() <= every.items()


def test_the_map_has_a_word_for_whatever_it_may_be_told() -> None:
    told = {f"compliance.{each}" for each in Compliance} | {f"kind.{each}" for each in StationKind}
    assert told - map_room.map_words().keys() == set()
