"""Drawn pictures of river banks for the made office's problems: plain, and honest about it.

Before and after show the same drawn spot, with and without what was wrong. The camera's own
entries (place, bearing, clocks) are written as a phone writes them.
"""

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from math import pi, sin

from PIL import ExifTags, Image, ImageDraw

from data.clock import BUSINESS_ZONE, UtcDatetime
from data.ledger_words import Group
from ingest.simulated import chance

WIDTH, HEIGHT = 800, 600
MAKE, MODEL = "OneMap", "drawn picture"
Colour = tuple[int, int, int]
SKIES: tuple[Colour, ...] = ((206, 219, 228), (190, 212, 230), (221, 221, 216), (203, 209, 214))
BANKS: tuple[Colour, ...] = ((124, 140, 92), (147, 139, 96), (108, 130, 88), (139, 150, 108))
WATERS: tuple[Colour, ...] = ((104, 134, 142), (122, 138, 120), (96, 120, 138), (132, 136, 112))
STUFF: tuple[Colour, ...] = ((226, 226, 222), (92, 110, 150), (168, 86, 70), (70, 72, 74))


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: the spot that is drawn, what is wrong there, and where and when it was taken.

    ``spot`` names the drawing; ``wrong`` is None once it is cleared; ``bearing`` in degrees;
    ``clock_off`` by how much the camera's own clock is wrong.
    """

    spot: str
    wrong: Group | None
    lon: float
    lat: float
    at: UtcDatetime
    bearing: float
    clock_off: timedelta = timedelta(0)


def drawn(shot: Shot) -> bytes:
    """The picture as a JPEG file of 800 × 600 with the entries of a camera."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _pick(shot.spot, "sky", SKIES))
    draw = ImageDraw.Draw(image)
    _landscape(draw, shot.spot)
    if shot.wrong is not None:
        _wrong(draw, shot.spot, shot.wrong)
    else:
        _stakes(draw, shot.spot)
    stamp = f"DEMO PICTURE  {shot.at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
    draw.rectangle((0, HEIGHT - 30, WIDTH, HEIGHT), fill=(24, 32, 46))
    draw.text((12, HEIGHT - 24), stamp, fill=(255, 255, 255), font_size=16)
    out = BytesIO()
    image.save(out, "JPEG", quality=82, exif=_entries(shot))
    return out.getvalue()


def _pick(spot: str, what: str, of: tuple[Colour, ...]) -> Colour:
    return of[int(chance(spot, what) * len(of))]


def _landscape(draw: ImageDraw.ImageDraw, spot: str) -> None:
    """Hills, far bank, water with ripples, near bank: each spot has its own."""
    height = 150 + 90 * chance(spot, "hills")
    bumps = [chance(spot, "bump", n) for n in range(4)]
    ridge = [
        (x, height - 60 * sum(b * sin(x / (70 + 60 * n) + 6 * b) for n, b in enumerate(bumps)) / 2)
        for x in range(0, WIDTH + 20, 20)
    ]
    draw.polygon([*ridge, (WIDTH, 330), (0, 330)], fill=(142, 154, 150))
    far, near = 260 + 60 * chance(spot, "far"), 400 + 60 * chance(spot, "near")
    slant = 110 * (chance(spot, "slant") - 0.5)
    bank = _pick(spot, "bank", BANKS)
    draw.polygon([(0, far - 40), (WIDTH, far - 40 - slant), (WIDTH, 600), (0, 600)], fill=bank)
    water = _pick(spot, "water", WATERS)
    draw.polygon([(0, far), (WIDTH, far - slant), (WIDTH, near - slant), (0, near)], fill=water)
    light = tuple(min(255, part + 26) for part in water)
    for n in range(36):
        x, y = (
            WIDTH * chance(spot, "x", n),
            far + (near - far) * (0.1 + 0.85 * chance(spot, "y", n)),
        )
        length = 20 + 60 * chance(spot, "length", n)
        sunk = slant * x / WIDTH
        draw.line((x, y - sunk, x + length, y - sunk - slant * length / WIDTH), fill=light, width=2)
    for n in range(int(3 + 5 * chance(spot, "trees"))):
        x, size = WIDTH * chance(spot, "tree", n), 26 + 40 * chance(spot, "size", n)
        foot = far - 34 - slant * x / WIDTH
        draw.line((x, foot, x, foot - size), fill=(92, 78, 62), width=5)
        draw.ellipse(
            (x - size / 2, foot - 1.7 * size, x + size / 2, foot - 0.6 * size), fill=(88, 112, 74)
        )


def _wrong(draw: ImageDraw.ImageDraw, spot: str, wrong: Group) -> None:
    """What is wrong there, by its kind."""
    left = 200 + 360 * chance(spot, "where")
    if wrong is Group.OUTFALL:
        draw.ellipse(
            (left, 380, left + 90, 470), fill=(150, 150, 148), outline=(60, 60, 60), width=6
        )
        draw.ellipse((left + 18, 398, left + 72, 452), fill=(40, 44, 44))
        draw.polygon(
            [(left + 24, 440), (left + 66, 440), (left + 130, 545), (left - 20, 545)],
            fill=(86, 84, 62),
        )
        return
    if wrong in (Group.STRUCTURE, Group.CONSTRUCTION, Group.OCCUPATION, Group.NOTICE_BOARD):
        draw.rectangle((left, 350, left + 170, 470), fill=(176, 168, 154), outline=(70, 66, 60))
        draw.polygon([(left - 16, 352), (left + 186, 352), (left + 85, 296)], fill=(136, 76, 62))
        draw.rectangle((left + 62, 408, left + 104, 470), fill=(70, 66, 60))
        return
    if wrong in (Group.WATER_BODY, Group.MONITORING):
        for n in range(26):
            x, y = left - 190 + 520 * chance(spot, "scum", n), 330 + 70 * chance(spot, "row", n)
            draw.ellipse((x, y, x + 70, y + 14), fill=(110, 118, 58))
        return
    high = wrong in (Group.SURFACE, Group.CHANNEL, Group.ACTIVITY)
    for n in range(46):
        x = left - 90 + 250 * chance(spot, "piece", n)
        y = (330 if high else 440) + 90 * chance(spot, "depth", n)
        size = 12 + 26 * chance(spot, "bulk", n)
        turn = 2 * pi * chance(spot, "turn", n)
        corners = [
            (x + size * sin(turn + step), y + 0.7 * size * sin(turn + step + pi / 2))
            for step in (0, 1.4, 3.0, 4.6)
        ]
        draw.polygon(corners, fill=STUFF[n % 4], outline=(52, 52, 50))


def _stakes(draw: ImageDraw.ImageDraw, spot: str) -> None:
    """A row of new stakes where it was cleared."""
    left = 200 + 360 * chance(spot, "where")
    for n in range(6):
        x = left - 80 + 48 * n
        draw.line((x, 440, x, 500), fill=(214, 204, 182), width=7)
    draw.line((left - 84, 456, left + 166, 456), fill=(214, 204, 182), width=4)


def _entries(shot: Shot) -> Image.Exif:
    """The camera's entries: make, clock without an offset, satellite place, time and bearing."""
    camera = shot.at.astimezone(BUSINESS_ZONE) + shot.clock_off
    entries = Image.Exif()
    entries[ExifTags.Base.Make], entries[ExifTags.Base.Model] = MAKE, MODEL
    entries[ExifTags.Base.DateTime] = f"{camera:%Y:%m:%d %H:%M:%S}"
    entries.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = (
        f"{camera:%Y:%m:%d %H:%M:%S}"
    )
    where = entries.get_ifd(ExifTags.IFD.GPSInfo)
    tags = ExifTags.GPS
    where[tags.GPSLatitudeRef], where[tags.GPSLatitude] = "N", _degrees(shot.lat)
    where[tags.GPSLongitudeRef], where[tags.GPSLongitude] = "E", _degrees(shot.lon)
    where[tags.GPSImgDirectionRef], where[tags.GPSImgDirection] = "T", shot.bearing % 360
    where[tags.GPSDateStamp] = f"{shot.at:%Y:%m:%d}"
    where[tags.GPSTimeStamp] = (float(shot.at.hour), float(shot.at.minute), float(shot.at.second))
    return entries


def _degrees(value: float) -> tuple[float, float, float]:
    """Degrees, minutes and seconds."""
    minutes = (value - int(value)) * 60
    return float(int(value)), float(int(minutes)), round((minutes - int(minutes)) * 60, 4)
