"""A page: its address, the module that lays it out, the action one needs to open it."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import dash
from dash import html
from starlette.requests import Request

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
"""A user who may open every page and sees nothing: Dash validates the layouts as this one."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a room; every account allowed ``action`` may open the page.

    ``module`` has ``layout`` and ``register(app, deps)``. ``title`` is the msgid of the window's
    title. A path with ``<variable>`` stands for every address that begins like it. ``packages``
    are those of Dash whose components stand in this page alone, as ``dash_ag_grid``: other pages
    come without their scripts. ``modules`` (paths below ``dashboard/assets``) and ``fetched``
    (addresses) are asked for as soon as the document arrives. ``opening`` returns what stands in
    the document until Dash has drawn the page; the first page alone may have one.
    """

    path: str
    module: Any
    title: str
    action: Action
    packages: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    fetched: tuple[str, ...] = ()
    opening: Callable[[Request, Deps], Awaitable[str]] | None = None

    def rule(self) -> Rule:
        """Returns the page's rule for the access table."""
        fixed, variable, _rest = self.path.partition("<")
        return Rule(fixed, self.action, below=bool(variable))

    def register(self, app: dash.Dash, deps: Deps) -> None:
        """Registers the page with Dash, its layout behind an access check, and its callbacks.

        Addresses without a variable come before those with one.
        """
        template = {"path_template": self.path} if "<" in self.path else {"path": self.path}
        dash.register_page(
            self.module.__name__,
            title=lambda **_variables: f"{_(self.title)} · OneMap",
            layout=guarded(with_deps(self.module.layout, deps), self.action, deps.access),
            order=1 if "<" in self.path else 0,
            **template,
        )
        self.module.register(app, deps)


def with_deps(layout: Any, deps: Deps) -> Any:
    """Returns the layout, with the shared objects as its ``deps`` where it has such a parameter.

    Whatever an address says by that name never takes their place.
    """
    if not callable(layout) or "deps" not in inspect.signature(layout).parameters:
        return layout
    return lambda **variables: layout(**{**variables, "deps": deps})


def guarded(layout: Any, action: Action, access: Access) -> Callable[..., Awaitable[Any]]:
    """Returns a layout that shows ``layout`` to users allowed the action, others a refusal."""

    async def laid_out(**variables: Any) -> Any:
        user = signed_in_user()
        if not may(user, action):
            return refused(403, access.landing(user) if user else "/")
        made = layout(**variables) if callable(layout) else layout
        return await made if inspect.isawaitable(made) else made

    return laid_out


def missing_page(access: Access) -> Callable[..., html.Div]:
    """Returns the layout of an address that is no page's, for who comes there from within."""

    def laid_out(**_variables: Any) -> html.Div:
        user = signed_in_user()
        return refused(404, access.landing(user) if user else "/")

    return laid_out


def refused(status: int, start: str) -> html.Div:
    """Returns the body of a refused page; its link leads to the address ``start``."""
    heading, sentence = refused_words(status)
    return html.Div(
        [
            html.H2(heading),
            html.P(sentence),
            html.A(_("Back to the start"), href=start, className="btn"),
        ],
        className="empty",
    )
