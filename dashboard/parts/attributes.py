"""HTML attributes that Python can't spell as keywords: ``aria-label``, ``data-…``."""

import json
from collections.abc import Mapping
from typing import Any


def words_for_script(words: Mapping[str, str]) -> dict[str, Any]:
    """The attribute from which a script reads its words, as JSON by key."""
    return attributes(data_words=json.dumps(words, ensure_ascii=False))


def attributes(**named: str) -> dict[str, Any]:
    """The attributes with dashes for underscores, to be spread into a component's arguments."""
    return {name.replace("_", "-"): value for name, value in named.items()}
