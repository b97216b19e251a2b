"""The story of a problem: its events as their hashed bodies tell them, oldest first."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from data.clock import UtcDatetime, to_utc
from data.ledger_words import Action, Severity, Status
from data.vocabulary import ChiefLevel, Role

EVENTS = text(
    "SELECT seq, at, action, from_status, to_status, body, prev_hash, hash FROM problem_event"
    " WHERE problem_id = :problem_id ORDER BY seq"
)
UNITS = text("SELECT id, name FROM unit WHERE id = ANY(:ids)")


@dataclass(frozen=True, slots=True)
class Told:
    """One step: what happened, under which duty, and what was said or set by it.

    ``actor`` is the post or unit as it was shown then, empty for the system. ``unit`` is the
    handling unit that it named, ``due_at`` the deadline it set. A check on site has ``checked_at``
    and ``site_m``, its distance from the problem in metres.
    """

    seq: int
    at: UtcDatetime
    action: Action
    from_status: Status | None
    to_status: Status
    actor: str
    role: Role | None
    level: ChiefLevel | None
    text: str
    photos: tuple[str, ...]
    prev_hash: bytes
    hash: bytes
    unit: str | None = None
    requirement: str | None = None
    due_at: UtcDatetime | None = None
    severity: Severity | None = None
    category: str | None = None
    checked_at: UtcDatetime | None = None
    site_m: float | None = None


def story(connection: Connection, problem_id: int) -> tuple[Told, ...]:
    """Every step of the problem; the caller may see it."""
    rows = connection.execute(EVENTS, {"problem_id": problem_id}).all()
    bodies: list[Mapping[str, Any]] = [json.loads(bytes(row.body)) for row in rows]
    named = sorted({body["set"]["unit_id"] for body in bodies if body["set"].get("unit_id")})
    units = {row.id: row.name for row in connection.execute(UNITS, {"ids": named})} if named else {}
    return tuple(
        Told(
            seq=row.seq,
            at=UtcDatetime(row.at),
            action=Action(row.action),
            from_status=Status(row.from_status) if row.from_status else None,
            to_status=Status(row.to_status),
            prev_hash=bytes(row.prev_hash),
            hash=bytes(row.hash),
            **_said(body, units),
        )
        for row, body in zip(rows, bodies, strict=True)
    )


def _said(body: Mapping[str, Any], units: Mapping[int, str]) -> dict[str, Any]:
    changed = body["set"]
    site = body.get("site")
    severity = changed.get("severity")
    return {
        "actor": body["actor"],
        "role": Role(body["role"]) if body.get("role") else None,
        "level": ChiefLevel(body["level"]) if body.get("level") else None,
        "text": body["text"],
        "photos": tuple(body["photos"]),
        "unit": units.get(changed.get("unit_id")),
        "requirement": changed.get("requirement") or None,
        "due_at": _instant(changed.get("due_at")),
        "severity": Severity(severity) if severity else None,
        "category": changed.get("category"),
        "checked_at": _instant(body.get("checked_at")),
        "site_m": float(site["distance_m"]) if site else None,
    }


def _instant(told: str | None) -> UtcDatetime | None:
    return to_utc(datetime.fromisoformat(told)) if told else None
