"""The strips of many scopes kept in memory: counted once, then changed by difference.

A station that changes is taken out of the counts of the scopes that saw it, by its old trait, and
put into those of the scopes that see it now. What changes by time alone (a class goes stale, a
device falls silent, a service ends) has a moment, known beforehand.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

from data.queries.map.standings import Standing
from data.queries.map.strip import Trait, strip_of
from data.queries.scope import Scope
from data.queries.scope_index import Key, ScopeIndex, keys_of_scope


class StripBook:
    """Every station's standing and trait, and the counts of each scope in the index."""

    def __init__(self, index: ScopeIndex) -> None:
        self.index = index
        self.stations: dict[int, Standing] = {}
        self.traits: dict[int, Trait] = {}
        self.at_key: dict[Key, set[int]] = {}
        self.counts: dict[Scope, tuple[int, Counter[Trait]]] = {}
        self.turns: list[tuple[datetime, int]] = []
        self.awaited: dict[int, datetime] = {}

    def put(self, standing: Standing, now: datetime) -> None:
        """Counts the station as it stands now, in place of as it stood before."""
        old, trait = self.stations.get(standing.id), standing.trait(now)
        if old is not None and old.keys == standing.keys:
            before = self.traits.get(standing.id)
            self.stations[standing.id] = standing
            if before != trait:
                self._count(standing, before, trait)
        else:
            if old is not None:
                self.remove(standing.id)
            self.stations[standing.id] = standing
            for key in standing.keys:
                if key[0] != "station":
                    self.at_key.setdefault(key, set()).add(standing.id)
            self._count(standing, None, trait)
        self._await(standing, now)

    def remove(self, station: int) -> None:
        """Forgets the station; does nothing for one unknown."""
        old = self.stations.get(station)
        if old is None:
            return
        self._count(old, self.traits.get(station), None)
        del self.stations[station]
        self.awaited.pop(station, None)
        for key in old.keys:
            if (holding := self.at_key.get(key)) is not None:
                holding.discard(station)

    def _count(self, standing: Standing, before: Trait | None, after: Trait | None) -> None:
        for scope in self.index.seeing(standing.keys):
            _added, counted = self.counts.get(scope, (0, None))
            if counted is None:
                continue
            if before is not None:
                counted[before] -= 1
                if not counted[before]:
                    del counted[before]
            if after is not None:
                counted[after] += 1
        if after is None:
            self.traits.pop(standing.id, None)
        else:
            self.traits[standing.id] = after

    def differing(self, standings: Iterable[Standing]) -> set[int]:
        """Returns the stations that stand otherwise here, or are missing here or among these."""
        read = {each.id: each for each in standings}
        changed = {number for number, each in read.items() if self.stations.get(number) != each}
        return changed | (self.stations.keys() - read.keys())

    def _await(self, standing: Standing, since: datetime) -> None:
        """Queues the station's next moment, unless an earlier one is queued already."""
        turn, queued = standing.turns_at(since), self.awaited.get(standing.id)
        if turn is not None and (queued is None or turn < queued):
            self.awaited[standing.id] = turn
            heappush(self.turns, (turn, standing.id))

    def due(self, before: datetime) -> set[int]:
        """Takes the stations whose trait may have changed by time until ``before``."""
        found = set()
        while self.turns and self.turns[0][0] < before:
            moment, station = heappop(self.turns)
            if self.awaited.get(station) != moment:
                continue
            del self.awaited[station]
            standing = self.stations.get(station)
            turn = None if standing is None else standing.turns_at(moment)
            if turn is not None and turn < before:
                found.add(station)
            elif standing is not None:
                self._await(standing, moment)
        return found

    def strip(self, scope: Scope) -> dict[str, Any]:
        """Returns the figures of the scope's strip; of a scope not in the index, counted anew."""
        added = self.index.added.get(scope, 0)
        since, counted = self.counts.get(scope, (0, None))
        if counted is None or since != added:
            counted = self._counted(scope)
            self.counts = {each: kept for each, kept in self.counts.items() if self._is_kept(each)}
            if added:
                self.counts[scope] = added, counted
        return strip_of(counted)

    def _is_kept(self, scope: Scope) -> bool:
        """Returns whether the scope's counts have followed every change since they were made."""
        return self.counts[scope][0] == self.index.added.get(scope)

    def _counted(self, scope: Scope) -> Counter[Trait]:
        if scope.everything:
            return Counter(self.traits.values())
        seen: set[int] = set(scope.stations)
        seen.update(*(self.at_key.get(key, ()) for key in keys_of_scope(scope)))
        return Counter(self.traits[each] for each in seen if each in self.traits)
