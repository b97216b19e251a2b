"""An entry of the navigation, as a room defines it."""

from dataclasses import dataclass

from dashboard.frame.auth import Action


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation bar; accounts allowed ``action`` see the entry.

    ``word`` is the msgid of its label, ``brief`` a shorter one for a phone; ``sign``
    names its icon. A place that ``is_start`` may be the first page after signing in; one that
    ``counts_overdue`` has a badge that a script fills.
    """

    href: str
    word: str
    sign: str
    action: Action
    brief: str = ""
    is_start: bool = True
    counts_overdue: bool = False
