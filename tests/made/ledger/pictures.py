"""Small photos drawn for tests, with the EXIF that a phone would write."""

import random
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

GPS = ExifTags.GPS


def drawn(seed: int = 1, width: int = 640, height: int = 480) -> Image.Image:
    """A picture of blocks; each seed another one."""
    draw_from = random.Random(seed)  # noqa: S311 - a drawing, no secret
    picture = Image.new("RGB", (width, height), "skyblue")
    pencil = ImageDraw.Draw(picture)
    for _block in range(40):
        left, top = draw_from.randrange(width), draw_from.randrange(height)
        size = draw_from.randrange(width // 16, width // 4)
        colour = tuple(draw_from.randrange(256) for _ in range(3))
        pencil.rectangle((left, top, left + size, top + size), fill=colour)
    return picture


def exif(
    *,
    lon: float | None = None,
    lat: float | None = None,
    bearing: float | None = None,
    clock: str | None = None,
    offset: str = "",
    gps_day: str | None = None,
    gps_time: tuple[int, int, int] = (0, 0, 0),
    orientation: int | None = None,
) -> Image.Exif:
    """The tags of a photo taken there, in that direction, at that time."""
    tags = Image.Exif()
    if orientation:
        tags[ExifTags.Base.Orientation] = orientation
    if clock:
        own = {ExifTags.Base.DateTimeOriginal: clock}
        tags[ExifTags.IFD.Exif] = own | (
            {ExifTags.Base.OffsetTimeOriginal: offset} if offset else {}
        )
    gps: dict[int, object] = {}
    if lon is not None and lat is not None:
        gps[GPS.GPSLatitudeRef], gps[GPS.GPSLatitude] = "N" if lat >= 0 else "S", _dms(lat)
        gps[GPS.GPSLongitudeRef], gps[GPS.GPSLongitude] = "E" if lon >= 0 else "W", _dms(lon)
    if bearing is not None:
        gps[GPS.GPSImgDirectionRef] = "T"
        gps[GPS.GPSImgDirection] = IFDRational(round(bearing * 100), 100)
    if gps_day:
        gps[GPS.GPSDateStamp] = gps_day
        gps[GPS.GPSTimeStamp] = tuple(IFDRational(each, 1) for each in gps_time)
    if gps:
        tags[ExifTags.IFD.GPSInfo] = gps
    return tags


def saved(picture: Image.Image, kind: str = "JPEG", tags: Image.Exif | None = None) -> bytes:
    """The picture as a file."""
    out = BytesIO()
    picture.save(out, kind, **({"exif": tags} if tags else {}))
    return out.getvalue()


def photo(seed: int = 1, **tags: Any) -> bytes:
    """A JPEG of that seed with those tags."""
    return saved(drawn(seed), "JPEG", exif(**tags))


def _dms(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    whole, rest = divmod(abs(degrees) * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    return (
        IFDRational(int(whole), 1),
        IFDRational(int(minutes), 1),
        IFDRational(round(seconds * 10000), 10000),
    )
