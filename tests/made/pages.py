"""Who is signed in at the pages, and what these show them: a problem, its texts."""

from typing import Any

from dashboard.frame.auth import User, set_user
from dashboard.frame.deps import Deps
from dashboard.frame.identify import user_of_session
from dashboard.ledger.problem_reads import Seen, read_problem
from data.clock import Clock
from data.people.sessions import open_session
from data.queries.people.accounts import Account, HeldRole
from data.queries.scope import NOTHING, Scope
from data.records import AccountId, DivisionId
from data.settings import DashboardSettings, QualitySettings
from data.vocabulary import Role
from problem_ledger.record.commands import Done
from tests.made.office import Office


def sign_in(role: Role, *divisions: int, scope: Scope = NOTHING) -> None:
    """The first account has that role in those divisions, or everywhere; ``scope`` is what it sees.

    The fixture ``deps`` signs it out.
    """
    account = Account(AccountId(1), "a", "甲", False, None, True, 1)
    held = HeldRole(1, role, None, None, None, None, None, False)
    written = {role: frozenset(DivisionId(each) for each in divisions)} if divisions else {}
    set_user(User(account, (held,), scope=scope, written=written))


def session_of(office: Office, who: str, clock: Clock | None = None) -> tuple[Deps, User]:
    """What the pages share, by the office's clock or another, and the user of a new session."""
    shown, rules = clock or office.clock, office.rules
    deps = Deps(office.database.app, DashboardSettings(), QualitySettings(), shown, rules=rules)
    with deps.engine.begin() as connection:
        token = open_session(connection, office.accounts[who], 12)
    user = user_of_session(deps, token)
    assert user is not None
    return deps, user


def seen_by(office: Office, who: str, done: Done, clock: Clock | None = None) -> Seen:
    """The problem as they see it."""
    return read_problem(*session_of(office, who, clock), str(done.problem_id))


def texts(component: Any) -> list[str]:
    """All texts below a component, in order."""
    if component is None or isinstance(component, str | int):
        return [] if component is None else [str(component)]
    if isinstance(component, list | tuple):
        return [each for one in component for each in texts(one)]
    return texts(getattr(component, "children", None))
