"""Arguments as people write them, and argparse's own words in the reader's language."""

import argparse
from datetime import date, datetime
from typing import Final

from dashboard.parts.wording import _
from data.errors import BadInput

WORDS: Final = (
    "usage: ", "positional arguments", "options", "show this help message and exit",
    "%(prog)s: error: %(message)s\n", "argument %(argument_name)s: %(message)s",
    "the following arguments are required: %s", "one of the arguments %s is required",
    "unrecognized arguments: %s", "not allowed with argument %s", "ignored explicit argument %r",
    "expected one argument", "expected at least one argument",
    "ambiguous option: %(option)s could match %(matches)s", "invalid %(type)s value: %(value)r",
    "invalid choice: %(value)r (choose from %(choices)s)",
)  # fmt: skip
"""What argparse says of itself; what the catalogues lack stays English."""


def speak() -> None:
    """From here on argparse asks our catalogues for its words."""
    vars(argparse)["_"] = _


def day(text: str) -> date:
    """The day of ``2026-05-01``. Raises BadInput."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("{value} isn't a date.", mend="Write 2026-05-01.", value=text) from None


def moment(text: str) -> datetime:
    """The time of ``2026-05-01T08:00``, with the offset that was given or none. Raises BadInput."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("{time} is no time.", mend="Write 2026-05-01T08:00.", time=text) from None
