"""Who gets a notice of a step: rows of ``delivery`` for the worker, without personal data."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import orjson
from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.notices.queue import offices_over
from data.procedure.step import Circle, Step
from data.procedure.turns import HANDLING, sql_list
from data.queries.levels import LEVELS
from data.records import AccountId
from data.vocabulary import ChiefLevel
from problem_ledger.record.commands import Done

REPORTER: Final = """
SELECT reporter_id AS id FROM problem WHERE id = :problem AND reporter_id IS NOT NULL
"""
UNIT: Final = """
SELECT account_id AS id FROM account_role WHERE role = 'unit_member' AND unit_id IN
    (SELECT below.id FROM problem CROSS JOIN LATERAL units_below(ARRAY[problem.unit_id]) below
        WHERE problem.id = :problem)
"""


_ABOVE: Final = """
SELECT above.id, above.up
FROM problem CROSS JOIN LATERAL divisions_above(problem.division_id) above
WHERE problem.id = :problem
"""
OFFICE: Final = offices_over(_ABOVE)
"""The offices of the lowest level that covers the place."""

_INDEPENDENT: Final = f"""account_role.account_id IS DISTINCT FROM CAST(:who AS bigint)
    AND NOT EXISTS (SELECT 1 FROM problem_event event WHERE event.problem_id = :problem
        AND event.account_id = account_role.account_id AND event.action IN {sql_list(HANDLING)})
    AND NOT EXISTS (SELECT 1 FROM account_role own, problem
        CROSS JOIN LATERAL units_below(ARRAY[problem.unit_id]) below
        WHERE problem.id = :problem AND own.account_id = account_role.account_id
        AND own.unit_id = below.id)"""
"""The account of ``account_role`` may judge the work: neither did it nor belongs to who did.

Without this, the office of a town whose government rectifies a problem, which is the usual case,
would get the notice and be refused, and the office above it would never know.
"""
CHECKING_OFFICE: Final = offices_over(_ABOVE, _INDEPENDENT)
"""The offices of the lowest level that may check what the unit submitted."""

SIGNING_OFFICE: Final = offices_over(
    _ABOVE,
    f"array_position({LEVELS}, coalesce(division.level, 'province'))"
    f" <= array_position({LEVELS}, CAST(:asked AS text)) AND {_INDEPENDENT}",
)
"""The offices of the lowest level that may sign it off, but for whoever took the step."""

CIRCLES: Final[Mapping[Circle, str]] = MappingProxyType(
    {
        Circle.REPORTER: REPORTER,
        Circle.UNIT: UNIT,
        Circle.OFFICE: OFFICE,
        Circle.CHECKING_OFFICE: CHECKING_OFFICE,
        Circle.SIGNING_OFFICE: SIGNING_OFFICE,
    }
)
"""The accounts of each circle, of the problem ``:problem``; ``:who`` took the step, or NULL."""


def queue_notices(
    connection: Connection,
    done: Done,
    step: Step,
    who: AccountId | None,
    now: UtcDatetime,
    asked: ChiefLevel = ChiefLevel.VILLAGE,
) -> None:
    """Writes a ``delivery`` for each account a step is announced to, except the step's taker.

    ``asked`` is the lowest level that may sign the problem off.
    """
    for announced in step.announces:
        groups = [CIRCLES[circle] for circle in announced.circles]
        found = " UNION ".join(f"SELECT id FROM ({group}) AS one" for group in groups)
        connection.execute(
            text(f"""
                INSERT INTO delivery
                    (problem_id, account_id, kind, about, facts, made_at, try_after)
                SELECT :problem, account.id, :kind, :about, CAST(:facts AS jsonb), :now, :now
                FROM account WHERE is_active AND id IN ({found})
                    AND id IS DISTINCT FROM CAST(:who AS bigint)
                ORDER BY id ON CONFLICT DO NOTHING
                """),
            {
                "problem": done.problem_id,
                "kind": announced.kind.value,
                "about": str(done.version),
                "facts": orjson.dumps(
                    {
                        "number": done.number,
                        "action": step.action.value,
                        "status": done.status.value,
                    }
                ).decode(),
                "now": now,
                "who": who,
                "asked": asked.value,
            },
        )
