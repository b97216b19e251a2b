"""Names in pinyin, so that "qch" and "qingchuan" find 清川河: kept by name in ``name_sound``."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from pypinyin import Style, lazy_pinyin
from sqlalchemy import Connection, text

AT_ONCE: Final = 2_000
"""How many names one transaction fills in."""

_TABLES: Final = ("river", "lake", "reach", "station", "division", "place", "notice_board")
_LACKING: Final = text(
    " UNION ".join(
        f"(SELECT name FROM {table} WHERE NOT EXISTS"
        f" (SELECT FROM name_sound WHERE name_sound.name = {table}.name) LIMIT :count)"
        for table in _TABLES
    )
    + " ORDER BY name LIMIT :count"
)
_FILL: Final = text(
    "INSERT INTO name_sound (name, sound, initials)"
    " SELECT * FROM unnest(CAST(:names AS text[]), CAST(:sounds AS text[]),"
    " CAST(:initials AS text[])) ON CONFLICT DO NOTHING"
)
_NOT_LETTERS: Final = re.compile(r"[^a-z0-9]+")
_RUNS: Final = re.compile(r"[^\W\d_a-zA-Z]+|[a-zA-Z]+|[0-9]+")
_TYPED: Final = re.compile(r"[a-z]{2,}")


def sound_of(name: str) -> tuple[str, str]:
    """Returns a name's pinyin without tones and its initials: qingchuanhe, qch. ü is written v.

    Letters and digits stay; other characters are left out.
    """
    syllables = [one for run in _RUNS.findall(name) for one in _syllables(run)]
    return "".join(syllables), "".join(part[:1] for part in syllables)


def typed_sound(phrase: str) -> str:
    """Returns a phrase as ``name_sound`` writes it, "" where it can be no pinyin."""
    typed = re.sub(r"[\s'’·-]", "", _plain_letters(phrase))
    return typed if _TYPED.fullmatch(typed) else ""


def fill_name_sounds(connection: Connection) -> int:
    """Adds the pinyin of at most ``AT_ONCE`` names that lack it, and returns of how many."""
    names = list(connection.execute(_LACKING, {"count": AT_ONCE}).scalars())
    if names:
        sounds, initials = zip(*map(sound_of, names), strict=True)
        bound = {"names": names, "sounds": list(sounds), "initials": list(initials)}
        connection.execute(_FILL, bound)
    return len(names)


@lru_cache(maxsize=8_192)
def _syllables(run: str) -> tuple[str, ...]:
    """Returns the syllables of characters without a break between them; names repeat such runs."""
    return tuple(_plain(part) for part in lazy_pinyin(run, style=Style.NORMAL, v_to_u=False))


def _plain(part: str) -> str:
    return _NOT_LETTERS.sub("", _plain_letters(part))


def _plain_letters(written: str) -> str:
    lowered = written.lower().replace("ü", "v")
    parted = unicodedata.normalize("NFKD", lowered)
    return "".join(letter for letter in parted if not unicodedata.combining(letter))
