"""Reminders: a deadline that comes near is told once, one that passed on every working day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import orjson
from sqlalchemy import Connection, Engine, text

from data.clock import UtcDatetime, business_date
from data.database import transaction
from data.procedure.step import Relation
from data.procedure.turns import OPEN, sql_list, waiting_at
from data.queries.working_days import known_calendar
from data.words.ledger import NoticeKind
from problem_ledger.cases.recipients import CHECKING_OFFICE, OFFICE, UNIT

CHIEF_AFTER: Final = timedelta(days=3)
"""A problem overdue for longer than this is told to the river's chief as well."""

_AT_UNIT: Final = f"problem.status IN {sql_list(waiting_at(Relation.IN_UNIT))}"
_HANDLER: Final = f"{UNIT} AND EXISTS (SELECT 1 FROM problem WHERE id = :problem AND {_AT_UNIT})"
"""The unit while it has the problem; what it submitted waits for others."""

_JUDGES: Final = f"""
SELECT id FROM {CHECKING_OFFICE} AS office
WHERE EXISTS (SELECT 1 FROM problem WHERE id = :problem AND NOT {_AT_UNIT})
"""
"""The office that may check and sign off, while the problem waits for that."""

_CHIEF: Final = """
SELECT person.account_id AS id FROM problem JOIN person ON person.id = problem.person_id
WHERE problem.id = :problem AND problem.due_at <= :long_ago
"""
_TURN: Final = "UPDATE problem SET last_seq = last_seq WHERE id = :problem"
"""Writes nothing new, but draws a change number: open pages fetch the light that has turned."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A kind of reminder: which problems, which accounts, what makes a new one due (``about``)."""

    kind: NoticeKind
    condition: str
    groups: tuple[str, ...]
    about: str


REMINDERS: Final = (
    Reminder(
        NoticeKind.DUE_SOON,
        f"problem.amber_at <= :now AND problem.due_at > :now AND {_AT_UNIT}",
        (_HANDLER,),
        "to_char(problem.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
    ),
    Reminder(
        NoticeKind.OVERDUE,
        "problem.due_at <= :now AND :is_working_day",
        (_HANDLER, OFFICE, _JUDGES, _CHIEF),
        "CAST(:day AS text)",
    ),
)


def remind(engine: Engine, now: UtcDatetime) -> int:
    """Writes the reminders that are due, each only once; returns for how many problems."""
    with transaction(engine) as connection:
        calendar = known_calendar(connection)
    bound = {
        "now": now,
        "who": None,
        "long_ago": now - CHIEF_AFTER,
        "day": business_date(now).isoformat(),
        "is_working_day": calendar.is_working(business_date(now)),
    }
    return sum(_remind(engine, reminder, bound) for reminder in REMINDERS)


def _remind(engine: Engine, reminder: Reminder, bound: Mapping[str, object]) -> int:
    waiting = text(f"""
        SELECT problem.id FROM problem WHERE {OPEN} AND {reminder.condition}
            AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.problem_id = problem.id
            AND delivery.kind = :kind AND delivery.about = {reminder.about}) ORDER BY problem.id
        """)
    with transaction(engine) as connection:
        ids = connection.execute(waiting, {**bound, "kind": reminder.kind.value}).scalars().all()
    reminded = 0
    for problem_id in ids:
        with transaction(engine) as connection:
            reminded += _one(connection, reminder, {**bound, "problem": problem_id})
    return reminded


def _one(connection: Connection, reminder: Reminder, bound: Mapping[str, object]) -> bool:
    """Writes one problem's reminder if still due; returns whether anybody gets a notice."""
    row = connection.execute(
        text(f"""
            SELECT number, due_at, {reminder.about} AS about FROM problem
            WHERE id = :problem AND {OPEN} AND {reminder.condition} FOR UPDATE SKIP LOCKED
            """),
        bound,
    ).one_or_none()
    if row is None:
        return False
    found = " UNION ".join(f"SELECT id FROM ({group}) AS one" for group in reminder.groups)
    inserted = connection.execute(
        text(f"""
            INSERT INTO delivery (problem_id, account_id, kind, about, facts, made_at, try_after)
            SELECT :problem, account.id, :kind, :about, CAST(:facts AS jsonb), :now, :now
            FROM account WHERE is_active AND id IN ({found}) ORDER BY id
            ON CONFLICT DO NOTHING
            """),
        {
            **bound,
            "kind": reminder.kind.value,
            "about": row.about,
            "facts": orjson.dumps({"number": row.number, "due_at": row.due_at}).decode(),
        },
    )
    if inserted.rowcount:
        connection.execute(text(_TURN), bound)
    return bool(inserted.rowcount)
