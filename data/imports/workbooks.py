"""What a workbook says beside its cells' values: hidden sheets, merged cells, long numbers."""

import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Final
from xml.etree import ElementTree as Xml
from xml.etree.ElementTree import Element
from xml.parsers.expat import ExpatError

from data.errors import BadInput
from data.imports.formats import check_bytes

_CELL: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MOST_FILLED: Final = 1_000_000


class Workbook:
    """The parts of an .xlsx file that GDAL doesn't hand on."""

    def __init__(self, path: Path, file: Path) -> None:
        """Opens the workbook; ``path`` is what it is called in errors. Raises BadInput."""
        self._path, self._file = path, file
        try:
            with zipfile.ZipFile(file) as archive:
                check_bytes(path, sum(entry.file_size for entry in archive.infolist()))
                book = self._xml(archive, "xl/workbook.xml")
                links = self._xml(archive, "xl/_rels/workbook.xml.rels")
        except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError) as error:
            raise BadInput(
                "{path} is no Excel workbook: {reason}.",
                mend="Save it as .xlsx, without a password.",
                path=path,
                reason=error,
            ) from error
        targets = {each.get("Id", ""): each.get("Target", "") for each in links}
        self._targets: dict[str, str] = {}
        self.sheets: list[tuple[str, bool]] = []
        """Name of each sheet, and whether it is hidden."""
        for each in book.iter():
            if _plain(each) != "sheet":
                continue
            name = each.get("name", "")
            self.sheets.append((name, each.get("state", "visible") != "visible"))
            target = targets.get(each.get(_RELATION, ""), "")
            self._targets[name] = (
                target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            )

    def has_cells(self, sheet: str) -> bool:
        """Returns whether any cell of the sheet holds a value."""
        return any(_plain(each) in ("v", "is") for each in self._parts(sheet).iter())

    def fill_merged(self, sheet: str, lines: dict[int, list[str]]) -> bool:
        """Writes the value of each merged block into all of its cells; returns whether any was.

        A block over several columns of one line is a title: it stays in its first cell.
        """
        done = False
        for each in self._parts(sheet).iter():
            if _plain(each) != "mergeCell":
                continue
            ends = _CELL.findall(each.get("ref", ""))
            if len(ends) != 2:
                continue
            (left, top), (right, bottom) = ends
            first, last = int(top), int(bottom)
            if first == last or last - first > _MOST_FILLED:
                continue
            for column in range(_column(left), min(_column(right), _column(left)) + 1):
                value = (lines.get(first) or [])[column : column + 1]
                for number in range(first + 1, last + 1):
                    row = lines.get(number)
                    if row is not None and value and column < len(row) and not row[column]:
                        row[column] = value[0]
                        done = done or bool(value[0])
        return done

    def long_numbers(self, sheet: str) -> dict[int, set[float]]:
        """Returns by line the cells kept as numbers of more than fifteen signs."""
        found: dict[int, set[float]] = {}
        for each in self._parts(sheet).iter():
            place = _CELL.fullmatch(each.get("r", "")) if _plain(each) == "c" else None
            if place and each.get("t", "n") == "n":
                value = next((part.text for part in each if _plain(part) == "v"), None)
                if value and len(value) > 15:
                    found.setdefault(int(place[2]), set()).add(float(value))
        return found

    def _parts(self, sheet: str) -> Element:
        with zipfile.ZipFile(self._file) as archive:
            try:
                return self._xml(archive, self._targets[sheet])
            except KeyError as error:
                raise BadInput(
                    "{path} has no sheet {sheet}.", path=self._path, sheet=sheet
                ) from error

    def _xml(self, archive: zipfile.ZipFile, name: str) -> Element:
        content = archive.read(name)
        check_bytes(self._path, len(content))
        try:
            if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                raise ExpatError("a document type")
            return Xml.fromstring(content)  # noqa: S314  # no document type: no entities
        except (Xml.ParseError, ExpatError) as error:
            raise BadInput(
                "{path} can't be read: {reason}.", path=self._path, reason=error
            ) from error


def _plain(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = 26 * place + ord(letter) - ord("A") + 1
    return place - 1
