"""Reads a column of results: numbers, and what a laboratory writes below a detection limit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final, cast

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from data.archives.cells import moments, numbers
from data.moments import AHEAD
from data.quality.detection import DetectionRule, read_below
from data.vocabulary import PARAMETERS, Parameter
from ingest.screening.checks import shipped_thresholds

KEYS: Final = frozenset(each.value for each in Parameter)
MISSING: Final = ("", "-", "--", "---", "—", "——", "/", "*", "NULL", "null", "None", "无")
"""What stands in a cell in which nothing stands."""


@dataclass(frozen=True, slots=True)
class Results:
    """The results of one parameter: numbers (null: none), and those of them below a limit.

    ``bad`` masks the cells that can't be read or be so, ``limits`` holds the detection limits by
    row, ``why`` what is wrong with a bad cell where its look doesn't say it.
    """

    values: Any
    bad: Any
    limits: dict[int, float] = field(default_factory=dict)
    why: dict[int, str] = field(default_factory=dict)

    def without(self, bad: Any, why: str) -> "Results":
        """Returns the results without the cells of the mask, which are bad for that reason."""
        rows = np.flatnonzero(bad).tolist()
        if not rows:
            return self
        values = pc.if_else(pa.array(bad), None, self.values)
        return Results(values, self.bad | bad, self.limits, self.why | dict.fromkeys(rows, why))


def mask_of(fault: Any) -> Any:
    """Returns an Arrow mask as a writable one of numpy; null is false."""
    if isinstance(fault, pa.ChunkedArray):
        fault = fault.combine_chunks()
    return np.array(pc.fill_null(fault, False).to_numpy(zero_copy_only=False), dtype=bool)


def results_of(column: Any, parameter: Parameter | None, rule: DetectionRule) -> Results:
    """Reads a column; ``parameter`` is None where no result may lie below a limit.

    What counts in place of a result below its limit is the rule's.
    """
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if is_text:
        nothing = pc.is_in(pc.utf8_trim_whitespace(column), pa.array(MISSING, column.type))
        column = pc.if_else(nothing, None, column)
    values, unread = numbers(column)
    bad = mask_of(unread)
    rows = np.flatnonzero(bad)
    if not (is_text and len(rows) and parameter):
        return Results(values, bad)
    known: dict[str, float | str | None] = {}
    limits: dict[int, float] = {}
    why: dict[int, str] = {}
    for row, text in zip(rows.tolist(), column.take(pa.array(rows)).to_pylist(), strict=True):
        if text not in known:
            known[text] = _limit_in(text, parameter, rule)
        limit = known[text]
        if isinstance(limit, str):
            why[row] = limit
        elif limit is not None:
            limits[row] = limit
    if limits:
        read = np.array(pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False))
        read[list(limits)] = [limit * rule.share for limit in limits.values()]
        bad[list(limits)] = False
        values = pa.array(read, from_pandas=True)
    return Results(values, bad, limits, why)


def _limit_in(text: str, parameter: Parameter, rule: DetectionRule) -> float | str | None:
    """Returns the detection limit of a result below one, None for any other text.

    A text says why such a result has none.
    """
    try:
        named = read_below(text, unit=PARAMETERS[parameter].unit)
        return None if named is None else rule.limit_of(parameter, named)
    except ValueError as error:
        return str(error)


def places_of(longitude: Results, latitude: Results) -> tuple[Results, Results]:
    """Returns the coordinates without those off the earth, and without one that stands alone."""
    off = [
        mask_of(pc.greater(pc.abs(each.values), most))
        for each, most in ((longitude, 180), (latitude, 90))
    ]
    swapped = off[1] & mask_of(pc.less_equal(pc.abs(longitude.values), 90))
    swapped &= mask_of(pc.less_equal(pc.abs(latitude.values), 180))
    pair = [
        each.without(mask & swapped, "off the earth; longitude and latitude seem swapped").without(
            mask & ~swapped, "off the earth"
        )
        for each, mask in zip((longitude, latitude), off, strict=True)
    ]
    east, north = (mask_of(pc.is_valid(each.values)) for each in pair)
    one, other = pair
    return one.without(east & ~north, "without a latitude"), other.without(
        north & ~east, "without a longitude"
    )


def arrivals_of(column: Any, at: Any, latest: Any) -> Results:
    """Returns the moments of arrival without those that can't be read or be so.

    None is after ``latest`` or further before its reading's time ``at`` than a clock may be ahead.
    """
    received = moments(column)
    unread = mask_of(pc.and_(pc.is_valid(column), pc.is_null(received)))
    late = mask_of(pc.greater(received, latest))
    early = mask_of(pc.less(received, pc.subtract(at, pa.scalar(AHEAD))))
    found = Results(received, unread).without(late, "later than now")
    return found.without(early & ~late, "before the reading's own time")


def object_in(text: str | None) -> dict[str, object] | None:
    """Returns the JSON object in a cell; None where there is none."""
    try:
        document = orjson.loads(text or "")
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def is_limit(key: str, value: object) -> bool:
    """Returns whether key and value are a parameter and a detection limit."""
    return key in KEYS and type(value) in (int, float) and 0 < cast(float, value) < inf


def limits_beyond(below: Sequence[str | None]) -> Iterator[tuple[int, Parameter]]:
    """Yields row and parameter of the detection limits outside the parameter's gross range."""
    for row, text in enumerate(below):
        for key, limit in (object_in(text) or {}).items() if text else ():
            if is_limit(key, limit):
                parameter = Parameter(key)
                if not shipped_thresholds()[parameter].spans(cast(float, limit)):
                    yield row, parameter
