"""Moves a month of readings out of the database into an archive, and back.

Nothing leaves before its files were read again and found whole, and nothing can slip in between:
the month is taken off first and compared then; what differs puts it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow.compute as pc
import pyarrow.parquet
from sqlalchemy import Connection, Engine, text

from data.archives.layout import COLUMNS, Kind, Month
from data.archives.manifest import (
    Manifest,
    Part,
    Selection,
    check_part,
    open_archive,
    read_manifest,
)
from data.archives.refill import refill
from data.archives.unload import finish, snapshots, unload_month
from data.clock import UtcDatetime
from data.errors import BadInput, Conflict, NotFound

_COUNTED: Final = ("station_id", "message_id", *COLUMNS, "extra", "flags", "below")
_NOTES: Final = ("extra", "flags", "below")
"""Objects to which keys may be added: their length in all shows whether one was."""

_ATTACHED: Final = "SELECT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass(:partition)"


@dataclass(frozen=True, slots=True)
class Moved:
    """A month of readings that was moved, with its file's row count and hash.

    ``is_dropped``: whether its table in the database was dropped.
    """

    month: Month
    row_count: int
    sha256: str
    is_dropped: bool


def detach(owner: Engine, folder: Path, month: Month, now: UtcDatetime, *, drop: bool) -> Moved:
    """Moves the month's readings to a file of the archive; keeps their table unless ``drop``.

    Raises BadInput for a month that isn't over, NotFound for one that isn't there, Conflict when
    readings came in while it was written: then the month stays among the readings.
    """
    if month.span.end > now:
        raise BadInput("The month {month} is not over.", month=str(month))
    folder = folder.absolute()
    if _is_true(owner, f"{_ATTACHED} AND inhdetachpending)", month):
        _take_off(owner, month, "FINALIZE")
    if not _is_attached(owner, month):
        return _drop_later(owner, folder, month, drop=drop)
    part = _written(owner, folder, month)
    _note(owner, folder, month, part)
    _take_off(owner, month)
    _prove(owner, folder, month, part)
    if drop:
        _drop(owner, month)
    return Moved(month, part.rows, part.sha256, drop)


def attach(owner: Engine, month: Month, folder: Path | None = None) -> Moved:
    """Puts a moved month back among the readings: from its kept table, else from its file.

    Raises NotFound for a month that was not moved, BadInput when its file is not the one written,
    Conflict when its table doesn't hold what the file holds.
    """
    with owner.connect() as connection:
        noted = connection.execute(
            text("SELECT folder, row_count, sha256 FROM detached_month WHERE month = :month"),
            {"month": month.first_day},
        ).one_or_none()
    if noted is None:
        raise NotFound("The month {month} was not moved to an archive.", month=str(month))
    lies_in = folder or Path(noted.folder)
    part = open_archive(lies_in).parts.get(month.file_of(Kind.READINGS))
    if part is None or part.sha256 != noted.sha256.hex():
        raise BadInput(
            "{file} is not the file that was written: its hash differs.",
            file=str(lies_in / month.file_of(Kind.READINGS)),
        )
    check_part(lies_in, part)
    if not _has_table(owner, month):
        with owner.begin() as connection:
            refill(connection, lies_in / part.path, month)
    if _counts(owner, month) != _counts_of(lies_in / part.path):
        raise Conflict("The table of {month} does not hold what its file holds.", month=str(month))
    _put_back(owner, month)
    return Moved(month, part.rows, part.sha256, False)


def _written(owner: Engine, folder: Path, month: Month) -> Part:
    """Writes the month's file and its entry in the manifest; returns that entry, hash checked."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = read_manifest(folder) or Manifest(Selection())
    if manifest.selection != Selection():
        raise BadInput(
            "The archive in {folder} was made with another choice of time or stations.",
            mend="Give the same choice or another folder.",
            folder=str(folder),
        )
    with snapshots(owner) as connection:
        unload_month(connection, folder, manifest, month, month.span, None)
        finish(connection, folder, manifest, None)
    part = manifest.parts.get(month.file_of(Kind.READINGS))
    if part is None:
        raise NotFound("There are no readings of {month}.", month=str(month))
    check_part(folder, part)
    return part


def _note(owner: Engine, folder: Path, month: Month, part: Part) -> None:
    """Records the month as moved, so that readings of that month are refused from then on."""
    with owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO detached_month (month, folder, row_count, sha256)"
                " VALUES (:month, :folder, :rows, :sha256) ON CONFLICT (month) DO UPDATE SET"
                " folder = excluded.folder, row_count = excluded.row_count,"
                " sha256 = excluded.sha256, detached_at = now()"
            ),
            {
                "month": month.first_day,
                "folder": str(folder),
                "rows": part.rows,
                "sha256": bytes.fromhex(part.sha256),
            },
        )


def _take_off(owner: Engine, month: Month, how: str = "CONCURRENTLY") -> None:
    """Detaches the month's partition from ``reading``; by default without blocking other months."""
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"ALTER TABLE reading DETACH PARTITION {month.partition} {how}")


def _put_back(owner: Engine, month: Month) -> None:
    """Attaches the month's table as a partition again and deletes the record of its move."""
    span = month.span
    with owner.begin() as connection:
        connection.exec_driver_sql(
            f"ALTER TABLE reading ATTACH PARTITION {month.partition}"
            f" FOR VALUES FROM ('{span.start.isoformat()}') TO ('{span.end.isoformat()}')"
        )
        connection.execute(
            text("DELETE FROM detached_month WHERE month = :month"), {"month": month.first_day}
        )


def _drop_later(owner: Engine, folder: Path, month: Month, *, drop: bool) -> Moved:
    """Finishes a month already detached: checks its file and, with ``drop``, drops its table.

    A month whose table holds more than its file is put back, and Conflict is raised.
    """
    part = (read_manifest(folder) or Manifest(Selection())).parts.get(month.file_of(Kind.READINGS))
    if part is None or not _has_table(owner, month):
        raise NotFound("There are no readings of {month}.", month=str(month))
    check_part(folder, part)
    _prove(owner, folder, month, part)
    if drop:
        _drop(owner, month)
    return Moved(month, part.rows, part.sha256, drop)


def _prove(owner: Engine, folder: Path, month: Month, part: Part) -> None:
    """Compares the detached table with its file; on a difference reattaches it, raises Conflict."""
    if _counts(owner, month) == _counts_of(folder / part.path):
        return
    _put_back(owner, month)
    raise Conflict(
        "Readings of {month} came in while it was written; nothing was moved.",
        mend="Give the command again.",
        month=str(month),
    )


def _drop(owner: Engine, month: Month) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {month.partition}")


def _is_attached(owner: Engine, month: Month) -> bool:
    return _is_true(owner, f"{_ATTACHED})", month)


def _has_table(owner: Engine, month: Month) -> bool:
    return _is_true(owner, "SELECT to_regclass(:partition) IS NOT NULL", month)


def _is_true(owner: Engine, question: str, month: Month) -> bool:
    with owner.connect() as connection:
        return bool(connection.execute(text(question), {"partition": month.partition}).scalar_one())


def _counts(owner: Engine, month: Month) -> list[int]:
    """Returns counts for the month's table: rows, values of each column, letters of the notes."""
    with owner.connect() as connection:
        return _row(connection, month)


def _row(connection: Connection, month: Month) -> list[int]:
    counted = ", ".join(
        [f"count({column})" for column in (*_COUNTED, "position")]
        + [f"coalesce(sum(length({column}::text)), 0)" for column in _NOTES]
    )
    return [*map(int, connection.exec_driver_sql(f"SELECT {counted} FROM {month.partition}").one())]


def _counts_of(file: Path) -> Sequence[int]:
    """Returns the counts of ``_counts`` for a month's file; of its rows reads only the notes.

    What an older version did not write yet counts as nothing.
    """
    with pyarrow.parquet.ParquetFile(file) as opened:
        metadata = opened.metadata
        names = metadata.schema.to_arrow_schema().names
        counted = (*_COUNTED, "longitude")
        missing = {name: 0 if name in names else metadata.num_rows for name in counted}
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            for name in (each for each in counted if each in names):
                missing[name] += group.column(names.index(name)).statistics.null_count
        lengths = dict.fromkeys(_NOTES, 0)
        there = [name for name in _NOTES if name in names]
        for batch in opened.iter_batches(columns=there):
            for name in there:
                lengths[name] += pc.sum(pc.utf8_length(batch[name])).as_py() or 0
    return [*(metadata.num_rows - missing[name] for name in counted), *lengths.values()]
