"""Reads a file as rows: columns matched, cells parsed, geometry converted and mended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final, TypeVar

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from data.clock import business_date, now
from data.encodings import with_marks
from data.errors import BadInput
from data.imports.columns import (
    known_titles,
    match_columns,
    parse_constants,
    unread_columns,
)
from data.imports.datums import datum_of
from data.imports.fields import FORMS, Form, ImportKind
from data.imports.files import read_table
from data.imports.formats import WHOLE_ROW, Table, decimal_commas_note, geometry_of_wkt
from data.imports.outcome import Comment, RefusedRow, comment
from data.imports.parsing import parse_cell
from data.moments import DayBounds
from data.placing import cells
from data.placing.cells import Parser
from data.placing.shapes import (
    BadAxes,
    Mended,
    Shape,
    flattened,
    mend,
    mend_lines,
    refusing_geometry,
)
from data.placing.spots import SourcePoint
from data.plain_numbers import with_points
from data.settings import DateSettings
from gis.crs import Datum

VALUE = TypeVar("VALUE")

LINES_AT_ONCE: Final = 5_000
"""So many lines of a file are mended together."""

NUMERIC = (cells.number, cells.bounds, cells.interval, cells.chainage)
"""Parsers of cells in which a comma may be a decimal one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of an imported file: its non-empty cells, parsed, and geometry in CGCS2000."""

    number: int
    values: Mapping[str, object]
    geometry: BaseGeometry | None = None
    source: SourcePoint | None = None

    def get(self, name: str, kind: type[VALUE]) -> VALUE | None:
        """Returns the value of a field, None if the cell was empty."""
        value = self.values.get(name)
        return value if isinstance(value, kind) else None

    def text(self, name: str) -> str:
        """Returns the text of a field, "" if the cell was empty."""
        return self.get(name, str) or ""

    def day(self, name: str) -> date | None:
        """Returns the date of a field, None if the cell was empty."""
        return self.get(name, date)

    def span(self, name: str) -> timedelta | None:
        """Returns the duration of a field, None if the cell was empty."""
        return self.get(name, timedelta)

    @property
    def name(self) -> str:
        """The name in the row's ``name`` field."""
        return self.text("name")


@dataclass(slots=True)
class Source:
    """What was read from a file: rows, refused rows, and comments on what was guessed or mended."""

    rows: list[Row] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    notes: list[Comment] = field(default_factory=list)


def read(
    path: Path,
    kind: ImportKind,
    *,
    mapping: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    crs: str | None = None,
    layer: str | None = None,
    encoding: str | None = None,
) -> Source:
    """Reads a file as rows of one kind of import, with each cell parsed.

    ``mapping`` names the column of a field, ``constants`` the value of a field for every row.
    Raises BadInput when the file as a whole can't be used.
    """
    form = FORMS[kind]
    titles = known_titles(form, mapping or {})
    table = read_table(path, layer=layer, encoding=encoding, titles=titles)
    if not table.records:
        raise BadInput("{path} holds no rows.", path=path)
    source = Source()
    days = DateSettings().bounds(business_date(now()))
    fixed = parse_constants(kind, form, constants or {}, days)
    columns, guesses = match_columns(kind, form, table, mapping or {}, fixed)
    source.notes = [*table.notes, *guesses, *unread_columns(table, columns)]
    datum = datum_of(path, form, table, columns, crs, source.notes)
    reader = _Reader(table, form, columns, fixed, datum, days)
    for index in range(len(table.records)):
        reader.read_record(index, source)
    _note_mends(reader, source)
    _refuse_axes(source, reader)
    return source


class _Reader:
    """Turns a file's records into rows, and counts what had to be mended."""

    def __init__(
        self,
        table: Table,
        form: Form,
        columns: Mapping[str, str],
        fixed: Mapping[str, object],
        datum: Datum | None,
        days: DayBounds,
    ) -> None:
        self.table, self.form, self.columns = table, form, columns
        self.fixed, self.datum, self.days = fixed, datum, days
        numeric = [
            column
            for name, column in columns.items()
            if name in ("lon", "lat")
            or (name in form.fields and form.fields[name].parse in NUMERIC)
        ]
        self.has_commas = table.has_decimal_commas([c for c in numeric if c in table.columns])
        self.repaired: list[int] = []
        self.partial: list[int] = []
        self.counted: list[str] = []
        self.called_by_code = 0
        self.heights = 0
        self.bad_axes: list[BadAxes] = []
        self._ready: dict[int, Mended | None] = {}

    def read_record(self, index: int, source: Source) -> None:
        """Adds the record to the source as a row, or as refused; skips a blank line."""
        record, number = self.table.records[index], self.table.numbers[index]
        if not any(record.values()) and self.table.geometries is None:
            return
        label = with_marks(cells.words(record.get(self.columns.get("name", ""), "")))
        try:
            if fault := self.table.faults.get((index, WHOLE_ROW)):
                raise fault
            values = self._values(record, index)
            with refusing_geometry():
                geometry, point = self._place(record, index, number)
        except BadInput as error:
            if isinstance(error, BadAxes):
                self.bad_axes.append(error)
            source.refused.append(RefusedRow.from_error(number, label, error))
            return
        source.rows.append(Row(number, values, geometry, point))

    def _values(self, record: Mapping[str, str], index: int) -> dict[str, object]:
        values = dict(self.fixed)
        for name, known in self.form.fields.items():
            column = self.columns.get(name, "")
            text = self._cell(record.get(column, ""), known.parse)
            if not text:
                continue
            try:
                if fault := self.table.faults.get((index, column)):
                    raise fault
                values[name] = parse_cell(known, text, self.days)
            except BadInput as error:
                error.facts["field"] = name
                raise
            if known.parse is cells.day and cells.is_day_number(text):
                self.counted.append(f"{text} = {values[name]}")
        if self.form.takes_code_as_name and not values.get("name") and values.get("code"):
            values["name"] = values["code"]
            self.called_by_code += 1
        for name, known in self.form.fields.items():
            if known.required and not values.get(name) and values.get(name) is not False:
                raise BadInput("{field} is empty.", field=name)
        return values

    def _cell(self, text: str, parse: Parser) -> str:
        """Returns a cell's text as its parser reads it: decimal points, days counted from 1900."""
        if self.has_commas and parse in NUMERIC:
            return with_points(text)
        if self.table.days_ahead and parse is cells.day and cells.is_day_number(text):
            return str(int(float(text)) + self.table.days_ahead)
        return text

    def _place(
        self, record: Mapping[str, str], index: int, number: int
    ) -> tuple[BaseGeometry | None, SourcePoint | None]:
        if self.datum is None or self.form.shape is None:
            return None, None
        if ready := self._ready_line(index):
            self.heights += ready.had_heights
            return ready.geometry, None
        raw = self._raw(record, index)
        if raw is not None:
            raw = flattened(raw)
        if (raw is None or raw.is_empty) and not self.form.shape_required:
            return None, None
        done = mend(raw, self.form.shape, self.datum)
        self.heights += done.had_heights
        if done.left_out:
            self.partial.append(number)
        if done.was_invalid:
            self.repaired.append(number)
        point = None
        if isinstance(done.geometry, Point) and raw is not None:
            west, south, _, _ = raw.bounds
            point = SourcePoint(self.datum.name, west, south)
        return done.geometry, point

    def _ready_line(self, index: int) -> Mended | None:
        """Returns the record's line where it needs no look of its own; many are mended at once."""
        geometries, datum = self.table.geometries, self.datum
        if geometries is None or datum is None or self.form.shape is not Shape.LINE:
            return None
        if index not in self._ready:
            portion = range(index, min(index + LINES_AT_ONCE, len(geometries)))
            mended = mend_lines(geometries[index : portion.stop], datum)
            self._ready = dict(zip(portion, mended, strict=True))
            for place, done in self._ready.items():
                if done:
                    geometries[place] = None  # its memory is needed for the next ones
        return self._ready.pop(index)

    def _raw(self, record: Mapping[str, str], index: int) -> BaseGeometry | None:
        if self.table.geometries is not None:
            return self.table.geometries[index]
        if "wkt" in self.columns:
            if fault := self.table.faults.get((index, self.columns["wkt"])):
                raise fault
            return geometry_of_wkt(record[self.columns["wkt"]])
        x, y = record[self.columns["lon"]], record[self.columns["lat"]]
        if not x and not y:
            return None
        if self.has_commas:
            x, y = with_points(x), with_points(y)
        return Point(cells.degrees(x), cells.degrees(y))


def _note_mends(reader: _Reader, source: Source) -> None:
    if reader.has_commas:
        source.notes.append(decimal_commas_note())
    if reader.repaired:
        source.notes.append(
            comment("Invalid geometry was repaired in rows {rows}.", rows=_few(reader.repaired))
        )
    if reader.partial:
        source.notes.append(
            comment(
                "Parts of another kind of geometry are left out in rows {rows}.",
                rows=_few(reader.partial),
            )
        )
    if reader.counted:
        source.notes.append(
            comment(
                "Day numbers of a spreadsheet are read as dates: {days}.",
                days="; ".join(list(dict.fromkeys(reader.counted))[:10]),
            )
        )
    if reader.called_by_code:
        source.notes.append(
            comment(
                "{count} rows without a name are called by their code.", count=reader.called_by_code
            )
        )
    if reader.heights:
        source.notes.append(comment("Heights of {count} rows are left out.", count=reader.heights))


def _few(numbers: Sequence[int], most: int = 20) -> str:
    return ", ".join(map(str, numbers[:most])) + (" …" if len(numbers) > most else "")


def _refuse_axes(source: Source, reader: _Reader) -> None:
    """Raises BadInput if every row was refused for impossible coordinates: a wrong datum."""
    if reader.bad_axes and not source.rows and len(reader.bad_axes) == len(source.refused):
        raise reader.bad_axes[0]
