"""Notices on their way: handed to their channel, tried again when that fails, marked as read."""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Engine, RowMapping, text

from data.clock import UtcDatetime
from data.database import transaction
from data.errors import OneMapError
from data.records import AccountId

LOG = logging.getLogger(__name__)

AT_ONCE: Final = 200
LONGEST_PAUSE: Final = timedelta(hours=6)

Channel = Callable[[RowMapping], None]
"""Hands one notice over. Raises an error of ours when it couldn't."""

_WAITING = text("""
SELECT id, problem_id, subject_kind, subject_uid, account_id, kind, about, facts, channel,
    attempt_count
FROM delivery WHERE delivered_at IS NULL AND try_after <= :now
ORDER BY try_after, id LIMIT :most FOR UPDATE SKIP LOCKED
""")
_DONE = text("""
UPDATE delivery SET delivered_at = :now, attempt_count = attempt_count + 1, failure = ''
WHERE id = ANY(:ids)
""")
_FAILED = text("""
UPDATE delivery SET attempt_count = attempt_count + 1, failure = :failure,
    try_after = :again WHERE id = :id
""")
_READ = text("""
UPDATE delivery SET read_at = :now WHERE account_id = :account AND read_at IS NULL
    AND delivered_at IS NOT NULL
    AND (CAST(:ids AS bigint[]) IS NULL OR id = ANY(CAST(:ids AS bigint[])))
""")
_NOTIFY = text("NOTIFY onemap_ledger")


def in_app(_notice: RowMapping) -> None:
    """Does nothing: in-app notices need no sending, accounts see each once marked as delivered."""


CHANNELS: Final[Mapping[str, Channel]] = MappingProxyType({"app": in_app})


def deliver(engine: Engine, now: UtcDatetime, channels: Mapping[str, Channel] = CHANNELS) -> int:
    """Sends the notices whose time has come; returns how many were sent.

    A failed one waits twice as long before each new attempt.

    Several processes may deliver at once: none takes what another holds, and one that dies
    leaves its rows as they were.
    """
    sent = 0
    while True:
        went, found = _batch(engine, now, channels)
        sent += went
        if found < AT_ONCE:
            return sent


def mark_read(
    engine: Engine, who: AccountId, now: UtcDatetime, ids: Collection[int] | None = None
) -> int:
    """Marks those notices of the account as read, all if ``ids`` is None; returns how many."""
    with transaction(engine) as connection:
        bound = {"now": now, "account": who, "ids": None if ids is None else sorted(ids)}
        marked = connection.execute(_READ, bound).rowcount
        if marked:
            connection.execute(_NOTIFY)
    return marked


def pause_after(attempts: int) -> timedelta:
    """Returns the pause after so many failed attempts: 1, 2, 4 … minutes, 6 hours at most."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 20)), LONGEST_PAUSE)


def _batch(engine: Engine, now: UtcDatetime, channels: Mapping[str, Channel]) -> tuple[int, int]:
    with transaction(engine) as connection:
        rows = connection.execute(_WAITING, {"now": now, "most": AT_ONCE}).mappings().all()
        failed: list[dict[str, Any]] = []
        for row in rows:
            try:
                channels[row["channel"]](row)
            except OneMapError as error:
                LOG.warning("notice %s was not delivered: %s", row["id"], error)
                again = now + pause_after(row["attempt_count"] + 1)
                failed.append({"id": row["id"], "failure": str(error)[:500], "again": again})
        lost = {each["id"] for each in failed}
        done = [row["id"] for row in rows if row["id"] not in lost]
        if done:
            connection.execute(_DONE, {"ids": done, "now": now})
            connection.execute(_NOTIFY)
        if failed:
            connection.execute(_FAILED, failed)
    return len(done), len(rows)
