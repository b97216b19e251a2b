"""Says what a file is that was taken for text, by its first bytes, and how to hand it over."""

import io
import lzma
import zipfile
import zlib
from typing import Final

from data.errors import BadInput

_HEADS: Final = (
    (b"PAR1", "Parquet"),
    (b"SQLite format 3\0", "GeoPackage"),
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
)
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
"""Source: [MS-CFB] 2.2: old Office files, and new ones with a password."""

BROKEN_ZIP: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, OSError,
    OverflowError, ValueError,
)  # fmt: skip
"""What zipfile raises over an archive that is damaged, encrypted or packed in another way."""

_PAGES: Final = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<?xml", b"<div")
_HEAD: Final = 65_536
_MOST_ZEROS: Final = 0.05


def refuse_other_formats(name: object, content: bytes) -> None:
    """Raises BadInput when a file that should be text is something else; ``name`` is its own."""
    start = content[:_HEAD].lstrip(b"\xef\xbb\xbf \r\n\t")
    for head, kind in _HEADS:
        if start.startswith(head):
            raise BadInput(
                "{path} is no table of text but {kind}.",
                mend="Name it by what it is, or save the table as .xlsx or as CSV in UTF-8.",
                path=name,
                kind=kind,
            )
    if start.startswith(_OLD_OFFICE):
        raise BadInput(
            "{path} is an old Excel workbook (.xls), or one with a password.",
            mend="Save it as .xlsx, without a password.",
            path=name,
        )
    if start.startswith(b"PK\x03\x04"):
        _refuse_zip(name, content)
    if start[:200].lower().startswith(_PAGES):
        raise BadInput(
            "{path} is a web page (HTML or XML), whatever its name says.",
            mend="Open it in a spreadsheet and save it as .xlsx.",
            path=name,
        )
    if content and not content.strip(b"\0"):
        raise BadInput(
            "{path} holds nothing but zero bytes: it was never written.",
            mend="Copy or export it again.",
            path=name,
        )


def refuse_binary(name: object, text: str) -> None:
    """Raises BadInput when a decoded text is full of zeros: it is none."""
    if text[:_HEAD].count("\0") > _MOST_ZEROS * min(len(text), _HEAD):
        raise BadInput(
            "{path} is no text, or in an encoding that isn't known.",
            mend="Save it as CSV in UTF-8.",
            path=name,
        )


def _refuse_zip(name: object, content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            is_workbook = any(each.startswith("xl/") for each in archive.namelist())
    except BROKEN_ZIP:
        is_workbook = False
    if is_workbook:
        raise BadInput(
            "{path} is an Excel workbook, whatever its name says.",
            mend="Name it .xlsx.",
            path=name,
        )
    raise BadInput(
        "{path} is a zip file, whatever its name says.",
        mend="Name it .zip, or unpack it.",
        path=name,
    )
