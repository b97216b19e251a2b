"""Takes the one file of data out of a zip, past what computers leave beside it."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

from data.contents import BROKEN_ZIP
from data.errors import BadInput
from data.imports.formats import check_bytes

_SEVERAL: Final = {
    True: "{path} holds {count} Shapefiles to choose from: {names}.",
    False: "{path} holds {count} files of data to choose from: {names}.",
}
_MOST_NAMED: Final = 10
SHAPEFILE_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_JUNK_FOLDERS: Final = frozenset({"__macosx", ".git", ".svn", "$recycle.bin"})
_JUNK_NAMES: Final = frozenset({"thumbs.db", "desktop.ini", ".ds_store", "ehthumbs.db"})
_JUNK_STARTS: Final = ("._", "~$", ".")


def is_junk(name: str) -> bool:
    """Returns whether a path in a zip is no data: what macOS, Windows or Excel left there."""
    parts = [part.lower() for part in PurePosixPath(name.replace("\\", "/")).parts]
    return (
        not parts
        or parts[-1] in _JUNK_NAMES
        or parts[-1].startswith(_JUNK_STARTS)
        or any(part in _JUNK_FOLDERS for part in parts[:-1])
    )


def shown_name(entry: zipfile.ZipInfo) -> str:
    """Returns an entry's name; without the flag for UTF-8 it is taken as GBK where it can be."""
    if entry.flag_bits & 0x800 or entry.filename.isascii():
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


@contextmanager
def unpacked(
    path: Path, layer: str | None, suffixes: tuple[str, ...]
) -> Iterator[tuple[Path, str | None]]:
    """Extracts a zip and yields the one file of data in it, and the layer left to choose in it.

    ``layer`` names one of several. Any file that is no zip is yielded as it is.
    """
    if path.suffix.lower() != ".zip":
        yield path, layer
        return
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN_ZIP as error:
        raise BadInput(
            "{path} isn't a zip file, or is damaged.", mend="Copy or pack it again.", path=path
        ) from error
    with archive, TemporaryDirectory(prefix="onemap-import-") as folder:
        entries = {
            name: entry
            for entry in archive.infolist()
            if not entry.is_dir() and not is_junk(name := shown_name(entry))
        }
        chosen, rest = _choose(path, list(entries), layer, suffixes)
        ending = Path(chosen).suffix
        stem = chosen[: -len(ending)].lower()
        parts = SHAPEFILE_PARTS if ending.lower() == ".shp" else (ending.lower(),)
        for name, entry in entries.items():
            part = Path(name).suffix.lower()
            if part in parts and name[: -len(part)].lower() == stem:
                check_bytes(path, entry.file_size)
                _extract(archive, entry, Path(folder) / f"layer{part}", path)
        yield Path(folder) / f"layer{ending.lower()}", rest


def _choose(
    path: Path, names: list[str], layer: str | None, suffixes: tuple[str, ...]
) -> tuple[str, str | None]:
    """Returns the name of the file of data, and the layer if it isn't the file that it named."""
    data = [name for name in names if Path(name).suffix.lower() in suffixes]
    chosen = [name for name in data if layer in (None, Path(name).stem, Path(name).name, name)]
    if len(chosen) == 1:
        return chosen[0], None
    if not data:
        raise BadInput(
            "{path} holds no file of data that is read, but: {names}.",
            mend="Unpack a zip within it; save tables as .xlsx or as CSV in UTF-8.",
            path=path,
            names=", ".join(names[:_MOST_NAMED]) or "-",
        )
    are_shapes = all(name.lower().endswith(".shp") for name in data)
    if len(data) == 1 and not are_shapes:
        return data[0], layer
    raise BadInput(
        _SEVERAL[are_shapes],
        mend="Name one with --layer.",
        path=path,
        count=len(data),
        names=", ".join(data),
    )


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, path: Path) -> None:
    try:
        with archive.open(entry) as packed, target.open("wb") as out:
            size = 0
            while piece := packed.read(1 << 20):
                size += len(piece)
                check_bytes(path, size)
                out.write(piece)
    except BROKEN_ZIP as error:
        raise BadInput("{path} can't be unpacked: {reason}.", path=path, reason=error) from error
