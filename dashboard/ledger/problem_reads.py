"""Reads what the page of one problem shows."""

from dataclasses import dataclass

from dashboard.frame.auth import Action as Door
from dashboard.frame.auth import User, may, visible_to
from dashboard.frame.deps import Deps
from data.clock import UtcDatetime
from data.database import transaction
from data.errors import NotFound
from data.procedure.steps import Step
from data.queries.ledger.one_problem import ProblemDetail, handling_units, problem_detail
from data.records import AccountId
from problem_ledger.cases import permissions
from problem_ledger.cases.rules import Rules
from problem_ledger.evidence.comparison import Flag
from problem_ledger.evidence.flags import flags
from problem_ledger.record.verify import Verdict, verify_problem


@dataclass(frozen=True, slots=True)
class Seen:
    """A problem as one reader may see it now; ``steps`` are those the reader may take."""

    detail: ProblemDetail
    steps: tuple[Step, ...]
    flags: tuple[Flag, ...]
    verdict: Verdict
    units: tuple[tuple[int, str], ...]
    user: User
    rules: Rules
    now: UtcDatetime

    @property
    def reader_id(self) -> AccountId:
        """The account of the reader."""
        return self.user.account_id


def read_problem(deps: Deps, user: User, number: str) -> Seen:
    """Reads, in one transaction, the problem with that id for the user. Raises NotFound."""
    if not (number.isascii() and number.isdecimal()) or len(number) > 15:
        raise NotFound("There is no such problem.")
    now, problem_id = deps.clock(), int(number)
    with transaction(deps.engine) as connection:
        detail = problem_detail(connection, visible_to(user), problem_id, now)
        if detail is None:
            raise NotFound("There is no such problem.")
        steps: tuple[Step, ...] = ()
        if may(user, Door.WRITE_LEDGER):
            steps = permissions.allowed_actions(
                connection, user.account_id, problem_id, now, deps.rules
            )
        return Seen(
            detail=detail,
            steps=steps,
            flags=flags(connection, visible_to(user), problem_id),
            verdict=verify_problem(connection, problem_id),
            units=handling_units(connection, detail.row.division_id),
            user=user,
            rules=deps.rules,
            now=now,
        )
