"""Writes rows by COPY, by the hundred thousand."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

import numpy as np
import shapely
from psycopg import Cursor
from sqlalchemy import Connection, text

from gis.crs import CGCS2000

AT_ONCE: Final = 2_000
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def cursor_of(connection: Connection) -> Cursor[Any]:
    """Returns psycopg's own cursor within the connection's transaction."""
    raw = connection.connection.driver_connection
    if raw is None:
        raise RuntimeError("the connection is closed")
    return raw.cursor()  # type: ignore[no-any-return]


def copy_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> int:
    """Writes rows of the named columns into a table; returns how many."""
    count = 0
    listed = iter(rows)
    with (
        cursor_of(connection) as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        while block := list(islice(listed, AT_ONCE)):
            copy.write("".join(_line(row) for row in block))
            count += len(block)
    return count


def first_free(connection: Connection, table: str) -> int:
    """Returns the lowest id above all of the table's."""
    found = connection.execute(text(f"SELECT coalesce(max(id), 0) + 1 FROM {table}"))
    return int(found.scalar_one())


def count_on(connection: Connection, *tables: str) -> None:
    """Sets the tables' identities to go on after the highest id that was written."""
    for table in tables:
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
                f" (SELECT max(id) FROM {table})) WHERE EXISTS (SELECT FROM {table})"
            )
        )


def written_shapes(shapes: Iterable[object]) -> list[str]:
    """Returns geometries in degrees as the text by which COPY takes them in."""
    marked = shapely.set_srid(np.array(list(shapes), dtype=object), CGCS2000)
    return [str(each) for each in shapely.to_wkb(marked, hex=True, include_srid=True)]


def _line(row: Sequence[object]) -> str:
    return "\t".join([_WRITTEN.get(type(value), _other)(value) for value in row]) + "\n"


def _other(value: Any) -> str:
    return str(value).translate(_ESCAPED)


def _listed(values: Sequence[object]) -> str:
    return "{" + ",".join(str(value) for value in values) + "}"


_WRITTEN: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda _none: "\\N",
    str: lambda value: value.translate(_ESCAPED),
    bool: lambda value: "t" if value else "f",
    int: str,
    float: repr,
    np.float64: lambda value: repr(float(value)),
    np.int64: str,
    bytes: lambda value: "\\\\x" + value.hex(),
    datetime: datetime.isoformat,
    date: date.isoformat,
    list: _listed,
}
