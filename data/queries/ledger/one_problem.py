"""One problem in full: where it stands, how it came to it, its photos, what happened near it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, text

from data.clock import UtcDatetime
from data.queries.ledger.asker import Asker
from data.queries.ledger.filter import LedgerFilter, Order, View
from data.queries.ledger.photos import PhotoFacts, photos_of
from data.queries.ledger.problems import Moment, ProblemRow, problems
from data.queries.scope import PROBLEM_VISIBLE, Scope
from data.records import AccountId
from data.words.ledger import Action, Status

NEAR_M: Final = 300.0
"""Problems at most so far apart are told as having happened at the same place."""

NEAR_YEARS: Final = timedelta(days=2 * 365)

_MORE: Final = text("""
SELECT problem.offset_m, problem.accuracy_m, problem.source_crs, problem.source_x,
    problem.source_y, problem.look_back_at, problem.due_rule, problem.last_seq,
    problem.last_hash, problem.patrol_id, problem.person_id, person.post AS chief,
    person.name AS chief_name FROM problem LEFT JOIN person ON person.id = problem.person_id
WHERE problem.id = :id
""")
_STORY: Final = text("""
SELECT seq, at, action, from_status, to_status, account_id, body, hash FROM problem_event
WHERE problem_id = :id ORDER BY seq
""")
_NAMED: Final = text("""
SELECT id, name FROM unit WHERE id IN (SELECT (convert_from(body, 'UTF8')::jsonb
    -> 'set' ->> 'unit_id')::bigint FROM problem_event WHERE problem_id = :id)
""")
_NEAR: Final = text(f"""
SELECT problem.id, problem.number, problem.category, problem.status, problem.registered_at,
    ST_Distance(problem.geom::geography, place::geography) AS away_m FROM problem,
(SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4490) AS place) here
WHERE problem.id IS DISTINCT FROM :but AND problem.registered_at >= :since
    AND geom_web && ST_Expand(ST_Transform(place, 3857), :within * 1.5)
    AND ST_DWithin(problem.geom::geography, place::geography, :within)
    AND {PROBLEM_VISIBLE} ORDER BY away_m, problem.id LIMIT 5
""")
_UNITS: Final = text("""
SELECT id, name FROM unit WHERE NOT is_chief_office
    AND (division_id IS NULL OR division_id IN (SELECT id FROM divisions_above(:division)))
ORDER BY name, id
""")


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """One event in a problem's history; ``actor`` is the post or unit as it was then.

    ``changed`` are the columns the step set, as its hashed bytes record them; ``extra`` is
    whatever else these hold (the check's place and time). ``unit`` is the handling unit it named.
    """

    seq: int
    at: UtcDatetime
    action: Action
    from_status: Status | None
    to_status: Status
    account_id: AccountId | None
    actor: str
    text: str
    photo_count: int
    changed: Mapping[str, Any]
    extra: Mapping[str, Any]
    hash: bytes
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """Another problem close to a place, with its distance in metres."""

    id: int
    number: str
    category: str
    status: Status
    registered_at: UtcDatetime
    away_m: float


@dataclass(frozen=True, slots=True)
class ProblemDetail:
    """A problem as its page shows it; ``story``, its history, begins with the report.

    The place as given is ``source_x``/``source_y`` in ``source_crs``. ``chief`` is who answered
    for the water on the day of the report.
    """

    row: ProblemRow
    story: tuple[StoryEvent, ...]
    photos: tuple[PhotoFacts, ...]
    near: tuple[Near, ...]
    offset_m: float | None
    accuracy_m: float | None
    source_crs: str
    source_x: float
    source_y: float
    look_back_at: UtcDatetime | None
    due_rule: str
    last_hash: bytes
    patrol_id: int | None
    chief: str

    def last(self, action: Action) -> StoryEvent | None:
        """Returns the newest event of that action in the history, None if there is none."""
        return next((one for one in reversed(self.story) if one.action is action), None)


def problem_detail(
    connection: Connection, scope: Scope, problem_id: int, now: UtcDatetime
) -> ProblemDetail | None:
    """Returns a problem with its history and photos; None if missing or outside the scope."""
    row = problem_row(connection, scope, problem_id, now)
    if row is None:
        return None
    more = connection.execute(_MORE, {"id": problem_id}).mappings().one()
    units: Mapping[int, str] = {
        each.id: each.name for each in connection.execute(_NAMED, {"id": problem_id})
    }
    story = connection.execute(_STORY, {"id": problem_id}).mappings()
    near = near_problems(connection, scope, row.lon, row.lat, now, but=problem_id)
    return ProblemDetail(
        row=row,
        story=tuple(_story_event(each, units) for each in story),
        photos=photos_of(connection, problem_id),
        near=near,
        offset_m=more["offset_m"],
        accuracy_m=more["accuracy_m"],
        source_crs=more["source_crs"],
        source_x=more["source_x"],
        source_y=more["source_y"],
        look_back_at=more["look_back_at"],
        due_rule=more["due_rule"],
        last_hash=bytes(more["last_hash"]),
        patrol_id=more["patrol_id"],
        chief=more["chief"] or more["chief_name"] or "",
    )


def problem_row(
    connection: Connection, scope: Scope, problem_id: int, now: UtcDatetime
) -> ProblemRow | None:
    """Returns a problem as the list shows it, but always without ``next_action``.

    None if it is missing or outside the scope.
    """
    chosen = LedgerFilter(view=View.ALL, problem_ids=(problem_id,))
    asker, moment = Asker(AccountId(0)), Moment(now, now)
    rows, _ = problems(connection, scope, asker, chosen, Order(), moment, count=1)
    return rows[0] if rows else None


def problem_version(connection: Connection, scope: Scope, problem_id: int) -> int | None:
    """Returns the version number of a problem; None if missing or outside the scope."""
    found: int | None = connection.execute(
        text(f"SELECT version FROM problem WHERE id = :id AND {PROBLEM_VISIBLE}"),
        {"id": problem_id, **scope.bound},
    ).scalar()
    return found


def near_problems(
    connection: Connection,
    scope: Scope,
    lon: float,
    lat: float,
    now: UtcDatetime,
    *,
    but: int | None = None,
) -> tuple[Near, ...]:
    """Returns up to five problems of the last two years within ``NEAR_M`` of a place.

    The nearest first; only those visible in the scope, without problem ``but``.
    """
    bound = {
        "lon": lon,
        "lat": lat,
        "but": but,
        "since": now - NEAR_YEARS,
        "within": NEAR_M,
        **scope.bound,
    }
    return tuple(
        Near(row.id, row.number, row.category, Status(row.status), row.registered_at, row.away_m)
        for row in connection.execute(_NEAR, bound)
    )


def handling_units(connection: Connection, division_id: int | None) -> tuple[tuple[int, str], ...]:
    """Returns (id, name) of the units that may be assigned a problem of that division."""
    rows = connection.execute(_UNITS, {"division": division_id})
    return tuple((row.id, row.name) for row in rows)


_KNOWN: Final = frozenset(
    {"number", "seq", "at", "action", "from", "to", "account_id", "actor", "text", "set", "photos"}
)


def _story_event(row: RowMapping, units: Mapping[int, str]) -> StoryEvent:
    body = json.loads(bytes(row["body"]))
    changed = body.get("set", {})
    return StoryEvent(
        seq=row["seq"],
        at=row["at"],
        action=Action(row["action"]),
        from_status=Status(row["from_status"]) if row["from_status"] else None,
        to_status=Status(row["to_status"]),
        account_id=row["account_id"],
        actor=body.get("actor") or "",
        text=body.get("text") or "",
        photo_count=len(body.get("photos", ())),
        changed=changed,
        extra={name: value for name, value in body.items() if name not in _KNOWN},
        hash=bytes(row["hash"]),
        unit=units.get(changed.get("unit_id")),
    )
