"""What a camera wrote into a photo: place, bearing, its own clock and that of the satellites."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from PIL import ExifTags
from PIL.Image import Exif as Tags

from data.clock import BUSINESS_ZONE, UtcDatetime, to_utc
from data.moments import ROLLOVER_WEEKS, hour_24_as_next_day

CLOCK_FORMAT = "%Y:%m:%d %H:%M:%S"
CLOCK_LENGTH = len("2026:11:09 08:45:00")
YEARS = range(1980, 2100)
"""Other years are no camera's, and some of them have no Beijing time or no UTC."""

GPS = ExifTags.GPS
BROKEN = (ValueError, TypeError, ArithmeticError, IndexError, KeyError)
"""What reading a damaged tag may raise."""


@dataclass(frozen=True, slots=True)
class Exif:
    """The needed Exif tags; longitude, latitude and ``bearing`` (clockwise from north) in degrees.

    ``clock`` is the camera's clock as it was written, followed by its offset where the camera wrote
    one, such as ``2026:11:09 08:45:00+08:00``; ``gps_at`` the time of the satellites.
    """

    lon: float | None = None
    lat: float | None = None
    bearing: float | None = None
    clock: str | None = None
    gps_at: UtcDatetime | None = None


def read_exif(tags: Tags) -> Exif:
    """Parses the needed tags; None for each value that is missing or makes no sense.

    Source: CIPA DC-008 (Exif 2.32), 4.6.5 (OffsetTimeOriginal among them) and 4.6.6.
    """
    try:
        gps = dict(tags.get_ifd(ExifTags.IFD.GPSInfo))
        own = dict(tags.get_ifd(ExifTags.IFD.Exif))
    except (OSError, SyntaxError, *BROKEN):
        return Exif()
    lon, lat = _place(gps)
    return Exif(lon, lat, _bearing(gps), _clock(own, tags), _gps_time(gps))


def clock_time(clock: str | None) -> datetime | None:
    """Returns the camera's clock time, with an offset if it was written with one.

    None if unreadable or not in YEARS; 24:00 is the next day's 0:00.
    """
    written = hour_24_as_next_day(clock or "")
    bare, offset = written[:CLOCK_LENGTH], written[CLOCK_LENGTH:]
    try:
        local = datetime.strptime(bare, CLOCK_FORMAT)  # noqa: DTZ007 - its offset is apart
        zone = datetime.strptime(offset, "%z").tzinfo if offset else None
    except ValueError:
        return None
    return local.replace(tzinfo=zone) if local.year in YEARS else None


def taken_at(gps_at: UtcDatetime | None, clock: str | None) -> UtcDatetime | None:
    """Returns when a photo was made: satellite time, else the camera's clock.

    That is Beijing time where it has no offset of its own; it counts too where the satellites' week
    rolled over. None when neither is known.
    """
    if gps_at is not None and not rolled_weeks(gps_at, clock):
        return gps_at
    local = clock_time(clock)
    if local is None:
        return gps_at
    return to_utc(local if local.tzinfo else local.replace(tzinfo=BUSINESS_ZONE))


def rolled_weeks(gps_at: UtcDatetime | None, clock: str | None) -> int:
    """Returns by which multiple of 1,024 weeks the satellites' date is behind the clock's, or 0.

    The clock must agree with it to a day but for that.
    """
    found = _compared(gps_at, clock)
    return found[0] if found else 0


def clock_error(gps_at: UtcDatetime | None, clock: str | None) -> timedelta | None:
    """Returns how far the camera's clock was from satellite time, None when either is missing.

    Of a clock without an offset Beijing time and UTC are both honest, the nearer counts. Whole
    rollovers of the satellites' week are no fault of the clock.
    """
    found = _compared(gps_at, clock)
    return abs(found[1]) if found else None


def _compared(gps_at: UtcDatetime | None, clock: str | None) -> tuple[int, timedelta] | None:
    """Returns the weeks rolled over, and by how much more the clock is ahead of the satellites.

    None when either is missing.
    """
    local = clock_time(clock)
    if gps_at is None or local is None:
        return None
    zones = (local.tzinfo,) if local.tzinfo else (BUSINESS_ZONE, UTC)
    found = [_without_rollover(local.replace(tzinfo=zone) - gps_at) for zone in zones]
    return min(found, key=lambda each: abs(each[1]))


def _without_rollover(apart: timedelta) -> tuple[int, timedelta]:
    weeks = ROLLOVER_WEEKS * round(apart / timedelta(weeks=ROLLOVER_WEEKS))
    rest = apart - timedelta(weeks=weeks)
    return (weeks, rest) if abs(rest) < timedelta(days=1) else (0, apart)


def _place(gps: Mapping[int, object]) -> tuple[float, float] | tuple[None, None]:
    """Returns longitude and latitude; two None if missing or 0, 0 (a camera without a fix)."""
    try:
        lat = _degrees(gps[GPS.GPSLatitude]) * _sign(gps[GPS.GPSLatitudeRef], "N", "S")
        lon = _degrees(gps[GPS.GPSLongitude]) * _sign(gps[GPS.GPSLongitudeRef], "E", "W")
    except BROKEN:
        return None, None
    if not (abs(lat) <= 90 and abs(lon) <= 180) or (lat == 0 and lon == 0):
        return None, None
    return lon, lat


def _degrees(value: object) -> float:
    """Converts degrees, minutes and seconds to degrees. Raises ValueError, TypeError or so."""
    degrees, minutes, seconds = _numbers(value)
    return degrees + minutes / 60 + seconds / 3600


def _numbers(value: object) -> list[float]:
    if not isinstance(value, Sequence):
        raise TypeError(value)
    numbers = [float(each) for each in value]
    if not all(math.isfinite(each) and each >= 0 for each in numbers):
        raise ValueError(value)
    return numbers


def _sign(value: object, plus: str, minus: str) -> int:
    return {plus: 1, minus: -1}[str(value).strip("\0 ").upper()]


def _bearing(gps: Mapping[int, object]) -> float | None:
    """Returns degrees from true or magnetic north (in China they differ by 10 at most), or None."""
    try:
        bearing = float(gps[GPS.GPSImgDirection])  # type: ignore[arg-type] # BROKEN covers the rest
    except BROKEN:
        return None
    return bearing % 360 if math.isfinite(bearing) and 0 <= bearing <= 360 else None


def _clock(own: Mapping[int, object], tags: Tags) -> str | None:
    written = own.get(ExifTags.Base.DateTimeOriginal)
    offset = own.get(ExifTags.Base.OffsetTimeOriginal)
    if not written:
        written, offset = tags.get(ExifTags.Base.DateTime), own.get(ExifTags.Base.OffsetTime)
    clock = str(written or "").strip("\0 ")
    with_offset = clock + str(offset or "").strip("\0 ")
    return next((each for each in (with_offset, clock) if clock_time(each)), None)


def _gps_time(gps: Mapping[int, object]) -> UtcDatetime | None:
    try:
        stamp = str(gps[GPS.GPSDateStamp]).strip("\0 ")
        day = datetime.strptime(f"{stamp} +0000", "%Y:%m:%d %z")
        hours, minutes, seconds = _numbers(gps[GPS.GPSTimeStamp])
        passed = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        is_sound = day.year in YEARS and passed <= timedelta(days=1)
        return to_utc(day + passed) if is_sound else None
    except BROKEN:
        return None
