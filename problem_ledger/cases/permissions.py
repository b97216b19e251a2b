"""Which problems an account may see, and which steps it may take on them now."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from data.clock import UtcDatetime, business_date
from data.errors import NotFound
from data.procedure.workflow import Situation, Step, allowed
from data.queries.people.accounts import roles
from data.queries.people.visible import scope_of
from data.queries.scope import PROBLEM_VISIBLE, Scope
from data.records import AccountId
from data.words.ledger import Severity, Status
from problem_ledger.cases.actors import Participant, participant_of
from problem_ledger.cases.rules import Rules
from problem_ledger.record import store
from problem_ledger.record.events import Row

_SEEN = text(f"SELECT id FROM problem WHERE problem.id = ANY(:ids) AND {PROBLEM_VISIBLE}")


def participant_in(
    connection: Connection, who: AccountId, row: Row, now: UtcDatetime
) -> Participant:
    """Reads an account's duties for a problem.

    Raises NotFound for a problem that it may not see, Forbidden for an account that isn't active.
    """
    scope = _scope(connection, who, now)
    if connection.execute(_SEEN, {"ids": [row["id"]], **scope.bound}).first() is None:
        raise NotFound("There is no such problem.")
    return participant_of(connection, who, row["division_id"], row["unit_id"])


def situation_of(connection: Connection, row: Row) -> Situation:
    """Reads the facts of a problem by which a step on it is allowed or refused."""
    return Situation(
        status=Status(row["status"]),
        severity=Severity(row["severity"]),
        handler_ids=store.handlers(connection, row["id"]),
        checker_id=row["checker_id"],
        assigned_at=row["assigned_at"],
        look_back_at=row["look_back_at"],
        extension_count=row["extension_count"],
        is_requested=row["asked_due_on"] is not None,
    )


def allowed_actions(
    connection: Connection, who: AccountId, problem_id: int, now: UtcDatetime, rules: Rules
) -> tuple[Step, ...]:
    """Returns the steps the account may take on the problem now. Raises NotFound, Forbidden."""
    row = store.find(connection, problem_id)
    participant = participant_in(connection, who, row, now)
    return allowed(participant.actor, situation_of(connection, row), now, rules)


def allowed_on_each(
    connection: Connection,
    who: AccountId,
    problem_ids: Sequence[int],
    now: UtcDatetime,
    rules: Rules,
) -> dict[int, tuple[Step, ...]]:
    """Returns by problem the steps the account may take now; hidden problems are left out."""
    scope = _scope(connection, who, now)
    participants: dict[tuple[int | None, int | None], Participant] = {}
    found: dict[int, tuple[Step, ...]] = {}
    for id_ in connection.execute(_SEEN, {"ids": list(problem_ids), **scope.bound}).scalars():
        row = store.find(connection, id_)
        place = (row["division_id"], row["unit_id"])
        if place not in participants:
            participants[place] = participant_of(connection, who, *place)
        found[id_] = allowed(participants[place].actor, situation_of(connection, row), now, rules)
    return found


def _scope(connection: Connection, who: AccountId, now: UtcDatetime) -> Scope:
    return scope_of(connection, who, roles(connection, [who])[who], business_date(now))
