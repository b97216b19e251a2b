"""What became of a file: taken, updated, unchanged, joined, refused and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from data.errors import OneMapError


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence with its facts: the template is a catalogue's msgid, worded at the top floor."""

    message: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message.format(**self.facts)


def remark(message: str, **facts: object) -> Remark:
    """Returns the sentence filled by these facts."""
    return Remark(message, facts)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that can't be taken. ``mend`` says how to put it right, filled by the same facts.

    Where one cell is to blame, the facts name its ``field``.
    """

    row: int
    name: str
    why: Remark
    mend: str = ""

    @classmethod
    def by(cls, row: int, name: str, error: OneMapError) -> "RefusedRow":
        """Returns the row as refused by an error."""
        return cls(row, name, Remark(error.message, error.facts), error.mend)


class NumberedRow(Protocol):
    """A row as it is told of: its number in the file and its name."""

    @property
    def number(self) -> int:
        """Where it stands in the file."""

    @property
    def name(self) -> str:
        """What it calls itself."""


@dataclass(slots=True)
class Report:
    """Counts are rows of the file; the rest are sentences to print."""

    kind: str
    taken: int = 0
    updated: int = 0
    unchanged: int = 0
    joined: list[Remark] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)

    def refuse(self, row: int, name: str, error: OneMapError) -> None:
        """The row is told as refused by the error."""
        self.refused.append(RefusedRow.by(row, name, error))

    def refuse_all(self, rows: Sequence[NumberedRow], error: OneMapError) -> None:
        """The rows are told as refused together."""
        for row in rows:
            self.refuse(row.number, row.name, error)

    def note(self, message: str, **facts: object) -> None:
        """The sentence is added."""
        self.notes.append(Remark(message, facts))

    def add(self, other: "Report") -> None:
        """What became of some of the rows is told with the rest."""
        self.taken += other.taken
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.joined += other.joined
        self.refused += other.refused
        self.notes += other.notes

    @property
    def is_all_refused(self) -> bool:
        """Whether the file held rows and not one of them could be used."""
        return bool(self.refused) and not (self.taken or self.updated or self.unchanged)
