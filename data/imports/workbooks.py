"""Opens Excel workbooks by openpyxl: their sheets, and a sheet's lines with every cell as text."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import STRIP_RE
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

from data.contents import BROKEN_ZIP
from data.errors import BadInput
from data.imports.formats import check_bytes, check_cells, check_rows
from data.imports.workbook_cells import cell_fault, cell_text

_MOST_COLUMNS: Final = 16_384
"""Columns of a sheet. Source: Excel specifications and limits."""
_MOST_FILLED: Final = 1_000_000
_MOST_AT_ONCE: Final = 1_000_000
_MOST_OF_A_REASON: Final = 100
_PICTURES: Final = "xl/media/"
_TYPES_DECLARED: Final = tuple(
    word.encode(encoding)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
_NUMBER: Final = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_NO_BOOK: Final = (*(kind for kind in BROKEN_ZIP if kind is not ValueError), KeyError)
"""Without the ValueError by which openpyxl says what in a workbook is wrong."""

_DAMAGED: Final = (ParseError, ValueError, TypeError, AttributeError, LookupError, OverflowError)


@dataclass(slots=True)
class Lines:
    """The lines of a sheet that hold anything, by number from 1, each up to its last cell.

    ``faults`` say why the cell of a line and column (from 0) can't be used.
    """

    cells: dict[int, list[str]] = field(default_factory=dict)
    faults: dict[tuple[int, int], BadInput] = field(default_factory=dict)


class _Cells(WorkSheetParser):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl's cells of a sheet: values, and formulas (kind "f") where there is no value."""

    def parse_cell(self, element: Element) -> dict[str, Any]:
        """Returns a cell; a date in writing, and what is called a number and is none, is text."""
        held = element.findtext(VALUE_TAG)
        kind = element.get("t", "n")
        if kind == "d" or (held and kind == "n" and not _NUMBER.fullmatch(held)):
            element.set("t", "str")
        cell: dict[str, Any] = super().parse_cell(element)
        if held and kind == "n" and cell["data_type"] == "e":  # too large for a day
            cell |= {"value": float(held), "data_type": "n"}
        formula = element.find(FORMULA_TAG) if kind == "n" and not held else None
        if formula is not None:
            cell |= {"value": f"={formula.text or ''}", "data_type": "f"}
        return cell


class Workbook:
    """An .xlsx file: its sheets and their lines. To be closed."""

    def __init__(self, path: Path, file: Path) -> None:
        """Opens the workbook; ``path`` is what it is called in errors. Raises BadInput."""
        self._path = path
        with self._reading():
            try:
                _check_parts(path, file)
                with ExitStack() as opened:
                    self._reader = ExcelReader(
                        file, read_only=True, data_only=True, keep_links=False
                    )
                    opened.callback(self._reader.archive.close)
                    self._book = self._opened()
                    self.close = opened.pop_all().close
            except _NO_BOOK as error:
                raise BadInput(
                    "{path} is no Excel workbook, or is damaged or locked.",
                    mend="Save it as .xlsx, without a password.",
                    path=path,
                ) from error
        self.sheets = [(one.title, one.sheet_state != "visible") for one in self._book.worksheets]
        """Name of each sheet, and whether it is hidden."""
        self.is_from_1904 = self._book.epoch == CALENDAR_MAC_1904
        """Whether days are counted from 1904, as by old Macintosh computers."""

    def _opened(self) -> Any:
        """Returns openpyxl's workbook without what no cell needs: properties, names, theme."""
        reader = self._reader
        reader.read_manifest()
        reader.read_strings()
        reader.read_workbook()
        apply_stylesheet(reader.archive, reader.wb)
        reader.read_worksheets()
        if not reader.wb.worksheets:
            raise ValueError("no sheets, or Strict Open XML")
        return reader.wb

    def has_cells(self, sheet: str) -> bool:
        """Returns whether any cell of the sheet holds a value."""
        with self._reading(), self._parsed(sheet) as parser:
            return any(
                cell["value"] is not None and cell["data_type"] != "f"
                for _, cells in parser.parse()
                for cell in cells
            )

    def read(self, sheet: str) -> tuple[Lines, bool]:
        """Returns the sheet's lines, and whether merged cells were filled. Raises BadInput."""
        lines = Lines()
        hours: dict[int, bool] = {}
        count = widest = 0
        with self._reading(), self._parsed(sheet) as parser:
            for number, cells in parser.parse():
                self._add_line(lines, number, cells, hours)
                width = len(lines.cells.get(number, ()))
                count, widest = count + width, max(widest, width)
                check_cells(self._path, count // max(widest, 1), widest)
            check_rows(self._path, max(lines.cells, default=0) - min(lines.cells, default=0))
            merged = parser.merged_cells.mergeCell if parser.merged_cells else ()
            return lines, _fill_merged(lines, [block.bounds for block in merged])

    def _add_line(
        self, lines: Lines, number: int, cells: list[dict[str, Any]], hours: dict[int, bool]
    ) -> None:
        """Adds the cells of a row that hold anything; ``hours`` remembers what styles show."""
        row: list[str] = []
        for cell in cells:
            place, value, style = cell["column"] - 1, cell["value"], cell["style_id"]
            if value is None or place >= _MOST_COLUMNS:
                continue
            if cell["data_type"] == "d" and style not in hours:
                shown = ReadOnlyCell(self._book.worksheets[0], **cell).number_format.lower()
                hours[style] = bool(set("hs") & set(STRIP_RE.sub("", shown)))
            text = cell_text(value, self._book.epoch, shows_hour=hours.get(style, False))
            fault = cell_fault(cell["data_type"], value, text)
            if not (text or fault):
                continue
            if fault:
                lines.faults[number, place] = fault
            row += [""] * (place + 1 - len(row))
            row[place] = text
        if row:
            lines.cells[number] = row

    @contextmanager
    def _parsed(self, sheet: str) -> Iterator[_Cells]:
        found = next(rel for one, rel in self._reader.parser.find_sheets() if one.name == sheet)
        with self._reader.archive.open(found.target) as source:
            yield _Cells(
                source,
                self._reader.shared_strings,
                data_only=True,
                epoch=self._book.epoch,
                date_formats=self._book._date_formats,
                timedelta_formats=self._book._timedelta_formats,
            )

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Raises BadInput where openpyxl can't read; its remarks on what it leaves out are none."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except (*_NO_BOOK, *_DAMAGED) as error:
            raise BadInput(
                "{path} can't be read: {reason}.",
                mend="Open the workbook in a spreadsheet and save it again.",
                path=self._path,
                reason=str(error).partition("\n")[0][:_MOST_OF_A_REASON],
            ) from error


def _check_parts(path: Path, file: Path) -> None:
    """Raises BadInput for a workbook that unpacks to too much, or declares document types.

    Without them it has no entities of its own, whose texts could grow without end.
    """
    with zipfile.ZipFile(file) as archive:
        check_bytes(path, sum(entry.file_size for entry in archive.infolist()))
        for entry in archive.infolist():
            if entry.filename.startswith(_PICTURES):
                continue
            with archive.open(entry) as part:
                before = b""
                while content := part.read(_MOST_AT_ONCE):
                    if any(declared in before + content for declared in _TYPES_DECLARED):
                        raise ParseError("a document type")
                    before = content[-32:]


def _fill_merged(lines: Lines, merged: list[tuple[int, int, int, int]]) -> bool:
    """Writes the value of each merged block into all of its cells; returns whether any was.

    A block over several columns of one line is a title: it stays in its first cell.
    """
    done = False
    for left, first, _, last in merged:
        column = left - 1
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
