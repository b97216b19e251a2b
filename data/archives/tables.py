"""Reads histories of others as Arrow tables from wide CSV or Parquet, in chunks."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.csv

from data.archives.layout import COLUMNS
from data.archives.parquet import batches, refusing_damage, rows_in, with_plain_cells
from data.errors import BadInput, NotFound
from data.vocabulary import PARAMETERS, Parameter

CHUNK: Final = 100_000
_BLOCK: Final = 16 << 20
_MOST_SHOWN: Final = 200

TIME_NAMES: Final = ("time", "observed_at")
TEXTS: Final = ("station", "time", "period", "received_at", "message_id", "extra", "flags", "below")
PLACE: Final = ("longitude", "latitude")
MOMENTS: Final = ("time", "received_at")
_IGNORED: Final = frozenset({"station_id", "year", "month"})
_COLUMN_OF: Final = {
    **{p.value: str(f.column) for p, f in PARAMETERS.items() if f.column},
    **{column: column for column in COLUMNS},
}
RARE: Final = frozenset(p.value for p, f in PARAMETERS.items() if not f.column)


class Misshapen(NamedTuple):
    """A row of a CSV file that has more or fewer cells than the header: its number, its text."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive rows of a file, with our column names; ``first`` is the first row's place.

    Columns of numbers are ``values``: reading columns, or keys of rare parameters. ``misshapen``
    rows of the file are left out and not counted among the places. ``titles`` are the file's own
    names of the columns.
    """

    first: int
    table: pa.Table
    values: tuple[str, ...]
    misshapen: Sequence[Misshapen] = field(default=())
    titles: Mapping[str, str] = field(default_factory=dict)

    def number_of(self, row: int) -> int:
        """Returns the number in the file, from 1, of a row of the table."""
        place = self.first + row
        before = [each.row - at for at, each in enumerate(self.misshapen)]
        return place + bisect_right(before, place)


def total_rows(file: Path) -> int | None:
    """Returns the number of rows in a Parquet file; None for CSV, which would have to be read."""
    return rows_in(file) if is_parquet(file) else None


def is_parquet(file: Path) -> bool:
    """Returns whether a file is called one of Parquet."""
    return file.suffix.lower() == ".parquet"


def read_chunks(
    file: Path, *, after: int = 0, misshapen: list[Misshapen] | None = None
) -> Iterator[Chunk]:
    """Yields chunks of the file's rows except the first ``after``, cells not yet parsed.

    Rows of the wrong number of cells are left out; ``misshapen`` gets them, of the whole file once
    all chunks are read.

    Raises NotFound for no file, BadInput for one that is no table or has columns nobody knows.
    """
    if not file.is_file():
        raise NotFound("There is no file {file}.", file=str(file))
    first = 1
    left_out = [] if misshapen is None else misshapen
    for batch in batches(file, CHUNK) if is_parquet(file) else _of_csv(file, left_out):
        named, values = _named(batch)
        if is_parquet(file):
            with refusing_damage(file):
                named = with_plain_cells(named, MOMENTS, (*values, *PLACE))
        titles = dict(zip(_names(batch.column_names), batch.column_names, strict=True))
        if first + batch.num_rows > after + 1:
            skipped = max(0, after + 1 - first)
            yield Chunk(first + skipped, named.slice(skipped), values, left_out, titles)
        first += batch.num_rows


def _of_csv(file: Path, misshapen: list[Misshapen]) -> Iterator[pa.Table]:
    """Yields the file's rows in tables. Raises BadInput."""
    rows = 0
    try:
        for table in _csv_batches(file, misshapen):
            rows += table.num_rows
            yield table
    except pa.ArrowInvalid as error:
        raise BadInput(
            "{path} isn't CSV after row {row}: a quotation mark isn't closed, or a cell too long.",
            mend="Double the quotation marks inside a cell.",
            path=file,
            row=rows,
        ) from error


def _csv_batches(file: Path, misshapen: list[Misshapen]) -> Iterator[pa.Table]:
    with file.open("rb") as opened_text:
        head = opened_text.readline().decode("utf-8-sig", "replace")
    names = names_in(head)
    _names(names)

    def leave_out(row: Any) -> str:
        misshapen.append(Misshapen(row.number - 1, row.text[:_MOST_SHOWN]))
        return "skip"

    with pyarrow.csv.open_csv(
        file,
        read_options=pyarrow.csv.ReadOptions(
            block_size=_BLOCK,
            column_names=names,
            skip_rows=1,
            use_threads=False,  # else rows have no number
        ),
        parse_options=pyarrow.csv.ParseOptions(
            newlines_in_values=True, invalid_row_handler=leave_out
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    ) as reader:
        for batch in reader:
            for at in range(0, batch.num_rows, CHUNK):
                yield pa.Table.from_batches([batch.slice(at, CHUNK)])


def _named(table: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """Renames the table's columns to our names; returns it and the names of the value columns."""
    names = _names(table.column_names)
    values = tuple(name for name in names if name in {*COLUMNS, *RARE})
    kept = [name for name in names if name not in _IGNORED]
    return table.rename_columns(names).select(kept), values


def _names(columns: Sequence[str]) -> list[str]:
    """Returns our column names. Raises BadInput if one is unknown, missing or repeated."""
    names = ["time" if name in TIME_NAMES else _COLUMN_OF.get(name, name) for name in columns]
    known = {*TEXTS, *PLACE, *COLUMNS, *RARE, *_IGNORED}
    if {"station", "time"} <= {*names} <= known and len({*names}) == len(names):
        return names
    twice = [title for title, name in zip(columns, names, strict=True) if names.count(name) > 1]
    if twice:
        raise BadInput("The column {column} is there twice.", column=", ".join(twice))
    raise no_readings(columns)


def no_readings(titles: Sequence[str]) -> BadInput:
    """Returns the error for a table whose titles aren't those of readings."""
    columns = ", ".join(titles)
    if columns.isascii():
        return BadInput(
            "The table's columns must be station, time, parameter keys; not {columns}.",
            columns=columns,
        )
    return BadInput(
        "The table's columns must be station, time, parameter keys; not {columns}.",
        mend="If titles are garbled, name the encoding with --encoding, or save the file as UTF-8.",
        columns=columns,
    )


def names_in(head: str) -> list[str]:
    """Returns the names of the columns in the first line of a plain CSV."""
    return [name.strip().strip('"') for name in head.rstrip("\r\n").split(",")]


def has_our_columns(names: Sequence[str]) -> bool:
    """Returns whether the names are columns of a history: all known, station and time there."""
    try:
        _names(names)
    except BadInput:
        return False
    return True


def is_key(name: str) -> bool:
    """Returns whether the name is the key of a rare parameter, which has no database column."""
    return name in RARE


def parameters_of(values: Sequence[str]) -> dict[str, Parameter]:
    """Returns the measured parameter of each value column, by the column's name."""
    by_column = {str(f.column): p for p, f in PARAMETERS.items() if f.column}
    return {name: by_column.get(name) or Parameter(name) for name in values}
