"""A chain of bodies that nobody alters unseen: their bytes, and the hashes that link them. Pure.

Each link's hash is that of the link before it and of its own body's bytes, so that whoever keeps
the last hash can tell whether any body before it was changed, moved or taken away.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

NOTHING_BEFORE: Final = bytes(32)
"""The hash before a chain's first link."""


def encode(value: object) -> object:
    """Returns the value in the form a link's JSON holds: times, floats and bytes as text.

    A time becomes ISO in UTC, a float the shortest text that reads back as the same, bytes become
    hexadecimal. Raises TypeError for anything else than these, text, whole numbers, true, false,
    None, and lists and mappings of them.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {str(name): encode(one) for name, one in value.items()}
    for kinds, written in _WRITTEN:
        if isinstance(value, kinds):
            return written(value)
    raise TypeError(f"no place in a chain for {type(value).__name__}")


def canonical(body: Mapping[str, object]) -> bytes:
    """Returns the body as its only valid JSON bytes: keys sorted, UTF-8, no spaces."""
    return json.dumps(
        encode(body), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def read(body: bytes) -> dict[str, Any]:
    """Parses a link's body from JSON bytes. Raises ValueError for bytes that aren't canonical."""
    found: object = json.loads(body)
    if not isinstance(found, dict) or canonical(found) != body:
        raise ValueError("not canonical")
    return found


def chain_hash(prev_hash: bytes, body: bytes) -> bytes:
    """Returns a link's hash in a hash chain: SHA-256 of the previous hash and the body's bytes."""
    return hashlib.sha256(prev_hash + body).digest()


def link(prev_hash: bytes, body: Mapping[str, object]) -> tuple[bytes, bytes]:
    """Returns the next link of a hash chain after ``prev_hash``: the body's bytes, and its hash."""
    written = canonical(body)
    return written, chain_hash(prev_hash, written)


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_WRITTEN: Final[tuple[tuple[type | tuple[type, ...], Callable[[Any], object]], ...]] = (
    (str, str),
    (int, int),
    (float, repr),
    (datetime, _instant),
    (date, date.isoformat),
    ((bytes, bytearray, memoryview), lambda value: bytes(value).hex()),
    ((list, tuple), lambda value: [encode(one) for one in value]),
)
