"""Steps taken on several problems at once: those that need no input."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.frame.auth import User
from dashboard.frame.deps import Deps
from dashboard.ledger.reads import MOST_CHOSEN
from dashboard.parts.wording import worded
from data.errors import BadInput, OneMapError
from data.procedure.workflow import STEPS
from data.words.ledger import Action
from problem_ledger.cases.actions import act
from problem_ledger.record.commands import Command

WITHOUT_NEEDS = frozenset(step.action for step in STEPS if not step.needs and step.roles)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A problem chosen in the list, with the status and version that the list showed."""

    id: int
    number: str
    version: int
    status: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many problems took the step, and the reasons in words why the others did not."""

    done_count: int
    refused: tuple[tuple[str, str], ...]


def take_all(
    deps: Deps, user: User, action: Action, chosen: Sequence[Chosen], words: str
) -> Outcome:
    """Takes the step on each chosen problem in its own transaction; refusals don't stop the rest.

    Raises BadInput for a step that needs input, or for too many problems.
    """
    if action not in WITHOUT_NEEDS:
        raise BadInput("This step is taken on one problem at a time.")
    if len(chosen) > MOST_CHOSEN:
        raise BadInput("Choose at most {most} problems.", most=MOST_CHOSEN)
    refused: list[tuple[str, str]] = []
    for one in chosen:
        command = Command(action, one.version, text=words)
        try:
            act(deps.engine, user.account_id, one.id, command, deps.clock, deps.rules)
        except OneMapError as error:
            refused.append((one.number, worded(error)))
    return Outcome(len(chosen) - len(refused), tuple(refused))
