"""The events of a problem, and its row told again from them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from data.chain import encode, read
from data.clock import UtcDatetime

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
