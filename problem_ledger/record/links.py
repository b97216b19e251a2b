"""One more link of a problem's chain: its event, and how the problem then stands. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.chain import NOTHING_BEFORE, link
from data.clock import UtcDatetime
from data.records import AccountId
from data.words.ledger import Action, Stage, Status
from problem_ledger.record.commands import Attached
from problem_ledger.record.events import Event

Row = Mapping[str, Any]
"""A problem's row, with ``lon`` and ``lat``."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event before it is written: who did what when, in their words, with what evidence."""

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
    """An event to append, and the columns of the problem's row that it sets."""

    event: Event
    columns: Mapping[str, Any]


def first_link(number: str, values: Mapping[str, object], happened: Happened) -> Link:
    """The first event of a problem, which sets all that is known of it."""
    return _link({"number": number, **values}, values, happened, None, 1, NOTHING_BEFORE)


def next_link(row: Row, changes: Mapping[str, object], happened: Happened) -> Link:
    """The event after the row's last one, which sets the changes."""
    prev_hash = bytes(row["last_hash"])
    return _link(row, changes, happened, row["status"], row["last_seq"] + 1, prev_hash)


def _link(
    row: Row,
    changes: Mapping[str, object],
    happened: Happened,
    source: str | None,
    seq: int,
    prev_hash: bytes,
) -> Link:
    body, hash_ = link(
        prev_hash,
        {
            **happened.more,
            "number": row["number"],
            "seq": seq,
            "at": happened.at,
            "action": happened.action.value,
            "from": source,
            "to": happened.target.value,
            "account_id": happened.account_id,
            "actor": happened.actor,
            "role": happened.role,
            "level": happened.level,
            "text": happened.text,
            "set": dict(changes),
            "photos": [photo.sha256 for photo in happened.photos],
        },
    )
    event = Event(
        seq,
        happened.at,
        happened.action.value,
        source,
        happened.target.value,
        happened.account_id,
        body,
        prev_hash,
        hash_,
    )
    columns = {
        **changes,
        "number": row["number"],
        "status": happened.target.value,
        "version": seq,
        "last_seq": seq,
        "last_hash": event.hash,
        "last_at": happened.at,
        "last_action": happened.action.value,
        "last_actor": happened.actor,
    }
    return Link(event, columns)
