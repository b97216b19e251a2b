"""Drawn pictures of river banks for the made office's problems: plain, and honest about it.

Pictures of one spot show the same hills, water and trees, with and without what was wrong; each
moment has its own light, clouds, grass and framing, as two photos never agree. What matters lies
between 0.3 and 0.8 of the height, which pages that crop a picture to a band still show. The
camera's own entries (place, bearing, clocks) are written as a phone writes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from math import pi, sin

from PIL import ExifTags, Image, ImageChops, ImageDraw

from data.clock import BUSINESS_ZONE, UtcDatetime
from data.words.ledger import Group
from ingest.simulator.values import chance

WIDTH, HEIGHT = 640, 480
MAKE, MODEL = "OneMap", "drawn picture"
STRIP = 24
"""Height of the line at the bottom that tells what the picture is."""
Colour = tuple[int, int, int]
Corner = tuple[float, float]
SKIES: tuple[Colour, ...] = ((206, 219, 228), (180, 206, 232), (226, 222, 212), (203, 209, 214))
BANKS: tuple[Colour, ...] = ((124, 140, 92), (147, 139, 96), (108, 130, 88), (139, 150, 108))
WATERS: tuple[Colour, ...] = ((104, 134, 142), (122, 138, 120), (96, 120, 138), (132, 136, 112))
STUFF: tuple[Colour, ...] = ((226, 226, 222), (92, 110, 150), (168, 86, 70), (70, 72, 74))
HILL, TRUNK, CROWN = (142, 154, 150), (92, 78, 62), (88, 112, 74)
GRASSES: tuple[Colour, ...] = ((96, 122, 66), (150, 142, 80), (120, 134, 72))
STAKE = (214, 204, 182)
DIMMEST = 205
"""Of 255: the light under the thickest cloud."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: the spot that is drawn, what is wrong there, and where and when it was taken.

    ``spot`` names the drawing and ``moment`` its light, grass and framing; ``wrong`` is None once
    it is cleared; ``bearing`` in degrees; ``clock_off`` by how much the camera's own clock is
    wrong.
    """

    spot: str
    wrong: Group | None
    lon: float
    lat: float
    at: UtcDatetime
    bearing: float
    clock_off: timedelta = timedelta(0)
    moment: str = ""


@dataclass(frozen=True, slots=True)
class _View:
    """A camera's view of a drawing: shifts and scales what is drawn."""

    draw: ImageDraw.ImageDraw
    right: float
    down: float
    nearer: float

    @classmethod
    def at(cls, image: Image.Image, *moment: str) -> "_View":
        """Returns a view of the image, shifted and scaled a little differently for each moment."""
        return cls(
            ImageDraw.Draw(image),
            90 * (chance("right", *moment) - 0.5),
            28 * (chance("down", *moment) - 0.5),
            1 + 0.16 * chance("nearer", *moment),
        )

    def seen(self, corner: Corner) -> Corner:
        """Returns the pixel of the picture at which a corner of the drawing is seen."""
        x, y = corner
        return (
            WIDTH / 2 + (x - WIDTH / 2) * self.nearer + self.right,
            HEIGHT / 2 + (y - HEIGHT / 2) * self.nearer + self.down,
        )

    def area(self, corners: Sequence[Corner], fill: Colour, edge: Colour | None = None) -> None:
        """Draws a filled polygon with these corners."""
        self.draw.polygon([self.seen(each) for each in corners], fill=fill, outline=edge)

    def line(self, ends: Sequence[Corner], fill: Colour, width: int) -> None:
        """Draws a line that is ``width`` pixels wide."""
        self.draw.line([self.seen(each) for each in ends], fill=fill, width=width)

    def oval(self, box: tuple[float, float, float, float], fill: Colour, edge: int = 0) -> None:
        """Draws an ellipse within left, top, right, bottom; ``edge`` pixels of a dark rim."""
        (left, top), (right, bottom) = self.seen(box[:2]), self.seen(box[2:])
        self.draw.ellipse((left, top, right, bottom), fill=fill, outline=(60, 60, 60), width=edge)


def drawn(shot: Shot) -> bytes:
    """Returns the picture as a JPEG of 640 × 480 with Exif: camera, time, place and bearing."""
    moment = (shot.spot, shot.moment)
    image = Image.new("RGB", (WIDTH, HEIGHT), SKIES[int(chance("sky", *moment) * len(SKIES))])
    _clouds(ImageDraw.Draw(image), moment)
    view = _View.at(image, *moment)
    _landscape(view, shot.spot, moment)
    _trees(view, shot.spot)
    _grass(view, moment)
    if shot.wrong is not None:
        _wrong(view, shot.spot, shot.wrong)
    else:
        _stakes(view, shot.spot)
    image = ImageChops.multiply(image, _light(moment))
    stamp = f"DEMO PICTURE  {shot.at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HEIGHT - STRIP, WIDTH, HEIGHT), fill=(24, 32, 46))
    draw.text((10, HEIGHT - STRIP + 4), stamp, fill=(255, 255, 255), font_size=14)
    out = BytesIO()
    image.save(out, "JPEG", quality=82, exif=_entries(shot))
    return out.getvalue()


def _light(moment: tuple[str, str]) -> Image.Image:
    """Returns an image of how bright each pixel is: sun and clouds, differing by moment."""
    across, along = 8, 6
    spread = 255 - DIMMEST
    parts = bytes(int(DIMMEST + spread * chance("lit", *moment, n)) for n in range(across * along))
    small = Image.frombytes("L", (across, along), parts)
    warmth = 0.9 + 0.1 * chance("warmth", *moment)
    tints = (1.0, 0.98, warmth)
    bands = [small.point([int(part * tint) for part in range(256)]) for tint in tints]
    return Image.merge("RGB", bands).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def _clouds(draw: ImageDraw.ImageDraw, moment: tuple[str, str]) -> None:
    for n in range(int(2 + 6 * chance("clouds", *moment))):
        x, y = WIDTH * chance("cloud", *moment, n) - 60, 100 * chance("high", *moment, n) - 20
        wide = 70 + 120 * chance("wide", *moment, n)
        grey = int(196 + 54 * chance("grey", *moment, n))
        draw.ellipse((x, y, x + wide, y + wide / 3.4), fill=(grey, grey, min(255, grey + 4)))
        draw.ellipse((x + wide / 4, y - wide / 9, x + wide * 0.7, y + wide / 4), fill=(grey,) * 3)


def _pick(spot: str, what: str, of: tuple[Colour, ...]) -> Colour:
    return of[int(chance(spot, what) * len(of))]


def _shore(spot: str) -> tuple[float, float, float]:
    """Returns the y of the water's far and near edge, and the slant of the edges, in pixels."""
    return 190 + 32 * chance(spot, "far"), 285 + 25 * chance(spot, "near"), _slant(spot)


def _slant(spot: str) -> float:
    return 70 * (chance(spot, "slant") - 0.5)


def _landscape(view: _View, spot: str, moment: tuple[str, str]) -> None:
    """Draws hills, far bank, rippled water and near bank, different for each spot."""
    left, right, low = -120, WIDTH + 120, HEIGHT + 80
    height = 130 + 40 * chance(spot, "hills")
    bumps = [chance(spot, "bump", n) for n in range(4)]
    ridge: list[Corner] = [
        (x, height - 44 * sum(b * sin(x / (56 + 48 * n) + 6 * b) for n, b in enumerate(bumps)) / 2)
        for x in range(left, right + 20, 20)
    ]
    view.area([*ridge, (right, 260), (left, 260)], HILL)
    far, near, slant = _shore(spot)
    bank, water = _pick(spot, "bank", BANKS), _pick(spot, "water", WATERS)
    view.area([(left, far - 30), (right, far - 30 - slant), (right, low), (left, low)], bank)
    view.area([(left, far), (right, far - slant), (right, near - slant), (left, near)], water)
    light = (water[0] + 26, water[1] + 26, water[2] + 26)
    for n in range(26):
        x = WIDTH * chance("x", *moment, n)
        y = far + (near - far) * (0.1 + 0.8 * chance("y", *moment, n)) - slant * x / WIDTH
        length = 16 + 48 * chance("length", *moment, n)
        view.line([(x, y), (x + length, y - slant * length / WIDTH)], light, 2)


def _trees(view: _View, spot: str) -> None:
    far, _near, slant = _shore(spot)
    for n in range(int(3 + 5 * chance(spot, "trees"))):
        x, size = WIDTH * chance(spot, "tree", n), 22 + 32 * chance(spot, "size", n)
        foot = far - 26 - slant * x / WIDTH
        view.line([(x, foot), (x, foot - size)], TRUNK, 4)
        view.oval((x - size / 2, foot - 1.7 * size, x + size / 2, foot - 0.6 * size), CROWN)


def _grass(view: _View, moment: tuple[str, str]) -> None:
    """Draws tufts of grass on the near bank, of a height that differs by moment."""
    for n in range(int(8 + 16 * chance("tufts", *moment))):
        x, foot = WIDTH * chance("tuft", *moment, n), 390 + 80 * chance("foot", *moment, n)
        tall = 18 + 44 * chance("tall", *moment, n)
        colour = GRASSES[n % len(GRASSES)]
        for blade in (-14, -6, 4, 12):
            view.area([(x - 4, foot), (x + 4, foot), (x + blade, foot - tall)], colour)


def _wrong(view: _View, spot: str, wrong: Group) -> None:
    """Draws what is wrong at the spot: an outfall, a building, scum or litter, by the group."""
    left = _where(spot)
    if wrong is Group.OUTFALL:
        view.oval((left, 266, left + 76, 342), (150, 150, 148), 5)
        view.oval((left + 15, 281, left + 61, 327), (40, 44, 44))
        stained = [(left + 20, 316), (left + 56, 316), (left + 110, 376), (left - 18, 376)]
        view.area(stained, (86, 84, 62))
    elif wrong in (Group.STRUCTURE, Group.CONSTRUCTION, Group.OCCUPATION, Group.NOTICE_BOARD):
        _building(view, left)
    elif wrong in (Group.WATER_BODY, Group.MONITORING):
        for n in range(26):
            x, y = left - 150 + 420 * chance(spot, "scum", n), 226 + 56 * chance(spot, "row", n)
            view.oval((x, y, x + 58, y + 12), (110, 118, 58))
    else:
        _litter(view, spot, wrong in (Group.SURFACE, Group.CHANNEL, Group.ACTIVITY))


def _building(view: _View, left: float) -> None:
    wall, roof, dark = (176, 168, 154), (136, 76, 62), (70, 66, 60)
    view.area([(left, 264), (left + 140, 264), (left + 140, 360), (left, 360)], wall, dark)
    view.area([(left - 14, 266), (left + 154, 266), (left + 70, 218)], roof)
    view.area([(left + 50, 310), (left + 84, 310), (left + 84, 360), (left + 50, 360)], dark)


def _litter(view: _View, spot: str, on_water: bool) -> None:
    """Draws litter that lies on the bank, or drifts on the water."""
    left = _where(spot)
    for n in range(46):
        x = left - 70 + 200 * chance(spot, "piece", n)
        y = (232 if on_water else 308) + 56 * chance(spot, "depth", n)
        size = 10 + 21 * chance(spot, "bulk", n)
        turn = 2 * pi * chance(spot, "turn", n)
        corners = [
            (x + size * sin(turn + step), y + 0.7 * size * sin(turn + step + pi / 2))
            for step in (0, 1.4, 3.0, 4.6)
        ]
        view.area(corners, STUFF[n % 4], (52, 52, 50))


def _stakes(view: _View, spot: str) -> None:
    """Draws a row of new stakes where the problem was cleared away."""
    left = _where(spot)
    for n in range(6):
        x = left - 64 + 38 * n
        view.line([(x, 312), (x, 362)], STAKE, 6)
    view.line([(left - 68, 326), (left + 132, 326)], STAKE, 4)


def _where(spot: str) -> float:
    """Returns the pixels from the left edge at which the spot's problem is drawn."""
    return 180 + 220 * chance(spot, "where")


def _entries(shot: Shot) -> Image.Exif:
    """Returns the picture's Exif: camera make, time without offset, place and bearing."""
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
    """Returns an angle as whole degrees, whole minutes and seconds."""
    minutes = (value - int(value)) * 60
    return float(int(value)), float(int(minutes)), round((minutes - int(minutes)) * 60, 4)
