"""A photo as evidence, from its bytes alone: sniffed, measured, hashed, copied for showing."""

import struct
import warnings
import zlib
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

import numpy as np
import pi_heif
from PIL import Image, ImageOps

from data.errors import BadInput, TooLarge
from problem_ledger.evidence.exif import Exif, read_exif

SHOWN_PX = 1600
THUMB_PX = 320
SHOWN_QUALITY = 82
FORMATS = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "HEIF": "image/heic",
}
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
"""Brands of stills and of sequences, of which the main picture is read. Source: ISO 23008-12, B."""

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
)
"""What Pillow may raise over a file that is damaged or was made to hurt."""

pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


@dataclass(frozen=True, slots=True)
class Most:
    """How large a photo may be; pixels are counted before one is decoded."""

    megabytes: int = 25
    megapixels: int = 110

    @property
    def byte_count(self) -> int:
        """The most bytes."""
        return self.megabytes * 2**20


MOST = Most()


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


def read_photo(content: bytes, most: Most = MOST) -> Evidence:
    """Reads an uploaded photo; returns its original bytes, smaller copies and what its tags say.

    Raises TooLarge for too many bytes, BadInput for what is no JPEG, PNG, WebP or HEIC, is damaged
    or has too many pixels.
    """
    if len(content) > most.byte_count:
        raise TooLarge("A photo has {most} MB at most.", most=most.megabytes)
    if not content:
        raise BadInput(
            "The photo is empty: it has no bytes.",
            mend="Choose it again: JPEG, PNG, WebP and HEIC are taken.",
        )
    mime = sniff(content)
    if mime is None:
        raise BadInput(
            "Only JPEG, PNG, WebP and HEIC photos are taken.",
            mend="Save the picture as JPEG and send it again.",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _measured(content, mime, most)
    except Image.DecompressionBombError:
        raise _too_many_pixels(most) from None
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
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        return FORMATS["HEIF"]
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


def _measured(content: bytes, mime: str, most: Most) -> Evidence:
    with Image.open(BytesIO(content), formats=list(FORMATS)) as checked:
        if checked.width * checked.height > most.megapixels * 10**6:
            raise _too_many_pixels(most)
        checked.verify()
    with Image.open(BytesIO(content), formats=list(FORMATS)) as picture:
        width, height = picture.size
        tags = picture.getexif()
        exif, turned = read_exif(tags), tags.get(0x0112) in (5, 6, 7, 8)
        picture.draft("RGB", (SHOWN_PX, SHOWN_PX))
        held = _eight_bits(picture)
        if held.mode in SHRINKS:  # first of all: each copy of 100 million pixels is 400 MB
            held.thumbnail((SHOWN_PX, SHOWN_PX), Image.Resampling.LANCZOS)
        upright = _plain(ImageOps.exif_transpose(held))
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


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Returns a grey picture of 16 bits a pixel with the upper 8 of them, any other as it is.

    Pillow's own way to RGB takes every grey above 255 of 65,535 for white.
    """
    if not picture.mode.startswith("I"):
        return picture
    levels = np.asarray(picture)
    if picture.mode == "I":
        levels = levels.clip(0, 2**16 - 1)
    upper = levels.astype("<u2", copy=False).view(np.uint8)[:, 1::2]
    grey = Image.fromarray(upper)
    grey.info["exif"] = picture.getexif().tobytes()
    return grey


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


def _too_many_pixels(most: Most) -> BadInput:
    return BadInput(
        "The photo has more than {most} million pixels.",
        mend="Make it smaller and send it again.",
        most=most.megapixels,
    )
