"""Queues notices about stations and services for the office; one burst of trouble is told once."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.words.ledger import NoticeKind
from data.words.notices import SubjectKind


class Subject(NamedTuple):
    """What a notice is about: a station by its code, or a service by its name."""

    kind: SubjectKind
    uid: str


SERVER_DISK: Final = Subject(SubjectKind.SERVICE, "disk")
"""The subject of a nearly full disk of a server."""


_ROLES: Final = """account_role
    JOIN account ON account.id = account_role.account_id AND account.is_active
    LEFT JOIN unit ON unit.id = account_role.unit_id"""
"""Who holds which role, without disabled accounts."""


def offices_over(above: str, condition: str = "true") -> str:
    """Returns SQL for the accounts of the lowest-level offices over a place, as rows of ``id``.

    ``above`` is SQL for the divisions (id, up) over the place, the lowest with the smallest ``up``;
    an office without a division stands over every place. ``condition`` is on ``account_role`` and
    its ``division``. Disabled accounts make no office.
    """
    return f"""
        (WITH above AS ({above})
        SELECT account_id AS id FROM {_ROLES}
            LEFT JOIN above ON above.id = coalesce(account_role.division_id, unit.division_id)
            LEFT JOIN division ON division.id = coalesce(account_role.division_id, unit.division_id)
        WHERE role = 'office' AND (above.id IS NOT NULL
            OR account_role.division_id IS NULL AND unit.id IS NULL) AND {condition}
        ORDER BY rank() OVER (ORDER BY above.up NULLS LAST) FETCH FIRST ROW WITH TIES)
        """


_HIGHEST_OFFICES: Final = f"""
(SELECT account_id AS id FROM {_ROLES}
WHERE role = 'office'
    AND (coalesce(account_role.division_id, unit.division_id) IS NOT NULL OR unit.id IS NULL)
ORDER BY rank() OVER (ORDER BY (SELECT count(*) FROM
    divisions_above(coalesce(account_role.division_id, unit.division_id))))
FETCH FIRST ROW WITH TIES)
"""
_OVER_STATION: Final = offices_over("""
SELECT above.id, above.up FROM station
    LEFT JOIN reach ON reach.id = station.reach_id LEFT JOIN lake ON lake.id = station.lake_id
    CROSS JOIN LATERAL divisions_above(
        coalesce(station.division_id, reach.division_id, lake.division_id)) above
WHERE station.code = :uid
""")
_RECIPIENTS: Final[Mapping[SubjectKind, str]] = {
    SubjectKind.STATION: _OVER_STATION,
    SubjectKind.SERVICE: _HIGHEST_OFFICES,
}
_QUEUE: Final = """
INSERT INTO delivery (subject_kind, subject_uid, account_id, kind, about, facts, made_at, try_after)
SELECT :subject, :uid, account.id, :kind, :about, CAST(:facts AS jsonb), :now, :now
FROM account WHERE is_active AND id IN (SELECT id FROM {recipients} AS one)
ORDER BY id ON CONFLICT DO NOTHING
"""


def queue_notice(
    connection: Connection,
    subject: Subject,
    kind: NoticeKind,
    key: str,
    now: UtcDatetime,
    facts: Mapping[str, Any] | None = None,
) -> int:
    """Queues a notice for the office that a subject concerns; returns how many accounts get it.

    A station's is the office of the lowest level over its division, a service's the offices of the
    highest level. ``key`` names the occasion, such as the hour a burst began: the same subject,
    kind and key is told to each account once, however often this is called. ``facts`` are numbers
    and times for the sentence, never anything personal. The caller commits.
    """
    statement = _QUEUE.format(recipients=_RECIPIENTS[subject.kind])
    queued = connection.execute(
        text(statement),
        {
            "subject": subject.kind.value,
            "uid": subject.uid,
            "kind": kind.value,
            "about": key,
            "facts": orjson.dumps(dict(facts or {})).decode(),
            "now": now,
        },
    )
    return queued.rowcount
