"""Pages that listen to a channel without a server, and what they were told."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from dashboard.frame.auth import User
from dashboard.frame.channel import Listener
from dashboard.ledger.news import LedgerNews
from dashboard.map.news import ReadingNews
from data.clock import UtcDatetime, now
from data.queries.people.accounts import Account, HeldRole
from data.queries.scope import Scope
from data.records import AccountId, DivisionId
from data.vocabulary import Role
from tests.made.database import Database


class Clock:
    """A clock that can be set forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> UtcDatetime:
        return UtcDatetime(now() + self.ahead)


def page(scope: Scope) -> Listener:
    """An open page of an auditor with that scope."""
    account = Account(AccountId(1), "auditor", "甲", False, None, True, 1)
    held = HeldRole(1, Role.AUDITOR, None, None, None, None, None, False)
    return Listener("", User(account, (held,), scope))


def division(number: int) -> Scope:
    return Scope(divisions=frozenset({DivisionId(number)}))


def events(listener: Listener) -> list[tuple[str, dict[str, Any]]]:
    """The events that wait for the page, which are then no longer waiting."""
    found = []
    while not listener.queue.empty():
        event = listener.queue.get_nowait()
        found.append((event.kind, json.loads(event.data)))
    return found


def stations_of(listener: Listener) -> list[int]:
    """The stations told, each as often as it was told."""
    return [one["id"] for _kind, told in events(listener) for one in told["stations"]]


@contextmanager
def drawn_number(database: Database, station: int) -> Iterator[None]:
    """A transaction that has drawn its number, and commits at the end of the block."""
    with database.ingest.begin() as connection:
        connection.execute(
            text(
                "UPDATE latest_reading SET change_no = nextval('latest_reading_change_no')"
                " WHERE station_id = :station"
            ),
            {"station": station},
        )
        yield


def send(news: ReadingNews | LedgerNews, *pages: Listener) -> None:
    asyncio.run(news.send_news(set(pages)))
