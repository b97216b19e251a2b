"""How long the ledger's list takes with 20,000 problems, under any filter and order.

    python -m benchmarks.ledger_list [--problems 20000] [--rounds 5]

The server's work is measured: duties, rows, their words; no network, no drawing.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import product

from sqlalchemy import Engine, text

from dashboard.demo.basin import fill
from dashboard.frame.auth import User
from dashboard.frame.deps import Deps
from dashboard.ledger.reads import read_overview, read_rows
from dashboard.ledger.rows import line_of
from data.clock import business_date, now
from data.cluster import ROLES, Cluster
from data.database import engine, transaction
from data.migrations.run import upgrade
from data.queries.ledger.filter import LedgerFilter, Order, Sort, View, read_filter
from data.queries.people.accounts import credentials, roles
from data.queries.people.visible import scope_of
from data.settings import DashboardSettings, QualitySettings
from data.words.ledger import Group, Light, Severity, Source, Status
from tests.made.ledger.rows import fill_problems
from tests.running.folders import open_folder

LIMIT_MS = 150.0
DATABASE = "ledger_list"
PEOPLE = ("office", "chief", "town-chief", "unit", "patroller", "auditor", "city-office")


def queries() -> Iterator[str]:
    """Yields every tab by itself, every filter by itself, and filters together."""
    yield from (f"view={view.value}" for view in View)
    singles = [
        *(f"status={word.value}" for word in Status),
        *(f"severity={word.value}" for word in Severity),
        *(f"light={word.value}" for word in Light),
        *(f"source={word.value}" for word in Source),
        *(f"category={word.value}" for word in Group),
        "category=dumping.rubbish&category=bank.piles",
        *(f"river={number}" for number in range(1, 8)),
        "unit=4&unit=9",
        "division=5",
        "reach=3",
        "station=6",
        *(f"q={word}" for word in ("垃圾", "00123", "K12%2B350", "清川河", "没有这样的字", "%25")),
        "since=2026-01-01",
        "until=2020-01-01",
    ]
    yield from (f"view=all&{one}" for one in singles)
    yield from (f"view={view}&{one}" for view, one in product(("waiting", "overdue"), singles))
    yield "view=all&status=rectifying&severity=major&category=dumping&light=red&q=%E5%9E%83"


def users(on: Engine) -> Iterator[tuple[str, User]]:
    """Yields those of the made county who read the ledger, each with what they may see."""
    with transaction(on) as connection:
        for login in PEOPLE:
            known = credentials(connection, login)
            assert known is not None, login
            held = roles(connection, [known.account.id])[known.account.id]
            scope = scope_of(connection, known.account.id, held, business_date(now()))
            yield login, User(known.account, held, scope)


def measure(deps: Deps, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of every request by what was asked, in an order that hides no cache."""
    known = dict(users(deps.engine))
    asked = [
        (query, order, start)
        for query in queries()
        for order in (Order(), Order(Sort.LAST, descending=True))
        for start in (0,)
    ]
    asked += [("view=all", Order(by, turned), 0) for by in Sort for turned in (False, True)]
    asked += [("view=all", Order(by), 10_000) for by in Sort]
    taken: dict[str, list[float]] = {}
    chance = random.Random(2046)  # noqa: S311 - an order, not a secret
    for _round in range(rounds):
        chance.shuffle(asked)
        for query, order, start in asked:
            user = known[chance.choice(PEOPLE)]
            began = time.perf_counter()
            rows, _found, at = read_rows(deps, user, read_filter(query), order, start, 50)
            for row in rows:
                line_of(row, at)
            name = f"{query} by {'-' if order.descending else ''}{order.by.value} from {start}"
            taken.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        for user in known.values():
            began = time.perf_counter()
            read_overview(deps, user, LedgerFilter())
            taken.setdefault("counts of the tabs", []).append((time.perf_counter() - began) * 1000)
    return taken


def percentile(values: Sequence[float], share: float) -> float:
    """Returns the value below which that share lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main(given: Sequence[str] | None = None) -> int:
    """Prints the figures; 1 where the 95th percentile is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(given)
    with open_folder("ledger-list") as folder:
        cluster = Cluster(folder / "postgres", {role: f"bench-{role}" for role in ROLES})
        cluster.start()
        try:
            cluster.create_database(DATABASE)
            owner = engine(cluster.url("owner", DATABASE))
            upgrade(owner)
            fill(owner, lambda _line: None)
            fill_problems(owner, chosen.problems, now())
            app = engine(cluster.url("app", DATABASE))
            with app.connect() as connection:
                count = connection.execute(text("SELECT count(*) FROM problem")).scalar_one()
            deps = Deps(app, DashboardSettings(), QualitySettings(), now)
            taken = measure(deps, chosen.rounds)
            app.dispose()
            owner.dispose()
        finally:
            cluster.stop(immediate=True)
    every = [one for several in taken.values() for one in several]
    worst = sorted(taken, key=lambda name: statistics.median(taken[name]), reverse=True)[:5]
    p95 = percentile(every, 0.95)
    print(f"{count:,} problems, {len(every):,} requests of {len(taken)} kinds")
    print(f"median {statistics.median(every):.1f} ms, p95 {p95:.1f} ms, max {max(every):.1f} ms")
    for name in worst:
        print(f"  slowest: {statistics.median(taken[name]):6.1f} ms  {name}")
    print(f"p95 / limit = {p95 / LIMIT_MS:.2f} (limit {LIMIT_MS:.0f} ms)")
    return 0 if p95 < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
