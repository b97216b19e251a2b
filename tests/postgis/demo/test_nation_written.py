"""A small made nation in a real database: proven chains, classes as planned, drawn on the map."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from dashboard.demo.national.fill import fill
from dashboard.demo.national.offices import NATION
from dashboard.demo.national.rules import Plan
from data.clock import UtcDatetime, now, to_utc
from data.cluster import Cluster
from data.map_tables.fill import fill as draw_again
from data.people.passwords import hasher
from ingest.running.sweep import Sweep
from ingest.screening.assessment import Assessor
from problem_ledger.cases.rules import load_rules
from problem_ledger.record.verify import verify
from problem_ledger.work.offline import open_silences
from problem_ledger.work.upkeep import archive_watched
from tests.made.database import Database, copied_database

PLAN = Plan(
    provinces=2,
    cities=4,
    counties=18,
    across=190,
    reaches=300,
    lakes=6,
    sections=60,
    outfalls=20,
    intakes=8,
    problems=150,
    open_problems=100,
    overdue=14,
    patrols=10,
    watched_long=2,
)
TABLES = ("division", "river", "reach", "lake", "place", "station", "problem", "patrol", "account")
DIGEST = """
SELECT (SELECT md5(string_agg(hash::text, '' ORDER BY problem_id, seq)) FROM problem_event),
    (SELECT md5(string_agg(ST_AsText(geom) || name, '' ORDER BY id)) FROM reach),
    (SELECT md5(string_agg(latest::text || state, '' ORDER BY station_id)) FROM latest_reading)
"""


@pytest.fixture
def end() -> UtcDatetime:
    """The present of the made nation: a little before that of the database."""
    return to_utc(now() - timedelta(seconds=5))


def fill_small(database: Database, end: UtcDatetime) -> list[str]:
    said: list[str] = []
    fill(database.owner, said.append, lambda: end, lambda login: f"secret-{len(login)}-words", PLAN)
    return said


def test_a_small_nation_is_proven_graded_and_drawn(database: Database, end: UtcDatetime) -> None:
    said = fill_small(database, end)
    assert len(said) > 6
    proof = verify(database.owner, {})
    assert proof.findings == []
    assert (proof.problem_count, proof.event_count) > (149, 500)
    with database.owner.connect() as connection:

        def one(query: str) -> object:
            return connection.execute(text(query), {"now": end}).scalar_one()

        is_open = "status NOT IN ('refused', 'signed_off', 'archived')"
        assert one(f"SELECT count(*) FROM problem WHERE {is_open}") == PLAN.open_problems
        late = f"SELECT count(*) FROM problem WHERE {is_open} AND due_at <= :now"
        assert one(late) == PLAN.overdue
        assert one("SELECT count(*) FROM station WHERE kind = 'section'") == PLAN.sections
        assert one("SELECT count(*) FROM patrol WHERE geom IS NOT NULL") == PLAN.patrols
        assert one("SELECT count(*) FROM reach WHERE NOT ST_IsValid(geom)") == 0
        assert one("SELECT count(*) FROM reach WHERE division_id IS NULL") == 0
        assert one("SELECT bool_and(ST_DWithin(station.geom, reach.geom, 0.001)) FROM station"
                   " JOIN reach ON reach.id = reach_id")  # fmt: skip
        good = one("SELECT avg((water_class <= 3)::int) FROM latest_reading"
                   " WHERE water_class IS NOT NULL")  # fmt: skip
        assert 0.6 < float(str(good)) < 0.95
        assert one("SELECT count(DISTINCT map_run.river_id) FROM map_run") == one(
            "SELECT count(*) FROM river"
        )
        assert one("SELECT count(*) FROM map_problem") == PLAN.open_problems
        password = one(f"SELECT password_hash FROM account WHERE login = '{NATION}'")
        assert hasher().verify(str(password), f"secret-{len(NATION)}-words")


def test_the_workers_find_nothing_to_do(database: Database, end: UtcDatetime) -> None:
    fill_small(database, end)
    sweep = Sweep(database.owner, Assessor())
    swept = sweep.turn(end)
    assert swept is not None
    assert (swept.assessed > 60, swept.changed) == (True, 0)
    assert open_silences(database.owner, lambda: end, load_rules()) == []
    assert not archive_watched(database.owner, lambda: end, load_rules())


def test_two_nations_of_one_moment_are_alike(cluster: Cluster, template_database: str) -> None:
    moment = to_utc(datetime(2026, 11, 20, 8, tzinfo=UTC))
    found = []
    for _time in range(2):
        with copied_database(cluster, template_database) as database:
            fill_small(database, moment)
            with database.owner.connect() as connection:
                found.append(connection.execute(text(DIGEST)).one())
    assert found[0] == found[1]


def test_new_rows_follow_the_made_ones(database: Database, end: UtcDatetime) -> None:
    fill_small(database, end)
    with database.owner.begin() as connection:
        for table in TABLES:
            drawn = connection.execute(
                text(
                    f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')), max(id) FROM {table}"
                )
            ).one()
            assert drawn[0] > drawn[1]
        draw_again(connection)
