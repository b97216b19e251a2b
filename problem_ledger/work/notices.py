"""Notices that were read."""

from collections.abc import Collection

from sqlalchemy import Engine, text

from data.clock import UtcDatetime
from data.database import transaction
from data.records import AccountId

_READ = text(
    "UPDATE delivery SET read_at = :now WHERE account_id = :account AND read_at IS NULL"
    " AND delivered_at IS NOT NULL"
    " AND (CAST(:ids AS bigint[]) IS NULL OR id = ANY(CAST(:ids AS bigint[])))"
)
_TELL = text("NOTIFY onemap_ledger")


def mark_read(
    engine: Engine, who: AccountId, now: UtcDatetime, ids: Collection[int] | None = None
) -> int:
    """How many of the account's own notices count as read from now on; all of them without ids."""
    with transaction(engine) as connection:
        bound = {"now": now, "account": who, "ids": None if ids is None else sorted(ids)}
        marked = connection.execute(_READ, bound).rowcount
        if marked:
            connection.execute(_TELL)
    return marked
