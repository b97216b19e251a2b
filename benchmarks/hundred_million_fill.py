"""A year of readings of 20,000 stations, made inside the database; nine values a reading.

A tenth of a hundredth of a year's hours would say nothing: some stations report every hour of the
year, the others share what is left evenly. Rows lie in order of arrival, hour after hour, as ingest
writes them; the indexes are those of the schema.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from data.archives.layout import Month, months_in
from data.clock import Span, UtcDatetime

STATIONS: Final = 20_000
VALUES_A_ROW: Final = 9
HOURS: Final = 8760
YEAR: Final = Span(
    UtcDatetime(datetime(2025, 1, 1, tzinfo=UTC)), UtcDatetime(datetime(2026, 1, 1, tzinfo=UTC))
)
COLUMNS: Final = {
    "temp": "water_temperature_c", "ph": "ph", "do": "dissolved_oxygen_mgl",
    "codmn": "permanganate_index_mgl", "nh3n": "ammonia_nitrogen_mgl",
    "tp": "total_phosphorus_mgl", "tn": "total_nitrogen_mgl", "ec": "conductivity_uscm",
    "turb": "turbidity_ntu",
}  # fmt: skip
_DRAWN: Final = ", ".join(
    f"floor(random() * {span} * 100) / 100 + {low}"
    for low, span in (
        (5, 20), (6.5, 2), (5, 5), (1, 5), (0, 1), (0, 0.3), (1, 3), (100, 400), (1, 90),
    )
)  # fmt: skip


def hourly_of(values: int) -> int:
    """Returns how many of the stations report every hour, with four fifths of the rows."""
    return max(1, round(values / VALUES_A_ROW * 0.8 / HOURS))


def add_stations(owner: Engine) -> None:
    """Adds the stations, without readings."""
    with owner.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO station (code, name, kind, body, interval_s, source_x, source_y, geom)"
            " SELECT 'S-' || n, 'S-' || n, 'section', 'river', 3600, 112, 32,"
            " ST_SetSRID(ST_MakePoint(112 + mod(n, 141) * 0.01, 32 + n / 141 * 0.01), 4490)"
            f" FROM generate_series(1, {STATIONS}) n"
        )
        connection.exec_driver_sql("INSERT INTO section (station_id) SELECT id FROM station")


def fill(owner: Engine, values: int) -> int:
    """Fills the year to so many values; returns the number of rows."""
    hourly = hourly_of(values)
    left = round(values / VALUES_A_ROW) - hourly * HOURS
    each_h = HOURS / max(1.0, left / (STATIONS - hourly))
    with owner.begin() as connection:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '512MB'")
        connection.exec_driver_sql("SET LOCAL work_mem = '256MB'")
        connection.exec_driver_sql("ALTER TABLE reading DROP CONSTRAINT pk_reading")
        connection.exec_driver_sql("ALTER TABLE reading DROP CONSTRAINT fk_reading_station_id")
        for month in months_in(YEAR):
            connection.exec_driver_sql(
                f"SELECT ensure_reading_partition('{month.span.start.isoformat()}')"
            )
            connection.exec_driver_sql(_rows(month, hourly, each_h))
        connection.exec_driver_sql(
            "ALTER TABLE reading ADD CONSTRAINT pk_reading"
            " PRIMARY KEY (station_id, observed_at, period)"
        )
        connection.exec_driver_sql(
            "ALTER TABLE reading ADD CONSTRAINT fk_reading_station_id"
            " FOREIGN KEY (station_id) REFERENCES station (id)"
        )
        connection.exec_driver_sql(_latest())
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE reading")
        connection.exec_driver_sql("VACUUM ANALYZE latest_reading")
        return int(connection.exec_driver_sql("SELECT count(*) FROM reading").scalar_one())


def _rows(month: Month, hourly: int, each_h: float) -> str:
    """Returns the readings of a month in order of arrival."""
    first, last = month.span.start, month.span.end - timedelta(hours=1)
    step_s = round(each_h * 3600)
    offset_s = (first - YEAR.start).total_seconds()
    hours = f"generate_series('{first.isoformat()}'::timestamptz, '{last.isoformat()}', '1 hour')"
    return f"""
    INSERT INTO {month.partition} (station_id, observed_at, period, received_at,
        {", ".join(COLUMNS.values())})
    SELECT id, at, 'instant', at + interval '3 seconds', {_DRAWN} FROM (
        SELECT id, at FROM {hours} at, generate_series(1, {hourly}) id
        UNION ALL
        SELECT id, '{YEAR.start.isoformat()}'::timestamptz
            + (n * {step_s} + mod(id, {step_s})) * interval '1 second'
        FROM generate_series({hourly + 1}, {STATIONS}) id,
            generate_series({int(offset_s // step_s) - 1},
                {int((month.span.end - YEAR.start).total_seconds() // step_s) + 1}) n
    ) made WHERE at >= '{month.span.start.isoformat()}' AND at < '{month.span.end.isoformat()}'
    ORDER BY at
    """


def _latest() -> str:
    """Returns the newest values of every station, as ingest keeps them."""
    values = ", ".join(
        f"'{key}', json_build_object('v', r.{column}, 't', r.observed_at, 'f', 'N')"
        for key, column in COLUMNS.items()
    )
    return f"""
    INSERT INTO latest_reading (station_id, observed_at, received_at, latest, state, water_class,
        deciding, have_count, required_count, meets_target, multiple, fresh_until)
    SELECT s.id, r.observed_at, r.received_at,
        replace(json_build_object({values})::text, ' : ', ':')::json, 'graded', 4,
        '{{nh3n}}', 5, 5, false, round(random()::numeric, 3), r.observed_at + interval '1 day'
    FROM station s CROSS JOIN LATERAL (
        SELECT * FROM reading WHERE station_id = s.id ORDER BY observed_at DESC LIMIT 1) r
    """
