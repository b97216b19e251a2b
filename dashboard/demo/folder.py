"""A basin read from a folder of files, told apart by a word in their names."""

from pathlib import Path

from sqlalchemy import Engine

from dashboard.demo.basin import take_files
from dashboard.demo.files import BasinFile
from dashboard.demo.progress import Progress
from dashboard.parts.wording import _
from data.errors import BadInput
from data.imports.fields import ImportKind

KNOWN: tuple[tuple[str, ImportKind, dict[str, str]], ...] = (
    ("division", ImportKind.DIVISIONS, {}),
    ("boundar", ImportKind.DIVISIONS, {"level": "county"}),
    ("place", ImportKind.PLACES, {}),
    ("river", ImportKind.RIVERS, {}),
    ("canal", ImportKind.RIVERS, {"kind": "canal"}),
    ("reach", ImportKind.REACHES, {}),
    ("reservoir", ImportKind.LAKES, {"kind": "reservoir"}),
    ("lake", ImportKind.LAKES, {}),
    ("section", ImportKind.SECTIONS, {}),
    ("outfall", ImportKind.OUTFALLS, {}),
    ("intake", ImportKind.INTAKES, {}),
    ("notice", ImportKind.NOTICE_BOARDS, {}),
    ("chief", ImportKind.CHIEFS, {}),
)
"""A word in a file's name, what the file is taken for and what holds for all of its rows."""
SUFFIXES = frozenset({".geojson", ".json", ".gpkg", ".shp", ".zip", ".csv"})


def fill(engine: Engine, folder: Path, progress: Progress) -> None:
    """The files of the folder are in the archive; each one's report is told.

    Raises BadInput where the folder holds nothing known.
    """
    found, unknown = sort_files(folder)
    if not found:
        raise BadInput(
            "{folder} holds no file of a basin.",
            mend="Name the files by what they hold: rivers.geojson, lakes.gpkg, sections.csv …",
            folder=folder,
        )
    for path in unknown:
        progress(_("{file}: left out, its name says nothing known").format(file=path.name))
    take_files(engine, found, progress)


def sort_files(folder: Path) -> tuple[list[BasinFile], list[Path]]:
    """The files known by their names in the order of import, and the others."""
    listed = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
    found: dict[Path, BasinFile] = {}
    for word, kind, constants in KNOWN:
        for path in listed:
            if word in path.stem.lower() and path not in found:
                found[path] = BasinFile(kind, path, constants)
    return list(found.values()), [path for path in listed if path not in found]
