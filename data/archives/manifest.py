"""The manifest of an archive folder: its files with sizes and hashes, and how they are checked."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from data.archives.layout import Kind, Month, month_named
from data.errors import BadInput, NotFound
from data.whole_files import write_whole

FILE: Final = "manifest.json"
FORM: Final = "onemap-archive/1"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the archive: its path within the folder, number of rows, size and hash."""

    path: str
    kind: str
    month: str | None
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What the archive should hold: from and to as ISO instants, station codes (none: all)."""

    start: str = ""
    end: str = ""
    stations: tuple[str, ...] = ()


@dataclass(slots=True)
class Manifest:
    """The list of an archive's files; ``complete`` once every month asked for is written.

    ``whole`` where an export wrote it: what then has no file had no readings. Otherwise it holds
    the months that were moved into it, and of others nothing is known.
    """

    selection: Selection
    parts: dict[str, Part] = field(default_factory=dict)
    complete: bool = False
    whole: bool = False

    def months(self, kind: Kind) -> list[Month]:
        """Returns the months with a file of that kind."""
        return sorted(
            month_named(each.month)
            for each in self.parts.values()
            if each.kind == kind.value and each.month
        )

    def rows_of(self, kind: Kind) -> int:
        """Returns how many rows all files of that kind hold."""
        return sum(each.rows for each in self.parts.values() if each.kind == kind.value)

    def paths(self, folder: Path, kind: Kind, months: Iterable[Month]) -> list[str]:
        """Returns the paths of the files of that kind for those of ``months`` that have a file."""
        wanted = (self.parts.get(month.file_of(kind)) for month in months)
        return [str(folder / each.path) for each in wanted if each]

    def write(self, folder: Path) -> None:
        """Writes the manifest into the folder, atomically: a crash leaves the old or the new."""
        content = {
            "form": FORM,
            "complete": self.complete,
            "whole": self.whole,
            "selection": asdict(self.selection),
            "files": [asdict(each) for _path, each in sorted(self.parts.items())],
        }
        write_whole(folder / FILE, orjson.dumps(content, option=orjson.OPT_INDENT_2))


def read_manifest(folder: Path) -> Manifest | None:
    """Reads the folder's manifest; None if there is none. Raises BadInput if it isn't ours."""
    try:
        content: dict[str, Any] = orjson.loads((folder / FILE).read_bytes())
        if content["form"] != FORM:
            raise ValueError(content["form"])
        chosen = content["selection"]
        return Manifest(
            Selection(chosen["start"], chosen["end"], tuple(chosen["stations"])),
            {each["path"]: Part(**each) for each in content["files"]},
            bool(content["complete"]),
            bool(content["whole"]),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(
            "{file} is no manifest of an archive: {reason}", file=str(folder / FILE), reason=error
        ) from error


def open_archive(folder: Path) -> Manifest:
    """Reads a finished archive's manifest. Raises NotFound if none, BadInput if unfinished."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise NotFound(
            "There is no archive in {folder}.",
            mend="Write one: ./onemap export readings --to DIR.",
            folder=str(folder),
        )
    if not manifest.complete:
        raise BadInput(
            "The archive in {folder} is unfinished.",
            mend="Give the same export command again: it goes on where it stopped.",
            folder=str(folder),
        )
    return manifest


def part_of(folder: Path, path: str, kind: str, month: Month | None, rows: int) -> Part:
    """Returns the manifest's entry for a file on disk, with the file's size and hash."""
    file = folder / path
    return Part(path, kind, str(month) if month else None, rows, file.stat().st_size, hash_of(file))


def check_part(folder: Path, part: Part) -> None:
    """Checks that the file still has its recorded size and hash. Raises BadInput otherwise."""
    file = folder / part.path
    if not file.is_file() or file.stat().st_size != part.size or hash_of(file) != part.sha256:
        raise BadInput("{file} is not the file that was written: its hash differs.", file=str(file))


def hash_of(file: Path) -> str:
    """Returns the SHA-256 of a file's content, in hex."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
