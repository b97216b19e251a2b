"""What the access log says of an account's sign-ins, for the account's holder."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.queries.rows import row_as
from data.records import AccountId

MOST_ADDRESSES = 3

_FAILED = text("""
WITH before AS (
    SELECT at FROM access_log
    WHERE account_id = :account AND action = 'sign_in' AND outcome = 'done'
    ORDER BY at DESC LIMIT 1 OFFSET :skip
), failed AS (
    SELECT coalesce(detail ->> 'address', '') AS address FROM access_log
    WHERE account_id = :account AND action = 'sign_in' AND outcome = 'refused'
        AND at > coalesce((SELECT at FROM before), '-infinity')
), places AS (
    SELECT address, count(*) AS times FROM failed WHERE address <> ''
    GROUP BY address ORDER BY times DESC, address
)
SELECT (SELECT count(*) FROM failed) AS count, (SELECT at FROM before) AS since,
    ARRAY(SELECT address FROM places ORDER BY times DESC, address) AS addresses
""")


_LATEST = text("""
SELECT asked.id, (
    SELECT max(at) FROM access_log
    WHERE account_id = asked.id AND action = 'sign_in' AND outcome = 'done'
) AS at
FROM unnest(CAST(:accounts AS bigint[])) AS asked (id)
""")


@dataclass(frozen=True, slots=True)
class FailedSignIns:
    """How many sign-ins failed since one that didn't, and their addresses, the most frequent first.

    ``since`` is None when there was no such sign-in.
    """

    count: int
    since: UtcDatetime | None
    addresses: tuple[str, ...]


def latest_sign_ins(
    connection: Connection, account_ids: Sequence[AccountId]
) -> dict[AccountId, UtcDatetime | None]:
    """Returns when each account last signed in; None for one that never did."""
    rows = connection.execute(_LATEST, {"accounts": list(account_ids)})
    return {AccountId(row.id): row.at for row in rows}


def failed_sign_ins(connection: Connection, account_id: AccountId, *, skip: int) -> FailedSignIns:
    """Returns the failed sign-ins of an account since its last successful one.

    ``skip=1`` passes over the latest success, that of whoever is now signed in.
    """
    row = connection.execute(_FAILED, {"account": account_id, "skip": skip}).one()
    return row_as(FailedSignIns, row)
