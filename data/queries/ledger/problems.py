"""The problem ledger in rows (问题台账): found, filtered, sorted, counted by tab."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from data.clock import UtcDatetime
from data.procedure.deadlines import LIGHT, Calendar, days_left
from data.procedure.turns import NEXT_ACTION, OPEN
from data.queries.ledger.asker import Asker
from data.queries.ledger.conditions import VIEWS, Moment, bound, condition
from data.queries.ledger.filter import LedgerFilter, Order, Sort, View
from data.queries.rows import row_as
from data.queries.scope import PROBLEM_VISIBLE, Scope
from data.queries.whereabouts import WHERE_FACTS, WHERE_JOINS, Where, where_of
from data.queries.working_days import known_calendar
from data.records import AccountId
from data.words.ledger import CLOSED, Action, Group, Light, Severity, Source, Status

__all__ = ["Counts", "Moment", "ProblemRow", "counts", "problems"]


def _ranked(column: str, words: Sequence[str]) -> str:
    return f"array_position(ARRAY{[str(word) for word in words]}, {column})"


_PLACES: Final = """
LEFT JOIN reach lies ON lies.id = problem.reach_id
LEFT JOIN river stream ON stream.id = lies.river_id
LEFT JOIN lake pool ON pool.id = problem.lake_id
"""
_SORTS: Final[Mapping[Sort, tuple[str, tuple[str, ...]]]] = {
    Sort.DUE: ("", (f"NOT ({OPEN})", "problem.due_at")),
    Sort.NUMBER: ("", ("problem.number",)),
    Sort.PLACE: (_PLACES, ("coalesce(stream.name, pool.name)", "problem.chainage_m")),
    Sort.DIVISION: (
        "LEFT JOIN division around ON around.id = problem.division_id",
        ("around.name",),
    ),
    Sort.CATEGORY: (
        "",
        (_ranked("split_part(problem.category, '.', 1)", list(Group)), "problem.category"),
    ),
    Sort.SEVERITY: ("", (_ranked("problem.severity", list(Severity)),)),
    Sort.STATUS: ("", (_ranked("problem.status", list(Status)),)),
    Sort.UNIT: ("LEFT JOIN unit ON unit.id = problem.unit_id", ("unit.name",)),
    Sort.LAST: ("", ("problem.last_at",)),
}
"""What each order joins and compares; closed problems come after open ones by deadline."""


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A problem as a list shows it; ``where`` and ``lon``/``lat`` (CGCS2000) give its place.

    ``asked_due_on`` and ``asked_why`` are those of the unit's request for more time that waits.

    ``next_action`` is the step for which it waits for the reader, None when it doesn't;
    ``days_left`` the working days until the deadline, negative when overdue.
    """

    id: int
    number: str
    version: int
    status: Status
    is_returned: bool
    category: str
    severity: Severity
    source: Source
    source_ref: str
    description: str
    requirement: str
    where: Where
    division_id: int | None
    lon: float
    lat: float
    unit_id: int | None
    unit: str | None
    station_id: int | None
    station: str | None
    station_en: str | None
    parameter: str | None
    reporter_id: AccountId | None
    handler_id: AccountId | None
    checker_id: AccountId | None
    found_at: UtcDatetime
    registered_at: UtcDatetime
    assigned_at: UtcDatetime | None
    signed_off_at: UtcDatetime | None
    due_at: UtcDatetime | None
    amber_at: UtcDatetime | None
    due_days: int | None
    is_provisional: bool
    extension_count: int
    asked_due_on: date | None
    asked_why: str | None
    pressed_at: UtcDatetime | None
    light: Light
    days_left: int | None
    last_action: Action
    last_actor: str
    last_at: UtcDatetime
    next_action: Action | None

    @property
    def is_open(self) -> bool:
        """Whether the problem isn't closed: somebody still has to act on it."""
        return self.status not in CLOSED

    @property
    def is_waiting(self) -> bool:
        """Whether the problem's next step is for the reader to take."""
        return self.next_action is not None


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of problems under each tab of the list, and of those signed off this month."""

    views: Mapping[View, int]
    signed_off_this_month: int


def problems(
    connection: Connection,
    scope: Scope,
    asker: Asker,
    chosen: LedgerFilter,
    order: Order,
    moment: Moment,
    *,
    start: int = 0,
    count: int = 50,
) -> tuple[tuple[ProblemRow, ...], int]:
    """Returns a page of ``count`` problems that fit the filter, and how many fit in all."""
    joins, keys = _SORTS[order.by]
    turn = "DESC" if order.descending else "ASC"
    direction = ", ".join(f"{key} {turn} NULLS LAST" for key in _named(len(keys)))
    columns = ", ".join(
        f"{key} AS {name}" for key, name in zip(keys, _named(len(keys)), strict=True)
    )
    rows = connection.execute(
        text(f"""
            WITH found AS MATERIALIZED (SELECT problem.id, {columns} FROM problem {joins}
            WHERE {condition(chosen)}),
                page AS (SELECT id, row_number() OVER (ORDER BY {direction}, id {turn}) AS place
            FROM found ORDER BY place OFFSET :start LIMIT :count)
            SELECT counted.total, {_COLUMNS}
            FROM (SELECT count(*) AS total FROM found) counted LEFT JOIN page ON true
            LEFT JOIN problem ON problem.id = page.id {_JOINS} ORDER BY page.place
            """),
        {
            **scope.bound,
            **asker.bound,
            **moment.bound,
            **bound(chosen),
            "start": start,
            "count": count,
        },
    ).all()
    calendar = known_calendar(connection)
    listed = tuple(_row(row, moment.now, calendar) for row in rows if row.id is not None)
    return listed, rows[0].total


def counts(connection: Connection, scope: Scope, asker: Asker, moment: Moment) -> Counts:
    """Counts the problems in the scope under each tab of the list."""
    columns = ", ".join(
        f"count(*) FILTER (WHERE {condition}) AS {view.value}" for view, condition in VIEWS.items()
    ).replace(" AS all", ' AS "all"')
    row = connection.execute(
        text(f"""
            SELECT {columns}, count(*) FILTER (WHERE problem.signed_off_at >= :month_start)
                AS signed_off_this_month FROM problem WHERE {PROBLEM_VISIBLE}
            """
        ),
        {**scope.bound, **asker.bound, **moment.bound},
    ).mappings().one()  # fmt: skip
    return Counts({view: row[view.value] for view in View}, row["signed_off_this_month"])


_ASKED_WHY: Final = f"""CASE WHEN problem.asked_due_on IS NOT NULL THEN (
    SELECT convert_from(event.body, 'UTF8')::jsonb ->> 'text' FROM problem_event event
    WHERE event.problem_id = problem.id AND event.action = '{Action.ASK_EXTENSION.value}'
    ORDER BY event.seq DESC LIMIT 1) END"""

_COLUMNS: Final = f"""problem.id, problem.number, problem.version, problem.status,
    problem.is_returned, problem.category, problem.severity, problem.source, problem.source_ref,
    problem.description, problem.requirement, problem.offset_m, problem.division_id,
    ST_X(problem.geom) AS lon, ST_Y(problem.geom) AS lat, problem.unit_id, handling.name AS unit,
    problem.station_id, post.name AS station, post.name_en AS station_en, problem.parameter,
    problem.reporter_id, problem.handler_id, problem.checker_id, problem.found_at,
    problem.registered_at, problem.assigned_at, problem.signed_off_at, problem.due_at,
    problem.amber_at, problem.due_days, problem.is_provisional, problem.extension_count,
    problem.asked_due_on, {_ASKED_WHY} AS asked_why, problem.pressed_at, {LIGHT} AS light,
    problem.last_action, problem.last_actor, problem.last_at, {NEXT_ACTION} AS next_action,
    {WHERE_FACTS.format(of="problem")}"""

_JOINS: Final = f"""{WHERE_JOINS.format(of="problem")}
    LEFT JOIN unit handling ON handling.id = problem.unit_id
    LEFT JOIN station post ON post.id = problem.station_id"""


def _named(several: int) -> list[str]:
    return [f"key_{at}" for at in range(several)]


def _row(row: Row[Any], now: UtcDatetime, calendar: Calendar) -> ProblemRow:
    left = days_left(row.due_at, Light(row.light), now, calendar)
    return row_as(ProblemRow, row, where=where_of(row._mapping), days_left=left)
