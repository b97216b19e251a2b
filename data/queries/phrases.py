"""What people type into a search box, as a pattern that means just that."""


def literal(phrase: str) -> str:
    """The phrase for LIKE and ILIKE: its own ``%``, ``_`` and backslashes stand for themselves."""
    return phrase.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
