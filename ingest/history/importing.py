"""Imports a history of readings: staged by COPY, one transaction a chunk, never twice.

Stored values stay as they are: a row that comes again adds the values that lacked, each with its
flag, and a value that differs goes to ``reading_conflict``, as with a message. A history raises no
exceedances and was received by nobody: of the hourly tally only the readings observed in each hour
change. The newest values follow at the end.
"""

import csv
import io
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, cast

import psycopg
import pyarrow.csv
from sqlalchemy import Engine

from data import clock as clocks
from data.archives.layout import COLUMNS, Month, month_of
from data.archives.tables import Misshapen, read_chunks, total_rows
from data.clock import Clock
from data.imports.outcome import Comment
from data.quality.rules import Rules
from data.settings import QualitySettings
from data.vocabulary import COLUMN_PARAMETERS, PARAMETERS
from data.whole_files import unwritable
from gis.crs import CGCS2000
from ingest.history.doubtful_moments import notes_on_times
from ingest.history.latest import carry_forward, note_newest
from ingest.history.office_files import Plain, plain_file
from ingest.history.progress import Course
from ingest.history.rejects import Rejected
from ingest.history.rows import STAGED, Rows, Stations, rows_of, stations_of
from ingest.screening.assessment import Assessor
from ingest.stations import Cursor
from ingest.storage.partitions import make_partitions

_STAGING: Final = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS staged_history (
    station_id bigint, observed_at timestamptz, period text, received_at timestamptz,
    message_id text, {", ".join(f"{column} float8" for column in COLUMNS)},
    extra text, flags text, below text, lon float8, lat float8,
    line bigint GENERATED ALWAYS AS IDENTITY
) ON COMMIT DELETE ROWS
"""
_KEY: Final = "station_id, observed_at, period"
_LISTED: Final = f"{_KEY}, received_at, message_id, {', '.join(COLUMNS)}"
_INSERT: Final = f"""
WITH fresh AS (
    INSERT INTO reading ({_LISTED}, extra, flags, below, position)
    SELECT {_LISTED}, extra::jsonb, flags::jsonb, below::jsonb,
        CASE WHEN lon IS NOT NULL THEN ST_SetSRID(ST_MakePoint(lon, lat), {CGCS2000}) END
    FROM staged_history ORDER BY {_KEY}, line
    ON CONFLICT DO NOTHING RETURNING {_KEY}
), counted AS (
    INSERT INTO hour_account AS a (station_id, hour, instants, minutes, hours)
    SELECT station_id, date_trunc('hour', observed_at), count(*) FILTER (WHERE period = 'instant'),
        count(*) FILTER (WHERE period = 'minute'), count(*) FILTER (WHERE period = 'hour')
    FROM fresh WHERE period <> 'day' GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (station_id, hour) DO UPDATE SET instants = a.instants + excluded.instants,
        minutes = a.minutes + excluded.minutes, hours = a.hours + excluded.hours
)
SELECT count(*) FROM fresh
"""
_COLUMNS: Final = {p.value: PARAMETERS[p].column for p in COLUMN_PARAMETERS}
_REPEATS: Final = f"""
SELECT max(count) FROM (SELECT count(*) FROM staged_history GROUP BY {_KEY}) AS counted
"""
_ONE_EACH: Final = f"""
SELECT * FROM (
    SELECT *, row_number() OVER (PARTITION BY {_KEY} ORDER BY line) AS turn FROM staged_history
) AS numbered WHERE turn = %s
"""
"""Of each reading its first row in the chunk, its second …: they are merged in this order."""

_CONFLICT: Final = (
    f"{_KEY}, parameter, kept, refused, kept_below, refused_below, received_at, message_id"
)
_CONFLICTS: Final = f"""
WITH differing AS (
    SELECT r.station_id, r.observed_at, r.period, v.parameter, v.kept, v.refused,
        limits.kept AS kept_below, limits.refused AS refused_below, s.received_at, s.message_id,
        s.line
    FROM ({_ONE_EACH}) s JOIN reading r USING ({_KEY}), LATERAL (
        VALUES {", ".join(f"('{key}', r.{c}, s.{c})" for key, c in _COLUMNS.items())}
        UNION ALL
        SELECT rare.key, (r.extra ->> rare.key)::float8, rare.value::float8
        FROM jsonb_each_text(s.extra::jsonb) AS rare
    ) AS v (parameter, kept, refused), LATERAL (
        SELECT (r.below ->> v.parameter)::float8, (s.below::jsonb ->> v.parameter)::float8
    ) AS limits (kept, refused)
    WHERE v.kept IS NOT NULL AND v.refused IS NOT NULL
        AND (limits.kept IS DISTINCT FROM limits.refused
            OR limits.kept IS NULL AND v.kept <> v.refused)
), aside AS (
    INSERT INTO reading_conflict ({_CONFLICT}) SELECT {_CONFLICT} FROM differing
    ON CONFLICT DO NOTHING
)
SELECT count(DISTINCT line) FROM differing
"""
"""Keeps the values aside that differ; returns in how many rows one does, as often as they come."""

_ADDED: Final = f"""
SELECT jsonb_object_agg(f.key, f.value) FROM jsonb_each(s.{{notes}}::jsonb) AS f
WHERE CASE f.key
    {" ".join(f"WHEN '{k}' THEN r.{c} IS NULL AND s.{c} IS NOT NULL" for k, c in _COLUMNS.items())}
    ELSE s.extra::jsonb ? f.key AND NOT coalesce(r.extra, '{{{{}}}}') ? f.key END
"""
"""Of the flags or the detection limits of a row those of values that the stored reading lacks."""


def _filled(notes: str) -> str:
    return f"""
    {notes} = CASE WHEN s.{notes} IS NULL THEN r.{notes}
        ELSE nullif(coalesce(({_ADDED.format(notes=notes)}), '{{}}')
            || coalesce(r.{notes}, '{{}}'), '{{}}') END"""


_FILL: Final = f"""
UPDATE reading r SET {", ".join(f"{c} = coalesce(r.{c}, s.{c})" for c in COLUMNS)},
    extra = CASE WHEN s.extra IS NULL THEN r.extra
        ELSE s.extra::jsonb || coalesce(r.extra, '{{}}') END,
    {_filled("flags")}, {_filled("below")},
    position = coalesce(r.position,
        CASE WHEN s.lon IS NOT NULL THEN ST_SetSRID(ST_MakePoint(s.lon, s.lat), {CGCS2000}) END)
FROM ({_ONE_EACH}) s
WHERE (r.station_id, r.observed_at, r.period) = (s.station_id, s.observed_at, s.period)
    AND ({" OR ".join(f"(r.{c} IS NULL AND s.{c} IS NOT NULL)" for c in COLUMNS)}
        OR (r.position IS NULL AND s.lon IS NOT NULL)
        OR EXISTS (SELECT FROM jsonb_object_keys(s.extra::jsonb) AS key
            WHERE NOT coalesce(r.extra, '{{}}') ? key))
"""
_STATIONS: Final = "SELECT id, code, started_at, ended_at FROM station ORDER BY id"
_OUTSIDE: Final = "SELECT month::timestamp AT TIME ZONE 'UTC' FROM detached_month"


ReportProgress = Callable[[int, int | None], None]


@dataclass(slots=True)
class Imported:
    """How many rows of the file were read, stored, stored already, and rejected.

    ``conflict`` more are there with a value that differs. ``partial`` of those not rejected lack
    cells that could not be read.
    """

    read: int = 0
    stored: int = 0
    known: int = 0
    rejected: int = 0
    partial: int = 0
    conflict: int = 0


class HistoryImport:
    """Imports one file of readings; after an interruption, goes on after the last stored chunk."""

    def __init__(
        self,
        engine: Engine,
        file: Path,
        *,
        clock: Clock = clocks.now,
        quality: QualitySettings | None = None,
        layer: str | None = None,
        encoding: str | None = None,
    ) -> None:
        self._engine = engine
        self._file = file
        self._clock = clock
        self._quality = quality or QualitySettings()
        self._course = Course(file)
        self._form = {"layer": layer, "encoding": encoding}
        self.notes: Sequence[Comment] = ()
        self.rejects_file = file.with_name(f"{file.name}.rejects.csv")

    def run(self, report: ReportProgress = lambda _done, _total: None) -> Imported:
        """Stores the file's valid readings, invalid rows in ``rejects_file``; returns the counts.

        They include those of earlier runs that were interrupted. ``report`` is called after each
        chunk with the rows read and all rows (None: unknown). ``notes`` then say what was
        understood of a file that isn't plain CSV or Parquet.
        """
        with plain_file(self._file, **self._form) as plain:
            self.notes = plain.notes
            return self._run(plain, report)

    def _run(self, plain: Plain, report: ReportProgress) -> Imported:
        total = len(plain.numbers) or total_rows(plain.file)
        done = self._course.read()
        counts = Imported(**done.counts)
        with self._engine.connect() as connection:
            driver = cast(
                psycopg.Connection[tuple[Any, ...]], connection.connection.dbapi_connection
            )
            stations, outside = _known(driver)
            rule = Rules(self._quality).detection
            misshapen: list[Misshapen] = []
            doubtful: list[int] = []
            untimed: list[int] = []
            for chunk in read_chunks(plain.file, after=counts.read, misshapen=misshapen):
                rows = rows_of(plain.titled(chunk), stations, self._clock(), rule, outside)
                stored, conflict = _store(driver, rows)
                counts.read += chunk.table.num_rows
                counts.stored += stored
                counts.known += rows.table.num_rows - stored - conflict
                counts.conflict += conflict
                counts.rejected += chunk.table.num_rows - rows.table.num_rows
                counts.partial += rows.partial_count
                done.rejects_bytes = self._reject(
                    [each._replace(row=plain.number_of(each.row)) for each in rows.rejected],
                    done.rejects_bytes,
                )
                doubtful += map(plain.number_of, rows.doubtful)
                untimed += map(plain.number_of, rows.untimed)
                note_newest(done.newest, rows)
                done.counts = asdict(counts)
                self._course.write(done)
                report(counts.read, total)
            carry_forward(driver, done.newest, Assessor(self._quality), self._clock)
        self.notes = [*self.notes, *notes_on_times(doubtful, untimed)]
        misshapen += plain.misshapen
        self._reject(
            [Rejected(n, "cells", "", "", row) for n, row in misshapen], done.rejects_bytes
        )
        counts.read += len(misshapen)
        counts.rejected += len(misshapen)
        self._course.end()
        return counts

    def _reject(self, rejected: Sequence[Rejected], before: int) -> int:
        """Appends to the file of rejected rows, after its first ``before`` bytes; returns its size.

        What follows them was written by a run that broke off before it noted its progress.
        """
        if not before:
            self.rejects_file.unlink(missing_ok=True)
        if not rejected:
            return before
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerows([] if before else [Rejected._fields])
        writer.writerows(rejected)
        try:
            with self.rejects_file.open("ab") as opened:
                opened.truncate(before)
                opened.write(text.getvalue().encode())
                opened.flush()
                os.fsync(opened.fileno())
        except OSError as error:
            raise unwritable(self.rejects_file, error) from error
        return self.rejects_file.stat().st_size


def _known(driver: psycopg.Connection[tuple[Any, ...]]) -> tuple[Stations, list[Month]]:
    """Returns all stations, and the months whose readings were moved out of the database."""
    with driver.transaction(), driver.cursor() as cursor:
        stations = stations_of(cursor.execute(_STATIONS).fetchall())
        return stations, [month_of(first) for (first,) in cursor.execute(_OUTSIDE).fetchall()]


def _store(driver: psycopg.Connection[tuple[Any, ...]], rows: Rows) -> tuple[int, int]:
    """Stores the readings; returns how many were new, and how many differ from what is stored."""
    if not rows.table.num_rows:
        return 0, 0
    with driver.transaction(), driver.cursor() as cursor:
        make_partitions(cursor, {(month.year, month.month) for month in rows.months})
    with driver.transaction(), driver.cursor() as cursor:
        cursor.execute(_STAGING)
        _copy(cursor, rows)
        cursor.execute(_INSERT)
        counted = cursor.fetchone()
        stored, conflict = int(counted[0]) if counted else 0, 0
        if stored < rows.table.num_rows:
            repeats = cursor.execute(_REPEATS).fetchone()
            for turn in range(1, 1 + (repeats[0] if repeats else 0)):
                differing = cursor.execute(_CONFLICTS, (turn,)).fetchone()
                conflict += int(differing[0]) if differing else 0
                cursor.execute(_FILL, (turn,))
    return stored, conflict


def _copy(cursor: Cursor, rows: Rows) -> None:
    text = io.BytesIO()
    pyarrow.csv.write_csv(
        rows.table, text, pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
    )
    with cursor.copy(f"COPY staged_history ({', '.join(STAGED)}) FROM STDIN (FORMAT CSV)") as copy:
        copy.write(text.getbuffer())
