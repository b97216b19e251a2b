"""HTML attributes that Python can't spell as keywords: ``aria-label``, ``data-…``."""

import json
from collections.abc import Mapping
from typing import Any


def words_for_script(words: Mapping[str, str]) -> dict[str, Any]:
    """Returns an HTML attribute from which a script reads its words, as JSON by key."""
    return attributes(data_words=json.dumps(words, ensure_ascii=False))


def attributes(**named: str) -> dict[str, Any]:
    """Returns HTML attributes, dashes for underscores in their names, to pass to a component."""
    return {name.replace("_", "-"): value for name, value in named.items()}
