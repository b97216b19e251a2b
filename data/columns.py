"""Reads the rows of a query as one array a column, without making an object of each row.

A query says ``SELECT array_agg(told.at), array_agg(told.value) FROM (...) AS told``: the server
gathers each column into an array and sends that in its binary form. Fetching row by row costs the
client microseconds each, even in a binary COPY, and so more than half the time of a year of hours.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

import numpy as np
import psycopg
from numpy.typing import NDArray
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import OperationalError

from data.vocabulary import PARAMETERS, Parameter

_HEADER: Final = 20
"""Bytes before the first element: dimensions, nulls, type, length, first index."""

_NULLS: Final = 7
"""The byte that says whether there are nulls."""

_EPOCH_US: Final = 946_684_800_000_000
"""PostgreSQL counts from 2000-01-01."""


def measured(parameter: Parameter) -> str:
    """Returns SQL for the raw value of the parameter in a row of ``reading``."""
    column = PARAMETERS[parameter].column
    if column:
        return f"reading.{column}"
    return f"CAST(reading.extra ->> '{parameter.value}' AS float8)"


def real_number_sql(expression: str) -> str:
    """Returns SQL that casts the expression to float8, with NaN for null."""
    return f"coalesce({expression}, 'NaN'::float8)"


def for_driver(query: str) -> str:
    """Returns the query with psycopg's placeholders in place of ``:name``."""
    dialect = make_url("postgresql+psycopg://").get_dialect()
    return str(text(query).compile(dialect=dialect()))


def read_columns(
    connection: Connection, query: str, parameters: Mapping[str, object]
) -> tuple[bytes | None, ...]:
    """Runs a query of one row in binary mode; returns its columns as bytes, None for null.

    The query has the driver's placeholders. Raises OperationalError when the server is away.
    """
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    with driver.cursor(binary=True) as cursor:
        try:
            return sent_columns(cursor.execute(query.encode(), parameters))
        except psycopg.OperationalError as error:
            raise OperationalError(query, None, error) from error


def sent_columns(cursor: psycopg.Cursor[Any]) -> tuple[bytes | None, ...]:
    """Returns the columns of the cursor's only row as bytes; its query ran in binary mode.

    Raises ValueError for any other number of rows.
    """
    sent = cursor.pgresult
    if sent is None or sent.ntuples != 1:
        raise ValueError("the columns of a query are one row")
    return tuple(sent.get_value(0, column) for column in range(sent.nfields))


def whole_numbers(column: bytes | None) -> NDArray[np.int64]:
    """Decodes PostgreSQL's binary array of bigint; None gives an empty array."""
    return _elements(column, ">i8").astype(np.int64)


def real_numbers(column: bytes | None) -> NDArray[np.float64]:
    """Decodes PostgreSQL's binary array of float8; None gives an empty array."""
    return _elements(column, ">f8").astype(np.float64)


def microseconds(column: bytes | None) -> NDArray[np.int64]:
    """Decodes PostgreSQL's binary array of timestamptz to microseconds since 1970 UTC."""
    return whole_numbers(column) + _EPOCH_US


def _elements(column: bytes | None, form: str) -> NDArray[Any]:
    """Decodes the elements of PostgreSQL's binary array. Raises ValueError if one is null.

    Each element has its length before it, four bytes.
    """
    if column is None:
        return np.empty(0, dtype=form)
    if column[_NULLS]:
        raise ValueError("a column with a null was sent")
    layout = np.dtype({"names": ["it"], "formats": [form], "offsets": [4], "itemsize": 12})
    return np.frombuffer(column, dtype=layout, offset=_HEADER)["it"]
