"""Pages: where each is, what lays it out, what one needs to open it."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import dash
from dash import html

from dashboard.frame.access import Access, Rule
from dashboard.frame.auth import Action, User, may, signed_in_user
from dashboard.frame.deps import Deps
from dashboard.frame.refused import refused_words
from dashboard.parts.wording import _
from data.queries.people.accounts import Account, HeldRole
from data.records import AccountId
from data.vocabulary import Role

EVERYONE = User(
    Account(AccountId(0), "", "", False, None, False, 0),
    tuple(HeldRole(0, role, None, None, None, None, None, False) for role in Role),
)
"""May open every page and see nothing; layouts are validated as this one."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page: where it is, what lays it out, what the window is called (a msgid), who may open it.

    ``module`` has ``layout`` and ``register(app, deps)``. A path with ``<variable>`` stands for
    every address that begins like it.
    """

    path: str
    module: Any
    title: str
    action: Action

    def rule(self) -> Rule:
        """The page's line in the table of access."""
        fixed, variable, _rest = self.path.partition("<")
        return Rule(fixed, self.action, below=bool(variable))

    def register(self, app: dash.Dash, deps: Deps) -> None:
        """The page is known to Dash, its layout refused to who may not; plain paths come first."""
        template = {"path_template": self.path} if "<" in self.path else {"path": self.path}
        dash.register_page(
            self.module.__name__,
            title=lambda **_variables: f"{_(self.title)} · OneMap",
            layout=guarded(self.module.layout, self.action, deps.access),
            order=1 if "<" in self.path else 0,
            **template,
        )
        self.module.register(app, deps)


def guarded(layout: Any, action: Action, access: Access) -> Callable[..., Awaitable[Any]]:
    """The layout for those who may, the refusal for the others."""

    async def laid_out(**given: Any) -> Any:
        user = signed_in_user()
        if not may(user, action):
            return refused(403, access.landing(user) if user else "/")
        made = layout(**given) if callable(layout) else layout
        return await made if inspect.isawaitable(made) else made

    return laid_out


def refused(status: int, start: str) -> html.Div:
    """The refusal within the shell; ``start`` is the page that leads back."""
    heading, sentence = refused_words(status)
    return html.Div(
        [
            html.H3(heading),
            html.P(sentence),
            html.A(_("Back to the start"), href=start, className="btn"),
        ],
        className="empty",
    )
