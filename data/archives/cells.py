"""Reads columns of text as numbers and instants; names the cells that can't be read."""

from datetime import datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from data.archives.layout import MOMENT
from data.clock import BUSINESS_ZONE

_NUMBER: Final = r"^[ \t]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?[ \t]*$"
_OFFSET: Final = r"([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)$"
_ZONE: Final = str(BUSINESS_ZONE)


def numbers(column: Any) -> tuple[Any, Any]:
    """Returns a column's finite numbers (else null), and a mask of cells that aren't numbers."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        reads = pc.match_substring_regex(column, _NUMBER)
        text = pc.utf8_trim_whitespace(pc.if_else(reads, column, None))
        values = pc.cast(
            pc.if_else(pc.starts_with(text, "+"), pc.utf8_slice_codeunits(text, 1), text),
            pa.float64(),
        )
    else:
        values = pc.cast(column, pa.float64())
    finite = pc.fill_null(pc.is_finite(values), False)
    bad = pc.and_(pc.is_valid(column), pc.invert(finite))
    return pc.if_else(finite, values, None), bad


def moments(column: Any) -> Any:
    """Returns a column as instants, null if unreadable; without an offset as Beijing time."""
    if pa.types.is_timestamp(column.type):
        if column.type.tz is None:
            column = pc.assume_timezone(column, _ZONE, ambiguous="earliest", nonexistent="earliest")
        return pc.cast(column, MOMENT, safe=False)
    text = pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
    offset = pc.match_substring_regex(text, _OFFSET)
    text = pc.if_else(offset, text, pc.binary_join_element_wise(text, "+08:00", ""))
    try:
        return pc.cast(text, MOMENT)
    except pa.ArrowInvalid:
        return pa.array([_moment(each) for each in text.to_pylist()], MOMENT)


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
