"""The outcome of an import: rows created, updated, unchanged, joined and refused, and notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from data.errors import OneMapError


@dataclass(frozen=True, slots=True)
class Comment:
    """A message about an import: a translatable template and the facts that fill it."""

    message: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message.format(**self.facts)


def comment(message: str, **facts: object) -> Comment:
    """Returns a Remark of the template ``message`` and the facts that fill it."""
    return Comment(message, facts)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that can't be imported: the reason and, in ``mend``, how to put it right.

    Where one cell is to blame, the facts name its ``field``.
    """

    row: int
    name: str
    why: Comment
    mend: str = ""

    @classmethod
    def from_error(cls, row: int, name: str, error: OneMapError) -> "RefusedRow":
        """Returns the row as refused, with the error's message, facts and remedy."""
        return cls(row, name, Comment(error.message, error.facts), error.mend)


class NumberedRow(Protocol):
    """Any row of an imported file: it has a number and a name."""

    @property
    def number(self) -> int:
        """The row's number in the file."""

    @property
    def name(self) -> str:
        """The name in the row."""


@dataclass(slots=True)
class Outcome:
    """The result of importing a file: counts of its rows, and comments to print.

    ``joined`` are comments on rows that were joined to one thing.
    """

    kind: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    joined: list[Comment] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    notes: list[Comment] = field(default_factory=list)

    def refuse(self, row: int, name: str, error: OneMapError) -> None:
        """Records the row as refused, with the error's message and remedy."""
        self.refused.append(RefusedRow.from_error(row, name, error))

    def refuse_all(self, rows: Sequence[NumberedRow], error: OneMapError) -> None:
        """Records all of the rows as refused with the same error."""
        for row in rows:
            self.refuse(row.number, row.name, error)

    def note(self, message: str, **facts: object) -> None:
        """Adds a comment made of the template ``message`` and the facts that fill it."""
        self.notes.append(Comment(message, facts))

    def add(self, other: "Outcome") -> None:
        """Adds the counts and comments of another outcome of the same file."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.joined += other.joined
        self.refused += other.refused
        self.notes += other.notes

    @property
    def is_all_refused(self) -> bool:
        """Whether the file held rows and every row was refused."""
        return bool(self.refused) and not (self.created or self.updated or self.unchanged)
