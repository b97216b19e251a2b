"""Rows of a query as records: each column becomes the field of its name."""

from collections.abc import Callable, Iterable
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from sqlalchemy import Row

Record = TypeVar("Record")


def rows_as(record: Callable[..., Record], rows: Iterable[Row[Any]]) -> list[Record]:
    """Returns a query's rows as records of a dataclass, each column in the field of that name.

    Words become members of the enumeration that the field is declared with, lists become tuples.
    Columns without a field are left out. Raises TypeError for a field with neither column nor
    default, ValueError for a word that the enumeration lacks.
    """
    found = iter(rows)
    first = next(found, None)
    if first is None:
        return []
    make: Callable[[Row[Any]], Record] = _maker(record, first._fields)
    return [make(first), *map(make, found)]


def row_as(record: Callable[..., Record], row: Row[Any], /, **others: object) -> Record:
    """Returns one row as a record, like ``rows_as``; ``others`` are fields not in the row."""
    made: Record = _maker(record, row._fields, frozenset(others))(row, **others)
    return made


@cache
def _maker(
    record: Callable[..., Any], columns: tuple[str, ...], others: frozenset[str] = frozenset()
) -> Callable[..., Any]:
    """Returns a function that turns a row with these columns, plus other fields, into a record."""
    if len(set(columns)) < len(columns):
        raise TypeError(f"two columns of one name: {', '.join(columns)}")
    hints = get_type_hints(record)
    names = [name for name in hints if name in columns and name not in others]
    places = [(name, columns.index(name)) for name in names]
    read = [(name, reading) for name in names if (reading := _reading(hints[name]))]

    def make(row: Row[Any], /, **extra: object) -> Any:
        facts = {name: row[place] for name, place in places}
        for name, reading in read:
            if facts[name] is not None:
                facts[name] = reading(facts[name])
        return record(**facts, **extra)

    return make


def _reading(hint: Any) -> Callable[[Any], Any] | None:
    """Returns the function that converts a column's value to the type; None if none is needed."""
    inner = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        several = [each for each in inner if each is not NoneType]
        return _reading(several[0]) if len(several) == 1 else None
    if get_origin(hint) is tuple:
        each = _reading(inner[0]) if inner[-1] is Ellipsis else None
        return tuple if each is None else lambda values: tuple(map(each, values))
    return hint if isinstance(hint, type) and issubclass(hint, Enum) else None
