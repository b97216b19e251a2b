"""The second look over a real archive: what is found, how far it came, what it takes back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Self, cast

import psycopg
import pytest
from sqlalchemy import text

from data.clock import Span, UtcDatetime
from data.device_settings import QcSettings
from data.errors import NotFound
from data.records import StationId
from data.vocabulary import Parameter
from ingest.qc.rules import shipped_rules
from ingest.qc.watch import BATCH_STATIONS, Watch, batches
from ingest.qc.windows import Due, due_stations, read_rows
from ingest.running.pipeline import Pipeline
from tests.made.database import Database
from tests.made.readings.messages import NOON, message, one, register, rows

HOUR = timedelta(hours=1)
FOUND = (
    "SELECT code, parameter, test, finding, value, detail FROM reading_finding"
    " JOIN station ON station.id = station_id ORDER BY code, observed_at, parameter, test"
)


def at(hours: float) -> UtcDatetime:
    return UtcDatetime(NOON + hours * HOUR)


def watch(database: Database, hours: float) -> Watch:
    return Watch(database.ingest, QcSettings(), clock=lambda: at(hours))


def take_in(
    database: Database, code: str, values: Sequence[float], *, first: float = 0, **more: object
) -> None:
    """Hourly pH values of a station, each as it was measured."""
    last = first + len(values) - 1
    Pipeline(database.ingest, now=lambda: at(last)).commit(
        [message(code, at(first + n), {"ph": v}, **more) for n, v in enumerate(values)]
    )


def steady(count: int) -> list[float]:
    return [7.2 + 0.1 * (n % 3) for n in range(count)]


@pytest.fixture
def station(database: Database) -> Database:
    """An empty archive with one hourly station."""
    register(database.owner, "S1", interval_s=3600)
    return database


def test_a_spike_is_found_once_its_next_value_is_there(station: Database) -> None:
    take_in(station, "S1", [*steady(6), 11.7])
    assert watch(station, 6).turn().stations == 1
    assert rows(station.owner, FOUND) == [
        ("S1", "ph", "gross_range", "suspect", 11.7, ""),
        ("S1", "ph", "rate_of_change", "suspect", 11.7, ""),
    ]
    assert watch(station, 6.5).turn().stations == 0, "nothing is new"
    take_in(station, "S1", [7.3, 7.2], first=7)
    done = watch(station, 8).turn()
    assert (done.stations, done.added) == (1, 1)
    assert ("S1", "ph", "spike", "failed", 11.7, "") in rows(station.owner, FOUND)
    assert one(station.owner, "SELECT count(DISTINCT value) FROM reading_finding") == 1


def test_the_reading_itself_is_never_touched(station: Database) -> None:
    take_in(station, "S1", [*steady(6), 12.9, *steady(3)])
    before = rows(station.owner, "SELECT * FROM reading ORDER BY observed_at")
    watch(station, 9).turn()
    assert rows(station.owner, "SELECT * FROM reading ORDER BY observed_at") == before
    with pytest.raises(Exception, match="permission denied"), station.ingest.begin() as connection:
        connection.execute(text("UPDATE reading_review SET reason = ''"))


def test_flags_of_the_first_look_and_of_the_device_stand_in_one_list(station: Database) -> None:
    take_in(station, "S1", steady(3))
    take_in(station, "S1", [7.9], first=3, flags={"ph": "C"})
    take_in(station, "S1", [7.8], first=4, flags={"ph": "S"})
    take_in(station, "S1", [15.0], first=5)
    watch(station, 6).turn()
    assert rows(station.owner, FOUND) == [
        ("S1", "ph", "device", "failed", 7.9, "C"),
        ("S1", "ph", "device", "suspect", 7.8, "S"),
        ("S1", "ph", "gross_range", "failed", 15.0, "range"),
    ]


def test_a_line_that_stays_flat_grows_worse(station: Database) -> None:
    take_in(station, "S1", [*steady(3), *[7.0] * 30])
    watch(station, 33).turn()
    flat = "SELECT finding, count(*) FROM reading_finding WHERE test = 'flat_line' GROUP BY 1"
    assert rows(station.owner, flat) == [("suspect", 6)]
    take_in(station, "S1", [7.0] * 50, first=33)
    watch(station, 83).turn()
    assert sorted(rows(station.owner, flat)) == [("failed", 8), ("suspect", 48)]


def test_a_late_reading_is_looked_at_too(station: Database) -> None:
    take_in(station, "S1", steady(4))
    take_in(station, "S1", steady(200), first=8)
    watch(station, 208).turn()
    assert rows(station.owner, FOUND) == []
    late = [message("S1", at(5), {"ph": 13.5}, received_at=at(208.1))]
    Pipeline(station.ingest, now=lambda: at(208.1)).commit(late)
    assert watch(station, 208.2).turn().stations == 0
    assert watch(station, 209.5).turn().stations == 1
    assert ("S1", "ph", "gross_range", "suspect", 13.5, "") in rows(station.owner, FOUND)


def test_a_busy_station_is_looked_at_once_an_hour(station: Database) -> None:
    take_in(station, "S1", steady(3))
    assert watch(station, 3).turn().stations == 1
    take_in(station, "S1", [9.9], first=2.5)
    assert watch(station, 3.1).turn().stations == 0
    assert watch(station, 4.2).turn().stations == 1, "even if it says no more"


def test_a_look_anew_takes_back_what_is_no_longer_found_unless_reviewed(
    station: Database,
) -> None:
    take_in(station, "S1", steady(10))
    watch(station, 10).turn()
    with station.owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO reading_finding (station_id, observed_at, period, parameter, test,"
                " finding, value) SELECT station_id, observed_at, period, 'ph', 'neighbour',"
                " 'suspect', ph FROM reading WHERE observed_at IN (:one, :other)"
            ),
            {"one": at(3), "other": at(5)},
        )
        connection.execute(
            text(
                "INSERT INTO account (login, display_name, password_hash) VALUES ('ann', 'a', 'x')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO reading_review (station_id, observed_at, period, parameter, verdict,"
                " reason, account_id) SELECT station_id, observed_at, period, 'ph', 'keep', 'r',"
                " account.id FROM reading, account WHERE observed_at = :other"
            ),
            {"other": at(5)},
        )
    assert watch(station, 10).look_anew(Span(at(4), at(10))).withdrawn == 0
    assert watch(station, 10).look_anew(Span(at(0), at(10)), ["S1"]).withdrawn == 1
    assert rows(station.owner, "SELECT observed_at FROM reading_finding") == [(at(5),)]
    with pytest.raises(NotFound):
        watch(station, 10).look_anew(Span(at(0), at(10)), ["S9"])


def test_a_span_s_last_value_is_judged_by_what_comes_after_it(station: Database) -> None:
    take_in(station, "S1", [*steady(6), 11.7, *steady(3)])
    watch(station, 10).turn()
    before = rows(station.owner, FOUND)
    assert ("S1", "ph", "spike", "failed", 11.7, "") in before
    done = watch(station, 10).look_anew(Span(at(1), at(6.5)))
    assert (done.added, done.withdrawn) == (0, 0)
    assert rows(station.owner, FOUND) == before


def test_the_station_upstream_is_asked_though_it_has_nothing_new(database: Database) -> None:
    register(database.owner, "S1", "S2", interval_s=3600)
    with database.owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO river (name, kind, length_m, geom) VALUES ('清河', 'river', 1000,"
                " ST_GeomFromText('MULTILINESTRING((112 32,112 33))', 4490))"
            )
        )
        connection.execute(
            text(
                "INSERT INTO reach (river_id, name, position, chainage_from_m, chainage_to_m, geom)"
                " SELECT id, n::text, n, 500 * n, 500 * n + 500,"
                " ST_GeomFromText('LINESTRING(112 32,112 33)', 4490)"
                " FROM river, generate_series(1, 2) AS n"
            )
        )
        connection.execute(
            text(
                "UPDATE station SET reach_id = reach.id, chainage_m = chainage_from_m + 9"
                " FROM reach WHERE 'S' || reach.position = station.code"
            )
        )
    take_in(database, "S1", steady(30))
    assert watch(database, 30).turn().stations == 1
    take_in(database, "S2", [*steady(28), 9.1, 9.0])
    assert watch(database, 30).turn().stations == 1
    found = rows(database.owner, FOUND + " LIMIT 10")
    assert [row for row in found if row[2] == "upstream"] == [
        ("S2", "ph", "upstream", "suspect", 9.1, "S1"),
        ("S2", "ph", "upstream", "suspect", 9.0, "S1"),
    ]


def test_climatology_needs_samples_of_two_years_and_then_suspects(station: Database) -> None:
    year = 365 * 24
    Pipeline(station.ingest, now=lambda: NOON).commit(
        [message("S1", at(-year - 4 * n), {"ph": 7.0 + 0.2 * (n % 5)}) for n in range(80)]
    )
    computed = watch(station, 0).compute_climatology()
    assert (computed.known, computed.lacking) == (0, 1)
    Pipeline(station.ingest, now=lambda: NOON).commit(
        [message("S1", at(-4 * n), {"ph": 7.0 + 0.2 * (n % 5)}) for n in range(80)]
    )
    computed = watch(station, 0).compute_climatology(["S1"])
    assert (computed.known, computed.lacking) == (1, 0)
    [span] = rows(
        station.owner, "SELECT month, suspect_low, suspect_high, sample_count, year_count"
        " FROM climatology",
    )  # fmt: skip
    assert span == (5, pytest.approx(6.6), pytest.approx(8.2), 160, 2)
    take_in(station, "S1", [7.8, 8.3, 8.0], first=1)
    watch(station, 4).turn()
    assert rows(station.owner, FOUND) == [("S1", "ph", "climatology", "suspect", 8.3, "n=160")]


def test_batches_keep_to_their_size(station: Database) -> None:
    take_in(station, "S1", steady(2))
    with station.ingest.begin() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        with raw.cursor() as cursor:
            [due] = due_stations(cursor, shipped_rules().look, at(2))
    assert isinstance(due, Due)
    many = [due] * (BATCH_STATIONS + 5)
    sizes = [len(batch) for batch in batches(many, at(3))]
    assert sum(sizes) == len(many)
    assert max(sizes) * ((at(3) - due.read_from) / due.interval) <= 200_000


def test_a_flagged_reading_that_comes_in_between_two_reads_disturbs_nothing(
    station: Database,
) -> None:
    """The values are read first, then the flags: what has come since isn't among the values."""
    take_in(station, "S1", steady(3))
    number = StationId(int(str(one(station.owner, "SELECT id FROM station"))))
    with station.ingest.begin() as connection:
        driver = cast("psycopg.Connection", connection.connection.driver_connection)

        class Slow(psycopg.Cursor[Any]):
            def execute(self, *given: Any, **more: Any) -> Self:
                if b"flags" in given[0]:
                    take_in(station, "S1", [15.0], first=3)
                    take_in(station, "S1", [15.0], first=0.5)
                return super().execute(*given, **more)

        found = read_rows(Slow(driver), {number: at(-1)}, at(9), [Parameter.PH])
    assert len(found) == 3
    assert found.flags == {}
    assert one(station.owner, "SELECT count(*) FROM reading WHERE flags IS NOT NULL") == 2


def test_what_a_dead_sensor_sent_before_it_was_known_is_found(station: Database) -> None:
    """A reading stored without a flag, as before an upgrade; results below a limit are none."""
    take_in(station, "S1", steady(4))
    with station.owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO reading (station_id, observed_at, received_at, ph,"
                " dissolved_oxygen_mgl, ammonia_nitrogen_mgl, below) SELECT id, told.at, told.at,"
                " told.ph, 0, 0, CAST(told.below AS jsonb) FROM station,"
                " (VALUES (CAST(:dead AS timestamptz), 0.0, NULL),"
                ' (CAST(:low AS timestamptz), 7.3, \'{"do": 0.2, "nh3n": 0.02}\'))'
                " AS told(at, ph, below)"
            ),
            {"dead": at(3.5), "low": at(3.6)},
        )
    take_in(station, "S1", [*steady(2), 7.3], first=5)
    Pipeline(station.ingest, now=lambda: at(9)).commit(
        [message("S1", at(8), {"ph": 7.2, "do": 8.0, "nh3n": 0.3})]
    )
    watch(station, 9).turn()
    assert rows(station.owner, FOUND) == [
        ("S1", "do", "device", "failed", 0.0, "never"),
        ("S1", "nh3n", "device", "failed", 0.0, "never"),
        ("S1", "ph", "device", "failed", 0.0, "never"),
    ]
