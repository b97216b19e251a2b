"""The table of access: which action each path and callback asks for; the unlisted is denied."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dashboard.frame.auth import Action, User, may

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

MOST_BODY_BYTES = 2 * 1024 * 1024
"""The largest request taken where no file is sent; the largest form of ours is far below."""

FORM_BYTES = 64 * 1024
"""What the other fields and the frame of an upload may take."""

MACHINE = ("/api/", "/tiles/", "/events", "/_dash", "/metrics", "/assets/", "/_favicon", "/_reload")
"""Paths that programs ask for: refused with a problem document, not with a page."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The action an account needs for a path or, with ``below``, for every path beginning with it.

    ``below`` are whole segments: ``/api/v1/patrolsum`` is not below ``/api/v1/patrols``.
    ``write`` is what a request that changes something asks for; without it nobody may send one.
    ``most_bytes`` bounds its body. ``is_always_open`` marks what is left to an account that must
    change its password first.
    """

    path: str
    action: Action
    below: bool = False
    write: Action | None = None
    most_bytes: int = MOST_BODY_BYTES
    is_always_open: bool = False

    def covers(self, path: str) -> bool:
        """Returns whether this rule applies to the path."""
        if path == self.path:
            return True
        return self.below and path.startswith(self.path.rstrip("/") + "/")


@dataclass(frozen=True, slots=True)
class Access:
    """The access rules of all rooms: the action each path needs; an empty table denies everything.

    ``rules``: of several rules about a path, the one with the longest path decides.
    ``callbacks``: the action by the prefix of the ids that a callback writes to.
    ``public``: paths open to everybody. ``starts``: the pages that may open first after signing
    in, in the order of the bar.
    """

    rules: tuple[Rule, ...] = ()
    callbacks: Mapping[str, Action] = field(default_factory=dict)
    public: frozenset[str] = frozenset()
    starts: tuple[Rule, ...] = ()

    def rule_for(self, path: str) -> Rule | None:
        """Returns the rule with the longest path that applies; None where the path has no rule."""
        about = (rule for rule in self.rules if rule.covers(path))
        return max(about, key=lambda rule: len(rule.path), default=None)

    def action_for(self, path: str, method: str = "GET") -> Action | None:
        """Returns the action an account needs to request the path; None: nobody may request."""
        rule = self.rule_for(path)
        if rule is None:
            return None
        return rule.action if method in SAFE_METHODS else rule.write

    def kind_of(self, path: str) -> str:
        """Returns the path of the rule that applies: requests of one kind share their threads."""
        rule = self.rule_for(path)
        return rule.path if rule else ""

    def most_bytes(self, path: str) -> int:
        """Returns the largest request body that the path accepts, in bytes."""
        rule = self.rule_for(path)
        return rule.most_bytes if rule else MOST_BODY_BYTES

    def is_always_open(self, path: str) -> bool:
        """Returns whether the path stays open to an account that must change its password first."""
        rule = self.rule_for(path)
        return rule is not None and rule.is_always_open

    def landing(self, user: User) -> str:
        """Returns the first start page that the user may open, as a path; else ``/account``."""
        return next((rule.path for rule in self.starts if may(user, rule.action)), "/account")

    def actions_for_output(self, output: str) -> set[Action] | None:
        """Returns the actions needed for a callback with that output; None if an id is unknown."""
        actions = set()
        for name in output_ids(output):
            found = [action for prefix, action in self.callbacks.items() if name.startswith(prefix)]
            if not found:
                return None
            actions.update(found)
        return actions


def once(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Returns the rules as a tuple; raises ValueError if two rules name the same path."""
    listed = tuple(rules)
    paths = [rule.path for rule in listed]
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if twice:
        raise ValueError(f"the table of access names {', '.join(twice)} twice")
    return listed


def is_page(path: str) -> bool:
    """Returns True for the path of a browser page, False for one that programs or scripts call."""
    return not path.startswith(MACHINE)


def output_ids(output: str) -> list[str]:
    """Returns the component ids in a callback's output, given as the string Dash sends.

    ``a.children`` · ``..a.children...b.data..`` · ``{"type":"x","index":1}.value``, where the
    pattern id's ``type`` is given.
    """
    ids = []
    for part in output.strip(".").split("..."):
        name = part.rpartition(".")[0].partition("@")[0]
        if name.startswith("{"):
            try:
                pattern = json.loads(name)
            except (ValueError, RecursionError):
                pattern = None
            name = str(pattern.get("type", "")) if isinstance(pattern, dict) else ""
        ids.append(name)
    return ids
