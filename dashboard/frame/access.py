"""The one table of who may open what: paths, pages, callbacks. What isn't listed is denied."""

import json
from dataclasses import dataclass

from dashboard.frame.auth import Action, User, may

PUBLIC = frozenset({"/sign-in", "/healthz", "/readyz"})
"""Open to everybody; the language of the sign-in page is part of its address."""

PUBLIC_ASSETS = frozenset(
    f"/assets/{name}"
    for name in ("tokens.css", "base.css", "sign_in.css", "theme.js", "sign_in.js", "mark.svg")
)
"""What the sign-in page needs to be drawn."""


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

MOST_BODY_BYTES = 2 * 1024 * 1024
"""The largest request taken where no file is sent; the largest form of ours is far below."""

MOST_PHOTO_BYTES = 10 * 1024 * 1024
MOST_TRACK_BYTES = 20 * 1024 * 1024
FORM_BYTES = 64 * 1024
"""What the other fields and the frame of an upload may take."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Paths that begin like this (or are exactly this) ask for that action.

    ``write`` is what a request that changes something asks for, where it is another action;
    ``most_bytes`` bounds its body.
    """

    path: str
    action: Action
    below: bool = False
    write: Action | None = None
    most_bytes: int = MOST_BODY_BYTES

    def covers(self, path: str) -> bool:
        """Whether the rule is about the path."""
        return path == self.path or (self.below and path.startswith(self.path))


PAGES = (
    Rule("/", Action.READ_WATERS),
    Rule("/rivers", Action.READ_WATERS),
    Rule("/river/", Action.READ_WATERS, below=True),
    Rule("/lake/", Action.READ_WATERS, below=True),
    Rule("/quality", Action.READ_REVIEWS),
    Rule("/stations", Action.WRITE_STATIONS),
    Rule("/ledger", Action.READ_LEDGER),
    Rule("/ledger/report", Action.WRITE_LEDGER),
    Rule("/ledger/", Action.READ_LEDGER, below=True),
    Rule("/patrols", Action.READ_PATROLS),
    Rule("/patrols/", Action.READ_PATROLS, below=True),
    Rule("/accounts", Action.MANAGE_ACCOUNTS),
    Rule("/accounting", Action.READ_ACCOUNTING),
    Rule("/account", Action.OWN_ACCOUNT),
)

OWN = frozenset({"/account", "/account/password", "/sign-out", "/language"})
"""What is left to an account that must change its password first."""

ROUTES = (
    Rule("/sign-out", Action.OWN_ACCOUNT),
    Rule("/language", Action.OWN_ACCOUNT),
    Rule("/account/password", Action.OWN_ACCOUNT),
    Rule("/tiles/problems/", Action.READ_LEDGER, below=True),
    Rule("/tiles/patrol", Action.READ_PATROLS, below=True),
    Rule("/tiles/", Action.READ_WATERS, below=True),
    Rule("/events", Action.READ_WATERS),
    Rule("/metrics", Action.READ_METRICS),
    Rule("/api/docs", Action.OWN_ACCOUNT),
    Rule("/api/openapi.json", Action.OWN_ACCOUNT),
    Rule("/api/v1/problems.xlsx", Action.EXPORT_LEDGER),
    Rule("/api/v1/problems", Action.READ_LEDGER, below=True, write=Action.WRITE_LEDGER),
    Rule(
        "/api/v1/photos",
        Action.READ_LEDGER,
        below=True,
        write=Action.WRITE_LEDGER,
        most_bytes=MOST_PHOTO_BYTES + FORM_BYTES,
    ),
    Rule("/api/v1/ledger/", Action.READ_LEDGER, below=True),
    Rule("/api/v1/notices", Action.READ_LEDGER, below=True),
    Rule("/api/v1/patrols.xlsx", Action.EXPORT_LEDGER),
    Rule(
        "/api/v1/patrols",
        Action.READ_PATROLS,
        below=True,
        write=Action.WRITE_PATROLS,
        most_bytes=MOST_TRACK_BYTES + FORM_BYTES,
    ),
    Rule(
        "/api/v1/readings/",
        Action.READ_REVIEWS,
        below=True,
        write=Action.REVIEW_READINGS,
    ),
    Rule("/api/v1/accounting", Action.READ_ACCOUNTING, below=True),
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
    "accounting-": Action.READ_ACCOUNTING,
    "stations-": Action.WRITE_STATIONS,
    "one-map-": Action.READ_WATERS,
    "drawer-": Action.READ_WATERS,
    "river-": Action.READ_WATERS,
    "rivers-": Action.READ_WATERS,
    "ledger-": Action.READ_LEDGER,
    "problem-": Action.READ_LEDGER,
    "report-": Action.WRITE_LEDGER,
    "patrols-": Action.READ_PATROLS,
    "quality-": Action.READ_REVIEWS,
}
"""Action by the prefix of the ids a callback writes to. The layouts that ``_pages_`` brings in are
guarded one by one."""

MACHINE = ("/api/", "/tiles/", "/events", "/_dash", "/metrics", "/assets/", "/_favicon", "/_reload")
"""Paths that programs ask for: refused with a problem document, not with a page."""


def rule_for(path: str) -> Rule | None:
    """The first rule that is about the path, None where nobody may."""
    return next((rule for rule in (*ROUTES, *PAGES) if rule.covers(path)), None)


def action_for(path: str, method: str = "GET") -> Action | None:
    """What asking for the path by that method asks for, None where nobody may."""
    rule = rule_for(path)
    if rule is None:
        return None
    return rule.action if method in SAFE_METHODS else rule.write or rule.action


def most_bytes(path: str) -> int:
    """The largest body the path takes."""
    rule = rule_for(path)
    return rule.most_bytes if rule else MOST_BODY_BYTES


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
