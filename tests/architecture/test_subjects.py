"""Every file and every table belongs to one subject."""

from collections import Counter

import pytest

from dashboard.app import ROOMS
from data.tables import METADATA
from tests.architecture.subjects import SUBJECTS, Subject, files, matcher, owner_of


def owned() -> dict[str, str]:
    """Every file with the word of its subject."""
    return {path: owner_of(path).word for path in files()}


def test_every_file_belongs_to_one_subject() -> None:
    owners = owned()
    assert len(owners) > 700
    assert set(owners.values()) == {subject.word for subject in SUBJECTS}


def test_every_named_pattern_gives_its_subject_a_file() -> None:
    owners = owned()
    idle = [
        f"{subject.word}: {pattern}"
        for subject in SUBJECTS
        for pattern in subject.named
        if not any(
            word == subject.word and matcher(pattern).fullmatch(path)
            for path, word in owners.items()
        )
    ]
    assert idle == []


def test_a_file_of_nobody_and_one_of_two_are_refused() -> None:
    one, two = (Subject(word, "", ("gis/*.py",), ()) for word in ("one", "two"))
    with pytest.raises(ValueError, match="no subject"):
        owner_of("data/one.py", (one,))
    with pytest.raises(ValueError, match="one and two"):
        owner_of("gis/crs.py", (one, two))


def test_of_several_patterns_the_longest_decides_and_a_named_one_of_equals() -> None:
    by_word = Subject("qc", "", (), ())
    named = Subject("other", "", ("ingest/**", "ingest/qc/rules.py", "docs/qc.md"), ())
    for order in ((by_word, named), (named, by_word)):
        assert owner_of("ingest/qc/look.py", order) is by_word
        assert owner_of("ingest/qc/rules.py", order) is named
        assert owner_of("docs/qc.md", order) is named


def test_every_table_belongs_to_one_subject() -> None:
    claimed = Counter(table for subject in SUBJECTS for table in subject.tables)
    assert claimed == Counter(set(METADATA.tables))


def test_every_room_is_a_subject_and_owns_its_folder() -> None:
    for room in ROOMS:
        assert owner_of(f"dashboard/{room.name}/__init__.py").word == room.name
