"""The map's channel of news: the stations and waters whose readings changed."""

import time
from collections.abc import Collection

import orjson
from sqlalchemy import text

from dashboard.frame.channel import Event, Listener, Seen
from dashboard.frame.deps import Deps
from dashboard.frame.health import Figures
from dashboard.frame.offload import off
from data.database import transaction
from data.queries.map.changes import changes_since, last_change_no
from data.queries.scope import Scope

FAR_BEHIND = 20_000
"""A page further behind than this loads its map anew."""


class ReadingNews:
    """The map's live news: sends open pages the stations and waters that changed."""

    rung_by = "onemap_reading"
    counted_as = "readings"

    def __init__(self, deps: Deps, figures: Figures) -> None:
        self.deps = deps
        self.figures = figures
        self.seen = Seen()

    async def send_news(self, listeners: Collection[Listener]) -> None:
        """Queues for each page the stations and waters in its scope changed since last sent."""
        newest, fresh = await off(self.fresh)
        if fresh is None:
            for listener in listeners:
                listener.enqueue(Event("resync", newest))
            return
        if not fresh:
            return
        events = await off(self.events, {each.scope for each in listeners}, min(fresh) - 1)
        for listener in listeners:
            event = events.get(listener.scope)
            if event is not None:
                listener.enqueue(event)

    async def opened(self, listener: Listener, after: int | None) -> Event:
        """Returns the event with changes since ``after`` or, without any, a hello."""
        newest = await off(self.newest)
        missed = None if after is None else await off(self.catch_up, listener.scope, after)
        return missed or Event("hello", newest)

    async def anew(self) -> Event:
        """Returns the event that makes a page reload everything."""
        return Event("resync", await off(self.newest))

    def fresh(self) -> tuple[int, list[int] | None]:
        """Returns the newest change number and those not sent yet, which then count as sent.

        None instead of the latter if pages must reload.
        """
        with transaction(self.deps.engine) as connection:
            newest = last_change_no(connection)
            if self.seen.floor < 0:
                self.seen.start(newest)
            if newest < self.seen.floor:
                self.seen.start(newest)
                return newest, None
            numbers = connection.execute(
                text("SELECT change_no FROM latest_reading WHERE change_no > :floor"),
                {"floor": self.seen.floor},
            ).scalars()
            fresh = self.seen.add(list(numbers), time.monotonic())
        self.figures.changes.inc(len(fresh))
        return newest, fresh

    def events(self, scopes: set[Scope], after: int) -> dict[Scope, Event]:
        """Returns for each scope the event with changes since ``after``; no entry without any."""
        events = {scope: self.catch_up(scope, after) for scope in scopes}
        return {scope: event for scope, event in events.items() if event is not None}

    def catch_up(self, scope: Scope, after: int) -> Event | None:
        """Returns the event with the scope's changes after ``after``; None when there are none.

        Where ``after`` is too far behind, or ahead of every change, it makes the page load anew.
        """
        with transaction(self.deps.engine) as connection:
            newest = last_change_no(connection)
            if after > newest or newest - after > FAR_BEHIND:
                return Event("resync", newest)
            payload = changes_since(
                connection, after, scope, now=self.deps.clock(), quality=self.deps.quality
            )
        if not payload["stations"] and not any(payload["waters"].values()):
            return None
        return Event("change", payload["change_no"], orjson.dumps(payload))

    def newest(self) -> int:
        """Returns the highest change number of readings that is committed."""
        with transaction(self.deps.engine) as connection:
            return last_change_no(connection)
