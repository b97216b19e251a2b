"""Attributes of elements that Python can't spell: ``aria-label``, ``data-…``."""

from typing import Any


def attributes(**named: str) -> dict[str, Any]:
    """The attributes with dashes for underscores, to be spread into a component."""
    return {name.replace("_", "-"): value for name, value in named.items()}
