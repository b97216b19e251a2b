"""Reads the page of patrols for the current user: a month, a chief, a patrol; and its addresses."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from sqlalchemy import Connection, text

from dashboard.frame.answers import MOST_ID
from dashboard.frame.auth import Action, User, may, visible_to
from dashboard.frame.deps import Deps
from dashboard.ledger.reads import asker, ledger_moment
from data.clock import UtcDatetime, business_date
from data.database import transaction
from data.errors import BadInput, NotFound
from data.queries.ledger.filter import LedgerFilter, Order, View
from data.queries.ledger.problems import ProblemRow, problems
from data.queries.patrols.month import YEARS
from data.queries.patrols.records import (
    ChiefMonth,
    Month,
    PatrolDetail,
    PatrolRow,
    ReachCoverage,
    Reader,
    chiefs_of_month,
    coverage,
    month_named,
    month_of,
    patrol_detail,
    patrol_list,
    reader_of,
)
from data.query_values import PageQuery, read_month, read_number
from data.words.ledger import CLOSED
from problem_ledger.patrols.rules import TrackRule


def address(month: str, *, chief: int | str | None = None, patrol: int | None = None) -> str:
    """The address of the page of patrols with a month (``2026-11``), chief and patrol chosen."""
    chosen = {"month": month, "chief": chief, "patrol": patrol}
    return "/patrols?" + urlencode({name: value for name, value in chosen.items() if value})


MOST_FOUND = 100
OWN = "own"
"""Stands for oneself in the address: patrols that count for no chief."""
_PERSON = "SELECT id FROM person WHERE account_id = :who"
_FOUND = "SELECT id FROM problem WHERE patrol_id = ANY(:patrols)"


@dataclass(frozen=True, slots=True)
class Asked:
    """The month, chief and patrol in the page's address, as unparsed text."""

    month: str = ""
    chief: str = ""
    patrol: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything the page of patrols shows; ``chief`` is None when no chief's patrols are shown.

    ``open_at`` holds by reach the chainages of its open problems; ``walked_by`` says from how far
    off a reach counts as walked.
    """

    now: UtcDatetime
    month: Month
    chiefs: tuple[ChiefMonth, ...]
    chief: ChiefMonth | None
    is_own: bool
    has_own: bool
    patrols: tuple[PatrolRow, ...]
    coverage: tuple[ReachCoverage, ...]
    open_at: Mapping[int, tuple[float, ...]]
    found: tuple[ProblemRow, ...]
    patrol: PatrolDetail | None
    is_missing: bool
    unread: tuple[BadInput, ...]
    walked_by: TrackRule


def read(deps: Deps, user: User, asked: Asked) -> Shown:
    """Reads what the page of patrols shows; leaves out what is missing or not visible.

    What the address asks for and can't be read is left out too, and noted.
    """
    now = deps.clock()
    asked, unread = readable(asked)
    with transaction(deps.engine) as connection:
        reader = reader_of(connection, user.account_id, visible_to(user))
        patrol = _patrol(connection, reader, asked.patrol)
        month = month_named(asked.month, now)
        if patrol is not None and not asked.month:
            month = month_of(business_date(patrol.started_at), now)
        chiefs = tuple(chiefs_of_month(connection, reader, month, deps.patrol_rules.duties))
        person = connection.execute(text(_PERSON), {"who": user.account_id}).scalar_one_or_none()
        has_own = person is None and may(user, Action.WRITE_PATROLS)
        chief = _chief(chiefs, asked, patrol, person)
        is_own = chief is None and has_own
        patrols: tuple[PatrolRow, ...] = ()
        if chief is not None or is_own:
            patrols = tuple(
                patrol_list(
                    connection,
                    reader,
                    span=month.span,
                    person_id=chief.person_id if chief else None,
                    walker_id=None if chief else user.account_id,
                )
            )
        if patrol is None and patrols and not asked.patrol:
            patrol = patrol_detail(connection, reader, patrols[0].id)
        reaches = coverage(connection, reader.scope, chief.person_id, month) if chief else []
        found = _found(connection, deps, user, now, patrols)
        open_at = _open_at(connection, deps, user, now, reaches)
    return Shown(
        now, month, chiefs, chief, is_own, has_own, patrols, tuple(reaches), open_at, found,
        patrol, bool(asked.patrol) and patrol is None, unread, deps.patrol_rules.track,
    )  # fmt: skip


def readable(asked: Asked) -> tuple[Asked, tuple[BadInput, ...]]:
    """Returns what can be read of the address, and the errors of the rest."""
    page = PageQuery(asdict(asked))
    month = page.read(read_month, "month", YEARS, otherwise=None)
    own = asked.chief == OWN
    chief = None if own else page.read(read_number, "chief", 1, MOST_ID, otherwise=None)
    patrol = page.read(read_number, "patrol", 1, MOST_ID, otherwise=None)
    readable = Asked(
        f"{month:%Y-%m}" if month else "",
        OWN if own else str(chief or ""),
        str(patrol or ""),
    )
    return readable, tuple(page.unread)


def _number(text: str) -> int | None:
    return int(text) if text else None


def _patrol(connection: Connection, reader: Reader, text: str) -> PatrolDetail | None:
    number = _number(text)
    if number is None:
        return None
    try:
        return patrol_detail(connection, reader, number)
    except NotFound:
        return None


def _chief(
    chiefs: tuple[ChiefMonth, ...], asked: Asked, patrol: PatrolDetail | None, person: int | None
) -> ChiefMonth | None:
    """The chief to show: the address's, the patrol's, the reader, or who did most; else None."""
    if asked.chief == OWN:
        return None
    by_id = {chief.person_id: chief for chief in chiefs}
    if patrol is not None and not asked.chief:
        return by_id.get(patrol.person_id or 0)
    for wanted in (_number(asked.chief), person):
        if wanted in by_id:
            return by_id[wanted]
    return max(chiefs, key=lambda chief: chief.done_count, default=None)


def _found(
    connection: Connection,
    deps: Deps,
    user: User,
    now: UtcDatetime,
    patrols: tuple[PatrolRow, ...],
) -> tuple[ProblemRow, ...]:
    """Reads the problems found on the given patrols, the open problems first."""
    with_some = [patrol.id for patrol in patrols if patrol.problem_count]
    if not with_some:
        return ()
    ids = connection.execute(text(_FOUND), {"patrols": with_some}).scalars()
    chosen = LedgerFilter(view=View.ALL, problem_ids=tuple(ids))
    return _problems(connection, deps, user, now, chosen)


def _open_at(
    connection: Connection, deps: Deps, user: User, now: UtcDatetime, reaches: list[ReachCoverage]
) -> dict[int, tuple[float, ...]]:
    """Reads where open problems lie on each reach: chainages in metres, by the reach's id."""
    if not reaches:
        return {}
    chosen = LedgerFilter(view=View.OPEN, reach_ids=tuple(each.reach_id for each in reaches))
    at: dict[int, tuple[float, ...]] = {}
    for problem in _problems(connection, deps, user, now, chosen):
        reach, metres = problem.where.reach_id, problem.where.chainage_m
        if reach is not None and metres is not None and problem.status not in CLOSED:
            at[reach] = (*at.get(reach, ()), metres)
    return at


def _problems(
    connection: Connection, deps: Deps, user: User, now: UtcDatetime, chosen: LedgerFilter
) -> tuple[ProblemRow, ...]:
    rows, _total = problems(
        connection,
        visible_to(user),
        asker(connection, deps, user),
        chosen,
        Order(),
        ledger_moment(connection, deps, now),
        count=MOST_FOUND,
    )
    return rows
