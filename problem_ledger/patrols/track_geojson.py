"""GeoJSON files: timed lines and points as segments of fixes, or a refusal that says why."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from gis.tracks import Fix
from problem_ledger.patrols.track_bounds import (
    MOST_POINTS,
    Segments,
    not_readable,
    too_many,
    too_much,
    unlike_counts,
)
from problem_ledger.patrols.track_times import TimesIn, in_utc, read_time

MOST_ARRAYS: Final = 2 * MOST_POINTS
MOST_OBJECTS: Final = 5 * MOST_POINTS
MOST_COMMAS: Final = 30 * MOST_POINTS
"""What a GeoJSON file of so many points has at most; counted before it is parsed."""

TIME_LISTS: Final = ("coordTimes", "times")
TIMES: Final = ("time", "timestamp", "at")

_BROKEN: Final = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    OSError,
    RecursionError,
)
"""What JSON that is no track may raise; a time beyond the system's raises an OSError."""


def read_geojson(content: bytes, times_in: TimesIn) -> Segments:
    """Parses GeoJSON: lines with a list of times, one a vertex, or points with a time each.

    Raises BadInput.
    """
    arrays = content.count(b"[")
    if arrays > MOST_ARRAYS:
        raise too_many(arrays)
    if content.count(b"{") > MOST_OBJECTS or content.count(b",") > MOST_COMMAS:
        raise too_much("GeoJSON")
    try:
        document = json.loads(content.decode("utf-8-sig"))
        lines: Segments = []
        points: list[Fix] = []
        for feature in _features(document):
            geometry = feature.get("geometry") or {}
            facts = feature.get("properties") or {}
            if geometry.get("type") == "Point":
                points.append(_fix(geometry["coordinates"], _first(facts, TIMES), times_in))
            else:
                lines.extend(_lines(geometry, _first(facts, TIME_LISTS), times_in))
    except _BROKEN as error:
        raise not_readable("GeoJSON", error) from None
    return [*lines, points] if points else lines


def _features(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kind = document["type"]
    if kind == "FeatureCollection":
        yield from document["features"]
    elif kind == "Feature":
        yield document
    else:
        yield {"geometry": document}


def _lines(geometry: dict[str, Any], times: Any, times_in: TimesIn) -> Iterator[list[Fix]]:
    if geometry.get("type") == "LineString":
        yield _line(geometry["coordinates"], times, times_in)
    elif geometry.get("type") == "MultiLineString":
        parts = geometry["coordinates"]
        for number, part in enumerate(parts):
            yield _line(part, times[number] if times else None, times_in)


def _line(places: list[Any], times: Any, times_in: TimesIn) -> list[Fix]:
    if times is not None and len(times) != len(places):
        raise unlike_counts("GeoJSON", len(times), len(places))
    moments = times if times is not None else [None] * len(places)
    return [_fix(place, time, times_in) for place, time in zip(places, moments, strict=True)]


def _fix(place: list[Any], time: Any, times_in: TimesIn) -> Fix:
    return Fix(float(place[0]), float(place[1]), _moment(time, times_in))


def _moment(time: Any, times_in: TimesIn) -> datetime | None:
    """Parses ISO 8601, or (milli)seconds since 1970. Raises ValueError."""
    if time is None or time == "":
        return None
    if isinstance(time, int | float):
        seconds = time / 1000 if abs(time) > 1e11 else time
        return in_utc(datetime.fromtimestamp(seconds, UTC), times_in)
    return read_time(str(time), times_in)


def _first(facts: dict[str, Any], names: tuple[str, ...]) -> Any:
    nested = facts.get("coordinateProperties")
    found = [facts.get(name) for name in names]
    if isinstance(nested, dict):
        found += [nested.get(name) for name in names]
    return next((each for each in found if each is not None), None)
