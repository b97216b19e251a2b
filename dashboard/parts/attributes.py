"""HTML attributes that Python can't spell as keywords: ``aria-label``, ``data-…``."""

from typing import Any


def attributes(**named: str) -> dict[str, Any]:
    """The attributes with dashes for underscores, to be spread into a component's arguments."""
    return {name.replace("_", "-"): value for name, value in named.items()}
