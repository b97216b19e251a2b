"""The map's channel of news: the stations and waters whose readings changed."""

import time
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from dashboard.frame.audience import Piece
from dashboard.frame.auth import visible_to
from dashboard.frame.channel import Event
from dashboard.frame.deps import Deps
from dashboard.frame.health import Figures
from dashboard.frame.read_once import ReadOnce, boxed
from data.clock import UtcDatetime
from data.queries.change_numbers import READINGS, Row
from data.queries.map.changes import TouchedWater, numbered_after, touched_waters
from data.queries.map.standings import (
    Standing,
    standings,
    standings_of,
    stations_signature,
)
from data.queries.map.strip_book import StripBook
from data.queries.scope import Scope
from data.queries.stations.standing import StationRecord
from data.queries.waters.colours import Water

FAR_BEHIND = 20_000
"""A page further behind than this loads its map anew."""

MOST_STATIONS = 2_000
"""Where more stations than these changed at once, pages load anew."""

COMPARED_EVERY_S = 3600.0
"""The strips kept in memory are compared with the database so often, and after any doubt."""

LOOKED_EVERY_S = 10.0
"""Stations added, moved or changed are looked for at most so often."""

MAP_FOLLOWS = timedelta(seconds=20)
"""What changes by time alone is told so much later, when the map's own tables have followed."""


class ReadingNews(ReadOnce):
    """The map's live news: sends open pages the stations and waters that changed."""

    rung_by = "onemap_reading"
    counted_as = "readings"
    statement = READINGS
    far_behind = FAR_BEHIND

    def __init__(self, deps: Deps, figures: Figures) -> None:
        super().__init__(deps, visible_to)
        self.figures = figures
        self.book = StripBook(self.audience.index)
        self.signature: tuple[Any, ...] = ()
        self.looked_s = self.compared_s = 0.0
        self.owed: set[int] = set()

    def doubt(self) -> None:
        """Has the strips compared with the database at the next read."""
        self.compared_s = self.looked_s = 0.0

    def started(self, connection: Connection) -> None:
        """Reads the standing of every station."""
        now = self.deps.clock()
        self.signature = stations_signature(connection)
        self._recount(standings(connection, now, self.deps.quality), now)
        self.looked_s = self.compared_s = time.monotonic()

    def _recount(self, read: Collection[Standing], now: UtcDatetime) -> None:
        self.book = StripBook(self.audience.index)
        for each in read:
            self.book.put(each, now)

    def pieces(
        self, connection: Connection, fresh: Mapping[int, Row], number: int, late_s: float | None
    ) -> list[Piece] | None:
        """Returns the pieces of the changed stations, and of those that time has changed.

        None where so many changed that pages better load anew.
        """
        now = self.deps.clock()
        self.figures.changes.inc(len(fresh))
        self.owed |= {station for _kind, station in fresh.values()}
        self.owed |= self.book.due(now - MAP_FOLLOWS)
        self.owed |= self._differing(connection, now)
        if len(self.owed) > MOST_STATIONS:
            self._recount(standings(connection, now, self.deps.quality), now)
            self.owed = set()
            return None
        found = self._pieces(connection, self.owed, number, late_s) if self.owed else []
        self.owed = set()
        return found

    def _differing(self, connection: Connection, now: UtcDatetime) -> set[int]:
        """Returns the stations that stand otherwise in the database, where there is a doubt."""
        now_s = time.monotonic()
        if now_s - self.looked_s >= LOOKED_EVERY_S or not self.looked_s:
            signature = stations_signature(connection)
            if signature != self.signature:
                self.compared_s = 0.0
            self.signature, self.looked_s = signature, now_s
        if self.compared_s and now_s - self.compared_s < COMPARED_EVERY_S:
            return set()
        found = self.book.differing(standings(connection, now, self.deps.quality))
        self.book.counts.clear()
        self.compared_s = now_s
        return found

    def older(self, connection: Connection, after: int, until: int) -> list[Piece]:
        """Returns the pieces of stations whose number is above ``after``, up to ``until``."""
        found = set(numbered_after(connection, after, until).values())
        return self._pieces(connection, found, until, None) if found else []

    def _pieces(
        self, connection: Connection, touched: Collection[int], number: int, late_s: float | None
    ) -> list[Piece]:
        """Reads these stations and the waters they stand for, and counts them as they are now."""
        now = self.deps.clock()
        before = {each: self.book.stations.get(each) for each in touched}
        read = standings_of(connection, touched, now, self.deps.quality)
        found = [_station(standing, record, number, late_s, now) for standing, record in read]
        for missing in before.keys() - {standing.id for standing, _record in read}:
            self.book.remove(missing)
        after = {standing.id: standing for standing, _record in read}
        left = [old for old in before.values() if old and _has_moved(old, after.get(old.id))]
        found += [_box_of(old, number, late_s) for old in left]
        for standing, _record in read:
            self.book.put(standing, now)
        waters = touched_waters(connection, touched, now, self.deps.quality, _waters_of(left))
        return found + [_water(each, number, late_s) for each in waters]

    def event(self, scope: Scope, pieces: Collection[Piece], number: int) -> Event:
        """Returns the event: stations, waters, the scope's strip, and boxes of what looks new."""
        parts: dict[str, list[bytes]] = defaultdict(list)
        for piece in pieces:
            if piece.data:
                parts[piece.part].append(piece.data)
        boxes = dict.fromkeys(box for piece in pieces for box in piece.boxes)
        payload = (
            b'{"change_no":%d,"stations":[%b],"waters":{"reach":{%b},"lake":{%b}},'
            b'"strip":%b,"boxes":[%b]}'
        ) % (
            number,
            b",".join(parts["station"]),
            b",".join(parts["reach"]),
            b",".join(parts["lake"]),
            orjson.dumps(self.book.strip(scope)),
            b",".join(boxes),
        )
        return Event("change", number, payload)

    def resync(self, number: int) -> Event:
        """Returns the event that makes a page reload everything."""
        return Event("resync", number)

    def nothing_missed(self, number: int) -> Event:
        """Returns the hello: from here on the page hears every change."""
        return Event("hello", number)


def _station(
    standing: Standing,
    record: StationRecord,
    number: int,
    late_s: float | None,
    now: UtcDatetime,
) -> Piece:
    """Returns the station as the map draws it; one out of service is a box alone."""
    data = b"" if standing.trait(now) is None else orjson.dumps(record.feature())
    box = _point(standing)
    return Piece("station", standing.id, number, data, standing.keys, boxes=box, late_s=late_s)


def _box_of(old: Standing, number: int, late_s: float | None) -> Piece:
    """Returns the place where the station stood, for those who saw it there."""
    box = _point(old)
    return Piece("was", old.id, number, b"", old.keys, boxes=box, late_s=late_s, is_apart=True)


def _point(standing: Standing) -> tuple[bytes, ...]:
    return (boxed(standing.lon, standing.lat, standing.lon, standing.lat),)


def _has_moved(old: Standing, new: Standing | None) -> bool:
    """Returns whether it stands elsewhere now, for others, or no more at all."""
    return new is None or (old.lon, old.lat, old.keys) != (new.lon, new.lat, new.keys)


def _waters_of(left: Collection[Standing]) -> set[Water]:
    """Returns the waters at which these stations stood."""
    reaches: set[Water] = {("reach", each.reach_id) for each in left if each.reach_id is not None}
    return reaches | {("lake", each.lake_id) for each in left if each.lake_id is not None}


def _water(touched: TouchedWater, number: int, late_s: float | None) -> Piece:
    kind, ident = touched.water
    data = b'"%d":%b' % (ident, orjson.dumps(touched.colour.brief()))
    boxes = (boxed(*touched.box),)
    return Piece(kind, ident, number, data, touched.keys, boxes=boxes, late_s=late_s)
