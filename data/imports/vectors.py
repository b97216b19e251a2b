"""Reads GeoPackage, GeoJSON, Shapefile and KML as a plain table, record by record."""

import json
import math
import sqlite3
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError
from shapely.geometry.base import BaseGeometry

from data.encodings import (
    UTF8,
    Decoded,
    decode_field,
    guess_encoding,
    known_encoding,
)
from data.errors import BadInput
from data.imports.damage import MOST_PARSED, unreadable
from data.imports.formats import (
    WHOLE_ROW,
    Table,
    check_rows,
    damaged_cell,
    encoding_notes,
)
from data.imports.openable import openable, stated_encoding
from data.imports.outcome import Comment, comment
from data.imports.workbook_cells import too_long
from data.placing.shapes import UNUSABLE, unusable

EXACT: Final = 2**53
"""Whole numbers beyond this aren't told apart in a column of fractions (IEEE 754 doubles)."""

_SHAPEFILE: Final = "ESRI Shapefile"
_DRIVERS: Final = frozenset({"GPKG", "GeoJSON", _SHAPEFILE, "LIBKML", "KML"})
_KML_OWN: Final = frozenset(
    {"id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility",
     "drawOrder", "icon"}
)  # fmt: skip
"""How KML draws a place, and when: no columns of the office's."""

_TRANSPARENT: Final = "ISO-8859-1"
"""A Shapefile's bytes pass through this one by one, to be decoded field by field."""

_BROKEN: Final = (
    DataSourceError, DataLayerError, FieldError, UnicodeError, ValueError, pa.ArrowException,
    RuntimeError, OSError,
)  # fmt: skip


def read_vector(path: Path, inner: Path, layer: str | None, encoding: str | None) -> Table:
    """Reads one layer of the file ``inner``; ``path`` is what it is called in errors."""
    with openable(path, inner, encoding) as (file, notes), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's: rings turned, text cut
        try:
            layer, left = _layer(path, file, layer)
            info = pyogrio.read_info(file, layer=layer)
            if info["driver"] not in _DRIVERS:
                raise BadInput(
                    "{path} isn't what its name says: {driver}.", path=path, driver=info["driver"]
                )
            check_rows(path, info["features"])
            is_shape = info["driver"] == _SHAPEFILE
            meta, rows = pyogrio.raw.read_arrow(
                file, layer=layer, encoding=_TRANSPARENT if is_shape else None
            )
            plain = rows
            name = meta["geometry_name"] or "wkb_geometry"
            shapes = None
            if meta["geometry_type"] is not None and name in rows.column_names:
                shapes = rows.column(name).to_pylist()
                plain = rows.drop_columns([name])
            columns = {
                title: plain.column(title).to_pylist()
                for title in plain.column_names
                if not (info["driver"] == "LIBKML" and title in _KML_OWN)
            }
            if info["driver"] == "GeoJSON":
                _restore_texts(file, columns)
            del rows, plain
        except _BROKEN as error:
            raise unreadable(path, file, error) from error
    notes += left
    if is_shape:
        columns, decoding = _decoded(path, columns, encoding)
        notes += encoding_notes(decoding, stated_encoding(inner))
    faults: dict[tuple[int, str], BadInput] = {}
    geometries = None if shapes is None else _geometries(shapes, faults)
    size = len(next(iter(columns.values()))) if columns else len(shapes or ())
    del shapes
    records: list[dict[str, str]] = [{} for _ in range(size)]
    for title, values in columns.items():
        for index, value in enumerate(values):
            records[index][title] = _cell(value, index, title, faults)
    if inner.suffix.lower() == ".gpkg":
        faults |= _cut_texts(inner, layer, columns)
    numbers = range(1, size + 1)
    return Table(tuple(columns), records, geometries, info["crs"], numbers, faults, notes)


def _cut_texts(inner: Path, layer: str, columns: Iterable[str]) -> dict[tuple[int, str], BadInput]:
    """Returns the faults of a GeoPackage's texts with a NUL, where GDAL cuts them off unseen."""
    table = _quoted(layer)
    faults: dict[tuple[int, str], BadInput] = {}
    with closing(sqlite3.connect(f"{inner.absolute().as_uri()}?mode=ro", uri=True)) as file:
        try:
            known = {each[1] for each in file.execute(f"PRAGMA table_info({table})")}
            for title in known.intersection(columns):
                rows = file.execute(
                    f"SELECT place - 1 FROM (SELECT row_number() OVER (ORDER BY rowid) AS place,"
                    f" {_quoted(title)} AS cell FROM {table}) WHERE typeof(cell) = 'text'"
                    " AND instr(CAST(cell AS BLOB), x'00') > 0"
                )
                faults |= {
                    (index, title): fault for (index,) in rows if (fault := damaged_cell("\0"))
                }
        except sqlite3.Error:
            return {}  # a view has no row ids; GDAL has read it
    return faults


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _restore_texts(file: Path, columns: dict[str, list[Any]]) -> None:
    """Puts back texts that became lists of one, because another record holds a list there."""
    listed = [title for title, values in columns.items() if list in map(type, values)]
    if not listed or file.stat().st_size > MOST_PARSED:
        return
    features = json.loads(file.read_bytes()).get("features") or []
    for index, feature in enumerate(features):
        written = feature.get("properties") or {}
        for title in listed:
            if isinstance(written.get(title), str) and index < len(columns[title]):
                columns[title][index] = written[title]


def _layer(path: Path, file: Path, layer: str | None) -> tuple[str, list[Comment]]:
    """Returns the layer to read and what is said of others: tables without places step back."""
    every = [(str(name), kind) for name, kind in pyogrio.list_layers(file)]
    names = [name for name, _ in every]
    placed = [name for name, kind in every if kind is not None]
    if layer is None and len(names) > 1 and len(placed) == 1:
        left = ", ".join(name for name in names if name not in placed)
        return placed[0], [comment("Layers without places aren't read: {names}.", names=left)]
    if layer is None and len(names) == 1:
        return names[0], []
    if layer is None or layer not in names:
        raise BadInput(
            "{path} holds {count} layers: {names}.",
            mend="Name one with --layer.",
            path=path,
            count=len(names),
            names=", ".join(names) or "-",
        )
    if len(names) == 1:
        return layer, []
    left = ", ".join(name for name in names if name != layer)
    return layer, [comment("Other layers aren't read: {names}.", names=left)]


def _decoded(
    path: Path, columns: dict[str, list[Any]], encoding: str | None
) -> tuple[dict[str, list[Any]], Decoded]:
    """Returns a Shapefile's columns with titles and texts decoded, each field by itself."""
    raw = {title: [_raw(value) for value in values] for title, values in columns.items()}
    fields = [*(title.encode(_TRANSPARENT) for title in raw), *_texts(raw.values())]
    chosen = known_encoding(encoding) if encoding else guess_encoding(fields) or UTF8
    count = {"": 0, "cut": 0, "damaged": 0}

    def plain(value: Any) -> Any:
        if not isinstance(value, bytes) or value.isascii():
            return value.decode("ascii") if isinstance(value, bytes) else value
        text, fault = decode_field(value, chosen)
        count[fault] += 1
        return text

    done = {
        plain(title.encode(_TRANSPARENT)): [plain(value) for value in values]
        for title, values in raw.items()
    }
    total = sum(count.values())
    if total and count["damaged"] == total and not encoding:
        raise BadInput(
            "The text of {path} is neither UTF-8 nor GBK.",
            mend="Name its encoding with --encoding.",
            path=path,
        )
    found = Decoded("", chosen, not encoding, count["cut"], count["damaged"], total)
    return done, found


def _raw(value: Any) -> Any:
    return value.encode(_TRANSPARENT) if isinstance(value, str) else value


def _texts(columns: Iterable[list[Any]]) -> Iterator[bytes]:
    for values in columns:
        yield from (value for value in values if isinstance(value, bytes))


def _geometries(
    shapes: Sequence[bytes | None], faults: dict[tuple[int, str], BadInput]
) -> list[BaseGeometry | None]:
    """Returns each record's geometry; one that can't be made is None and has its fault."""
    try:
        with np.errstate(invalid="ignore"):
            return list(shapely.from_wkb(np.array(shapes, dtype=object)))
    except UNUSABLE:
        pass
    found: list[BaseGeometry | None] = []
    for index, raw in enumerate(shapes):
        try:
            with np.errstate(invalid="ignore"):
                found.append(None if raw is None else shapely.from_wkb(raw))
        except UNUSABLE as error:
            found.append(None)
            faults[index, WHOLE_ROW] = unusable(error)
    return found


def _cell(value: Any, index: int, title: str, faults: dict[tuple[int, str], BadInput]) -> str:
    """Returns a cell as text: whole numbers without a decimal point, "" for a missing value."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float):
        if abs(value) > EXACT:
            faults[index, title] = too_long(value)
        return str(int(value)) if value.is_integer() else repr(value)
    text = str(value).strip().rstrip("\0")
    if fault := damaged_cell(text):
        faults[index, title] = fault
    return text
