"""The ledger's channel of news: problems and patrols that changed, and bells for new notices."""

import time
from collections.abc import Collection, Iterable

import orjson

from dashboard.frame.auth import Action, User, may, visible_to
from dashboard.frame.channel import Event, Listener, Seen
from dashboard.frame.deps import Deps
from dashboard.frame.health import Figures
from dashboard.frame.offload import off
from dashboard.ledger.pins import changes_brief
from data.database import transaction
from data.queries.ledger.notices import bells
from data.queries.map.problems import last_ledger_no, ledger_changes, ledger_numbers
from data.queries.scope import NOTHING, Scope
from data.records import AccountId

FAR_BEHIND = 5_000
"""A page further behind than this loads its problems anew."""

FAR_AHEAD = 2**62
"""A change number above every other: whoever asks for changes after it loads anew."""


def ledger_scope(user: User) -> Scope:
    """The scope of problems and patrols the user may see; NOTHING without the right to read."""
    return visible_to(user) if may(user, Action.READ_LEDGER) else NOTHING


class LedgerNews:
    """Sends open pages the changes of the ledger, and tells pages of new notices (the bell)."""

    rung_by = "onemap_ledger"
    counted_as = "ledger"

    def __init__(self, deps: Deps, figures: Figures) -> None:
        del figures  # nothing of the ledger is counted for Prometheus
        self.deps = deps
        self.seen = Seen()
        self.rung: dict[AccountId, tuple[int, int]] = {}

    async def send_news(self, listeners: Collection[Listener]) -> None:
        """Queues for each open page the changed problems in its scope, a bell for new notices."""
        fresh = await off(self.fresh)
        if fresh is None or fresh:
            after = min(fresh) - 1 if fresh else FAR_AHEAD
            scopes = {ledger_scope(each.user) for each in listeners}
            events = await off(self.events, scopes, after)
            for listener in listeners:
                event = events.get(ledger_scope(listener.user))
                if event is not None:
                    listener.enqueue(event)
        rung = await off(self.rings, {each.user.account_id for each in listeners})
        for listener in listeners:
            if listener.user.account_id in rung:
                listener.enqueue(Event("notice", None))

    async def opened(self, listener: Listener, after: int | None) -> Event | None:
        """The event with all changes after number ``after``; None without a number or changes."""
        await off(self.hush, listener.user.account_id)
        if after is None:
            return None
        return await off(self.catch_up, ledger_scope(listener.user), after)

    async def anew(self) -> None:
        """Does nothing: on the readings' channel the page already reloads, problems included."""

    def fresh(self) -> list[int] | None:
        """The change numbers not sent yet, which then count as sent; None if pages must reload."""
        with transaction(self.deps.engine) as connection:
            newest = last_ledger_no(connection)
            if self.seen.floor < 0:
                self.seen.start(newest)
            if newest < self.seen.floor:
                self.seen.start(newest)
                return None
            return self.seen.add(ledger_numbers(connection, self.seen.floor), time.monotonic())

    def events(self, scopes: Iterable[Scope], after: int) -> dict[Scope, Event]:
        """For each scope that has changes after number ``after``, the event with these changes."""
        events = {scope: self.catch_up(scope, after) for scope in scopes}
        return {scope: event for scope, event in events.items() if event is not None}

    def catch_up(self, scope: Scope, after: int) -> Event | None:
        """The event with the scope's changes after number ``after``; None when there are none.

        Where ``after`` is too far behind, or ahead of every change, it makes the page load anew.
        """
        if scope == NOTHING:
            return None
        now = self.deps.clock()
        with transaction(self.deps.engine) as connection:
            newest = last_ledger_no(connection)
            if after > newest or newest - after > FAR_BEHIND:
                return Event("ledger", None, orjson.dumps({"anew": True, "change_no": newest}))
            changes = ledger_changes(connection, after, scope, now)
        if changes.is_empty:
            return None
        return Event("ledger", None, orjson.dumps(changes_brief(changes)))

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
