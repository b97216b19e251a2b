"""A photo as evidence, from its bytes alone: sniffed, measured, hashed, copied for showing."""

import struct
import zlib
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps

from data.errors import BadInput, TooLarge
from problem_ledger.evidence.exif import Exif, read_exif

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
"""Counted before a pixel is decoded, so that a small file can't fill the memory."""

SHOWN_PX = 1600
THUMB_PX = 320
SHOWN_QUALITY = 82
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
SHRINKS = ("RGB", "RGBA", "L", "CMYK")
"""How colours may be held while a picture is made smaller; other ways are turned into RGB first."""

BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What Pillow may raise over a file that is damaged or was made to hurt."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is stored of a photo; ``width`` and ``height`` in pixels as seen upright.

    ``shown`` and ``thumb`` are JPEGs without EXIF; ``likeness`` is a 64-bit difference hash.
    """

    sha256: bytes
    mime: str
    width: int
    height: int
    original: bytes
    shown: bytes
    thumb: bytes
    likeness: int
    exif: Exif


def read_photo(content: bytes) -> Evidence:
    """Reads an uploaded photo; returns its original bytes, smaller copies and what its tags say.

    Raises TooLarge past 10 MB, BadInput for what is no JPEG, PNG or WebP, is damaged or has more
    than 40 million pixels.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge("A photo has {most} MB at most.", most=MOST_BYTES >> 20)
    mime = sniff(content)
    if mime is None:
        raise BadInput(
            "Only JPEG, PNG and WebP photos are taken.",
            mend="Save the picture as JPEG and send it again.",
        )
    try:
        return _measured(content, mime)
    except BROKEN:
        raise _damaged() from None


def sniff(content: bytes) -> str | None:
    """Returns the media type shown by the first bytes; None for a type that isn't accepted."""
    if content.startswith(b"\xff\xd8\xff"):
        return FORMATS["JPEG"]
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return FORMATS["PNG"]
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return FORMATS["WEBP"]
    return None


def likeness(picture: Image.Image) -> int:
    """Returns the picture's difference hash: one bit a pixel, set if brighter than the next one.

    The picture is shrunk to 9 by 8 first, so that size and compression don't count; signed, as the
    database keeps it.
    """
    small = picture.convert("L").resize((9, 8), Image.Resampling.BOX)
    grey = small.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (grey[row * 9 + column] > grey[row * 9 + column + 1])
    return bits - (1 << 64) if bits >> 63 else bits


def _measured(content: bytes, mime: str) -> Evidence:
    with Image.open(BytesIO(content), formats=list(FORMATS)) as checked:
        if checked.width * checked.height > MOST_PIXELS:
            raise _too_many_pixels()
        checked.verify()
    with Image.open(BytesIO(content), formats=list(FORMATS)) as picture:
        width, height = picture.size
        tags = picture.getexif()
        exif, turned = read_exif(tags), tags.get(0x0112) in (5, 6, 7, 8)
        picture.draft("RGB", (SHOWN_PX, SHOWN_PX))
        if picture.mode in SHRINKS:  # first of all: each copy of 40 million pixels is 160 MB
            picture.thumbnail((SHOWN_PX, SHOWN_PX), Image.Resampling.LANCZOS)
        upright = _plain(ImageOps.exif_transpose(picture))
    shown = _fitted(upright, SHOWN_PX)
    return Evidence(
        sha256=sha256(content).digest(),
        mime=mime,
        width=height if turned else width,
        height=width if turned else height,
        original=content,
        shown=_jpeg(shown),
        thumb=_jpeg(_fitted(shown, THUMB_PX)),
        likeness=likeness(shown),
        exif=exif,
    )


def _plain(picture: Image.Image) -> Image.Image:
    """Returns the picture in plain RGB, with transparent parts on white."""
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        ground = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(ground, seen).convert("RGB")
    return picture.convert("RGB")


def _fitted(picture: Image.Image, most_px: int) -> Image.Image:
    fitted = picture.copy()
    fitted.thumbnail((most_px, most_px), Image.Resampling.LANCZOS)
    return fitted


def _jpeg(picture: Image.Image) -> bytes:
    """Returns the pixels as a JPEG without EXIF, profile or comment."""
    out = BytesIO()
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())
    bare.save(out, "JPEG", quality=SHOWN_QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def _damaged() -> BadInput:
    return BadInput(
        "The photo is damaged and can't be read.", mend="Take or choose it again and send it anew."
    )


def _too_many_pixels() -> BadInput:
    return BadInput(
        "The photo has more than {most} million pixels.",
        mend="Make it smaller and send it again.",
        most=MOST_PIXELS // 10**6,
    )
