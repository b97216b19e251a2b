"""Reads the ledger for the current user: rows, counts, options, steps common to a selection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from dashboard.frame.auth import User, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from data.clock import UtcDatetime
from data.database import transaction
from data.errors import ServiceDown
from data.people.saved_views import SavedView, saved_views
from data.procedure.workflow import Step
from data.queries.ledger.asker import Asker, asker_of
from data.queries.ledger.choices import (
    Choices,
    Offered,
    choices,
    names,
    river_choices,
    unit_choices,
)
from data.queries.ledger.conditions import SOON_DAYS
from data.queries.ledger.filter import MOST_WORDS, LedgerFilter, Order
from data.queries.ledger.problems import Counts, Moment, ProblemRow, counts, problems
from data.queries.map.problems import last_ledger_no
from data.queries.scope import NOTHING
from data.queries.working_days import known_calendar
from data.words.ledger import Action, Severity
from problem_ledger.cases.permissions import allowed_on_each

LEDGER_WAIT_MS: Final = 300
"""For how long the change number is waited for while somebody has locked the ledger."""

MOST_CHOSEN = 50
"""The most problems that one press of a button is about."""

SAME_INPUT = frozenset({Action.ACCEPT, Action.ASSIGN})
"""Steps whose input is the same for several problems, or given by each one's own rule."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows around the rows: counts of tabs, filter options, saved views, names."""

    counts: Counts
    choices: Choices
    views: tuple[SavedView, ...]
    names: Mapping[str, tuple[tuple[str, str | None], ...]]


async def number_now(deps: Deps, user: User | None) -> int | None:
    """The ledger's newest change number, which a page has that reads its problems after this.

    None for users who see no problems, and where the number can't be read in time: a page without
    it asks anew whenever its line opens.
    """
    if visible_to(user) == NOTHING:
        return None
    try:
        return await off(ledger_no, deps)
    except ServiceDown:
        return None


def ledger_no(deps: Deps) -> int | None:
    """The newest change number of the ledger; None where the database doesn't give it in time."""
    try:
        with transaction(deps.engine) as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = {LEDGER_WAIT_MS}"))
            return last_ledger_no(connection)
    except OperationalError:
        return None


def ledger_moment(connection: Connection, deps: Deps, now: UtcDatetime) -> Moment:
    """The present moment with the time until which a deadline counts as near."""
    rules = deps.rules.counted_by(known_calendar(connection))
    return Moment(now, rules.due(now, SOON_DAYS).at)


def asker(connection: Connection, deps: Deps, user: User) -> Asker:
    """The user's duties, and the level of chief that each severity needs to be signed off."""
    levels = {severity: deps.rules.sign_off_level(severity) for severity in Severity}
    return asker_of(connection, user.account_id, levels)


def read_rows(
    deps: Deps, user: User, chosen: LedgerFilter, order: Order, start: int, count: int
) -> tuple[tuple[ProblemRow, ...], int, UtcDatetime]:
    """``count`` fitting problems from ``start`` on, how many fit in all, and when that was read."""
    now = deps.clock()
    with transaction(deps.engine) as connection:
        rows, found = problems(
            connection,
            visible_to(user),
            asker(connection, deps, user),
            chosen,
            order,
            ledger_moment(connection, deps, now),
            start=start,
            count=count,
        )
    return rows, found, now


def read_overview(
    deps: Deps,
    user: User,
    chosen: LedgerFilter,
    rivers: Sequence[str] = (),
    units: Sequence[str] = (),
) -> Overview:
    """Reads counts of tabs, options of filters and saved views, which surround the rows.

    ``rivers`` and ``units`` are the ids chosen in the filters: their names are read in any case.
    """
    scope = visible_to(user)
    with transaction(deps.engine) as connection:
        return Overview(
            counts(
                connection,
                scope,
                asker(connection, deps, user),
                ledger_moment(connection, deps, deps.clock()),
            ),
            choices(connection, scope, _ids(rivers), _ids(units)),
            saved_views(connection, user.account_id),
            names(connection, scope, chosen),
        )


def read_options(deps: Deps, user: User, key: str, phrase: str, chosen: Sequence[str]) -> Offered:
    """Reads what a filter (river, unit) offers for the phrase typed over it, and what is chosen."""
    find = {"river": river_choices, "unit": unit_choices}[key]
    with transaction(deps.engine) as connection:
        return find(connection, visible_to(user), _ids(chosen), phrase)


def _ids(chosen: Sequence[str]) -> list[int]:
    return [int(one) for one in chosen[:MOST_WORDS] if one.isdecimal() and len(one) < 19]


def common_steps(deps: Deps, user: User, problem_ids: Sequence[int]) -> tuple[Step, ...]:
    """The steps that need no input or only the same, and that the user may take on all of them.

    Empty for more than ``MOST_CHOSEN`` problems, or if one of them isn't visible.
    """
    now = deps.clock()
    if not problem_ids or len(problem_ids) > MOST_CHOSEN:
        return ()
    with transaction(deps.engine) as connection:
        by_problem = allowed_on_each(connection, user.account_id, problem_ids, now, deps.rules)
    if len(by_problem) < len(set(problem_ids)):
        return ()
    found = list(by_problem.values())
    return tuple(
        step
        for step in found[0]
        if (not step.needs or step.action in SAME_INPUT) and all(step in others for others in found)
    )
