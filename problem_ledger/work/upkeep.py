"""What the ledger does by itself as time goes by: archive, settle deadlines, clear away."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Engine, RowMapping, TextClause, text

from data.clock import Clock, UtcDatetime
from data.database import transaction
from data.errors import Conflict
from data.procedure.deadlines import Calendar, Due
from data.procedure.turns import OPEN, sql_list
from data.procedure.workflow import steps_of
from data.queries.working_days import known_calendar
from data.words.ledger import CLOSED, Action, Status
from problem_ledger.cases.actions import archive
from problem_ledger.cases.extensions import closed_request
from problem_ledger.cases.rules import Rules
from problem_ledger.record import store
from problem_ledger.record.events import NewEvent
from problem_ledger.work.isolation import one_by_one

STRAY_AFTER: Final = timedelta(hours=24)
"""A photo that no step took within this time belonged to a form that was never sent."""

TRACKS_AT_ONCE: Final = 500

SETTLED: Final = "节假日安排已公布，期限按工作日重新计算。"
"""Stands in the chain as the reason, like any other reason there …"""

RECOUNTED: Final = "节假日安排有更改，期限按工作日重新计算。"
"""… and this where a calendar that is known was replaced by another."""

_ARCHIVED_FROM: Final = [
    source for step in steps_of(Action.ARCHIVE) for source in step.sources if source
]
_WATCHED = text(f"""
SELECT id FROM problem WHERE status IN {sql_list(_ARCHIVED_FROM)}
    AND look_back_at <= :now ORDER BY id
""")
_COUNTED = text(f"""
SELECT id, assigned_at, due_at, due_days, is_provisional FROM problem
WHERE due_days IS NOT NULL AND {OPEN} AND (is_provisional
    OR due_at >= (SELECT date_trunc('year', min(day)) FROM calendar_day)) ORDER BY id
""")
_REMOVE_TRACKS = text("SELECT remove_patrol_tracks(:now - make_interval(months => :months), :most)")
_STRAY = text("DELETE FROM photo WHERE problem_id IS NULL AND uploaded_at < :long_ago")


def archive_watched(engine: Engine, clock: Clock, rules: Rules) -> int:
    """Archives problems whose look-back period is over; returns how many."""

    def archive_one(problem_id: int) -> int | None:
        with transaction(engine) as connection:
            try:
                archive(connection, problem_id, clock, rules)
            except Conflict:  # reopened or archived since the list was read
                return None
        return problem_id

    watched = _ids(engine, _WATCHED.bindparams(now=clock()))
    return len(one_by_one("archiving problem", watched, archive_one))


def settle_deadlines(
    engine: Engine, clock: Clock, rules: Rules, calendar: Calendar | None = None
) -> int:
    """Recomputes deadlines that a calendar entered since has changed; returns how many.

    These are the provisional ones once their year's days off are known, and those that counted
    days off of a year entered anew. Each is an event of its problem's chain, taken by the system.
    """
    if calendar is None:
        with transaction(engine) as connection:
            calendar = known_calendar(connection)
    dated = rules.counted_by(calendar)

    def settle_one(problem_id: int) -> int | None:
        return problem_id if _settle(engine, problem_id, clock, dated) else None

    with transaction(engine) as connection:
        counted = connection.execute(_COUNTED).mappings().all()
    changed = [row["id"] for row in counted if _recounted(row, dated)]
    return len(one_by_one("deadline of problem", changed, settle_one))


def clear_stray_photos(engine: Engine, now: UtcDatetime) -> int:
    """Deletes photos that weren't attached to any step within a day; returns how many."""
    with transaction(engine) as connection:
        return connection.execute(_STRAY, {"long_ago": now - STRAY_AFTER}).rowcount


def remove_tracks(engine: Engine, now: UtcDatetime, months: int) -> int:
    """Removes the tracks of patrols that ended more months ago; returns how many, a batch at most.

    Where a person was goes; the file's hash, length, times, covered stretches and verdict stay. The
    database's own function does it, the only way open to this role, and notes it in the access log.
    """
    bound = {"now": now, "months": months, "most": TRACKS_AT_ONCE}
    with transaction(engine) as connection:
        return int(connection.execute(_REMOVE_TRACKS, bound).scalar_one())


def _ids(engine: Engine, query: TextClause) -> list[int]:
    with transaction(engine) as connection:
        return list(connection.execute(query).scalars())


def _recounted(row: Mapping[str, Any] | RowMapping, rules: Rules) -> Due | None:
    """Returns a deadline of working days counted anew; None where it is the same or not yet sure.

    It counts from ``assigned_at``: whatever step sets the days sets that, too.
    """
    if row["assigned_at"] is None or row["due_days"] is None:
        return None
    due = rules.due(row["assigned_at"], row["due_days"])
    is_same = due.is_provisional if row["is_provisional"] else due.at == row["due_at"]
    return None if is_same else due


def _settle(engine: Engine, problem_id: int, clock: Clock, rules: Rules) -> bool:
    with transaction(engine) as connection:
        row = store.find(connection, problem_id, lock=True)
        status = Status(row["status"])
        settled = None if status in CLOSED else _recounted(row, rules)
        if settled is None:
            return False
        store.write_next(
            connection,
            row,
            {
                "due_at": settled.at,
                "amber_at": settled.amber_at,
                "is_provisional": settled.is_provisional,
                **closed_request(row, settled.at),
            },
            NewEvent(
                action=Action.COMMENT,
                target=status,
                at=store.next_moment(row, clock),
                account_id=None,
                actor="",
                text=SETTLED if row["is_provisional"] else RECOUNTED,
            ),
        )
    return True
