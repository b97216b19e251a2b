"""Writes readings, reviews and findings from the database into a folder of monthly files.

A month is read in one snapshot, streamed through memory in row groups, written beside its place and
renamed into it; the manifest names it only then. An export that was broken off goes on with the
months that are not named yet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet
from sqlalchemy import Connection, Engine, text

from data.archives.layout import COLUMNS, SCHEMAS, STATIONS_FILE, Kind, Month, month_of
from data.archives.manifest import Manifest, Part, Selection, part_of, read_manifest
from data.archives.places import write_stations
from data.archives.stream import copied
from data.clock import Span, UtcDatetime
from data.errors import BadInput, NotFound
from data.whole_files import whole_file

ROW_GROUP: Final = 131_072
"""Rows held in memory at most, some 50 MB."""

_SOURCES: Final = {
    Kind.READINGS: (
        "r.received_at, r.message_id, "
        + ", ".join(f"r.{column}" for column in COLUMNS)
        + ", r.extra, r.flags, r.below, ST_X(r.position), ST_Y(r.position) FROM reading r",
        "",
    ),
    Kind.REVIEWS: (
        "r.parameter, r.id, r.verdict, r.value, r.reason, a.login, r.known_from"
        " FROM reading_review r JOIN account a ON a.id = r.account_id",
        ", r.parameter, r.known_from, r.id",
    ),
    Kind.FINDINGS: (
        "r.parameter, r.test, r.finding, r.value, r.expected_low, r.expected_high, r.detail,"
        " r.found_at FROM reading_finding r",
        ", r.parameter, r.test",
    ),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far writing an archive has come: current month, readings written, readings in all."""

    month: Month
    done: int
    total: int


OnProgress = Callable[[Progress], None]


def unload(
    engine: Engine,
    folder: Path,
    *,
    start: UtcDatetime | None = None,
    end: UtcDatetime | None = None,
    stations: Sequence[str] = (),
    on_progress: OnProgress = lambda _progress: None,
) -> Manifest:
    """Writes an archive of the stations' readings in ``[start, end)``; no station named: of all.

    A finished archive of the same choice is written anew, an unfinished one goes on; months that
    are no longer in the database stay. Raises NotFound for a station that isn't there, BadInput
    for a folder with another choice.
    """
    selection = Selection(
        start.isoformat() if start else "",
        end.isoformat() if end else "",
        tuple(sorted(set(stations))),
    )
    folder.mkdir(parents=True, exist_ok=True)
    with snapshots(engine) as connection:
        ids = _ids_of(connection, selection.stations)
        counts = _counts(connection, ids, start, end)
        manifest = _begin(folder, selection, counts)
        total, done = sum(counts.values()), 0
        for month in counts:
            if month.file_of(Kind.READINGS) not in manifest.parts:
                before = done
                unload_month(
                    connection, folder, manifest, month, _within(month.span, start, end), ids,
                    lambda rows, month=month, before=before:  # type: ignore[misc]  # bound now
                        on_progress(Progress(month, before + rows, total)),
                )  # fmt: skip
            done += counts[month]
            on_progress(Progress(month, done, total))
        manifest.whole = True
        finish(connection, folder, manifest, ids)
    return manifest


def snapshots(engine: Engine) -> Connection:
    """Opens a read-only connection each of whose transactions sees one snapshot of the data."""
    return engine.connect().execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )


def unload_month(
    connection: Connection,
    folder: Path,
    manifest: Manifest,
    month: Month,
    span: Span,
    ids: Sequence[int] | None,
    on_rows: Callable[[int], None] = lambda _rows: None,
) -> None:
    """Writes the month's archive files from one snapshot and enters them in the manifest.

    ``on_rows`` is called with the number of readings written so far. Ends the transaction.
    """
    parts: list[Part] = []
    for kind in Kind:
        path = month.file_of(kind)
        counter = on_rows if kind is Kind.READINGS else lambda _rows: None
        batches = copied(connection, *_query(kind, span, ids), SCHEMAS[kind])
        rows = _write(folder / path, SCHEMAS[kind], batches, counter)
        if rows:
            parts.append(part_of(folder, path, kind.value, month, rows))
        manifest.parts.pop(path, None)
    connection.rollback()
    manifest.parts |= {each.path: each for each in parts}
    manifest.write(folder)


def finish(
    connection: Connection, folder: Path, manifest: Manifest, ids: Sequence[int] | None
) -> None:
    """Writes the archive's file of stations and marks its manifest as complete."""
    write_stations(connection, folder / STATIONS_FILE, ids)
    rows = pyarrow.parquet.read_metadata(folder / STATIONS_FILE).num_rows
    manifest.parts[STATIONS_FILE] = part_of(folder, STATIONS_FILE, "stations", None, rows)
    manifest.complete = True
    manifest.write(folder)


def _begin(folder: Path, selection: Selection, months: dict[Month, int]) -> Manifest:
    """Returns the manifest to continue with, or a new one; removes entries to be rewritten."""
    manifest = read_manifest(folder) or Manifest(selection)
    if manifest.selection != selection:
        raise BadInput(
            "The archive in {folder} was made with another choice of time or stations.",
            mend="Give the same choice or another folder.",
            folder=str(folder),
        )
    if manifest.complete:
        for month in months:
            for kind in Kind:
                manifest.parts.pop(month.file_of(kind), None)
        manifest.complete = False
    manifest.write(folder)
    return manifest


def _ids_of(connection: Connection, codes: Sequence[str]) -> list[int] | None:
    if not codes:
        return None
    rows = connection.execute(
        text("SELECT code, id FROM station WHERE code = ANY(:codes)"), {"codes": list(codes)}
    )
    found = {row.code: int(row.id) for row in rows}
    for code in codes:
        if code not in found:
            raise NotFound("There is no station {code}.", code=code)
    return sorted(found.values())


def _counts(
    connection: Connection,
    ids: Sequence[int] | None,
    start: UtcDatetime | None,
    end: UtcDatetime | None,
) -> dict[Month, int]:
    """Returns the number of readings of each month, in order of time."""
    conditions = ["true"]
    if ids is not None:
        conditions.append("station_id = ANY(:ids)")
    if start:
        conditions.append("observed_at >= :start")
    if end:
        conditions.append("observed_at < :end")
    rows = connection.execute(
        text(
            "SELECT min(observed_at), count(*) FROM reading"
            f" WHERE {' AND '.join(conditions)}"
            " GROUP BY date_trunc('month', observed_at AT TIME ZONE 'UTC')"
        ),
        {"ids": ids, "start": start, "end": end},
    )
    counted = {month_of(first): count for first, count in rows}
    connection.rollback()
    return dict(sorted(counted.items()))


def _within(span: Span, start: UtcDatetime | None, end: UtcDatetime | None) -> Span:
    return Span(max(span.start, start or span.start), min(span.end, end or span.end))


def _query(kind: Kind, span: Span, ids: Sequence[int] | None) -> tuple[str, dict[str, Any]]:
    """Returns SQL, and its parameters, for the rows of a kind in a span, by station and time."""
    columns, then_by = _SOURCES[kind]
    chosen = "" if ids is None else " AND r.station_id = ANY(%(ids)s)"
    query = (
        f"SELECT r.station_id, s.code, r.observed_at, r.period, {columns}"
        " JOIN station s ON s.id = r.station_id"
        f" WHERE r.observed_at >= %(start)s AND r.observed_at < %(end)s{chosen}"
        f" ORDER BY r.station_id, r.observed_at, r.period{then_by}"
    )
    return query, {"start": span.start, "end": span.end, "ids": ids}


def _write(file: Path, schema: pa.Schema, batches: Any, on_rows: Callable[[int], None]) -> int:
    """Writes a Parquet file, replaced as a whole, unless there is no row; returns the row count."""
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = 0
    order = [("station_id", "ascending"), ("observed_at", "ascending")]
    sorting = pyarrow.parquet.SortingColumn.from_ordering(schema, order)
    with whole_file(file) as part:
        with pyarrow.parquet.ParquetWriter(
            part, schema, compression="zstd", sorting_columns=sorting
        ) as writer:
            for batch in _grouped(batches, schema):
                writer.write_table(batch)
                rows += batch.num_rows
                on_rows(rows)
        if not rows:
            part.unlink()
    if not rows:
        file.unlink(missing_ok=True)
    return rows


def _grouped(batches: Any, schema: pa.Schema) -> Any:
    """Yields the batches' rows regrouped into tables of about ``ROW_GROUP`` rows."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(each.num_rows for each in held) >= ROW_GROUP:
            yield pa.Table.from_batches(held, schema)
            held = []
    if held:
        yield pa.Table.from_batches(held, schema)
