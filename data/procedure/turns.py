"""Whose turn a problem is and how far it has come: generated from the table of steps. Pure.

The SQL is about the row ``problem`` and the account bound as ``:asker``. What it has to know of the
account's duties is bound under names made from the roles that a problem waits for: see ``COVERED``,
``HANDLED`` and ``SIGNED``.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Final

from data.procedure.step import Need, Relation, Request, Step
from data.procedure.steps import STEPS
from data.vocabulary import Role
from data.words.ledger import CLOSED, Action, Severity, Status

Roles = frozenset[Role]


def sql_list(words: Iterable[Action | Status]) -> str:
    """Returns the words as a list for SQL's ``IN``: ``('registered', 'accepted')``."""
    return "({})".format(", ".join(f"'{word.value}'" for word in words))


OPEN: Final = f"problem.status NOT IN {sql_list(CLOSED)}"
"""Somebody still has to do something about the problem."""

HANDLING: Final = tuple(dict.fromkeys(step.action for step in STEPS if step.makes_handler))
"""Who took one of these steps has handled the problem."""

CLOSING: Final = tuple(
    dict.fromkeys(
        step.action
        for step in STEPS
        if step.target in CLOSED and not any(source in CLOSED for source in step.sources)
    )
)
"""The steps that close an open problem."""

ENDS: Final = tuple(
    status for status in Status if not any(step.target and status in step.sources for step in STEPS)
)
"""No step leads on from these."""


def _way(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Returns the usual steps of a problem in order, from its report to the archive."""
    way: list[Step] = []
    at: Status | None = None
    left = [step for step in steps if step.target and (step.waits_for or step.by_system)]
    while found := next((one for one in left if at in one.sources and one.target is not at), None):
        way.append(found)
        left.remove(found)
        at = found.target
    return tuple(way)


WAY: Final = _way(STEPS)
"""The straight way of a problem, from the report into the archive."""

_REACHED: Final = {step.target: at for at, step in enumerate(WAY, 1)}
REACHED: Final[Mapping[Status, int]] = MappingProxyType(
    {
        status: _REACHED[status]
        if status in _REACHED
        else max(
            _REACHED.get(source, 0)
            for step in STEPS
            if step.target is status
            for source in step.sources
        )
        for status in Status
    }
)
"""How many steps of the way lie behind a problem; one that left it keeps those it had taken."""


def _from(step: Step) -> tuple[Status, ...]:
    """Returns the statuses a problem can have once that step of ``WAY`` has been taken."""
    return tuple(status for status in Status if REACHED[status] > WAY.index(step))


IN_WORK: Final = tuple(
    status
    for status in _from(next(step for step in WAY if Need.UNIT in step.needs))
    if status not in CLOSED
)
"""A unit was made to handle the problem, and it isn't closed yet."""

AFTER_SIGN_OFF: Final = _from(next(step for step in WAY if step.action is Action.SIGN_OFF))
"""The problem was signed off, and not reopened since."""


def waiting_at(relation: Relation) -> tuple[Status, ...]:
    """Returns the statuses in which a problem waits for an account of that relation to it."""
    return tuple(
        dict.fromkeys(
            source
            for step in STEPS
            if step.waits_for and step.relation is relation
            for source in step.sources
            if source is not None
        )
    )


def _named(*relations: Relation) -> Mapping[str, Roles]:
    """Returns, by SQL parameter name, the roles that may be waited for in those relations."""
    found = [step.waits_for for step in STEPS if step.waits_for and step.relation in relations]
    return MappingProxyType({_name(roles): roles for roles in found})


def _name(roles: Roles) -> str:
    return "_".join(sorted(role.value for role in roles))


COVERED: Final = _named(Relation.COVERS, Relation.CHECKER)
"""``:asker_covers_NAME`` are the divisions that the asker's duties in these roles cover; with
``:asker_covers_NAME_all`` they cover everything."""

HANDLED: Final = _named(Relation.IN_UNIT)
"""``:asker_handles_NAME`` are the units that the asker's units in these roles are, or lie below."""

SIGNED: Final = _named(Relation.SIGNER, Relation.DECIDER)
"""``:asker_signs_NAME_SEVERITY`` are the divisions that the asker's duties in these roles cover at
the level the severity asks for; ``:asker_signs_NAME_all`` are the severities for which they cover
everything."""

OUTSIDE: Final = f"""(problem.unit_id <> ALL(:asker_barred) AND NOT EXISTS (
        SELECT 1 FROM problem_event event WHERE event.problem_id = problem.id
        AND event.account_id = :asker AND event.action IN {sql_list(HANDLING)}))"""
"""The asker has no duty in the handling unit or below it, and never handled the problem."""


def _covers(roles: Roles) -> str:
    name = f"asker_covers_{_name(roles)}"
    return f"(:{name}_all OR problem.division_id = ANY(:{name}))"


def _signs(roles: Roles) -> str:
    name = f"asker_signs_{_name(roles)}"
    cases = "".join(
        f" WHEN '{each.value}' THEN problem.division_id = ANY(:{name}_{each.value})"
        for each in Severity
    )
    return f"(problem.severity = ANY(:{name}_all) OR CASE problem.severity{cases} END)"


REQUESTED: Final = "problem.asked_due_on IS NOT NULL"
"""A request for more time waits for its answer."""

_REQUESTS: Final = MappingProxyType(
    {Request.NONE: "problem.asked_due_on IS NULL", Request.PENDING: REQUESTED}
)


def _waits(step: Step) -> str:
    """Returns the SQL condition that a problem, where the step begins, waits for the asker.

    Raises ValueError for a step that isn't possible at all times, or begins at a closed problem:
    nobody is waited for to take these.
    """
    if step.window is not None or not set(CLOSED).isdisjoint(step.sources):
        raise ValueError(f"nobody is waited for to {step.action}")
    roles = step.waits_for
    waits = {
        Relation.COVERS: lambda: _covers(roles),
        Relation.IN_UNIT: lambda: f"problem.unit_id = ANY(:asker_handles_{_name(roles)})",
        Relation.CHECKER: lambda: f"{_covers(roles)} AND {OUTSIDE}",
        Relation.SIGNER: lambda: f"problem.checker_id <> :asker AND {_signs(roles)} AND {OUTSIDE}",
        Relation.DECIDER: lambda: f"{_signs(roles)} AND {OUTSIDE}",
    }[step.relation]()
    return waits if step.request is None else f"{_REQUESTS[step.request]} AND {waits}"


def _waiting(steps: Iterable[Step]) -> str:
    turns = [step for step in steps if step.waits_for]
    by_status = [
        (status, " OR ".join(f"({_waits(step)})" for step in turns if status in step.sources))
        for status in Status
        if any(status in step.sources for step in turns)
    ]
    cases = "".join(
        f"\n    WHEN problem.status IN {sql_list(status for status, _sql in alike)} THEN {waits}"
        for waits, alike in groupby(by_status, key=lambda one: one[1])
    )
    return f"CASE{cases}\n    ELSE false END"


def _next_action(steps: Iterable[Step]) -> str:
    cases = "".join(
        f"\n    WHEN problem.status IN {sql_list(each for each in step.sources if each)}"
        f" AND {_waits(step)} THEN '{step.action.value}'"
        for step in steps
        if step.waits_for
    )
    return f"CASE{cases} END"


WAITING: Final = _waiting(STEPS)
"""The next step of the problem is the asker's."""

NEXT_ACTION: Final = _next_action(STEPS)
"""The step for which the problem waits for the asker, null when it waits for somebody else.

``data.procedure.workflow.next_step`` says the same of one problem.
"""
