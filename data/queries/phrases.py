"""Escapes what people type into a search box for LIKE and ILIKE."""


def literal(phrase: str) -> str:
    """Returns the phrase with its own ``%``, ``_`` and backslashes escaped."""
    return phrase.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
