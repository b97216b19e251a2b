"""GPX files: their tracks as segments of fixes, or a refusal that says why."""

import re
from datetime import UTC, datetime
from typing import Final

import gpxpy
from gpxpy.gpx import GPXException

from data.encodings import decode_xml
from data.moments import hour_24_as_next_day
from gis.tracks import Fix
from problem_ledger.patrols.track_bounds import (
    LONGEST,
    MOST_POINTS,
    Segments,
    no_text,
    not_readable,
    too_long,
    too_many,
)
from problem_ledger.patrols.track_times import TimesIn, in_utc
from problem_ledger.patrols.track_xml import check_xml

OUTSIDE: Final = 0.05
"""The share of a track's first and last times that is left aside when its length is said."""

MOST_WRONG: Final = 0.1
FEWEST_WRONG: Final = 10
"""So many of them may be wrong before a track is too long: exactly that is seen once it is read."""

_TRACK_TIME: Final = re.compile(
    r"<(?:\w+:)?trkpt\b[^<]*(?:<(?!/?(?:\w+:)?(?:trkpt|time)\b)[^<]*)*"
    r"<(?:\w+:)?time>([^<]{1,40})<"
)
"""The time of a track's point, which stands before the next point begins."""


def read_gpx(content: bytes, times_in: TimesIn) -> Segments:
    """Parses a GPX file's tracks. Raises BadInput.

    GPX 1.1 means UTC by a time without an offset; phones write local time so, hence it is asked.
    """
    found = decode_xml(content)
    if found.damaged:
        raise no_text("GPX")
    text = found.text
    points = check_xml(text)
    if points > MOST_POINTS:
        raise too_many(points)
    text = hour_24_as_next_day(text)
    _check_span(text)
    try:
        parsed = gpxpy.parse(text)
        return [
            [
                Fix(
                    each.longitude,
                    each.latitude,
                    None if each.time is None else in_utc(each.time, times_in),
                )
                for each in segment.points
            ]
            for track in parsed.tracks
            for segment in track.segments
        ]
    except (GPXException, ValueError, TypeError, OverflowError) as error:
        raise not_readable("GPX", error) from None


def _check_span(text: str) -> None:
    """Refuses a track that runs over days by the times in its text, before it is parsed.

    The first and the last times may be wrong, so a share of them is left aside; what can't be read
    here is left to the parser. Raises BadInput.
    """
    written = _TRACK_TIME.findall(text)
    moments = sorted(filter(None, map(_moment_or_none, written)))
    wrong = max(int(len(written) * MOST_WRONG), FEWEST_WRONG)
    if len(moments) < len(written) or len(moments) <= 2 * wrong:
        return
    if moments[-1 - wrong] - moments[wrong] > LONGEST:
        aside = int(len(written) * OUTSIDE)
        raise too_long((moments[-1 - aside] - moments[aside]).total_seconds())


def _moment_or_none(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written.strip())
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
