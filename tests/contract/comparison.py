"""Two pictures of a page: the same but for how a browser smooths edges, or where they differ."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

COLOURS: Final = 256
EXACT: Final = 176
"""So many of the commonest colours are kept as they are; the others share what is left."""

SURE: Final = 120
"""So many of the commonest colours are surely among those kept, even where a few changed places."""

STEP: Final = 12
"""Two values of a channel, 0 to 255, are the same within this."""

STRAY: Final = 16
"""So many pixels may be another colour than any of their neighbours: the smoothing of glyphs."""

RUN: Final = 20
"""So many pixels in a row or a column that differ are a line that moved: no stroke is so long."""

COMMON: Final = 200
"""A colour of so many pixels is no smoothing: a surface, a border or a text has it."""

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Difference:
    """How many pixels differ, within which box (left, top, right, bottom), and a picture of it."""

    pixels: int
    of: int
    box: tuple[int, int, int, int]
    picture: Image.Image

    def __str__(self) -> str:
        left, top, right, bottom = self.box
        share = 100 * self.pixels / self.of
        return f"{self.pixels} pixels ({share:.3f} %) within x {left}-{right}, y {top}-{bottom}"


def reduced(picture: Image.Image) -> Image.Image:
    """The picture in 256 colours: the commonest stay exactly as they are."""
    pixels = np.asarray(picture.convert("RGB"))
    numbers, counts = np.unique(_as_numbers(pixels), return_counts=True)
    colours = _as_colours(numbers)
    order = np.argsort(-counts, kind="stable")
    palette = colours[order[:EXACT]]
    others = colours[order[EXACT:]]
    if len(others):
        rest = Image.fromarray(others[np.newaxis]).quantize(
            COLOURS - EXACT, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
        )
        shared = np.asarray(rest.convert("RGB")).reshape(-1, 3)
        palette = np.unique(np.concatenate([palette, shared]), axis=0)
    made = Image.fromarray(_nearest(pixels, palette))
    made.putpalette(palette.tobytes())
    return made


def difference(kept: Image.Image, found: Image.Image) -> Difference | None:
    """Where ``found`` is another picture than ``kept``, which ``reduced`` made; None if nowhere."""
    if kept.size != found.size:
        width, height = found.size
        return Difference(width * height, width * height, (0, 0, width, height), found)
    seen = np.asarray(found.convert("RGB"))
    palette = np.asarray(kept.getpalette(), np.uint8).reshape(-1, 3)
    before, after = palette[np.asarray(kept)], palette[_nearest(seen, palette)]
    recoloured = _another_colour(seen, before)
    other = recoloured | (_distance(before, after) > STEP)
    if not other.any():
        return None
    stray = _outside(after, before) | _outside(before, after)
    if not recoloured.any() and stray.sum() <= STRAY and not _has_run(other):
        return None
    return _told(other, found)


def _nearest(pixels: Pixels, palette: Pixels) -> Pixels:
    """The place in the palette of the colour next to each pixel's."""
    colours, places = np.unique(_as_numbers(pixels), return_inverse=True)
    wanted = _as_colours(colours).astype(np.int32)
    given = palette.astype(np.int32)
    chosen = np.empty(len(wanted), np.uint8)
    for start in range(0, len(wanted), 4096):
        apart = wanted[start : start + 4096, np.newaxis] - given[np.newaxis]
        chosen[start : start + 4096] = (apart * apart).sum(axis=2).argmin(axis=1)
    return chosen[places].reshape(pixels.shape[:2])


def _as_numbers(pixels: Pixels) -> NDArray[np.uint32]:
    """Each colour as one number."""
    red, green, blue = (pixels[..., channel].astype(np.uint32) for channel in range(3))
    return red << 16 | green << 8 | blue


def _as_colours(numbers: NDArray[np.uint32]) -> Pixels:
    """The red, green and blue of each number."""
    return np.stack([numbers >> 16, numbers >> 8 & 255, numbers & 255], axis=1).astype(np.uint8)


def _another_colour(seen: Pixels, before: Pixels) -> Mask:
    """Pixels of a colour that is common now and was absent, or nearly so, before."""
    numbers, kept = _as_numbers(seen), _as_numbers(before)
    colours, counts = np.unique(numbers, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:SURE]
    new = [
        colours[place]
        for place in order
        if counts[place] >= COMMON and np.count_nonzero(kept == colours[place]) < counts[place] / 4
    ]
    return np.isin(numbers, new)


def _distance(one: Pixels, other: Pixels) -> NDArray[np.int16]:
    """How far apart two pictures are in each pixel, by the channel that differs most."""
    return np.abs(one.astype(np.int16) - other.astype(np.int16)).max(axis=2)


def _outside(pixels: Pixels, around: Pixels) -> Mask:
    """Pixels that lie outside what the other picture has there and in the eight places around."""
    low, high = _spread(around, np.minimum), _spread(around, np.maximum)
    whole = pixels.astype(np.int16)
    return ((whole > high.astype(np.int16) + STEP) | (whole < low.astype(np.int16) - STEP)).any(2)


def _spread(pixels: Pixels, choose: np.ufunc) -> Pixels:
    """The least or the greatest of each pixel and the eight around it."""
    padded = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = choose(choose(padded[:-2], padded[1:-1]), padded[2:])
    chosen: Pixels = choose(choose(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
    return chosen


def _has_run(mask: Mask) -> bool:
    """Whether so many pixels stand side by side in a row or a column that it is no stroke."""
    for turned in (mask, mask.T):
        sums = np.pad(turned.cumsum(axis=1, dtype=np.int32), ((0, 0), (1, 0)))
        if (sums[:, RUN:] - sums[:, :-RUN] == RUN).any():
            return True
    return False


def _told(other: Mask, found: Image.Image) -> Difference:
    """The difference, drawn in red on the faded picture with a frame around it."""
    rows, columns = np.flatnonzero(other.any(axis=1)), np.flatnonzero(other.any(axis=0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    faded = np.asarray(found.convert("L").convert("RGB")) // 3 + 160
    faded[other] = (220, 0, 40)
    picture = Image.fromarray(faded)
    around = (max(box[0] - 3, 0), max(box[1] - 3, 0), box[2] + 2, box[3] + 2)
    ImageDraw.Draw(picture).rectangle(around, outline=(40, 80, 220), width=1)
    return Difference(int(other.sum()), other.size, box, picture)
