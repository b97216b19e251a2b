"""The one table of who may open what: paths, pages, callbacks. What isn't listed is denied."""

import json
from dataclasses import dataclass

from dashboard.auth import Action, User, may

PUBLIC = frozenset({"/sign-in", "/healthz", "/readyz"})
"""Open to everybody; the language of the sign-in page is part of its address."""

PUBLIC_ASSETS = frozenset(
    f"/assets/{name}"
    for name in ("tokens.css", "base.css", "sign_in.css", "theme.js", "sign_in.js", "mark.svg")
)
"""What the sign-in page needs to be drawn."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Paths that begin like this (or are exactly this) ask for that action."""

    path: str
    action: Action
    below: bool = False

    def covers(self, path: str) -> bool:
        """Whether the rule is about the path."""
        return path == self.path or (self.below and path.startswith(self.path))


PAGES = (
    Rule("/", Action.READ_WATERS),
    Rule("/rivers", Action.READ_WATERS),
    Rule("/river/", Action.READ_WATERS, below=True),
    Rule("/lake/", Action.READ_WATERS, below=True),
    Rule("/stations", Action.WRITE_STATIONS),
    Rule("/accounts", Action.MANAGE_ACCOUNTS),
    Rule("/account", Action.OWN_ACCOUNT),
)

OWN = frozenset({"/account", "/account/password", "/sign-out", "/language"})
"""What is left to an account that must change its password first."""

ROUTES = (
    Rule("/sign-out", Action.OWN_ACCOUNT),
    Rule("/language", Action.OWN_ACCOUNT),
    Rule("/account/password", Action.OWN_ACCOUNT),
    Rule("/tiles/", Action.READ_WATERS, below=True),
    Rule("/events", Action.READ_WATERS),
    Rule("/metrics", Action.READ_METRICS),
    Rule("/api/docs", Action.OWN_ACCOUNT),
    Rule("/api/openapi.json", Action.OWN_ACCOUNT),
    Rule("/api/", Action.READ_WATERS, below=True),
    Rule("/assets/", Action.OWN_ACCOUNT, below=True),
    Rule("/_dash-component-suites/", Action.OWN_ACCOUNT, below=True),
    Rule("/_dash-layout", Action.OWN_ACCOUNT),
    Rule("/_dash-dependencies", Action.OWN_ACCOUNT),
    Rule("/_dash-update-component", Action.OWN_ACCOUNT),
    Rule("/_favicon.ico", Action.OWN_ACCOUNT),
)

CALLBACKS = {
    "_pages_": Action.OWN_ACCOUNT,
    "shell-": Action.OWN_ACCOUNT,
    "accounts-": Action.MANAGE_ACCOUNTS,
    "stations-": Action.WRITE_STATIONS,
    "one-map-": Action.READ_WATERS,
    "drawer-": Action.READ_WATERS,
    "river-": Action.READ_WATERS,
    "rivers-": Action.READ_WATERS,
}
"""Action by the prefix of the ids a callback writes to. The layouts that ``_pages_`` brings in are
guarded one by one."""

MACHINE = ("/api/", "/tiles/", "/events", "/_dash", "/metrics", "/assets/", "/_favicon", "/_reload")
"""Paths that programs ask for: refused with a problem document, not with a page."""


def action_for(path: str) -> Action | None:
    """What opening the path asks for, None where nobody may."""
    for rule in (*ROUTES, *PAGES):
        if rule.covers(path):
            return rule.action
    return None


def landing(user: User) -> str:
    """The first page the user may open."""
    return next((rule.path for rule in PAGES if may(user, rule.action)), "/account")


def is_page(path: str) -> bool:
    """Whether people, not programs, open the path."""
    return not path.startswith(MACHINE)


def output_ids(output: str) -> list[str]:
    """The component ids in a callback's output as Dash writes it on the wire.

    ``a.children`` · ``..a.children...b.data..`` · ``{"type":"x","index":1}.value``, where the
    pattern id's ``type`` is given.
    """
    ids = []
    for part in output.strip(".").split("..."):
        name = part.rpartition(".")[0].partition("@")[0]
        if name.startswith("{"):
            try:
                name = str(json.loads(name).get("type", ""))
            except ValueError:
                name = ""
        ids.append(name)
    return ids


def actions_for_output(output: str) -> set[Action] | None:
    """What a callback that writes there asks for, None when an id is not in the table."""
    actions = set()
    for name in output_ids(output):
        found = [action for prefix, action in CALLBACKS.items() if name.startswith(prefix)]
        if not found:
            return None
        actions.update(found)
    return actions
