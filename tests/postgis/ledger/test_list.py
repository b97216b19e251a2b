"""The ledger's list: tabs, filters, orders, lights and scope, against what Python makes of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from data.clock import UtcDatetime, business_date, now, to_utc
from data.procedure.deadlines import light
from data.queries.ledger.asker import Asker, asker_of
from data.queries.ledger.choices import choices, names
from data.queries.ledger.filter import LedgerFilter, Order, Sort, View, read_filter
from data.queries.ledger.problems import Moment, ProblemRow, counts, problems
from data.queries.scope import EVERYTHING, NOTHING, Scope
from data.records import DivisionId, LakeId, ReachId, RiverId, StationId
from data.vocabulary import ChiefLevel
from data.words.ledger import CATEGORIES, CLOSED, Group, Light, Severity, Status
from problem_ledger.cases.rules import load_rules
from tests.made.basin import SmallBasin
from tests.made.database import Database
from tests.made.ledger.rows import fill_problems
from tests.made.office import Office

COUNT = 220
NOW = now()
MOMENT = Moment(NOW, to_utc(NOW + timedelta(days=3)))
Ask = Callable[..., list[ProblemRow]]


@pytest.fixture(scope="module")
def basin(shared_office: Office) -> SmallBasin:
    """Problems in every state over two reaches, filled once: the tests only read."""
    fill_problems(shared_office.database.owner, COUNT, NOW)
    return shared_office.basin


@pytest.fixture
def asker(shared_office: Office, basin: SmallBasin) -> Asker:
    """The office of the county."""
    with shared_office.database.app.connect() as connection:
        return asker_of(connection, shared_office.accounts["office"], sign_off())


@pytest.fixture
def ask(shared_database: Database, asker: Asker) -> Ask:
    def asked(
        query: str = "view=all", order: Order | None = None, scope: Scope = EVERYTHING
    ) -> list[ProblemRow]:
        with shared_database.app.connect() as connection:
            rows, total = problems(
                connection,
                scope,
                asker,
                read_filter(query),
                order or Order(),
                MOMENT,
                count=COUNT + 1,
            )
        assert total == len(rows)
        return list(rows)

    return asked


def sign_off() -> dict[Severity, ChiefLevel]:
    rules = load_rules()
    return {severity: rules.sign_off_level(severity) for severity in Severity}


def numbers(rows: list[ProblemRow]) -> list[str]:
    return [row.number for row in rows]


KEEPS: dict[str, Callable[[ProblemRow, SmallBasin], bool]] = {
    "view=open": lambda row, _basin: row.status not in CLOSED,
    "view=overdue": lambda row, _basin: row.light is Light.RED,
    "view=checking": lambda row, _basin: row.status is Status.SUBMITTED,
    "view=pressed": lambda row, _basin: row.is_open and row.pressed_at is not None,
    "view=waiting": lambda row, _basin: row.is_waiting,
    "view=soon": lambda row, _basin: (
        row.is_open and row.due_at is not None and NOW < row.due_at <= MOMENT.soon_until
    ),
    "view=all&status=assigned&status=refused": lambda row, _basin: (
        row.status in (Status.ASSIGNED, Status.REFUSED)
    ),
    "view=all&severity=major": lambda row, _basin: row.severity is Severity.MAJOR,
    "view=all&category=dumping": lambda row, _basin: row.category in CATEGORIES[Group.DUMPING],
    "view=all&category=bank.piles&category=outfall": lambda row, _basin: (
        row.category == "bank.piles" or row.category.startswith("outfall.")
    ),
    "view=all&light=amber": lambda row, _basin: row.light is Light.AMBER,
    "view=all&source=hotline": lambda row, _basin: row.source.value == "hotline",
    "view=all&q=垃圾": lambda row, _basin: "垃圾" in row.description,
    "view=all&q=00017": lambda row, _basin: "00017" in row.number,
    "view=all&q=K12%2B350": lambda row, _basin: abs((row.where.chainage_m or 0) - 12350) <= 50,
    "view=all&q=%25": lambda _row, _basin: False,
    "view=all&q=_": lambda _row, _basin: False,
    "view=all&q=清河": lambda _row, _basin: True,
}


@pytest.mark.parametrize("query", KEEPS)
def test_a_filter_keeps_what_fits_and_nothing_else(ask: Ask, basin: SmallBasin, query: str) -> None:
    every = ask()
    assert len(every) == COUNT
    kept = {row.number for row in every if KEEPS[query](row, basin)}
    assert set(numbers(ask(query))) == kept
    assert len(kept) < COUNT or "清河" in query
    assert kept or query.endswith(("%25", "_"))


def test_waters_divisions_and_units_narrow_it(ask: Ask, basin: SmallBasin) -> None:
    every = ask()
    up = [row.number for row in every if row.where.reach_id == basin.reach_up]
    assert up
    assert len(up) < COUNT
    assert numbers(ask(f"view=all&reach={basin.reach_up}")) == up
    assert numbers(ask(f"view=all&division={basin.town_up}")) == up
    assert len(ask(f"view=all&division={basin.county}")) == COUNT
    assert len(ask(f"view=all&river={basin.river}")) == COUNT
    assert ask(f"view=all&lake={basin.lake}") == [] == ask("view=all&river=987654")
    unit = next(row.unit_id for row in every if row.unit_id)
    assert len(ask(f"view=all&unit={unit}")) == sum(row.unit_id == unit for row in every)
    some = every[3].id, every[8].id
    assert {row.id for row in ask(f"view=all&problem={some[0]}&problem={some[1]}")} == set(some)


def test_days_of_registration_are_both_included(ask: Ask) -> None:
    every = ask()
    day = business_date(every[0].registered_at)

    kept = [row for row in every if business_date(row.registered_at) == day]
    assert set(numbers(ask(f"view=all&since={day}&until={day}"))) == set(numbers(kept))


RANK = {word: at for words in (Severity, Status) for at, word in enumerate(words)}
KEYS: dict[Sort, Callable[[ProblemRow], object]] = {
    Sort.NUMBER: lambda row: row.number,
    Sort.PLACE: lambda row: (row.where.river, row.where.chainage_m),
    Sort.DIVISION: lambda row: row.where.division,
    Sort.CATEGORY: lambda row: (
        list(Group).index(Group(row.category.split(".")[0])),
        row.category,
    ),
    Sort.SEVERITY: lambda row: RANK[row.severity],
    Sort.STATUS: lambda row: RANK[row.status],
    Sort.LAST: lambda row: row.last_at,
}


@pytest.mark.parametrize("by", KEYS)
@pytest.mark.parametrize("descending", [False, True])
def test_an_order_is_kept_over_pages(
    shared_database: Database, ask: Ask, asker: Asker, by: Sort, descending: bool
) -> None:
    whole = ask(order=Order(by, descending))
    keys = [KEYS[by](row) for row in whole]
    assert keys == sorted(keys, reverse=descending)  # type: ignore[type-var]  # of one kind each
    paged: list[ProblemRow] = []
    with shared_database.app.connect() as connection:
        for start in range(0, COUNT, 60):
            rows, total = problems(
                connection,
                EVERYTHING,
                asker,
                LedgerFilter(view=View.ALL),
                Order(by, descending),
                MOMENT,
                start=start,
                count=60,
            )
            assert total == COUNT
            paged += rows
        beyond = problems(
            connection, EVERYTHING, asker, LedgerFilter(), Order(), MOMENT, start=9999
        )
    assert numbers(paged) == numbers(whole)
    assert beyond[0] == ()
    assert beyond[1] > 0


def test_the_soonest_deadline_comes_first_and_closed_problems_last(ask: Ask) -> None:
    rows = ask()
    assert [row.is_open for row in rows] == sorted((row.is_open for row in rows), reverse=True)
    due = [row.due_at for row in rows if row.is_open]
    known = [at for at in due if at is not None]
    assert known == sorted(known)
    assert due[: len(known)] == known


def test_the_light_is_the_same_in_sql_and_in_python(ask: Ask) -> None:
    rows = ask()
    assert {row.light for row in rows} == set(Light)
    for row in rows:
        assert row.light is light(row.due_at, row.amber_at, row.status, NOW), row


@pytest.mark.parametrize("late", [False, True])
def test_a_light_turns_at_its_very_instant(
    shared_database: Database, ask: Ask, asker: Asker, late: bool
) -> None:
    row = next(each for each in ask() if each.light is Light.GREEN)
    assert row.due_at is not None
    assert row.amber_at is not None
    at = row.due_at if late else row.amber_at
    for moment, expected in (
        (at - timedelta(microseconds=1), Light.AMBER if late else Light.GREEN),
        (at, Light.RED if late else Light.AMBER),
    ):
        told = Moment(UtcDatetime(moment), UtcDatetime(moment))
        with shared_database.app.connect() as connection:
            alone = LedgerFilter(view=View.ALL, problem_ids=(row.id,))
            ((found,), _n) = problems(connection, EVERYTHING, asker, alone, Order(), told)
        assert found.light is expected
        assert light(row.due_at, row.amber_at, row.status, UtcDatetime(moment)) is expected


def test_the_tabs_count_what_they_hold(shared_database: Database, ask: Ask, asker: Asker) -> None:
    with shared_database.app.connect() as connection:
        counted = counts(connection, EVERYTHING, asker, MOMENT)
    for view in View:
        assert counted.views[view] == len(ask(f"view={view.value}")), view
    start = MOMENT.bound["month_start"]
    signed = [row for row in ask() if row.signed_off_at and row.signed_off_at >= start]  # type: ignore[operator]  # an instant
    assert counted.signed_off_this_month == len(signed)


def test_what_may_not_be_seen_is_nowhere(
    shared_database: Database, ask: Ask, asker: Asker, basin: SmallBasin
) -> None:
    every = ask()
    up = {row.number for row in every if row.where.reach_id == basin.reach_up}
    seen: list[tuple[Scope, set[str]]] = [
        (Scope(divisions=frozenset({DivisionId(basin.town_up)})), up),
        (Scope(reaches=frozenset({ReachId(basin.reach_up)})), up),
        (Scope(rivers=frozenset({RiverId(basin.river)})), {row.number for row in every}),
        (Scope(lakes=frozenset({LakeId(basin.lake)})), set()),
        (Scope(stations=frozenset({StationId(basin.section_up)})), set()),
        (NOTHING, set()),
    ]
    for scope, expected in seen:
        assert set(numbers(ask(scope=scope))) == expected, scope
        with shared_database.app.connect() as connection:
            counted = counts(connection, scope, asker, MOMENT)
            offered = choices(connection, scope)
            asked = LedgerFilter(problem_ids=(every[0].id,), reach_ids=(basin.reach_down,))
            named = names(connection, scope, asked)
        assert counted.views[View.ALL] == len(expected)
        assert bool(offered.rivers.listed) == bool(expected) == bool(offered.units.listed)
        assert ("problem" in named) == (every[0].number in expected)
