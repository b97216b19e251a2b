"""HTML attributes that Python can't spell as keywords: ``aria-label``, ``data-…``."""

import json
from collections.abc import Mapping
from typing import Any


def words_for_script(words: Mapping[str, str]) -> dict[str, Any]:
    """Returns the attribute from which a script reads its words, as JSON by key."""
    return attributes(data_words=json.dumps(words, ensure_ascii=False))


def attributes(**named: str) -> dict[str, Any]:
    """Returns attributes with dashes for underscores, to spread into a component's arguments."""
    return {name.replace("_", "-"): value for name, value in named.items()}
