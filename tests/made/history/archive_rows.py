"""Two months of readings around the border of a business month, with flags, findings, reviews."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, text

from data.clock import Span, UtcDatetime
from tests.made.basin import build_small_basin, build_station

APRIL_30 = UtcDatetime(datetime(2026, 4, 30, 16, tzinfo=UTC))
MAY = Span(APRIL_30, UtcDatetime(datetime(2026, 5, 31, 16, tzinfo=UTC)))
"""The business month: its first eight hours lie in the database's partition of April."""

LATER = UtcDatetime(datetime(2026, 8, 1, tzinfo=UTC))

READINGS = """
INSERT INTO reading (station_id, observed_at, period, received_at, message_id, ph,
    dissolved_oxygen_mgl, permanganate_index_mgl, ammonia_nitrogen_mgl, total_phosphorus_mgl,
    mercury_mgl, flow_m3s, extra, flags, below, position)
SELECT s.id, at, CASE WHEN n % 7 = 0 THEN 'hour' WHEN n % 29 = 0 THEN 'minute' ELSE 'instant' END,
    at + interval '3 seconds',
    CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN E'甲,"乙"\n丙' ELSE s.code || n END,
    round((6.2 + random() * 2.6)::numeric, 2)::float8,
    round((4 + random() * 5)::numeric, 2)::float8,
    random() * 9,
    CASE WHEN n % 3 > 0 THEN round((random() * 2)::numeric, 3)::float8 END,
    CASE WHEN s.code <> 'QH-03' THEN round((random() * 0.3)::numeric, 3)::float8 END,
    CASE WHEN n % 11 = 0 THEN 0.00001 * n END,
    CASE WHEN n % 2 = 0 THEN 1e-300 * n END,
    CASE WHEN n % 13 = 0 THEN '{"fe": 0.3}'::jsonb END,
    CASE WHEN n % 17 = 0 THEN '{"ph": "rate", "do": "D"}'::jsonb
        WHEN n % 19 = 0 THEN '{"tp": "range"}'::jsonb END,
    CASE WHEN n % 31 = 0 THEN '{"ph": 0.02, "codmn": 1e-7}'::jsonb END,
    CASE WHEN n % 23 = 0 THEN ST_SetSRID(ST_MakePoint(112.2, 32.7), 4490) END
FROM (SELECT id, code FROM station WHERE kind = 'section') s,
    (SELECT *, '2026-04-29 16:00+00'::timestamptz + n * interval '4 hours' AS at
        FROM generate_series(0, 210) AS n) t
WHERE s.code <> 'QH-02' OR n < 100
"""
FINDINGS = """
INSERT INTO reading_finding (station_id, observed_at, period, parameter, test, finding, value,
    found_at)
SELECT station_id, observed_at, period, p, test, finding, 1, observed_at + interval '1 day'
FROM reading, unnest(ARRAY['ph', 'tp', 'codmn']) AS p,
    (VALUES ('spike', 'failed'), ('neighbour', 'suspect'), ('device', 'failed')) f (test, finding)
WHERE hashtext(station_id::text || observed_at || p || test) % 9 = 0
"""
REVIEWS = """
INSERT INTO reading_review (station_id, observed_at, period, parameter, verdict, value, reason,
    account_id, known_from)
SELECT station_id, observed_at, period, p, verdict, CASE WHEN verdict = 'correct' THEN 7.25 END,
    'r', :account, observed_at + number * interval '1 day'
FROM reading, unnest(ARRAY['ph', 'tp', 'codmn', 'do']) AS p,
    (VALUES (1, 'keep'), (2, 'reject'), (2, 'correct'), (3, 'withdraw')) v (number, verdict)
WHERE hashtext(verdict || p || station_id || observed_at) % 8 = 0
    AND (p <> 'tp' OR total_phosphorus_mgl IS NOT NULL)
ORDER BY 1, 2, 3, 4, verdict
"""


@pytest.fixture(scope="module", autouse=True)
def fleeting_files() -> Iterator[None]:
    """Files needn't outlive the power: a busy disk takes seconds to write each one down."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda _descriptor: None)
        yield


def fill_two_months(owner: Engine) -> None:
    """Four sections of a river and one of a lake have readings; every rule has something to do."""
    with owner.begin() as connection:
        basin = build_small_basin(connection)
        for number in (3, 4, 5):
            build_station(
                connection, f"QH-0{number}", "断面", "section", lon=112.2, lat=32.6,
                reach=basin.reach_down, division=basin.town_down,
            )  # fmt: skip
        connection.execute(text("SELECT setseed(0.5)"))
        for month in ("2026-04-15", "2026-05-15", "2026-06-15"):
            connection.execute(
                text("SELECT ensure_reading_partition(CAST(:at AS timestamptz))"), {"at": month}
            )
        account = connection.execute(
            text(
                "INSERT INTO account (login, display_name, password_hash) VALUES"
                " ('checker', '审核员', 'x') RETURNING id"
            )
        ).scalar_one()
        connection.exec_driver_sql(READINGS.replace("%", "%%"))
        connection.exec_driver_sql(FINDINGS.replace("%", "%%"))
        connection.execute(text(REVIEWS), {"account": account})


def all_readings(connection: Connection) -> list[tuple[object, ...]]:
    """Every reading as the database holds it, in order."""
    rows = connection.execute(
        text(
            "SELECT *, ST_AsText(position) AS place FROM reading"
            " ORDER BY station_id, observed_at, period"
        )
    ).mappings()
    return [tuple(v for k, v in row.items() if k != "position") for row in rows]
