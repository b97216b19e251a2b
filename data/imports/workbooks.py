"""Opens Excel workbooks: their sheets, and a sheet's lines with every cell as text."""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Final
from xml.etree import ElementTree as Xml
from xml.etree.ElementTree import Element
from xml.parsers.expat import ExpatError

from data.errors import BadInput
from data.imports.formats import MAX_ROWS, check_bytes, check_rows
from data.imports.workbook_cells import (
    Forms,
    Lines,
    cell_fault,
    cell_text,
    form_of,
    plain_tag,
    text_of,
    whole_number,
)

_CELL: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_MOST_COLUMNS: Final = 16_384
"""Columns of a sheet. Source: Excel specifications and limits."""
_MOST_FILLED: Final = 1_000_000
_TYPES_DECLARED: Final = tuple(
    word.encode(encoding)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
_NO_BOOK: Final = (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError)


class Workbook:
    """An .xlsx file: its sheets, its texts and the formats of its dates."""

    def __init__(self, path: Path, file: Path) -> None:
        """Opens the workbook; ``path`` is what it is called in errors. Raises BadInput."""
        self._path, self._file = path, file
        try:
            with zipfile.ZipFile(file) as archive:
                check_bytes(path, sum(entry.file_size for entry in archive.infolist()))
                book = self._xml(archive, "xl/workbook.xml")
                links = self._xml(archive, "xl/_rels/workbook.xml.rels")
        except _NO_BOOK as error:
            raise BadInput(
                "{path} is no Excel workbook, or is damaged or locked.",
                mend="Save it as .xlsx, without a password.",
                path=path,
            ) from error
        by_id: dict[str, str] = {}
        self._parts: dict[str, str] = {}
        for each in links:
            name = _part_name(each.get("Target", ""))
            by_id[each.get("Id", "")] = name
            self._parts[each.get("Type", "").rpartition("/")[2]] = name
        self._targets: dict[str, str] = {}
        self.sheets: list[tuple[str, bool]] = []
        """Name of each sheet, and whether it is hidden."""
        self.is_from_1904 = False
        """Whether days are counted from 1904, as by old Macintosh computers."""
        for each in book.iter():
            if plain_tag(each) == "workbookPr":
                self.is_from_1904 = each.get("date1904", "0").lower() in ("1", "true", "on")
            if plain_tag(each) == "sheet":
                name = each.get("name", "")
                self.sheets.append((name, each.get("state", "visible") != "visible"))
                link = next((v for k, v in each.items() if k.endswith("}id")), "")
                self._targets[name] = by_id.get(link, "")

    def has_cells(self, sheet: str) -> bool:
        """Returns whether any cell of the sheet holds a value."""
        return any(plain_tag(each) in ("v", "is") for each in self._ended(self._targets[sheet]))

    def read(self, sheet: str) -> tuple[Lines, bool]:
        """Returns the sheet's lines, and whether merged cells were filled. Raises BadInput."""
        forms = Forms(self._texts(), self._styles(), self.is_from_1904)
        lines = Lines()
        merged: list[str] = []
        number = 0
        for each in self._ended(self._targets[sheet]):
            name = plain_tag(each)
            if name == "row":
                number = whole_number(each.get("r", ""), number + 1)
                _add_line(lines, number, each, forms)
                each.clear()
            elif name == "mergeCell" and len(merged) < MAX_ROWS:
                merged.append(each.get("ref", ""))
        check_rows(self._path, max(lines.cells, default=0) - min(lines.cells, default=0))
        return lines, _fill_merged(lines, merged)

    def _texts(self) -> list[str]:
        name = self._parts.get("sharedStrings")
        if name is None:
            return []
        texts = []
        for each in self._ended(name):
            if plain_tag(each) == "si":
                texts.append(text_of(each))
                each.clear()
        return texts

    def _styles(self) -> list[str]:
        """Returns the form of each style: "day", "time" or ""."""
        name = self._parts.get("styles")
        codes: dict[str, str] = {}
        forms: list[str] = []
        for each in self._ended(name) if name else ():
            if plain_tag(each) == "numFmt":
                codes[each.get("numFmtId", "")] = each.get("formatCode", "")
            elif plain_tag(each) == "cellXfs":
                ids = [style.get("numFmtId", "0") for style in each]
                forms = [form_of(whole_number(i, 0), codes.get(i, "")) for i in ids]
        return forms

    def _ended(self, name: str) -> Iterator[Element]:
        """Yields the elements of a part as they end. Raises BadInput."""
        try:
            with zipfile.ZipFile(self._file) as archive:
                content = self._content(archive, name)
            for _, element in Xml.iterparse(BytesIO(content)):  # noqa: S314  # see _content
                yield element
        except (*_NO_BOOK, Xml.ParseError, ExpatError) as error:
            raise BadInput(
                "{path} can't be read: {reason}.", path=self._path, reason=error
            ) from error

    def _content(self, archive: zipfile.ZipFile, name: str) -> bytes:
        """Returns a part without a document type, so without entities of its own."""
        content = archive.read(name)
        check_bytes(self._path, len(content))
        if any(declared in content for declared in _TYPES_DECLARED):
            raise ExpatError("a document type")
        return content

    def _xml(self, archive: zipfile.ZipFile, name: str) -> Element:
        try:
            return Xml.fromstring(self._content(archive, name))  # noqa: S314  # see _content
        except (Xml.ParseError, ExpatError) as error:
            raise BadInput(
                "{path} can't be read: {reason}.", path=self._path, reason=error
            ) from error


def _add_line(lines: Lines, number: int, row: Element, forms: Forms) -> None:
    """Adds the cells of a row that hold anything; a cell without a place follows the one before."""
    cells: list[str] = []
    place = -1
    for cell in row:
        if plain_tag(cell) != "c":
            continue
        found = _CELL.fullmatch(cell.get("r", ""))
        place = _column(found[1]) if found else place + 1
        text = cell_text(cell, forms)
        fault = cell_fault(cell, text)
        if place >= _MOST_COLUMNS or not (text or fault):
            continue
        if fault:
            lines.faults[number, place] = fault
        cells += [""] * (place + 1 - len(cells))
        cells[place] = text
    if cells:
        lines.cells[number] = cells


def _fill_merged(lines: Lines, merged: list[str]) -> bool:
    """Writes the value of each merged block into all of its cells; returns whether any was.

    A block over several columns of one line is a title: it stays in its first cell.
    """
    done = False
    for block in merged:
        ends = _CELL.findall(block)
        if len(ends) != 2:
            continue
        (left, top), (_, bottom) = ends
        first, last, column = int(top), int(bottom), _column(left)
        value = (lines.cells.get(first) or [])[column : column + 1]
        if not any(value) or last - first > _MOST_FILLED:
            continue
        for number in range(first + 1, last + 1):
            row = lines.cells.get(number)
            if row is None:
                continue
            row += [""] * (column + 1 - len(row))
            if not row[column]:
                row[column] = value[0]
                done = True
                if fault := lines.faults.get((first, column)):
                    lines.faults[number, column] = fault
    return done


def _part_name(target: str) -> str:
    """Returns a part's name in the zip from what the workbook's links call it."""
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = 26 * place + ord(letter) - ord("A") + 1
    return place - 1
