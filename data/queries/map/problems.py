"""Open problems as pins on the map, and what changed in them since a change number."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.procedure.deadlines import LIGHT, days_left
from data.procedure.turns import OPEN
from data.queries.rows import row_as
from data.queries.scope import PATROL_VISIBLE, PROBLEM_VISIBLE, Scope
from data.queries.working_days import known_calendar
from data.words.ledger import Light, Severity, Status

LATE_COMMITS: Final = 200
"""Numbers are drawn before the commit: so many below the last seen may still appear …"""

LATE_SECONDS: Final = 3
"""… for so long. Telling a change twice is harmless, for it is told as a state."""


@dataclass(frozen=True, slots=True)
class Pin:
    """An open problem as a pin on the map, at degrees of CGCS2000.

    ``days_left`` are working days until the deadline, negative when overdue.
    """

    id: int
    number: str
    category: str
    severity: Severity
    status: Status
    is_returned: bool
    light: Light
    due_at: UtcDatetime | None
    days_left: int | None
    reach_id: int | None
    lake_id: int | None
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class LedgerChanges:
    """Problems changed since a map was loaded; ``gone``: ids of problems no longer open."""

    change_no: int
    pins: tuple[Pin, ...]
    gone: tuple[int, ...]
    patrol_count: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing that the scope may see has changed."""
        return not (self.pins or self.gone or self.patrol_count)


_PINS: Final = f"""
    SELECT problem.id, problem.number, problem.category, problem.severity, problem.status,
        problem.is_returned, {LIGHT} AS light, problem.due_at, problem.reach_id, problem.lake_id,
        ST_X(problem.geom) AS lon, ST_Y(problem.geom) AS lat
    FROM problem WHERE (:also_closed OR {OPEN}) AND {PROBLEM_VISIBLE}
        AND (CAST(:only AS bigint[]) IS NULL OR problem.id = ANY(CAST(:only AS bigint[])))
    ORDER BY problem.due_at NULLS LAST, problem.id LIMIT :most"""
_OPEN_COUNT: Final = text(f"SELECT count(*) FROM problem WHERE {OPEN} AND {PROBLEM_VISIBLE}")
_NEWEST: Final = text("""
SELECT GREATEST((SELECT COALESCE(max(change_no), 0) FROM problem),
(SELECT COALESCE(max(change_no), 0) FROM patrol))
""")
_NUMBERS: Final = text("""
SELECT change_no FROM problem WHERE change_no > :floor
UNION ALL SELECT change_no FROM patrol WHERE change_no > :floor
""")
_LATER: Final = (
    "({of}.change_no > :after OR {of}.change_no > :after - :late"
    " AND {of}.{at} > now() - :seconds * interval '1 s')"
)
_TOUCHED: Final = text(f"""
SELECT problem.id, {OPEN} AS is_open FROM problem
WHERE {_LATER.format(of="problem", at="last_at")} AND {PROBLEM_VISIBLE}
""")
_WALKED: Final = text(f"""
SELECT count(*) FROM patrol WHERE {_LATER.format(of="patrol", at="recorded_at")}
    AND {PATROL_VISIBLE}
""")


def pins(
    connection: Connection,
    scope: Scope,
    now: UtcDatetime,
    only: Collection[int] | None = None,
    *,
    most: int | None = None,
    also_closed: bool = False,
) -> tuple[Pin, ...]:
    """Returns open problems that the scope may see, the soonest deadline first.

    ``most`` limits them; ``also_closed`` returns those of ``only`` that are closed too.
    """
    rows = connection.execute(
        text(_PINS),
        {
            **scope.bound,
            "now": now,
            "only": None if only is None else sorted(only),
            "most": most,
            "also_closed": also_closed,
        },
    )
    calendar = known_calendar(connection)
    return tuple(
        row_as(Pin, row, days_left=days_left(row.due_at, Light(row.light), now, calendar))
        for row in rows
    )


def open_count(connection: Connection, scope: Scope) -> int:
    """Returns how many open problems the scope may see."""
    return int(connection.execute(_OPEN_COUNT, scope.bound).scalar_one())


def last_ledger_no(connection: Connection) -> int:
    """Returns the highest committed change number of problems and patrols, 0 before the first."""
    return int(connection.execute(_NEWEST).scalar_one())


def ledger_numbers(connection: Connection, floor: int) -> list[int]:
    """Returns the change numbers above ``floor`` of problems and patrols, unordered."""
    return list(connection.execute(_NUMBERS, {"floor": floor}).scalars())


def ledger_changes(
    connection: Connection, after: int, scope: Scope, now: UtcDatetime
) -> LedgerChanges:
    """Returns what changed in the scope after change number ``after``, and the new number."""
    newest = last_ledger_no(connection)
    bound = {**scope.bound, "after": after, "late": LATE_COMMITS, "seconds": LATE_SECONDS}
    touched = connection.execute(_TOUCHED, bound).all()
    walked = connection.execute(_WALKED, bound).scalar_one()
    standing = [row.id for row in touched if row.is_open]
    gone = tuple(sorted(row.id for row in touched if not row.is_open))
    shown = pins(connection, scope, now, standing) if standing else ()
    return LedgerChanges(newest, shown, gone, walked)
