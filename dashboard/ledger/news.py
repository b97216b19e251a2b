"""The ledger's channel of news: problems and patrols that changed, and bells for new notices."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import orjson
from sqlalchemy import Connection

from dashboard.frame.audience import Piece
from dashboard.frame.auth import Action, User, may, visible_to
from dashboard.frame.channel import Event, Listener
from dashboard.frame.deps import Deps
from dashboard.frame.health import Figures
from dashboard.frame.offload import off
from dashboard.frame.read_once import ReadOnce, boxed
from dashboard.ledger.pins import pin_feature
from data.database import transaction
from data.queries.change_numbers import LEDGER, Row
from data.queries.ledger.notices import bells
from data.queries.map.problems import (
    PatrolPlace,
    Pin,
    ProblemPlace,
    ledger_numbered_after,
    patrol_places,
    pins,
    problem_places,
)
from data.queries.scope import EVERYTHING, NOTHING, Scope
from data.records import AccountId

FAR_BEHIND = 5_000
"""A page further behind than this loads its problems anew."""

COMPARED_EVERY_S = 3600.0
"""Where open problems lie is read anew so often, and after any doubt."""


def ledger_scope(user: User) -> Scope:
    """The scope of problems and patrols the user may see; NOTHING without the right to read."""
    return visible_to(user) if may(user, Action.READ_LEDGER) else NOTHING


class LedgerNews(ReadOnce):
    """Sends open pages the changes of the ledger, and tells pages of new notices (the bell)."""

    rung_by = "onemap_ledger"
    counted_as = "ledger"
    statement = LEDGER
    far_behind = FAR_BEHIND

    def __init__(self, deps: Deps, figures: Figures) -> None:
        super().__init__(deps, ledger_scope)
        del figures  # nothing of the ledger is counted for Prometheus
        self.places: dict[int, ProblemPlace] = {}
        self.read_s = 0.0
        self.rung: dict[AccountId, tuple[int, int]] = {}

    async def send_news(self, listeners: Collection[Listener]) -> None:
        """Queues for each open page the changed problems in its scope, a bell for new notices."""
        await super().send_news(listeners)
        rung = await off(self.rings, {each.user.account_id for each in listeners})
        for listener in listeners:
            if listener.user.account_id in rung:
                listener.enqueue(Event("notice", None))

    async def opened(self, listener: Listener, after: int | None) -> Event | None:
        """The event with all changes after number ``after``; None without a number or changes."""
        if listener.user.account_id not in self.rung:
            await off(self.hush, listener.user.account_id)
        if after is None or ledger_scope(listener.user) == NOTHING:
            return None
        return await super().opened(listener, after)

    async def anew(self) -> None:
        """Does nothing: on the readings' channel the page already reloads, problems included."""

    def doubt(self) -> None:
        """Has the places of open problems read anew at the next read."""
        self.read_s = 0.0

    def started(self, connection: Connection) -> None:
        """Reads where the open problems lie."""
        self.places, self.read_s = problem_places(connection), time.monotonic()

    def pieces(
        self, connection: Connection, fresh: Mapping[int, Row], number: int, late_s: float | None
    ) -> list[Piece]:
        """Returns the pieces of the changed problems and patrols."""
        found = self._pieces(connection, fresh.values(), number, late_s) if fresh else []
        if not self.read_s or time.monotonic() - self.read_s >= COMPARED_EVERY_S:
            self.started(connection)
        return found

    def older(self, connection: Connection, after: int, until: int) -> list[Piece]:
        """Returns the pieces of what has a number above ``after``, up to ``until``."""
        rows = ledger_numbered_after(connection, after, until).values()
        return self._pieces(connection, rows, until, None)

    def _pieces(
        self, connection: Connection, rows: Collection[Row], number: int, late_s: float | None
    ) -> list[Piece]:
        problems = {row for kind, row in rows if kind == "problem"}
        patrols = {row for kind, row in rows if kind == "patrol"}
        found: list[Piece] = []
        if problems:
            places = problem_places(connection, problems)
            standing = [each.id for each in places.values() if each.is_open]
            shown = pins(connection, EVERYTHING, self.deps.clock(), standing) if standing else ()
            drawn = {pin.id: pin for pin in shown}
            for place in places.values():
                old = self.places.pop(place.id, None)
                found += _problem(place, old, drawn.get(place.id), number, late_s)
                if place.is_open:
                    self.places[place.id] = place
        if patrols:
            walked = patrol_places(connection, patrols)
            found += [_patrol(each, number, late_s) for each in walked]
        return found

    def event(self, scope: Scope, pieces: Collection[Piece], number: int) -> Event:
        """Returns the event: pins, problems no longer open or seen, patrols, and boxes."""
        del scope  # an event of the ledger holds nothing but its pieces
        parts: dict[str, dict[int, bytes]] = defaultdict(dict)
        for piece in pieces:
            parts[piece.part][piece.id] = piece.data
        boxes = dict.fromkeys(box for piece in pieces for box in piece.boxes)
        shown = {number: data for number, data in parts["problem"].items() if data}
        gone = sorted((parts["gone"].keys() | parts["problem"].keys()) - shown.keys())
        payload = b'{"change_no":%d,"problems":[%b],"gone":%b,"patrols":%d,"boxes":[%b]}' % (
            number,
            b",".join(shown.values()),
            orjson.dumps(gone),
            len(parts["patrol"]),
            b",".join(boxes),
        )
        return Event("ledger", None, payload)

    def resync(self, number: int) -> Event:
        """Returns the event that makes a page load its problems anew."""
        return Event("ledger", None, orjson.dumps({"anew": True, "change_no": number}))

    def nothing_missed(self, number: int) -> None:
        """Says nothing: the readings' channel has said hello."""

    def rings(self, accounts: Iterable[AccountId]) -> set[AccountId]:
        """The accounts whose unread notices have changed since the last call of this method."""
        asked = set(accounts)
        if not asked:
            return set()
        with transaction(self.deps.engine) as connection:
            found = bells(connection, asked)
        changed = {
            one for one in asked if one in self.rung and self.rung[one] != found.get(one, (0, 0))
        }
        self.rung = {one: found.get(one, (0, 0)) for one in asked}
        return changed

    def hush(self, account: AccountId) -> None:
        """Counts an account's unread notices as known, so that they ring no bell.

        Does nothing for an account whose notices are known already.
        """
        with transaction(self.deps.engine) as connection:
            self.rung.setdefault(account, bells(connection, [account]).get(account, (0, 0)))


def _problem(
    new: ProblemPlace, old: ProblemPlace | None, pin: Pin | None, number: int, late_s: float | None
) -> list[Piece]:
    """Returns the problem as a pin, or as gone; and as gone to those who saw it elsewhere."""
    box = (boxed(new.lon, new.lat, new.lon, new.lat),)
    data = b"" if pin is None else orjson.dumps(pin_feature(pin))
    found = [Piece("problem", new.id, number, data, new.keys, boxes=box, late_s=late_s)]
    if old is None or (old.lon, old.lat, old.keys) == (new.lon, new.lat, new.keys):
        return found
    before = Piece("was", new.id, number, b"", old.keys, late_s=late_s, is_apart=True)
    found.append(replace(before, boxes=(boxed(old.lon, old.lat, old.lon, old.lat),)))
    if old.keys != new.keys:
        found.append(replace(before, part="gone", unless=new.keys))
    return found


def _patrol(place: PatrolPlace, number: int, late_s: float | None) -> Piece:
    boxes = () if place.box is None else (boxed(*place.box),)
    return Piece("patrol", place.id, number, b"", place.keys, boxes=boxes, late_s=late_s)
