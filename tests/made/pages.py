"""What pages show somebody of the office: their session, a problem as they see it, its texts."""

from typing import Any

from dashboard.frame.auth import User
from dashboard.frame.deps import Deps
from dashboard.frame.identify import user_of_session
from dashboard.ledger.problem_reads import Seen, read_problem
from data.clock import Clock
from data.people.sessions import open_session
from data.settings import DashboardSettings, QualitySettings
from problem_ledger.record.commands import Done
from tests.made.office import Office


def signed_in(office: Office, who: str, clock: Clock | None = None) -> tuple[Deps, User]:
    """What the pages share, by the office's clock unless another is named, and the user."""
    shown, rules = clock or office.clock, office.rules
    deps = Deps(office.database.app, DashboardSettings(), QualitySettings(), shown, rules=rules)
    with deps.engine.begin() as connection:
        token = open_session(connection, office.accounts[who], 12)
    user = user_of_session(deps, token)
    assert user is not None
    return deps, user


def seen_by(office: Office, who: str, done: Done, clock: Clock | None = None) -> Seen:
    """The problem as they see it."""
    return read_problem(*signed_in(office, who, clock), str(done.problem_id))


def texts(component: Any) -> list[str]:
    """All texts below a component, in order."""
    if component is None or isinstance(component, str | int):
        return [] if component is None else [str(component)]
    if isinstance(component, list | tuple):
        return [each for one in component for each in texts(one)]
    return texts(getattr(component, "children", None))
