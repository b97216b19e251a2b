"""Steps taken on several problems at once: those whose input is none, one for all, or by rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.frame.auth import User
from dashboard.frame.deps import Deps
from dashboard.ledger.reads import MOST_CHOSEN, SAME_INPUT, read_rows
from dashboard.parts.wording import worded
from data.database import transaction
from data.errors import BadInput, NotFound, OneMapError
from data.procedure.workflow import STEPS
from data.queries.ledger.filter import LedgerFilter, Order, View
from data.queries.ledger.one_problem import handling_units
from data.queries.ledger.problems import ProblemRow
from data.words.ledger import Action
from problem_ledger.cases.actions import act
from problem_ledger.record.commands import Command

WITHOUT_NEEDS = frozenset(step.action for step in STEPS if not step.needs and step.roles)
FOR_SEVERAL = WITHOUT_NEEDS | SAME_INPUT
"""The steps that several problems may take at once.

Accepted, each keeps the severity and category it was registered with; assigned, each goes to the
same unit with the same requirement and has the deadline that its own rule gives.
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A problem chosen in the list, with the status and version that the list showed."""

    id: int
    number: str
    version: int
    status: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What a step for several problems is taken with: words, and for 交办 unit and requirement."""

    words: str = ""
    unit_id: int | None = None
    requirement: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many problems took the step, and the reasons in words why the others did not."""

    done_count: int
    refused: tuple[tuple[str, str], ...]


def common_units(deps: Deps, user: User, problem_ids: Sequence[int]) -> tuple[tuple[int, str], ...]:
    """Returns (id, name) of the units to which every one of the problems may be assigned."""
    rows = _rows(deps, user, problem_ids)
    with transaction(deps.engine) as connection:
        offered = [
            handling_units(connection, division)
            for division in {row.division_id for row in rows.values()}
        ]
    if not offered:
        return ()
    return tuple(unit for unit in offered[0] if all(unit in others for others in offered))


def take_all(
    deps: Deps, user: User, action: Action, chosen: Sequence[Chosen], filled: Filled
) -> Outcome:
    """Takes the step on each chosen problem in its own transaction; refusals don't stop the rest.

    Raises BadInput for a step that each problem needs its own input for, for too many problems,
    and for an assignment without unit or requirement.
    """
    if action not in FOR_SEVERAL:
        raise BadInput("This step is taken on one problem at a time.")
    if len(chosen) > MOST_CHOSEN:
        raise BadInput("Choose at most {most} problems.", most=MOST_CHOSEN)
    if action is Action.ASSIGN and filled.unit_id is None:
        raise BadInput("Choose the unit that rectifies them.")
    if action is Action.ASSIGN and not filled.requirement.strip():
        raise BadInput("Say what is required.")
    rows = _rows(deps, user, [one.id for one in chosen])
    refused: list[tuple[str, str]] = []
    for one in chosen:
        try:
            command = _command(action, one, rows.get(one.id), filled)
            act(deps.engine, user.account_id, one.id, command, deps.clock, deps.rules)
        except OneMapError as error:
            refused.append((one.number, worded(error)))
    return Outcome(len(chosen) - len(refused), tuple(refused))


def place_of_refusal(
    action: Action, filled: Filled, words: str
) -> tuple[str, str | None, str | None]:
    """Returns where a refusal is said: below all fields, at the unit, at the requirement."""
    if action is Action.ASSIGN and filled.unit_id is None:
        return "", words, None
    if action is Action.ASSIGN and not filled.requirement.strip():
        return "", None, words
    return words, None, None


def _rows(deps: Deps, user: User, problem_ids: Sequence[int]) -> Mapping[int, ProblemRow]:
    """The chosen problems by id, those that the user may see."""
    chosen = LedgerFilter(view=View.ALL, problem_ids=tuple(problem_ids))
    found, _count, _now = read_rows(deps, user, chosen, Order(), 0, MOST_CHOSEN)
    return {row.id: row for row in found}


def _command(action: Action, one: Chosen, row: ProblemRow | None, filled: Filled) -> Command:
    """The step on one problem; its deadline is left to its own rule.

    Raises NotFound for a problem that the user may not see.
    """
    if action not in SAME_INPUT:
        return Command(action, one.version, text=filled.words)
    if row is None:
        raise NotFound("There is no such problem.")
    if action is Action.ACCEPT:
        return Command(
            action, one.version, text=filled.words, severity=row.severity, category=row.category
        )
    return Command(action, one.version, unit_id=filled.unit_id, requirement=filled.requirement)
