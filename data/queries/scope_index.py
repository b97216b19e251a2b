"""Which scopes may see a row, decided in memory: the conditions of ``scope.py`` as keys.

Each condition asks whether one of a row's own numbers (its division, river, reach, lake, itself)
is in the scope's list of that kind. These numbers are the row's keys.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from data.queries.scope import Scope

Kind = Literal["division", "river", "reach", "lake", "station"]
Key = tuple[Kind, int]
Keys = frozenset[Key]

NO_KEYS: Keys = frozenset()


def _keys(*parts: tuple[Kind, int | None]) -> Keys:
    return frozenset((kind, number) for kind, number in parts if number is not None)


def station_keys(
    station: int, division: int | None, reach: int | None, river: int | None, lake: int | None
) -> Keys:
    """Returns the keys of ``STATION_VISIBLE``; ``river`` is that of the station's reach."""
    return _keys(
        ("station", station),
        ("division", division),
        ("reach", reach),
        ("river", river),
        ("lake", lake),
    )


def reach_keys(reach: int, division: int | None, river: int) -> Keys:
    """Returns the keys of ``REACH_VISIBLE``."""
    return _keys(("reach", reach), ("division", division), ("river", river))


def lake_keys(lake: int, division: int | None, river: int | None) -> Keys:
    """Returns the keys of ``LAKE_VISIBLE``."""
    return _keys(("lake", lake), ("division", division), ("river", river))


def problem_keys(
    division: int | None,
    reach: int | None,
    reach_river: int | None,
    lake: int | None,
    lake_river: int | None,
) -> Keys:
    """Returns the keys of ``PROBLEM_VISIBLE``, with the rivers of its reach and of its lake."""
    return _keys(
        ("division", division),
        ("reach", reach),
        ("river", reach_river),
        ("lake", lake),
        ("river", lake_river),
    )


def patrol_keys(division: int | None, walked: Iterable[tuple[int, int | None, int | None]]) -> Keys:
    """Returns the keys of ``PATROL_VISIBLE``; ``walked`` are reaches, their divisions, rivers."""
    found = _keys(("division", division))
    for reach, of, river in walked:
        found |= _keys(("reach", reach), ("division", of), ("river", river))
    return found


def keys_of_scope(scope: Scope) -> Iterator[Key]:
    """Yields every key by which the scope sees something; ``everything`` has none."""
    yield from (("division", number) for number in scope.divisions)
    yield from (("river", number) for number in scope.rivers)
    yield from (("reach", number) for number in scope.reaches)
    yield from (("lake", number) for number in scope.lakes)
    yield from (("station", number) for number in scope.stations)


def sees(scope: Scope, keys: Keys) -> bool:
    """Returns whether the scope may see a row with these keys."""
    if scope.everything:
        return True
    lists: dict[Kind, Collection[int]] = {
        "division": scope.divisions,
        "river": scope.rivers,
        "reach": scope.reaches,
        "lake": scope.lakes,
        "station": scope.stations,
    }
    return any(number in lists[kind] for kind, number in keys)


class ScopeIndex:
    """The scopes that are asked about, by each key through which they see something.

    What a row costs depends on the scopes that see it, not on how many there are. ``added`` has a
    number for each scope, another one each time it is added.
    """

    def __init__(self) -> None:
        self.scopes: dict[Scope, Scope] = {}
        self.added: dict[Scope, int] = {}
        self.count = 0
        self.everything: set[Scope] = set()
        self.by_key: dict[Key, set[Scope]] = {}

    def add(self, scope: Scope) -> Scope:
        """Adds the scope, or finds the equal one added before, and returns it."""
        known = self.scopes.get(scope)
        if known is not None:
            return known
        self.scopes[scope] = scope
        self.count += 1
        self.added[scope] = self.count
        if scope.everything:
            self.everything.add(scope)
        else:
            for key in keys_of_scope(scope):
                self.by_key.setdefault(key, set()).add(scope)
        return scope

    def remove(self, scope: Scope) -> None:
        """Removes the scope; does nothing for one that was not added."""
        if self.scopes.pop(scope, None) is None:
            return
        del self.added[scope]
        self.everything.discard(scope)
        for key in keys_of_scope(scope):
            holding = self.by_key.get(key)
            if holding is not None:
                holding.discard(scope)
                if not holding:
                    del self.by_key[key]

    def seeing(self, keys: Keys, unless: Keys = NO_KEYS) -> set[Scope]:
        """Returns the added scopes that see a row with these keys but none with ``unless``."""
        found = self.everything.union(*(self.by_key.get(key, ()) for key in keys))
        if unless:
            found -= self.everything.union(*(self.by_key.get(key, ()) for key in unless))
        return found
