"""Escapes what people type into a search box for LIKE and ILIKE."""


def literal(phrase: str) -> str:
    """Returns the phrase with ``%``, ``_`` and backslashes escaped for SQL's LIKE."""
    return phrase.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
