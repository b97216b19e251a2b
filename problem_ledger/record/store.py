"""Reads, locks, numbers and writes the rows of problems and events; the caller commits."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, func, insert, select, text, update

from data.clock import BUSINESS_ZONE, Clock, UtcDatetime
from data.errors import Conflict, NotFound
from data.placing.stations import point_value
from data.procedure.turns import HANDLING
from data.records import AccountId
from data.tables.ledger import problem, problem_event
from data.words.ledger import Action
from problem_ledger.record.attachments import attach
from problem_ledger.record.commands import Done
from problem_ledger.record.events import Event, NewEvent, Row, first_link, next_link

AHEAD: Final = timedelta(minutes=5)
"""The most that the database lets any clock be ahead of its own (0010_clocks.sql)."""

UNVERIFIED: Final = "000000"
"""Stands where no division's code is known."""

_CODE = text("""
SELECT substr(code, 1, 6) FROM divisions_above(:id)
WHERE code IS NOT NULL ORDER BY up LIMIT 1
""")
_DRAW = text("""
INSERT INTO problem_serial (division_code, year, last) VALUES (:code, :year, 1)
ON CONFLICT (division_code, year) DO UPDATE SET last = problem_serial.last + 1
RETURNING last
""")

_WITH_PLACE = select(
    problem,
    func.ST_X(problem.c.geom).label("lon"),
    func.ST_Y(problem.c.geom).label("lat"),
)


def find(connection: Connection, problem_id: int, *, lock: bool = False) -> Row:
    """Reads a problem's row with ``lon`` and ``lat``; ``lock`` locks the row. Raises NotFound."""
    query = _WITH_PLACE.where(problem.c.id == problem_id)
    if lock:
        query = query.with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such problem.")
    return {str(name): value for name, value in row.items()}


def next_moment(row: Row, clock: Clock) -> UtcDatetime:
    """Returns the time of a problem's next event: now, but never before the last one's.

    Raises Conflict when the last one's lies further ahead than two servers' clocks may differ: by
    then no true time could follow it.
    """
    now, before = clock(), UtcDatetime(row["last_at"])
    if before - now > AHEAD:
        raise Conflict(
            "The last entry of problem {number} is dated {at} in Beijing, later than now.",
            mend="Compare this server's clock with the database's: ./onemap doctor.",
            number=row["number"],
            at=f"{before.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}",
        )
    return max(now, before)


def find_by_key(connection: Connection, who: AccountId, request_key: str) -> Row | None:
    """Reads the problem that the account reported with that request key; None if there is none."""
    query = _WITH_PLACE.where(problem.c.reporter_id == who, problem.c.request_key == request_key)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else {str(name): value for name, value in row.items()}


def handlers(connection: Connection, problem_id: int) -> frozenset[AccountId]:
    """Reads which accounts have ever handled the problem."""
    query = select(problem_event.c.account_id).where(
        problem_event.c.problem_id == problem_id,
        problem_event.c.action.in_([action.value for action in HANDLING]),
        problem_event.c.account_id.is_not(None),
    )
    return frozenset(connection.execute(query).scalars())


def last_at(connection: Connection, problem_id: int, action: Action) -> UtcDatetime | None:
    """Reads when that step was last taken on the problem, None when it never was."""
    query = select(func.max(problem_event.c.at)).where(
        problem_event.c.problem_id == problem_id, problem_event.c.action == action.value
    )
    found: UtcDatetime | None = connection.execute(query).scalar()
    return found


def events(connection: Connection, problem_id: int) -> list[Event]:
    """Reads all events of the problem's chain, oldest first."""
    columns = (
        problem_event.c.seq,
        problem_event.c.at,
        problem_event.c.action,
        problem_event.c.from_status,
        problem_event.c.to_status,
        problem_event.c.account_id,
        problem_event.c.body,
        problem_event.c.prev_hash,
        problem_event.c.hash,
    )
    query = select(*columns).where(problem_event.c.problem_id == problem_id)
    return [Event(*row) for row in connection.execute(query.order_by(problem_event.c.seq))]


def draw_number(connection: Connection, division_id: int | None, year: int) -> str:
    """Draws and returns a division's next number of a year, without gaps: 411381-2026-00012.

    It is drawn under a row lock, so that a transaction undone gives it back.
    """
    code = connection.execute(_CODE, {"id": division_id}).scalar() or UNVERIFIED
    serial = connection.execute(_DRAW, {"code": code, "year": year}).scalar_one()
    return f"{code}-{year}-{serial:05d}"


def write_new(
    connection: Connection, number: str, values: Mapping[str, object], new: NewEvent
) -> Done:
    """Inserts a problem with its first event and attaches the event's photos."""
    link = first_link(number, values, new)
    columns = dict(link.columns)
    point = point_value(columns.pop("lon"), columns.pop("lat"))
    inserted = insert(problem).values(**columns, geom=point).returning(problem.c.id)
    problem_id = connection.execute(inserted).scalar_one()
    return _append(connection, problem_id, number, link.event, new)


def write_next(
    connection: Connection, row: Row, changes: Mapping[str, object], new: NewEvent
) -> Done:
    """Changes a locked problem's row, appends an event to its chain and attaches the photos."""
    link = next_link(row, changes, new)
    connection.execute(update(problem).where(problem.c.id == row["id"]).values(**link.columns))
    return _append(connection, row["id"], row["number"], link.event, new)


def _append(
    connection: Connection, problem_id: int, number: str, event: Event, new: NewEvent
) -> Done:
    columns = {each.name: getattr(event, each.name) for each in fields(event)}
    connection.execute(insert(problem_event).values(problem_id=problem_id, **columns))
    if new.photos and new.stage is not None:
        attach(connection, new.photos, problem_id, event.seq, new.stage)
    return Done(problem_id, number, event.seq, new.target, event.hash)
