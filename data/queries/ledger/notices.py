"""What somebody was told about problems: the bell's list and its count."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.queries.scope import PROBLEM_VISIBLE, Scope
from data.records import AccountId
from data.words.ledger import NoticeKind

MOST: Final = 30

_TOLD: Final = f"""
FROM delivery JOIN problem ON problem.id = delivery.problem_id
WHERE delivery.account_id = :account AND delivery.delivered_at IS NOT NULL
    AND {PROBLEM_VISIBLE}
"""
_NOTICES: Final = text(f"""
SELECT delivery.id, delivery.problem_id, problem.number, problem.category, delivery.kind,
    delivery.facts, delivery.made_at, delivery.read_at {_TOLD}
ORDER BY delivery.read_at IS NOT NULL, delivery.made_at DESC, delivery.id DESC LIMIT :most
""")
_UNREAD: Final = text(f"SELECT count(*) {_TOLD} AND delivery.read_at IS NULL")
_BELLS: Final = text("""
SELECT account_id, count(*) AS unread, max(id) AS newest FROM delivery
WHERE account_id = ANY(:accounts) AND delivered_at IS NOT NULL AND read_at IS NULL
GROUP BY account_id
""")


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to an account; ``facts`` are those of the time when it was made."""

    id: int
    problem_id: int
    number: str
    category: str
    kind: NoticeKind
    facts: Mapping[str, Any]
    made_at: UtcDatetime
    read_at: UtcDatetime | None


def notices(
    connection: Connection, scope: Scope, account_id: AccountId, most: int = MOST
) -> tuple[Notice, ...]:
    """Returns up to ``most`` of the account's notices: unread ones first, then by newest.

    Only those of visible problems.
    """
    rows = connection.execute(_NOTICES, {**scope.bound, "account": account_id, "most": most})
    return tuple(Notice(**{**row._mapping, "kind": NoticeKind(row.kind)}) for row in rows)


def unread_count(connection: Connection, scope: Scope, account_id: AccountId) -> int:
    """Counts the account's unread notices of visible problems."""
    return int(connection.execute(_UNREAD, {**scope.bound, "account": account_id}).scalar_one())


def bells(
    connection: Connection, accounts: Collection[AccountId]
) -> dict[AccountId, tuple[int, int]]:
    """Returns, for each account with unread notices, their number and the newest one's id."""
    rows = connection.execute(_BELLS, {"accounts": sorted(accounts)})
    return {AccountId(row.account_id): (row.unread, row.newest) for row in rows}
