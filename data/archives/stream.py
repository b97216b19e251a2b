"""Reads the rows of a query as Arrow batches by COPY, never all of them in memory."""

from collections.abc import Iterator
from io import RawIOBase
from typing import Any, Final, cast

import psycopg
import pyarrow as pa
import pyarrow.csv
from sqlalchemy import Connection

_BLOCK: Final = 8 << 20


class _Copied(RawIOBase):
    """The output of PostgreSQL's COPY, as a file to read from."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._chunks = iter(copy)
        self._held = bytearray()

        self._held += next(self._chunks, b"")

    @property
    def is_empty(self) -> bool:
        """Whether the query returned no row at all."""
        return not self._held

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        held = self._held
        while size < 0 or len(held) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            held += chunk
        piece = bytes(held[:size] if size >= 0 else held)
        del held[: len(piece)]
        return piece


def cursor_of(connection: Connection) -> psycopg.Cursor[tuple[Any, ...]]:
    """Returns a psycopg cursor within the SQLAlchemy connection's transaction."""
    driver = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection.driver_connection)
    return driver.cursor()


def copied(
    connection: Connection, query: str, parameters: dict[str, Any], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Yields the rows of a query in batches; its columns must be the schema's, in order.

    Numbers keep every bit: PostgreSQL writes the shortest text that reads back as the same double.
    """
    with (
        cursor_of(connection) as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT CSV)", parameters) as copy,
    ):
        sent = _Copied(copy)
        if sent.is_empty:
            return
        yield from pyarrow.csv.open_csv(
            pa.PythonFile(sent, mode="r"),
            read_options=pyarrow.csv.ReadOptions(
                column_names=schema.names, block_size=_BLOCK, use_threads=False
            ),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=schema,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
