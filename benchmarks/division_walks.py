"""Walks along divisions and units: written out in each query, and by the functions they share.

    python -m benchmarks.division_walks [--rounds 150]

A country of 3,000 divisions and 500 units with 20,000 problems. Each query is asked both ways for
the same arguments, three times by turns, and has to answer the same. What counts is the time that
the server's process was on a processor (Linux tells it), the least of the three: waiting for others
on the machine tells nothing of a plan.
"""

import argparse
import random
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from benchmarks import division_walks_before as before
from dashboard.demo.basin import fill
from data.clock import now
from data.cluster import ROLES, Cluster
from data.database import engine, transaction
from data.migrations.run import upgrade
from data.queries.ledger import conditions, one_problem
from data.queries.waters import answering, file_people
from problem_ledger.cases import actions, actors, recipients
from problem_ledger.patrols import judging
from problem_ledger.record import store
from tests.made.ledger.rows import fill_problems
from tests.running.folders import open_folder

DATABASE = "division_walks"
SLOWER = 1.2
"""A function that makes a query's median longer than this many times is told by exit 1."""

SUBTREE = "SELECT id FROM divisions_below(:roots)"
UNITS_DOWN = "SELECT id FROM units_below(:units)"
OWN_REACHES = """
WITH held AS (
    SELECT * FROM responsibility WHERE person_id = :person AND valid_from <= :day
    AND (valid_to IS NULL OR valid_to > :day)
), below AS (
    SELECT held.division_id AS root, under.id
    FROM (SELECT DISTINCT division_id FROM held) held
    CROSS JOIN LATERAL divisions_below(ARRAY[held.division_id]) under
)
SELECT DISTINCT reach.id FROM reach JOIN held ON held.reach_id = reach.id
    OR (held.river_id = reach.river_id AND (held.division_id IS NULL
        OR (held.division_id, reach.division_id) IN (SELECT root, id FROM below)))
    OR (held.is_general AND NOT EXISTS (SELECT 1 FROM held WHERE NOT is_general)
        AND (held.division_id, reach.division_id) IN (SELECT root, id FROM below))
"""
"""What three hot queries would be by functions: they were slower and stay written out (kept)."""

COUNTED = "SELECT count(*) FROM problem WHERE {}"
QUERIES: Mapping[str, tuple[str, str]] = {
    "what a person may see (kept)": (before.SUBTREE, SUBTREE),
    "the list by division": (
        COUNTED.format(before.FILTER),
        COUNTED.format(conditions._FILTERS["division_ids"]),
    ),
    "units to choose from": (before.HANDLING_UNITS, str(one_problem._UNITS)),
    "unit that is assigned": (before.UNIT_NAMED, str(actions._UNIT)),
    "duties to a problem": (before.DUTIES, str(actors._DUTIES)),
    "members told": (before.OF_UNIT, recipients.UNIT),
    "offices told": (before.OFFICES, recipients.OFFICE),
    "number's code": (before.CODE, str(store._CODE)),
    "patrol's codes": (before.CODES, str(judging._CODES)),
    "who answers for a reach": (before.ANSWERING, str(answering._ANSWERING)),
    "chiefs in a river's file": (before.CHIEFS, str(file_people.CHIEFS)),
    "a chief's own reaches (kept)": (before.OWN_REACHES, OWN_REACHES),
    "units below (kept)": (before.UNITS_DOWN, UNITS_DOWN),
}
COUNTRY = """
WITH RECURSIVE made AS (
    SELECT n, CASE WHEN n <= 6 THEN 'province' WHEN n <= 46 THEN 'city' WHEN n <= 366 THEN 'county'
        WHEN n <= 1366 THEN 'township' ELSE 'village' END AS level,
        CASE WHEN n <= 6 THEN NULL WHEN n <= 46 THEN 1 + n % 6 WHEN n <= 366 THEN 7 + n % 40
        WHEN n <= 1366 THEN 47 + n % 320 ELSE 367 + n % 1000 END AS parent
    FROM generate_series(1, 3000) n
)
INSERT INTO division (id, name, level, parent_id, code)
SELECT 100000 + n, '区划' || n, level, 100000 + parent, lpad((700000000000 + n)::text, 12, '0')
FROM made ORDER BY n
"""
UNITS = """
INSERT INTO unit (id, name, parent_id, division_id)
SELECT 100000 + n, '单位' || n, CASE WHEN n > 40 THEN 100000 + 1 + n / 4 % 160 END, 100000 + n * 6
FROM generate_series(1, 500) n ORDER BY n
"""
PEOPLE = """
INSERT INTO account_role (account_id, role, unit_id)
SELECT account.id, 'unit_member', 100000 + 1 + account.id * 31 % 500 FROM account
UNION ALL SELECT account.id, 'unit_member', 100000 + 1 + account.id * 57 % 500 FROM account
"""
OFFICES = """
INSERT INTO account_role (account_id, role, division_id)
SELECT account.id, 'office', 100000 + 1 + account.id * 97 % 400 FROM account
"""
SPREAD = """
UPDATE problem SET division_id = 100001 + id * 7919 % 3000,
    unit_id = CASE WHEN unit_id IS NOT NULL THEN 100001 + id * 31 % 500 END
"""
POSTS = """
INSERT INTO responsibility (person_id, level, division_id, is_general, valid_from)
SELECT person.id, 'county', 100000 + 47 + person.id % 320, true, DATE '2020-01-01' FROM person
"""
REACHES = "UPDATE reach SET division_id = 101367 + id * 13 % 1600"


def fill_country(owner: Engine) -> None:
    """The country with its units, people, waters and problems, and what the planner knows of it."""
    fill(owner, lambda _line: None)
    fill_problems(owner, 20_000, now())
    with transaction(owner) as connection:
        for made in (COUNTRY, UNITS, PEOPLE, OFFICES, POSTS, REACHES, SPREAD):
            connection.execute(text(made))
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def asked(connection: Connection, chance: random.Random) -> Mapping[str, Any]:
    """Arguments for every query, chosen anew each round."""
    ids = {
        name: connection.execute(text(f"SELECT array_agg(id ORDER BY id) FROM {name}")).scalar_one()
        for name in ("account", "person", "problem", "reach")
    }
    reaches = sorted(chance.sample(ids["reach"], min(8, len(ids["reach"]))))
    one = chance.randrange(100_001, 103_001)
    return {
        "roots": [chance.randrange(100_001, 100_367) for _each in range(chance.choice((1, 1, 3)))],
        "division_ids": [chance.randrange(100_001, 100_367)],
        "division": one,
        "divisions": [101_367 + each * 13 % 1600 for each in reaches],
        "unit": chance.randrange(100_001, 100_501),
        "units": [chance.randrange(100_001, 100_501)],
        "who": chance.choice(ids["account"]),
        "problem": chance.choice(ids["problem"]),
        "id": one,
        "kind": "reach",
        "day": date(2026, 11, 2),
        "today": date(2026, 11, 2),
        "person": chance.choice(ids["person"]),
        "reaches": reaches,
        "river": 1,
        "lake": None,
        "reach": chance.choice(reaches),
    }


def answer(
    connection: Connection, server: int, query: str, bound: Mapping[str, Any]
) -> tuple[float, list[Any]]:
    """Milliseconds of the server's process for all rows, and the rows in an order of their own."""
    statement = text(query)
    given = {name: bound[name] for name in statement.compile().params}
    if "kind" in given:
        given["id"] = bound["reach"]
    began = on_processor_ms(server)
    rows = connection.execute(statement, given).all()
    return on_processor_ms(server) - began, sorted(map(repr, rows))


def on_processor_ms(server: int) -> float:
    """Returns how long the process with that number has run on a processor until now."""
    return int(Path(f"/proc/{server}/schedstat").read_text("ascii").split()[0]) / 1_000_000


def measure(on: Engine, rounds: int) -> dict[str, tuple[list[float], list[float]]]:
    """Milliseconds of each query, written out and by functions."""
    chance = random.Random(2026)  # noqa: S311 - an order, not a secret
    taken: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in QUERIES}
    with on.connect() as connection:
        server = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        for at in range(rounds):
            bound = asked(connection, chance)
            for name, ways in QUERIES.items():
                order = (0, 1, 1, 0, 0, 1) if at % 2 else (1, 0, 0, 1, 1, 0)
                found = [(way, *answer(connection, server, ways[way], bound)) for way in order]
                if any(rows != found[0][2] for _way, _ms, rows in found):
                    raise ValueError(f"{name}: the two ways differ for {bound}")
                for way in (0, 1):
                    taken[name][way].append(min(ms for one, ms, _rows in found if one == way))
    return taken


def percentile(values: Sequence[float], share: float) -> float:
    """Returns the value below which that share lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main(given: Sequence[str] | None = None) -> int:
    """Prints the figures; 1 where a function makes a query slower."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=150)
    chosen = parser.parse_args(given)
    with open_folder("division-walks") as folder:
        cluster = Cluster(folder / "postgres", {role: f"bench-{role}" for role in ROLES})
        cluster.start()
        try:
            cluster.create_database(DATABASE)
            owner = engine(cluster.url("owner", DATABASE))
            upgrade(owner)
            fill_country(owner)
            app = engine(cluster.url("app", DATABASE))
            taken = measure(app, chosen.rounds)
            app.dispose()
            owner.dispose()
        finally:
            cluster.stop(immediate=True)
    print("| query | median before | after | p95 before | after | p95 after / before |")
    print("|---|---|---|---|---|---|")
    worst = 0.0
    for name, (old, new) in taken.items():
        ratio = percentile(new, 0.95) / percentile(old, 0.95)
        if "(kept)" not in name:
            worst = max(worst, percentile(new, 0.5) / percentile(old, 0.5))
        figures = " | ".join(
            f"{percentile(each, share):.2f} ms" for share in (0.5, 0.95) for each in (old, new)
        )
        print(f"| {name} | {figures} | {ratio:.2f} |")
    return 0 if worst < SLOWER else 1


if __name__ == "__main__":
    sys.exit(main())
