"""Open pages by what they may see, and pieces of news: each changed row written once for all."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from dashboard.frame.auth import User
from dashboard.frame.channel import Listener
from data.queries.scope import Scope
from data.queries.scope_index import NO_KEYS, Keys, ScopeIndex, sees

LATE_S = 60.0
"""A page may have read its state so long before it opens its stream."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One changed row as JSON for pages of every scope that sees one of ``keys``.

    ``part`` is the part of the event where it stands, ``number`` the change number up to which it
    is told. Whoever sees one of ``unless`` doesn't get it. ``boxes`` are JSON, west, south, east,
    north in degrees, of where the map looks different. ``late_s`` is when it was told, where pages
    with a higher number can't have known of it: None for what came in the order of its number.
    ``is_apart``: it says nothing of the row as it is, only of what some pages knew of it before.
    """

    part: str
    id: int
    number: int
    data: bytes
    keys: Keys
    unless: Keys = NO_KEYS
    boxes: tuple[bytes, ...] = ()
    late_s: float | None = None
    is_apart: bool = False

    def is_news(self, after: int, now_s: float) -> bool:
        """Returns whether a page that has change number ``after`` may lack it."""
        is_late = self.late_s is not None and now_s - self.late_s < LATE_S
        return self.number > after or is_late

    def is_seen(self, scope: Scope) -> bool:
        """Returns whether pages of the scope get it."""
        return sees(scope, self.keys) and not (self.unless and sees(scope, self.unless))


class Recent:
    """The newest piece of each row that changed since change number ``base``.

    They are in the order in which they were told, which is that of their numbers.
    """

    def __init__(self) -> None:
        self.base = -1
        self.pieces: dict[tuple[str, int, Keys], Piece] = {}

    def start(self, base: int) -> None:
        """Begins anew: pieces are kept from the number ``base`` on."""
        self.base, self.pieces = base, {}

    def keep(self, pieces: Iterable[Piece]) -> None:
        """Keeps the pieces in place of the same rows' earlier ones."""
        for piece in pieces:
            name = _name(piece)
            self.pieces.pop(name, None)
            self.pieces[name] = piece

    def reach_back(self, base: int, pieces: Iterable[Piece]) -> None:
        """Adds pieces of rows that changed before the base, which is ``base`` from now on."""
        older = {_name(piece): piece for piece in pieces}
        for name in self.pieces:
            older.pop(name, None)
        self.pieces = {**older, **self.pieces}
        self.base = min(self.base, base)

    def since(self, after: int, scope: Scope, now_s: float) -> list[Piece]:
        """Returns what a page of the scope that has change number ``after`` may lack.

        It lacks nothing that was told before a piece that it has.
        """
        news = takewhile(lambda each: each.is_news(after, now_s), reversed(self.pieces.values()))
        return [piece for piece in news if piece.is_seen(scope)][::-1]


def _name(piece: Piece) -> tuple[str, int, Keys]:
    """Returns what a later piece of the same row shares."""
    return piece.part, piece.id, piece.keys if piece.is_apart else NO_KEYS


class Audience:
    """The open pages by scope; equal scopes are one object, and in one index."""

    def __init__(self, scope_of: Callable[[User], Scope]) -> None:
        self.scope_of = scope_of
        self.index = ScopeIndex()
        self.groups: dict[Scope, set[Listener]] = {}
        self.known: dict[Listener, tuple[User, Scope]] = {}

    def follow(self, listeners: Collection[Listener]) -> None:
        """Brings the groups up to date: pages that opened or closed, users who see other things."""
        for gone in self.known.keys() - set(listeners):
            self._leave(gone)
        for listener in listeners:
            self.join(listener)

    def join(self, listener: Listener) -> Scope:
        """Puts the page into its group and returns the scope of the group."""
        known = self.known.get(listener)
        if known is not None and known[0] is listener.user:
            return known[1]
        scope = self.index.add(self.scope_of(listener.user))
        if known is not None and known[1] is not scope:
            self._leave(listener)
        self.known[listener] = listener.user, scope
        self.groups.setdefault(scope, set()).add(listener)
        return scope

    def _leave(self, listener: Listener) -> None:
        _user, scope = self.known.pop(listener)
        group = self.groups[scope]
        group.discard(listener)
        if not group:
            del self.groups[scope]
            self.index.remove(scope)

    def share(self, pieces: Iterable[Piece]) -> Iterator[tuple[Scope, list[Piece]]]:
        """Yields each scope that gets something, with its pieces."""
        shared: dict[Scope, list[Piece]] = defaultdict(list)
        for piece in pieces:
            for scope in self.index.seeing(piece.keys, piece.unless):
                shared[scope].append(piece)
        yield from shared.items()
