"""One line is added to the table of steps, and everything made from the table is looked at.

Run in a process of its own: ``python -m tests.made.ledger.added_step URL NOW CHIEF PROBLEM`` adds
the line before anything else of the product is imported, takes the step as that chief and prints
what it found.
"""

import json
import sys
from datetime import datetime
from typing import Any

from data.procedure import steps as table
from data.vocabulary import Role
from data.words.ledger import Action, NoticeKind, Stage, Status

MADE = table.Step(
    Action.PROGRESS,
    (Status.SUBMITTED,),
    Status.SUBMITTED,
    frozenset({Role.CHIEF}),
    table.Relation.CHECKER,
    (table.Need.TEXT,),
    Stage.CHECK,
    waits_for=frozenset({Role.CHIEF}),
    makes_handler=True,
    announces=(table.Announcement(NoticeKind.PRESSED, (table.Circle.UNIT,)),),
)
"""A chief looks at what was submitted and says something of it; who did so doesn't check it."""


def looked_at(url: str, now: datetime, who: int, problem_id: int) -> dict[str, Any]:
    """What is found of the made step: before it is taken, refused, taken, and after it."""
    from sqlalchemy import text

    from dashboard.ledger.step_bar import action_bar
    from data.clock import to_utc
    from data.database import engine, transaction
    from data.errors import BadInput
    from problem_ledger.cases.actions import act
    from problem_ledger.cases.diagram import draw
    from problem_ledger.cases.rules import load_rules
    from problem_ledger.record.commands import Command

    at, rules, on = to_utc(now), load_rules(), engine(url)
    before, seen = _seen(on, at, who, problem_id)
    try:
        act(
            on, who, problem_id, Command(Action.PROGRESS, seen.detail.row.version), at_of(at), rules
        )
        refused = ""
    except BadInput as error:
        refused = str(error)
    page = json.dumps(action_bar(seen).to_plotly_json(), default=lambda one: one.to_plotly_json())
    command = Command(Action.PROGRESS, seen.detail.row.version, text="看过现场")
    act(on, who, problem_id, command, at_of(at), rules)
    after, _again = _seen(on, at, who, problem_id)
    with transaction(on) as connection:
        told = connection.execute(
            text(
                "SELECT login FROM delivery JOIN account ON account.id = account_id"
                " WHERE problem_id = :id AND kind = 'pressed' ORDER BY 1"
            ),
            {"id": problem_id},
        ).scalars()
        return {
            "before": before,
            "refused": refused,
            "button": '"data-problem-act": "progress"' in page,
            "primary": '"className": "btn p", "data-problem-act": "progress"' in page,
            "drawn": "submitted --> submitted: progress" in draw(),
            "told": list(told),
            "after": after,
        }


def at_of(at: Any) -> Any:
    """A clock that stands still."""
    return lambda: at


def _seen(on: Any, at: Any, who: int, problem_id: int) -> tuple[dict[str, Any], Any]:
    """What the table lets them do, what the list says waits for them, and the problem's page."""
    from dashboard.frame.auth import User
    from dashboard.frame.deps import Deps
    from dashboard.ledger.problem_reads import read_problem
    from dashboard.ledger.reads import asker
    from data.database import transaction
    from data.queries.ledger.conditions import Moment
    from data.queries.ledger.filter import LedgerFilter, Order, View
    from data.queries.ledger.problems import problems
    from data.queries.people.accounts import account, roles
    from data.queries.people.visible import scope_of
    from data.settings import DashboardSettings, QualitySettings

    deps = Deps(on, DashboardSettings.model_construct(), QualitySettings(), at_of(at))
    with transaction(on) as connection:
        held = roles(connection, [who])[who]
        scope = scope_of(connection, who, held, at.date())
        user = User(account(connection, who), held, scope)
        waiting, _count = problems(
            connection,
            scope,
            asker(connection, deps, user),
            LedgerFilter(view=View.WAITING),
            Order(),
            Moment(at, at),
            count=200,
        )
    seen = read_problem(deps, user, str(problem_id))
    return {
        "allowed": [step.action.value for step in seen.steps],
        "waiting": [str(row.next_action) for row in waiting if row.id == problem_id],
    }, seen


if __name__ == "__main__":
    table.STEPS = (*table.STEPS, MADE)  # type: ignore[misc]  # the one edit
    asked = sys.argv[1:]
    found = looked_at(asked[0], datetime.fromisoformat(asked[1]), int(asked[2]), int(asked[3]))
    sys.stdout.write(json.dumps(found))
