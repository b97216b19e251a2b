"""Who gets a notice of a step: rows of ``delivery`` for the worker, without personal data."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import orjson
from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.notices.queue import offices_over
from data.procedure.step import Circle, Step
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

SIGNING_OFFICE: Final = offices_over(
    _ABOVE,
    f"array_position({LEVELS}, coalesce(division.level, 'province'))"
    f" <= array_position({LEVELS}, CAST(:asked AS text))",
)
"""The offices of the lowest level that may sign it off."""

CIRCLES: Final[Mapping[Circle, str]] = MappingProxyType(
    {
        Circle.REPORTER: REPORTER,
        Circle.UNIT: UNIT,
        Circle.OFFICE: OFFICE,
        Circle.SIGNING_OFFICE: SIGNING_OFFICE,
    }
)
"""The accounts of each circle of the table, of the problem bound as ``:problem``."""


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
