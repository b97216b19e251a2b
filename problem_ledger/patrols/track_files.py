"""Track files as they come in: GPX and GeoJSON to segments of fixes, or a refusal that says why."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import gpxpy
import numpy as np
from gpxpy.gpx import GPXException
from shapely.geometry import MultiPoint

from data.encodings import decode_xml
from data.errors import BadInput
from gis.crs import OutsideCrs, UnknownCrs, declared, to_cgcs2000
from gis.tracks import Fix
from problem_ledger.patrols.track_xml import check_xml

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_POINTS: Final = 100_000
"""More than a day of fixes, one a second."""

MOST_ARRAYS: Final = 2 * MOST_POINTS
MOST_OBJECTS: Final = 5 * MOST_POINTS
MOST_COMMAS: Final = 30 * MOST_POINTS
"""What a GeoJSON file of so many points has at most; counted before it is parsed."""

AHEAD: Final = timedelta(minutes=10)
LONGEST: Final = timedelta(hours=24)
"""A patrol is within a day."""

OUTSIDE: Final = 0.05
"""The share of a track's first and last times that may be wrong before its length is told."""

TIME_LISTS: Final = ("coordTimes", "times")
TIMES: Final = ("time", "timestamp", "at")

Segments = list[list[Fix]]

YEARS: Final = range(1970, 2101)
_TRACK_TIME: Final = re.compile(
    r"<(?:\w+:)?trkpt\b[^<]*(?:<(?!/?(?:\w+:)?(?:trkpt|time)\b)[^<]*)*"
    r"<(?:\w+:)?time>([^<]{1,40})<"
)
"""The time of a track's point, which stands before the next point begins."""

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

_EXPORT: Final = "Record the walk with an app or a receiver, then export it as GPX with times."


def read_track(content: bytes, crs: str = "EPSG:4326") -> Segments:
    """Reads a track's segments in CGCS2000 degrees, in the order of the file; times are in UTC.

    Waypoints and planned routes are no track. Raises BadInput with what is wrong and how to mend
    it: empty, too large, unreadable, no track, fewer than two points, times missing, or places
    nowhere on Earth.
    """
    if len(content) > MOST_BYTES:
        raise BadInput(
            "A track file has at most {most} MB.", mend="Split it.", most=MOST_BYTES // 2**20
        )
    if not content.strip():
        raise BadInput("This file is empty.", mend=_EXPORT)
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        segments = _gpx(content)
    elif start == b"{":
        segments = _geojson(content)
    else:
        raise BadInput("This file is neither GPX nor GeoJSON.", mend=_EXPORT)
    _check_points(segments)
    return _placed(segments, crs)


def _gpx(content: bytes) -> Segments:
    """Parses a GPX file's tracks; times without offset are UTC. Source: GPX 1.1, wptType/time."""
    found = decode_xml(content)
    if found.damaged:
        raise BadInput("This GPX file is neither UTF-8 nor GBK text.", mend=_EXPORT)
    text = found.text
    points = check_xml(text)
    if points > MOST_POINTS:
        raise _too_many(points)
    _check_span(text)
    try:
        parsed = gpxpy.parse(text)
        return [
            [Fix(each.longitude, each.latitude, _in_utc(each.time)) for each in segment.points]
            for track in parsed.tracks
            for segment in track.segments
        ]
    except (GPXException, ValueError, TypeError, OverflowError) as error:
        raise BadInput(
            "This GPX file can't be read: {reason}", mend=_EXPORT, reason=str(error)[:200]
        ) from None


def _check_span(text: str) -> None:
    """Refuses a track that runs over days by the times in its text, before it is parsed.

    The first and the last times may be wrong, so a share of them is left aside; what can't be read
    here is left to the parser. Raises BadInput.
    """
    written = _TRACK_TIME.findall(text)
    aside = int(len(written) * OUTSIDE)
    moments = sorted(filter(None, map(_moment_or_none, written)))
    if len(moments) < len(written) or len(moments) <= 2 * aside:
        return
    span = moments[-1 - aside] - moments[aside]
    if span > LONGEST:
        raise too_long(span.total_seconds())


def _moment_or_none(written: str) -> datetime | None:
    try:
        return _in_utc(datetime.fromisoformat(written.strip()))
    except (ValueError, OverflowError):
        return None


def too_long(duration_s: float) -> BadInput:
    """Returns the error of a track that runs over more than a day."""
    return BadInput(
        "This track runs over {hours} hours; a patrol is within a day.",
        mend="Upload one file for each patrol.",
        hours=round(duration_s / 3600),
    )


def _in_utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return _plausible(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _plausible(moment: datetime) -> datetime:
    """Returns the moment in UTC. Raises ValueError for a year in which no track can be recorded."""
    if moment.year not in YEARS:
        raise ValueError(f"a time in the year {moment.year}")
    return moment.astimezone(UTC)


def _geojson(content: bytes) -> Segments:
    """Parses GeoJSON: lines with a list of times, one a vertex, or points with a time each."""
    arrays = content.count(b"[")
    if arrays > MOST_ARRAYS:
        raise _too_many(arrays)
    if content.count(b"{") > MOST_OBJECTS or content.count(b",") > MOST_COMMAS:
        raise BadInput(
            "This GeoJSON file holds far more than a track of {most} points.",
            mend=_EXPORT,
            most=MOST_POINTS,
        )
    try:
        document = json.loads(content.decode("utf-8-sig"))
        lines: Segments = []
        points: list[Fix] = []
        for feature in _features(document):
            geometry = feature.get("geometry") or {}
            facts = feature.get("properties") or {}
            if geometry.get("type") == "Point":
                points.append(_fix(geometry["coordinates"], _first(facts, TIMES)))
            else:
                lines.extend(_lines(geometry, _first(facts, TIME_LISTS)))
    except _BROKEN as error:
        raise BadInput(
            "This GeoJSON file can't be read: {reason}", mend=_EXPORT, reason=str(error)[:200]
        ) from None
    return [*lines, points] if points else lines


def _features(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kind = document["type"]
    if kind == "FeatureCollection":
        yield from document["features"]
    elif kind == "Feature":
        yield document
    else:
        yield {"geometry": document}


def _lines(geometry: dict[str, Any], times: Any) -> Iterator[list[Fix]]:
    if geometry.get("type") == "LineString":
        yield _line(geometry["coordinates"], times)
    elif geometry.get("type") == "MultiLineString":
        parts = geometry["coordinates"]
        for number, part in enumerate(parts):
            yield _line(part, times[number] if times else None)


def _line(places: list[Any], times: Any) -> list[Fix]:
    if times is not None and len(times) != len(places):
        raise ValueError(f"{len(times)} times for {len(places)} points")
    moments = times if times is not None else [None] * len(places)
    return [_fix(place, time) for place, time in zip(places, moments, strict=True)]


def _fix(place: list[Any], time: Any) -> Fix:
    return Fix(float(place[0]), float(place[1]), _moment(time))


def _moment(time: Any) -> datetime | None:
    """Parses ISO 8601 with offset, or (milli)seconds since 1970. Raises ValueError."""
    if time is None or time == "":
        return None
    if isinstance(time, int | float):
        return _plausible(datetime.fromtimestamp(time / 1000 if time > 1e11 else time, UTC))
    moment = datetime.fromisoformat(str(time))
    if moment.tzinfo is None:
        raise ValueError(f"a time without offset: {time}")
    return _plausible(moment)


def _first(facts: dict[str, Any], names: tuple[str, ...]) -> Any:
    nested = facts.get("coordinateProperties")
    found = [facts.get(name) for name in names]
    if isinstance(nested, dict):
        found += [nested.get(name) for name in names]
    return next((each for each in found if each is not None), None)


def _check_points(segments: Segments) -> None:
    count = sum(len(segment) for segment in segments)
    timed = sum(fix.at is not None for segment in segments for fix in segment)
    if not count:
        raise BadInput("This file holds no track: waypoints and routes are none.", mend=_EXPORT)
    if count > MOST_POINTS:
        raise _too_many(count)
    if count < 2:
        raise BadInput("This track has fewer than two points.", mend=_EXPORT)
    if not timed:
        raise BadInput("This track has no times.", mend=_EXPORT)
    if timed * 2 < count:
        raise BadInput(
            "Most points of this track have no time: {timed} of {count} have one.",
            mend=_EXPORT,
            timed=timed,
            count=count,
        )


def _too_many(count: int) -> BadInput:
    return BadInput(
        "This track has {count} points; at most {most} are taken.",
        mend="Upload one file for each patrol.",
        count=count,
        most=MOST_POINTS,
    )


def _placed(segments: Segments, crs: str) -> Segments:
    """Converts segments to CGCS2000 degrees."""
    positions = np.array([(fix.lon, fix.lat) for segment in segments for fix in segment])
    try:
        datum = declared(crs)
        if not np.isfinite(positions).all():
            raise OutsideCrs(datum.name)
        kept = np.array([(p.x, p.y) for p in to_cgcs2000(MultiPoint(positions), datum).geoms])
    except UnknownCrs as error:
        raise BadInput(
            "{crs} can't be turned into CGCS2000 exactly.",
            mend="Give EPSG:4490, EPSG:4326 or gcj02.",
            crs=error.name[:80],
        ) from None
    except OutsideCrs as error:
        raise _nowhere(error.name) from None
    if (np.abs(kept[:, 0]) > 180).any() or (np.abs(kept[:, 1]) > 90).any():
        raise _nowhere(datum.name)
    places = iter(kept.tolist())
    return [[_moved(next(places), fix) for fix in segment] for segment in segments]


def _moved(place: list[float], fix: Fix) -> Fix:
    return Fix(place[0], place[1], fix.at)


def _nowhere(crs: str) -> BadInput:
    return BadInput(
        "Places of this track lie nowhere on Earth in {crs}.",
        mend="Give longitude before latitude, in degrees, and the datum they are in.",
        crs=crs,
    )
