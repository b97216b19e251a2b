"""What somebody was told about problems, stations and services: the bell's list and its count."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.queries.rows import row_as
from data.queries.scope import PROBLEM_VISIBLE, STATION_VISIBLE, Scope
from data.queries.whereabouts import WHERE_FACTS, WHERE_JOINS, Where, where_of
from data.records import AccountId, StationId
from data.words.ledger import NoticeKind
from data.words.notices import SubjectKind

MOST: Final = 30

SERVICE_VISIBLE: Final = """EXISTS (SELECT 1 FROM account_role
    WHERE account_role.account_id = delivery.account_id AND account_role.role = 'office')"""
"""What concerns the whole service stays the office's: who left it reads nothing of it any more."""

_SUBJECTS: Final = f"""
FROM delivery LEFT JOIN problem ON problem.id = delivery.problem_id
LEFT JOIN station ON delivery.subject_kind = '{SubjectKind.STATION.value}'
    AND station.code = delivery.subject_uid
"""
_TOLD: Final = f"""
WHERE delivery.account_id = :account AND delivery.delivered_at IS NOT NULL
    AND CASE WHEN delivery.problem_id IS NOT NULL THEN {PROBLEM_VISIBLE}
        WHEN delivery.subject_kind = '{SubjectKind.STATION.value}'
            THEN station.id IS NOT NULL AND {STATION_VISIBLE}
        ELSE {SERVICE_VISIBLE} END
"""
_IS_OVER: Final = f"""(delivery.kind = '{NoticeKind.EXTENSION_ASKED.value}'
    AND problem.asked_due_on IS NULL)"""
"""A request for more time that has been answered or withdrawn asks nobody any more."""

_NOTICES: Final = text(f"""
SELECT delivery.id, delivery.kind, delivery.problem_id, problem.number, problem.category,
    delivery.subject_kind, delivery.subject_uid, station.id AS station_id,
    station.name AS station_name, station.name_en AS station_name_en,
    delivery.facts, delivery.made_at, delivery.read_at, {_IS_OVER} AS is_over,
    {WHERE_FACTS.format(of="problem")}
{_SUBJECTS} {WHERE_JOINS.format(of="problem")} {_TOLD}
ORDER BY delivery.read_at IS NOT NULL OR {_IS_OVER}, delivery.made_at DESC, delivery.id DESC
LIMIT :most
""")
_UNREAD: Final = text(
    f"SELECT count(*) {_SUBJECTS} {_TOLD} AND delivery.read_at IS NULL AND NOT {_IS_OVER}"
)
_BELLS: Final = text("""
SELECT account_id, count(*) AS unread, max(id) AS newest FROM delivery
WHERE account_id = ANY(:accounts) AND delivered_at IS NOT NULL AND read_at IS NULL
GROUP BY account_id
""")


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to an account; ``facts`` are those of the time when it was made.

    It is about a problem (``problem_id``, ``number``, ``category``, and ``where`` that lies), or
    about a subject, of which a station has its id and names. ``is_over``: nobody need act on it
    any more.
    """

    id: int
    kind: NoticeKind
    problem_id: int | None
    number: str | None
    category: str | None
    subject_kind: SubjectKind | None
    subject_uid: str | None
    station_id: StationId | None
    station_name: str | None
    station_name_en: str | None
    where: Where | None
    facts: Mapping[str, Any]
    made_at: UtcDatetime
    read_at: UtcDatetime | None
    is_over: bool


def notices(
    connection: Connection, scope: Scope, account_id: AccountId, most: int = MOST
) -> tuple[Notice, ...]:
    """Returns up to ``most`` of the account's notices: unread ones first, then by newest.

    Only those of visible problems and stations, and of services to an account of an office.
    """
    rows = connection.execute(_NOTICES, {**scope.bound, "account": account_id, "most": most})
    return tuple(
        row_as(Notice, row, where=where_of(row._mapping) if row.problem_id is not None else None)
        for row in rows
    )


def unread_count(connection: Connection, scope: Scope, account_id: AccountId) -> int:
    """Counts the account's unread notices of what is visible to it."""
    return int(connection.execute(_UNREAD, {**scope.bound, "account": account_id}).scalar_one())


def bells(
    connection: Connection, accounts: Collection[AccountId]
) -> dict[AccountId, tuple[int, int]]:
    """Returns, for each account with unread notices, their number and the newest one's id."""
    rows = connection.execute(_BELLS, {"accounts": sorted(accounts)})
    return {AccountId(row.account_id): (row.unread, row.newest) for row in rows}
