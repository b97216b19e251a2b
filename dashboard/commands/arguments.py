"""Parsers of command line arguments."""

from datetime import date, datetime

from data.errors import BadInput


def day(text: str) -> date:
    """Parses a day like ``2026-05-01``. Raises BadInput."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("{value} isn't a date.", mend="Write 2026-05-01.", value=text) from None


def moment(text: str) -> datetime:
    """Parses a time like ``2026-05-01T08:00``, with or without offset. Raises BadInput."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("{time} is no time.", mend="Write 2026-05-01T08:00.", time=text) from None
