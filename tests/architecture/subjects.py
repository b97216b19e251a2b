"""The subjects of the house, and which files of every floor belong to each."""

import re
import subprocess
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.running.folders import ROOT

TABLE = Path(__file__).parent / "subjects.toml"
"""What is called otherwise than its subject, and each subject's meaning and tables."""

FOLLOWED = (
    "data/{word}/**",
    "data/queries/{word}/**",
    "data/tables/{word}.py",
    "data/words/{word}.py",
    "ingest/{word}/**",
    "problem_ledger/{word}/**",
    "office/{word}/**",
    "dashboard/{word}/**",
    "dashboard/commands/{word}.py",
    "dashboard/assets/{word}/**",
    "dashboard/locales/*/{word}.po",
    "docs/{word}.md",
    "docs/{word}.zh.md",
    "tests/**/{word}/**",
    "tests/fixtures/{word}.py",
)
"""What belongs to a subject by its word alone."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject: its word, what it is in a line, the patterns that name files, its tables."""

    word: str
    meaning: str
    named: tuple[str, ...]
    tables: tuple[str, ...]

    def patterns(self) -> tuple[str, ...]:
        """Every pattern of its files: those of its word and those that are named."""
        return (*(each.format(word=self.word) for each in FOLLOWED), *self.named)


def load_subjects() -> tuple[Subject, ...]:
    """Every subject in the order of the table."""
    listed = tomllib.loads(TABLE.read_text("utf-8"))
    return tuple(
        Subject(
            word,
            told["meaning"],
            (*told.get("files", ()), *told.get("tests", ())),
            tuple(told.get("tables", ())),
        )
        for word, told in listed.items()
    )


SUBJECTS = load_subjects()


@cache
def matcher(pattern: str) -> re.Pattern[str]:
    """A pattern as an expression: ``*`` is anything within a folder, ``**`` anything."""
    parts = re.split(r"(\*\*|\*)", pattern)
    return re.compile("".join({"**": ".*", "*": "[^/]*"}.get(one, re.escape(one)) for one in parts))


def owner_of(path: str, subjects: Iterable[Subject] = SUBJECTS) -> Subject:
    """The one subject that a file belongs to: of the patterns that cover it the longest decides.

    Of two that are as long, the named one does. ``path`` is relative to the project. Raises
    ValueError where no pattern covers it, or two subjects have the same claim.
    """
    found = [
        ((len(pattern), pattern in subject.named), subject)
        for subject in subjects
        for pattern in subject.patterns()
        if matcher(pattern).fullmatch(path)
    ]
    strongest = max((claim for claim, _subject in found), default=None)
    owners = {subject.word: subject for claim, subject in found if claim == strongest}
    if len(owners) != 1:
        claimed = " and ".join(sorted(owners)) or "no subject"
        raise ValueError(f"{path} belongs to {claimed}")
    return next(iter(owners.values()))


def files() -> list[str]:
    """Every file of the project that git knows or would add, relative to it, in order."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return sorted({name for name in listed.split("\0") if name and (ROOT / name).is_file()})
