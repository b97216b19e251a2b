"""Makes the next event of a problem's chain, and computes the row anew from all events. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from data.chain import NOTHING_BEFORE, encode, link, read
from data.clock import UtcDatetime
from data.records import AccountId
from data.words.ledger import Action, Stage, Status
from problem_ledger.record.commands import Attached

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
    "asked_due_on",
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
    """A row of ``problem_event``: one event of a problem's hash chain."""

    seq: int
    at: UtcDatetime
    action: str
    from_status: str | None
    to_status: str
    account_id: int | None
    body: bytes
    prev_hash: bytes
    hash: bytes


Row = Mapping[str, Any]
"""A problem's row, with ``lon`` and ``lat``."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event not yet written: who did what when, with which text and photos."""

    action: Action
    target: Status
    at: UtcDatetime
    account_id: AccountId | None
    actor: str
    role: str | None = None
    level: str | None = None
    text: str = ""
    more: Mapping[str, object] = field(default_factory=dict)
    photos: Sequence[Attached] = ()
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An event to append to a problem's chain, and the columns to set in the problem's row."""

    event: Event
    columns: Mapping[str, Any]


def first_link(number: str, values: Mapping[str, object], new: NewEvent) -> Link:
    """Makes a problem's first event, which sets all columns known at registration."""
    return _link({"number": number, **values}, values, new, None, 1, NOTHING_BEFORE)


def next_link(row: Row, changes: Mapping[str, object], new: NewEvent) -> Link:
    """Makes the event that follows a problem's last one and sets the changed columns."""
    prev_hash = bytes(row["last_hash"])
    return _link(row, changes, new, row["status"], row["last_seq"] + 1, prev_hash)


def _link(
    row: Row,
    changes: Mapping[str, object],
    new: NewEvent,
    source: str | None,
    seq: int,
    prev_hash: bytes,
) -> Link:
    body, hash_ = link(
        prev_hash,
        {
            **new.more,
            "number": row["number"],
            "seq": seq,
            "at": new.at,
            "action": new.action.value,
            "from": source,
            "to": new.target.value,
            "account_id": new.account_id,
            "actor": new.actor,
            "role": new.role,
            "level": new.level,
            "text": new.text,
            "set": dict(changes),
            "photos": [photo.sha256 for photo in new.photos],
        },
    )
    event = Event(
        seq,
        new.at,
        new.action.value,
        source,
        new.target.value,
        new.account_id,
        body,
        prev_hash,
        hash_,
    )
    columns = {
        **changes,
        "number": row["number"],
        "status": new.target.value,
        "version": seq,
        "last_seq": seq,
        "last_hash": event.hash,
        "last_at": new.at,
        "last_action": new.action.value,
        "last_actor": new.actor,
    }
    return Link(event, columns)


def contradictions(event: Event, number: str) -> tuple[str, ...]:
    """Returns the columns of an event's row that differ from the event's hashed body."""
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
    """Computes a problem's columns, in encoded form, from its events alone."""
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
    """Encodes a problem's row, with ``lon`` and ``lat``, in the form that ``replay`` returns."""
    return {name: encode(row[name]) for name in STORY}
