"""The chain of a problem's events: bytes, hashes, and the story told again from them. Pure."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from data.clock import UtcDatetime

NOTHING_BEFORE: Final = bytes(32)
"""The hash before a chain's first event."""

STORY: Final = (
    "number",
    "status",
    "category",
    "severity",
    "source",
    "source_ref",
    "description",
    "division_id",
    "reach_id",
    "lake_id",
    "chainage_m",
    "offset_m",
    "bank",
    "accuracy_m",
    "source_crs",
    "source_x",
    "source_y",
    "lon",
    "lat",
    "station_id",
    "parameter",
    "patrol_id",
    "person_id",
    "reporter_id",
    "request_key",
    "request_sha256",
    "unit_id",
    "requirement",
    "handler_id",
    "checker_id",
    "signer_id",
    "found_at",
    "registered_at",
    "assigned_at",
    "signed_off_at",
    "look_back_at",
    "due_at",
    "amber_at",
    "due_rule",
    "due_days",
    "is_provisional",
    "extension_count",
    "pressed_at",
    "is_returned",
    "version",
    "last_seq",
    "last_hash",
    "last_at",
    "last_action",
    "last_actor",
)
"""What the events alone must reproduce of a problem's row; ``lon`` and ``lat`` are its point."""

UNSET: Final[Mapping[str, object]] = {
    "requirement": "",
    "due_rule": "",
    "is_provisional": False,
    "extension_count": 0,
    "is_returned": False,
    "source_ref": "",
}
"""What a column holds before any event sets it; every other holds nothing."""


@dataclass(frozen=True, slots=True)
class Event:
    """A row of ``problem_event``."""

    seq: int
    at: UtcDatetime
    action: str
    from_status: str | None
    to_status: str
    account_id: int | None
    body: bytes
    prev_hash: bytes
    hash: bytes


def encode(value: object) -> object:
    """The value as the bytes carry it: a time as ISO in UTC, a float as the text it comes back by.

    Bytes are told in hexadecimal. Raises TypeError for anything else than text, numbers, times.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {str(name): encode(one) for name, one in value.items()}
    for kinds, written in _WRITTEN:
        if isinstance(value, kinds):
            return written(value)
    raise TypeError(f"no place in an event for {type(value).__name__}")


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


def canonical(body: Mapping[str, object]) -> bytes:
    """The one way to write a body: keys sorted, UTF-8, no spaces, no floats."""
    return json.dumps(
        encode(body), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def chain_hash(prev_hash: bytes, body: bytes) -> bytes:
    """SHA-256 of the hash before and the body's bytes."""
    return hashlib.sha256(prev_hash + body).digest()


def read(body: bytes) -> dict[str, Any]:
    """What a body says. Raises ValueError for bytes that aren't canonical."""
    found: object = json.loads(body)
    if not isinstance(found, dict) or canonical(found) != body:
        raise ValueError("not canonical")
    return found


def contradictions(event: Event, number: str) -> tuple[str, ...]:
    """The columns of an event's row that say something else than its hashed body."""
    said = read(event.body)
    row = {
        "number": number,
        "seq": event.seq,
        "at": event.at,
        "action": event.action,
        "from": event.from_status,
        "to": event.to_status,
        "account_id": event.account_id,
    }
    return tuple(name for name, value in row.items() if said.get(name) != encode(value))


def replay(events: Iterable[Event]) -> dict[str, object]:
    """The story's columns, encoded, as the events one after another leave them."""
    state: dict[str, object] = dict.fromkeys(STORY)
    state.update(UNSET)
    for event in events:
        said = read(event.body)
        state.update(said["set"])
        state.update(
            number=said["number"],
            status=said["to"],
            version=said["seq"],
            last_seq=said["seq"],
            last_hash=event.hash.hex(),
            last_at=said["at"],
            last_action=said["action"],
            last_actor=said["actor"],
        )
    return state


def encoded_row(row: Mapping[str, object]) -> dict[str, object]:
    """A problem's row, with ``lon`` and ``lat``, in the form that ``replay`` answers."""
    return {name: encode(row[name]) for name in STORY}
