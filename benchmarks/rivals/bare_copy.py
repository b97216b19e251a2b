"""The floor of what storing costs: binary COPY to staging and an upsert of the same rows.

    python -m benchmarks.rivals.bare_copy WARM ROWS SINCE

No broker, no decoding, no checks, no class, no newest values, no accounts. The rows are prepared to
the last byte before the clock starts; then each batch is one write, one INSERT and one commit. The
first WARM rows are stored before the clock starts.
"""

import os
import signal
import struct
import sys
from datetime import UTC, datetime
from typing import Any, Final

import psycopg

from benchmarks.rig.ingest_rates_load import STATIONS, code, past, values
from benchmarks.rivals.messages import COLUMNS, READY, database_url

BATCH: Final = 2000
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_ROW: Final = struct.Struct(">hiqiqi7siq" + "id" * len(COLUMNS))
_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_LISTED: Final = ", ".join(
    ("station_id", "observed_at", "period", "received_at", *COLUMNS.values())
)
_STAGING: Final = f"""
CREATE TEMPORARY TABLE staged (
    station_id bigint, observed_at timestamptz, period text, received_at timestamptz,
    {", ".join(f"{column} float8" for column in COLUMNS.values())}
) ON COMMIT DELETE ROWS
"""
_UPSERT: Final = f"""
INSERT INTO reading ({_LISTED}) SELECT {_LISTED} FROM staged ON CONFLICT DO NOTHING
"""


def microseconds(at: datetime) -> int:
    """Returns a time as PostgreSQL's binary format has it: microseconds since 2000."""
    return round((at - _EPOCH).total_seconds() * 1_000_000)


def pack(n: int, station: int, since: float, received: int) -> bytes:
    """Row n of the backlog as COPY takes it."""
    told: list[float] = []
    for value in values(n):
        told += (8, value)
    return _ROW.pack(
        4 + len(COLUMNS), 8, station, 8, microseconds(past(n, since)), 7, b"instant", 8, received,
        *told,
    )  # fmt: skip


def store(cursor: psycopg.Cursor[Any], batch: bytes) -> None:
    """The batch is committed."""
    with cursor.copy("COPY staged FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(batch)
    cursor.execute(_UPSERT)
    cursor.connection.commit()


def main() -> None:
    warm, count, since = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    url = database_url().replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        found: dict[str, int] = dict(cursor.execute("SELECT code, id FROM station").fetchall())
        stations = [found[code(n)] for n in range(STATIONS)]
        cursor.execute(_STAGING)
        connection.commit()
        received = microseconds(datetime.now(UTC))
        rows = [pack(n, stations[n % STATIONS], since, received) for n in range(warm + count)]
        timed = [rows[first : first + BATCH] for first in range(warm, warm + count, BATCH)]
        batches = [_HEAD + b"".join(each) + b"\xff\xff" for each in (rows[:warm], *timed)]
        store(cursor, batches[0])
        print(READY, flush=True)
        os.kill(os.getpid(), signal.SIGSTOP)
        for batch in batches[1:]:
            store(cursor, batch)


if __name__ == "__main__":
    main()
