"""Reads a file as rows: columns matched, cells parsed, geometry converted and mended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from data.errors import BadInput
from data.imports.columns import match_columns, parse_constants
from data.imports.fields import FORMS, Form, ImportKind
from data.imports.formats import Table, geometry_of_wkt, read_table
from data.imports.outcome import Comment, RefusedRow, comment
from data.placing import cells
from data.placing.shapes import BadAxes, mend
from data.placing.spots import SourcePoint
from gis import crs
from gis.crs import Datum

VALUE = TypeVar("VALUE")


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
    table = read_table(path, layer=layer, encoding=encoding)
    if not table.records:
        raise BadInput("{path} holds no rows.", path=path)
    source = Source()
    fixed = parse_constants(kind, form, constants or {})
    columns, source.notes = match_columns(kind, form, table, mapping or {}, fixed)
    reader = _Reader(table, form, columns, fixed, _datum(path, form, table, columns, crs, source))
    for index in range(len(table.records)):
        reader.read_record(index, source)
    _note_mends(reader, source)
    _refuse_axes(source, reader)
    return source


def _datum(
    path: Path,
    form: Form,
    table: Table,
    columns: Mapping[str, str],
    stated: str | None,
    source: Source,
) -> Datum | None:
    """Returns the coordinates' datum: the caller's, else the file's; None if there are none."""
    has_places = table.geometries is not None or "wkt" in columns or {"lon", "lat"} <= set(columns)
    if form.shape is None or not has_places:
        if form.shape and form.shape_required:
            raise BadInput(
                "{path} has no coordinates.",
                mend="Name columns with --map lon=COLUMN --map lat=COLUMN, or --map wkt=COLUMN.",
                path=path,
            )
        return None
    if not stated and not table.crs:
        raise BadInput(
            "{path} doesn't say in which coordinate system it is.",
            mend="Say it with --crs, such as --crs EPSG:4490 or --crs gcj02.",
            path=path,
        )
    datum = _declared(stated or table.crs or "")
    if stated and table.crs and not _means_same(table.crs, datum):
        source.notes.append(
            comment(
                "The file says {own}; it is taken as {told}, as told.",
                own=table.crs[:40],
                told=datum.name,
            )
        )
    return datum


def _declared(name: str) -> Datum:
    try:
        return crs.declared(name)
    except crs.UnknownCrs as error:
        raise BadInput(
            "{crs} can't be turned into CGCS2000 exactly.",
            mend="Say the coordinate system with --crs EPSG:..., or gcj02.",
            crs=name[:80],
        ) from error


def _means_same(own: str, datum: Datum) -> bool:
    """Returns whether the file's own name of a datum means ``datum`` (WGS 84 = CGCS2000)."""
    try:
        meant = crs.declared(own)
    except crs.UnknownCrs:
        return False
    return meant == datum or {meant.srid, datum.srid} <= {crs.CGCS2000, crs.WGS84}


class _Reader:
    """Turns a file's records into rows, and counts what had to be mended."""

    def __init__(
        self,
        table: Table,
        form: Form,
        columns: Mapping[str, str],
        fixed: Mapping[str, object],
        datum: Datum | None,
    ) -> None:
        self.table, self.form, self.columns = table, form, columns
        self.fixed, self.datum = fixed, datum
        self.repaired: list[int] = []
        self.heights = 0
        self.bad_axes: list[BadAxes] = []

    def read_record(self, index: int, source: Source) -> None:
        """Adds the record to the source as a row, or as refused; skips a blank line."""
        record, number = self.table.records[index], index + self.table.first_row
        if not any(record.values()) and self.table.geometries is None:
            return
        label = cells.words(record.get(self.columns.get("name", ""), ""))
        try:
            values = self._values(record)
            geometry, point = self._place(record, index, number)
        except BadInput as error:
            if isinstance(error, BadAxes):
                self.bad_axes.append(error)
            source.refused.append(RefusedRow.from_error(number, label, error))
            return
        source.rows.append(Row(number, values, geometry, point))

    def _values(self, record: Mapping[str, str]) -> dict[str, object]:
        values = dict(self.fixed)
        for name, known in self.form.fields.items():
            text = record.get(self.columns.get(name, ""), "")
            if not text:
                if known.required and name not in values:
                    raise BadInput("{field} is empty.", field=name)
                continue
            try:
                values[name] = known.parse(text)
            except BadInput as error:
                error.facts["field"] = name
                raise
        return values

    def _place(
        self, record: Mapping[str, str], index: int, number: int
    ) -> tuple[BaseGeometry | None, SourcePoint | None]:
        if self.datum is None or self.form.shape is None:
            return None, None
        raw = self._raw(record, index)
        if (raw is None or raw.is_empty) and not self.form.shape_required:
            return None, None
        done = mend(raw, self.form.shape, self.datum)
        self.heights += done.had_heights
        if done.was_invalid:
            self.repaired.append(number)
        point = None
        if isinstance(done.geometry, Point) and raw is not None:
            west, south, _, _ = raw.bounds
            point = SourcePoint(self.datum.name, west, south)
        return done.geometry, point

    def _raw(self, record: Mapping[str, str], index: int) -> BaseGeometry | None:
        if self.table.geometries is not None:
            return self.table.geometries[index]
        if "wkt" in self.columns:
            return geometry_of_wkt(record[self.columns["wkt"]])
        x, y = record[self.columns["lon"]], record[self.columns["lat"]]
        if not x and not y:
            return None
        return Point(cells.degrees(x), cells.degrees(y))


def _note_mends(reader: _Reader, source: Source) -> None:
    if reader.repaired:
        source.notes.append(
            comment("Invalid geometry was repaired in rows {rows}.", rows=_few(reader.repaired))
        )
    if reader.heights:
        source.notes.append(comment("Heights of {count} rows are left out.", count=reader.heights))


def _few(numbers: Sequence[int], most: int = 20) -> str:
    return ", ".join(map(str, numbers[:most])) + (" …" if len(numbers) > most else "")


def _refuse_axes(source: Source, reader: _Reader) -> None:
    """Raises BadInput if every row was refused for impossible coordinates: a wrong datum."""
    if reader.bad_axes and not source.rows and len(reader.bad_axes) == len(source.refused):
        raise reader.bad_axes[0]
