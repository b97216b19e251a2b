"""Reads a month's file back into a table of its own, every bit as it was."""

import io
from pathlib import Path
from typing import Final

import pyarrow.csv
import pyarrow.parquet
from sqlalchemy import Connection

from data.archives.layout import COLUMNS, Month
from data.archives.stream import cursor_of
from gis.crs import CGCS2000

_BATCH: Final = 65_536
_COLUMNS: Final = (
    "station_id", "observed_at", "period", "received_at", "message_id", *COLUMNS, "extra", "flags",
    "below",
)  # fmt: skip
_STAGING: Final = f"""
CREATE TEMPORARY TABLE staged_month (
    station_id bigint, observed_at timestamptz, period text, received_at timestamptz,
    message_id text, {", ".join(f"{column} float8" for column in COLUMNS)},
    extra jsonb, flags jsonb, below jsonb, longitude float8, latitude float8
) ON COMMIT DROP
"""


def refill(connection: Connection, file: Path, month: Month) -> None:
    """Creates the month's table and fills it from the archive file, not yet as a partition.

    A column that the file lacks, because an older version wrote it, stays empty.
    """
    listed = ", ".join(_COLUMNS)
    connection.exec_driver_sql(
        f"CREATE TABLE {month.partition} (LIKE reading INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
    )
    connection.exec_driver_sql(_STAGING)
    with cursor_of(connection) as cursor, pyarrow.parquet.ParquetFile(file) as opened:
        for batch in opened.iter_batches(
            batch_size=_BATCH, columns=[*_COLUMNS, "longitude", "latitude"]
        ):
            text = io.BytesIO()
            pyarrow.csv.write_csv(
                batch,
                text,
                pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed"),
            )
            names = ", ".join(batch.schema.names)
            with cursor.copy(f"COPY staged_month ({names}) FROM STDIN (FORMAT CSV)") as copy:
                copy.write(text.getbuffer())
            cursor.execute(
                f"INSERT INTO {month.partition} ({listed}, position) SELECT {listed}, CASE WHEN"
                " longitude IS NOT NULL THEN"
                f" ST_SetSRID(ST_MakePoint(longitude, latitude), {CGCS2000}) END"
                " FROM staged_month"
            )
            cursor.execute("TRUNCATE staged_month")
