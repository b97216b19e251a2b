"""How large a track file may be, and the errors of one that is larger than any patrol."""

import re
from datetime import timedelta
from typing import Final

from data.errors import BadInput
from data.texts import shown
from gis.tracks import Fix

Segments = list[list[Fix]]

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_POINTS: Final = 100_000
"""More than a day of fixes, one a second."""

LONGEST: Final = timedelta(hours=24)
"""A patrol is within a day."""

_NAMED: Final = re.compile(r"(?:float|isoformat string): '([^']*)'")
_COMMA: Final = re.compile(r"-?\d+,\d+")

EXPORT: Final = "Record the walk with an app or a receiver, then export it as GPX with times."


def too_many(count: int) -> BadInput:
    """Returns the error of a track with more points than a patrol has."""
    return BadInput(
        "This track has {count} points; at most {most} are taken.",
        mend="Upload one file for each patrol.",
        count=count,
        most=MOST_POINTS,
    )


def too_long(duration_s: float) -> BadInput:
    """Returns the error of a track that runs over more than a day."""
    return BadInput(
        "This track runs over {hours} hours; a patrol is within a day.",
        mend="Upload one file for each patrol.",
        hours=round(duration_s / 3600),
    )


def check_size(content: bytes) -> None:
    """Raises BadInput for a file that is empty or too large."""
    if len(content) > MOST_BYTES:
        raise BadInput(
            "A track file has at most {most} MB.", mend="Split it.", most=MOST_BYTES // 2**20
        )
    if not content.strip():
        raise BadInput("This file is empty.", mend=EXPORT)


def check_points(segments: Segments) -> None:
    """Raises BadInput for what is no track with times of two points and of a day at most."""
    count = sum(len(segment) for segment in segments)
    timed = sum(fix.at is not None for segment in segments for fix in segment)
    if not count:
        raise BadInput("This file holds no track: waypoints and routes are none.", mend=EXPORT)
    if count > MOST_POINTS:
        raise too_many(count)
    if count < 2:
        raise BadInput("This track has fewer than two points.", mend=EXPORT)
    if not timed:
        raise BadInput("This track has no times.", mend=EXPORT)
    if timed * 2 < count:
        raise BadInput(
            "Most points of this track have no time: {timed} of {count} have one.",
            mend=EXPORT,
            timed=timed,
            count=count,
        )


def no_known_kind() -> BadInput:
    """Returns the error of a file that is none of those read."""
    return BadInput("This file is neither GPX nor GeoJSON nor KML.", mend=EXPORT)


def several_tracks(count: int, names: str) -> BadInput:
    """Returns the error of a zip that holds more tracks than one."""
    return BadInput(
        "This zip holds {count} tracks: {names}.",
        mend="Upload one file for each patrol.",
        count=count,
        names=names,
    )


def no_text(kind: str) -> BadInput:
    """Returns the error of a file of that kind whose bytes are no text."""
    return BadInput("This {kind} file is neither UTF-8 nor GBK text.", mend=EXPORT, kind=kind)


def not_readable(kind: str, error: Exception) -> BadInput:
    """Returns the error of a file of that kind that its reader stumbled over.

    The reader's own words are English: of them only the value it names is repeated.
    """
    named = _NAMED.search(str(error))
    if named is None:
        return BadInput("This {kind} file can't be read.", mend=EXPORT, kind=kind)
    if _COMMA.fullmatch(named[1]):
        return BadInput(
            "Numbers of this {kind} file are written with commas, such as {value}.",
            mend="Export it with points in its numbers.",
            kind=kind,
            value=shown(named[1], 40),
        )
    return BadInput(
        "This {kind} file can't be read: {value} is no place and no time.",
        mend=EXPORT,
        kind=kind,
        value=shown(named[1], 40),
    )


def unlike_counts(kind: str, times: int, points: int) -> BadInput:
    """Returns the error of a track whose times and places don't belong together."""
    return BadInput(
        "A track of this {kind} file has {times} times for {points} points.",
        mend=EXPORT,
        kind=kind,
        times=times,
        points=points,
    )


def too_much(kind: str) -> BadInput:
    """Returns the error of a file of that kind that holds far more than any track."""
    return BadInput(
        "This {kind} file holds far more than a track of {most} points.",
        mend=EXPORT,
        kind=kind,
        most=MOST_POINTS,
    )
