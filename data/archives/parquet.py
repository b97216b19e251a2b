"""Reads Parquet of others: a damaged file is refused in words, cells of odd types become text."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from data.errors import BadInput
from data.logs import first_line

_BROKEN: Final = (pa.ArrowException, OSError, EOFError, UnicodeError, ValueError, OverflowError)
_MOST_SHOWN: Final = 200
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Instants beyond these have no date that can be written."""


@contextmanager
def refusing_damage(file: Path, *more: type[Exception]) -> Iterator[None]:
    """Turns what Arrow raises of a file that is damaged, or no table, into BadInput.

    So does it with ``more`` errors, of another reader.
    """
    try:
        yield
    except (*_BROKEN, *more) as error:
        raise BadInput(
            "{path} can't be read: {reason}.",
            mend="It is damaged or cut short: copy or export it again.",
            path=file,
            reason=first_line(error).rstrip(".")[:_MOST_SHOWN],
        ) from error


def rows_in(file: Path) -> int:
    """Returns the number of rows that a Parquet file says it has. Raises BadInput."""
    with refusing_damage(file):
        return int(pyarrow.parquet.read_metadata(file).num_rows)


def batches(file: Path, size: int) -> Iterator[pa.Table]:
    """Yields the file's rows in tables of ``size``. Raises BadInput for a damaged file."""
    with (
        refusing_damage(file),
        pyarrow.parquet.ParquetFile(file, page_checksum_verification=True) as opened,
    ):
        for batch in opened.iter_batches(batch_size=size):
            yield pa.Table.from_batches([batch])


def with_plain_cells(
    table: pa.Table, moments: Collection[str], numbers: Collection[str]
) -> pa.Table:
    """Returns the table with ``moments`` as instants, ``numbers`` as fractions, the rest as text.

    A column of any other type (yes or no, lists, bytes, days) is text, so that the checks name the
    cells that can't be read, and take none for a number.
    """
    columns = {}
    for name in table.column_names:
        column = table[name]
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        kind = column.type
        if name in moments and pa.types.is_timestamp(kind):
            columns[name] = column if _is_writable(column) else pc.cast(column, pa.string())
        elif name in numbers and (
            pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        ):
            columns[name] = pc.cast(column, pa.float64(), safe=False)
        elif pa.types.is_date(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind):
            columns[name] = pc.cast(column, pa.string())
        else:
            columns[name] = _as_text(column)
    return pa.table(columns)


def _is_writable(column: Any) -> bool:
    """Returns whether all instants of a column have a date that can be written."""
    scale = pa.timestamp(column.type.unit, "UTC")
    within = pc.and_(
        pc.greater_equal(pc.cast(column, pa.int64()), pc.cast(pa.scalar(_FIRST, scale), "int64")),
        pc.less(pc.cast(column, pa.int64()), pc.cast(pa.scalar(_LAST, scale), "int64")),
    )
    return bool(pc.all(pc.fill_null(within, True)).as_py())


def _as_text(column: Any) -> Any:
    """Returns a column as text; bytes that are no UTF-8 have marks in place of them."""
    kind = column.type
    try:
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            column.validate(full=True)
            return column.cast(pa.string())
    except pa.ArrowInvalid:
        column = column.cast(pa.large_binary())
    return pa.array([_text(each) for each in column.to_pylist()], pa.string())


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
