"""What a camera wrote into a photo: place, bearing, its own clock and that of the satellites."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from PIL import ExifTags
from PIL.Image import Exif as Tags

from data.clock import BUSINESS_ZONE, UtcDatetime, to_utc

CLOCK_FORMAT = "%Y:%m:%d %H:%M:%S"
YEARS = range(1980, 2100)
"""Other years are no camera's, and some of them have no Beijing time or no UTC."""

GPS = ExifTags.GPS
BROKEN = (ValueError, TypeError, ArithmeticError, IndexError, KeyError)
"""What reading a damaged tag may raise."""


@dataclass(frozen=True, slots=True)
class Exif:
    """The needed Exif tags; longitude, latitude and ``bearing`` (clockwise from north) in degrees.

    ``clock`` is the camera's clock as it was written, without an offset; ``gps_at`` the time of the
    satellites.
    """

    lon: float | None = None
    lat: float | None = None
    bearing: float | None = None
    clock: str | None = None
    gps_at: UtcDatetime | None = None


def read_exif(tags: Tags) -> Exif:
    """Parses the needed tags; None for each value that is missing or makes no sense.

    Source: CIPA DC-008 (Exif 2.32), 4.6.5 and 4.6.6.
    """
    try:
        gps = dict(tags.get_ifd(ExifTags.IFD.GPSInfo))
        own = dict(tags.get_ifd(ExifTags.IFD.Exif))
    except (OSError, SyntaxError, *BROKEN):
        return Exif()
    lon, lat = _place(gps)
    return Exif(lon, lat, _bearing(gps), _clock(own, tags), _gps_time(gps))


def clock_time(clock: str | None) -> datetime | None:
    """Returns the camera's clock time without offset; None if unreadable or not in YEARS."""
    try:
        local = datetime.strptime(clock or "", CLOCK_FORMAT)  # noqa: DTZ007 - it has no offset
    except ValueError:
        return None
    return local if local.year in YEARS else None


def taken_at(gps_at: UtcDatetime | None, clock: str | None) -> UtcDatetime | None:
    """Returns when a photo was made: satellite time, else the camera's clock as Beijing time.

    None when neither is known.
    """
    if gps_at is not None:
        return gps_at
    local = clock_time(clock)
    return to_utc(local.replace(tzinfo=BUSINESS_ZONE)) if local else None


def clock_error(gps_at: UtcDatetime | None, clock: str | None) -> timedelta | None:
    """Returns how far the camera's clock was from satellite time, None when either is missing.

    The clock is written without an offset: Beijing time and UTC are both honest, the nearer counts.
    """
    local = clock_time(clock)
    if gps_at is None or local is None:
        return None
    readings = (local.replace(tzinfo=zone) for zone in (BUSINESS_ZONE, UTC))
    return min(abs(reading - gps_at) for reading in readings)


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
    written = own.get(ExifTags.Base.DateTimeOriginal) or tags.get(ExifTags.Base.DateTime)
    clock = str(written or "").strip("\0 ")
    return clock if clock_time(clock) else None


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
