"""Packs rows of PostgreSQL's binary COPY and arrays by hand, for speed.

psycopg's ``write_row`` asks for the type and the dumper of each value, some 40 in a reading; here
the shape of a row is worked out once for each set of columns that devices send together, and one
call of struct packs most of the row. Source: PostgreSQL documentation, COPY, binary format.
"""

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER: Final = b"\xff\xff"
NULL: Final = b"\xff\xff\xff\xff"
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_DAY_US: Final = 86_400_000_000
_LENGTHS: Final = {"q": 8, "d": 8, "h": 2, "?": 1}


def micros(moment: datetime) -> int:
    """Returns an instant as PostgreSQL's binary timestamptz: microseconds since 2000."""
    past: timedelta = moment - _EPOCH
    return past.days * _DAY_US + past.seconds * 1_000_000 + past.microseconds


def text(value: str | None) -> bytes:
    """Packs a text field for binary COPY, with its length."""
    if value is None:
        return NULL
    raw = value.encode()
    return len(raw).to_bytes(4, "big") + raw


def number(value: float | None) -> bytes:
    """Packs a float8 field for binary COPY, with its length."""
    return NULL if value is None else b"\0\0\0\x08" + struct.pack(">d", value)


def small(value: int | None) -> bytes:
    """Packs an int2 field for binary COPY, with its length."""
    return NULL if value is None else b"\0\0\0\x02" + value.to_bytes(2, "big", signed=True)


def truth(value: bool | None) -> bytes:
    """Packs a bool field for binary COPY, with its length."""
    return NULL if value is None else b"\0\0\0\x01\x01" if value else b"\0\0\0\x01\0"


def timestamp(moment: datetime | None) -> bytes:
    """Packs a timestamptz field for binary COPY, with its length."""
    return (
        NULL if moment is None else b"\0\0\0\x08" + micros(moment).to_bytes(8, "big", signed=True)
    )


class Shape:
    """The fixed-length fields at the front of a binary COPY row, some of them always null.

    ``codes`` holds struct's codes (``q`` int8 and timestamptz, ``d`` float8, ``h`` int2, ``?``
    bool), None for a null; ``count`` is how many fields the whole row has.
    """

    def __init__(self, codes: Iterable[str | None], count: int) -> None:
        pieces: list[object] = []
        layout, run = ">", count.to_bytes(2, "big")
        for code in codes:
            if code is None:
                run += NULL
            else:
                run += _LENGTHS[code].to_bytes(4, "big")
                layout += f"{len(run)}s{code}"
                pieces += [run, None]
                run = b""
        self._pieces = [*pieces, run]
        self._pack = struct.Struct(f"{layout}{len(run)}s").pack

    def pack(self, values: Sequence[object]) -> bytes:
        """Packs a row's fixed-length fields; ``values`` are those of the non-null fields."""
        pieces = self._pieces.copy()
        pieces[1::2] = values
        return self._pack(*pieces)


def whole_numbers(values: Iterable[int | None]) -> str:
    """Returns a PostgreSQL array as text to cast; ten times as fast as psycopg for a list."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
