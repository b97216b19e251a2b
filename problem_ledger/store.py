"""Problems and their events as rows: locked, written with a version, chained; never committed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from data.clock import UtcDatetime
from data.errors import NotFound
from data.imports.placing import point_value
from data.ledger_words import Action, Stage, Status
from data.records import AccountId
from data.tables.ledger import problem, problem_event
from problem_ledger.attachments import Attached, attach
from problem_ledger.events import NOTHING_BEFORE, Event, canonical, chain_hash
from problem_ledger.given import Done

HANDLING = (Action.SIGN_FOR, Action.PROGRESS, Action.SUBMIT)
"""Who takes one of these handles the problem."""

_WITH_PLACE = select(
    problem,
    func.ST_X(problem.c.geom).label("lon"),
    func.ST_Y(problem.c.geom).label("lat"),
)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event before it is written: who did what when, in their words, with what evidence."""

    action: Action
    target: Status
    at: UtcDatetime
    account_id: AccountId | None
    actor: str
    role: str | None = None
    level: str | None = None
    text: str = ""
    more: Mapping[str, object] = field(default_factory=dict)
    photos: Sequence[Attached] = ()
    stage: Stage | None = None


def find(connection: Connection, problem_id: int, *, lock: bool = False) -> RowMapping:
    """The problem's row with ``lon`` and ``lat``, locked when asked for. Raises NotFound."""
    query = _WITH_PLACE.where(problem.c.id == problem_id)
    if lock:
        query = query.with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such problem.")
    return row


def find_by_key(connection: Connection, who: AccountId, request_key: str) -> RowMapping | None:
    """The problem that account reported with that key, if there is one."""
    query = _WITH_PLACE.where(problem.c.reporter_id == who, problem.c.request_key == request_key)
    return connection.execute(query).mappings().one_or_none()


def handlers(connection: Connection, problem_id: int) -> frozenset[AccountId]:
    """Everybody who ever handled the problem."""
    query = select(problem_event.c.account_id).where(
        problem_event.c.problem_id == problem_id,
        problem_event.c.action.in_([action.value for action in HANDLING]),
        problem_event.c.account_id.is_not(None),
    )
    return frozenset(connection.execute(query).scalars())


def last_at(connection: Connection, problem_id: int, action: Action) -> UtcDatetime | None:
    """When that step was taken last, None when it never was."""
    query = select(func.max(problem_event.c.at)).where(
        problem_event.c.problem_id == problem_id, problem_event.c.action == action.value
    )
    found: UtcDatetime | None = connection.execute(query).scalar()
    return found


def events(connection: Connection, problem_id: int) -> list[Event]:
    """The problem's chain from its first event on."""
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


def write_new(
    connection: Connection, number: str, values: Mapping[str, object], happened: Happened
) -> Done:
    """The problem is there with its first event."""
    body = _body(number, 1, None, values, happened)
    hash_ = chain_hash(NOTHING_BEFORE, body)
    columns = {name: value for name, value in values.items() if name not in ("lon", "lat")}
    problem_id = connection.execute(
        insert(problem)
        .values(
            **columns,
            number=number,
            status=happened.target.value,
            geom=point_value(_degrees(values["lon"]), _degrees(values["lat"])),
            **_last(1, hash_, happened),
        )
        .returning(problem.c.id)
    ).scalar_one()
    _append(connection, problem_id, 1, None, NOTHING_BEFORE, body, hash_, happened)
    return Done(problem_id, number, 1, happened.target, hash_)


def write_next(
    connection: Connection, row: RowMapping, changes: Mapping[str, object], happened: Happened
) -> Done:
    """The locked problem stands as the changes say, its chain one event longer."""
    seq = int(row["last_seq"]) + 1
    body = _body(row["number"], seq, row["status"], changes, happened)
    prev_hash = bytes(row["last_hash"])
    hash_ = chain_hash(prev_hash, body)
    connection.execute(
        update(problem)
        .where(problem.c.id == row["id"])
        .values(
            **changes,
            status=happened.target.value,
            version=seq,
            **_last(seq, hash_, happened),
        )
    )
    _append(connection, row["id"], seq, row["status"], prev_hash, body, hash_, happened)
    return Done(row["id"], row["number"], seq, happened.target, hash_)


def _degrees(value: object) -> float:
    if not isinstance(value, float):
        raise TypeError("degrees are floats")
    return value


def _last(seq: int, hash_: bytes, happened: Happened) -> dict[str, object]:
    return {
        "last_seq": seq,
        "last_hash": hash_,
        "last_at": happened.at,
        "last_action": happened.action.value,
        "last_actor": happened.actor,
    }


def _body(
    number: str, seq: int, source: str | None, changes: Mapping[str, object], happened: Happened
) -> bytes:
    return canonical(
        {
            "number": number,
            "seq": seq,
            "at": happened.at,
            "action": happened.action.value,
            "from": source,
            "to": happened.target.value,
            "account_id": happened.account_id,
            "actor": happened.actor,
            "role": happened.role,
            "level": happened.level,
            "text": happened.text,
            "set": dict(changes),
            "photos": [photo.sha256 for photo in happened.photos],
            **happened.more,
        }
    )


def _append(
    connection: Connection,
    problem_id: int,
    seq: int,
    source: str | None,
    prev_hash: bytes,
    body: bytes,
    hash_: bytes,
    happened: Happened,
) -> None:
    connection.execute(
        insert(problem_event).values(
            problem_id=problem_id,
            seq=seq,
            at=happened.at,
            action=happened.action.value,
            from_status=source,
            to_status=happened.target.value,
            account_id=happened.account_id,
            body=body,
            prev_hash=prev_hash,
            hash=hash_,
        )
    )
    if happened.photos and happened.stage is not None:
        attach(connection, happened.photos, problem_id, seq, happened.stage)
