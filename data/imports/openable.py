"""Makes files that GDAL can open: a Shapefile's index made anew, text of JSON and KML as UTF-8."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from data.encodings import (
    UTF8,
    Decoded,
    decode_text,
    decode_xml,
    json_with_marks,
    known_encoding,
    with_marks,
)
from data.errors import BadInput
from data.imports.formats import encoding_notes
from data.imports.outcome import Comment, comment
from data.imports.packed import SHAPEFILE_PARTS

_HEAD_BYTES: Final = 100
"""Size of the head of .shp and .shx. Source: ESRI Shapefile Technical Description, July 1998."""


@contextmanager
def openable(path: Path, inner: Path, encoding: str | None) -> Iterator[tuple[Path, list[Comment]]]:
    """Yields a file that GDAL can open, with its index made anew or its text as UTF-8.

    The input itself isn't changed.
    """
    suffix = inner.suffix.lower()
    if suffix == ".shp" and inner.stat().st_size < _HEAD_BYTES:
        raise BadInput("{path} can't be read: {reason}.", path=path, reason="no Shapefile")
    if suffix == ".shp" and not _beside(inner, ".shx"):
        with TemporaryDirectory(prefix="onemap-import-") as folder:
            for part in SHAPEFILE_PARTS:
                beside = _beside(inner, part)
                if beside:
                    shutil.copyfile(beside, Path(folder) / f"layer{part}")
            _restore_index(Path(folder) / "layer.shp")
            notes = [comment("Its .shx is missing: the order of records is taken from the .shp.")]
            yield Path(folder) / "layer.shp", notes + _lacking(path, inner)
        return
    if suffix == ".shp":
        yield inner, _lacking(path, inner)
        return
    decode: Callable[[bytes], Decoded] | None = None
    if suffix in (".geojson", ".json"):
        decode = lambda content: decode_text(content, encoding)  # noqa: E731
    elif suffix == ".kml":
        decode = decode_xml
    content = inner.read_bytes() if decode else b""
    is_plain = content.isascii() and b"\0" not in content and b"\\u" not in content
    if decode is None or (is_plain and suffix != ".kml"):
        yield inner, []
        return
    found = decode(content)
    text = found.text.rstrip("\0")  # what a file system left behind the end
    text = with_marks(text) if suffix == ".kml" else json_with_marks(text)
    with TemporaryDirectory(prefix="onemap-import-") as folder:
        target = Path(folder) / f"{path.stem or 'layer'}{suffix}"
        target.write_text(text, encoding="utf-8")
        yield target, encoding_notes(found)


def _beside(path: Path, part: str) -> Path | None:
    return next(
        (
            found
            for found in (path.with_suffix(part), path.with_suffix(part.upper()))
            if found.exists()
        ),
        None,
    )


def _restore_index(path: Path) -> None:
    """Writes the .shx of a Shapefile from its .shp. Source: ESRI Shapefile, July 1998."""
    content = path.read_bytes()
    index, place = bytearray(content[:_HEAD_BYTES]), _HEAD_BYTES
    while place + 8 <= len(content):
        size = int.from_bytes(content[place + 4 : place + 8], "big")
        if place + 8 + 2 * size > len(content):
            break
        index += (place // 2).to_bytes(4, "big") + content[place + 4 : place + 8]
        place += 8 + 2 * size
    index[24:28] = (len(index) // 2).to_bytes(4, "big")
    path.with_suffix(".shx").write_bytes(bytes(index))


def _lacking(path: Path, inner: Path) -> list[Comment]:
    if _beside(inner, ".dbf"):
        return []
    raise BadInput(
        "{path} comes without its .dbf, which holds the names and codes.",
        mend="Put the .dbf beside the .shp, or both into one zip.",
        path=path,
    )


def stated_encoding(inner: Path) -> str:
    """Returns what a Shapefile's .cpg says, "" if there is none or it names no encoding."""
    found = _beside(inner, ".cpg")
    words = found.read_bytes()[:40].decode("ascii", "replace").strip() if found else ""
    try:
        return UTF8 if words.lower() in ("utf-8", "utf8", "65001") else known_encoding(words)
    except BadInput:
        return words
