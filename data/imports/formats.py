"""Reads GeoPackage, GeoJSON, Shapefile (zipped too) and CSV as a plain table, within limits."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import geopandas
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError
from shapely.geometry.base import BaseGeometry

from data.errors import BadInput

MAX_BYTES: Final = 500_000_000
MAX_ROWS: Final = 500_000
_VECTOR: Final = (".gpkg", ".geojson", ".json", ".shp", ".zip")
_TABLE: Final = (".csv", ".txt", ".tsv")
_DRIVERS: Final = frozenset({"GPKG", "GeoJSON", "ESRI Shapefile"})
_SHAPEFILE_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True, slots=True)
class Table:
    """A file's records: columns of unparsed text, and geometries where the format has them.

    ``first_row`` is the number people see beside the first record: 2 under a header. ``crs`` is
    what the file itself declares, None where it doesn't; ``crs_is_stated`` is False for a format's
    default.
    """

    columns: tuple[str, ...]
    records: list[dict[str, str]]
    geometries: list[BaseGeometry | None] | None
    crs: str | None
    first_row: int


def read_table(path: Path, *, layer: str | None = None, encoding: str | None = None) -> Table:
    """Reads a file's records. Raises BadInput saying what is wrong, where and the remedy."""
    try:
        size = path.stat().st_size if path.is_file() else None
    except OSError as error:
        raise BadInput("{path} can't be read: {reason}.", path=path, reason=error) from error
    if size is None:
        raise BadInput("There is no file {path}.", path=path)
    if size == 0:
        raise BadInput("{path} is empty.", path=path)
    _bounded(path, size)
    suffix = path.suffix.lower()
    if suffix in _TABLE:
        return _read_csv(path, encoding)
    if suffix not in _VECTOR:
        raise BadInput(
            "{path} is of no known format.",
            mend="Give GeoPackage (.gpkg), GeoJSON, Shapefile (.shp or .zip) or CSV.",
            path=path,
        )
    with _unpacked(path, layer) as (inner, inner_layer):
        return _read_vector(path, inner, inner_layer, encoding)


def _bounded(path: Path, size: int) -> None:
    if size > MAX_BYTES:
        raise BadInput(
            "{path} is too large: {size} MB, at most {most} MB are read.",
            mend="Split it.",
            path=path,
            size=size // 1_000_000,
            most=MAX_BYTES // 1_000_000,
        )


@contextmanager
def _unpacked(path: Path, layer: str | None) -> Iterator[tuple[Path, str | None]]:
    """Extracts a zip and yields the Shapefile in it; yields any other file as it is."""
    if path.suffix.lower() != ".zip":
        yield path, layer
        return
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise BadInput("{path} isn't a zip file: {reason}.", path=path, reason=error) from error
    with archive, TemporaryDirectory(prefix="onemap-import-") as folder:
        entries = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}
        shapes = [name for name in entries if name.lower().endswith(".shp")]
        chosen = [name for name in shapes if layer in (None, Path(name).stem, name)]
        if len(chosen) != 1:
            raise BadInput(
                "{path} holds {count} Shapefiles to choose from: {names}.",
                mend="Name one with --layer.",
                path=path,
                count=len(chosen),
                names=", ".join(shapes) or "-",
            )
        stem = chosen[0][: -len(".shp")].lower()
        for name, entry in entries.items():
            part = Path(name).suffix.lower()
            if part in _SHAPEFILE_PARTS and name[: -len(part)].lower() == stem:
                _bounded(path, entry.file_size)
                _extract(archive, entry, Path(folder) / f"layer{part}", path)
        yield Path(folder) / "layer.shp", None


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, path: Path) -> None:
    try:
        with archive.open(entry) as packed:
            content = packed.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise BadInput("{path} can't be unpacked: {reason}.", path=path, reason=error) from error
    _bounded(path, len(content))
    target.write_bytes(content)


def _read_vector(path: Path, inner: Path, layer: str | None, encoding: str | None) -> Table:
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(inner)]
        layer = _layer(path, layers, layer)
        info = pyogrio.read_info(inner, layer=layer)
        if info["driver"] not in _DRIVERS:
            raise BadInput(
                "{path} isn't what its name says: {driver}.", path=path, driver=info["driver"]
            )
        if info["features"] > MAX_ROWS:
            raise BadInput(
                "{path} holds {count} features, at most {most} are read.",
                mend="Split it.",
                path=path,
                count=info["features"],
                most=MAX_ROWS,
            )
        frame = _frame(inner, layer, info["driver"], encoding)
    except (DataSourceError, DataLayerError, FieldError, UnicodeError, ValueError) as error:
        raise BadInput(
            "{path} can't be read: {reason}.", path=path, reason=_first_line(error)
        ) from error
    geometries: list[BaseGeometry | None] | None = None
    if isinstance(frame, geopandas.GeoDataFrame):
        geometries = list(frame.geometry)
    plain = frame.drop(columns="geometry") if geometries is not None else frame
    records = [
        {str(key): _text(value) for key, value in record.items()}
        for record in plain.to_dict("records")
    ]
    return Table(tuple(map(str, plain.columns)), records, geometries, info["crs"], 1)


def _layer(path: Path, layers: Sequence[str], layer: str | None) -> str:
    if layer is None and len(layers) == 1:
        return layers[0]
    if layer is None or layer not in layers:
        raise BadInput(
            "{path} holds {count} layers: {names}.",
            mend="Name one with --layer.",
            path=path,
            count=len(layers),
            names=", ".join(layers) or "-",
        )
    return layer


def _frame(inner: Path, layer: str, driver: str, encoding: str | None) -> pd.DataFrame:
    """Reads a layer into a data frame; tries a Shapefile's text as UTF-8, then as GB 18030.

    Its .cpg file is ignored: it is often missing, and sometimes wrong.
    """
    tried: list[str | None] = [encoding]
    if driver == "ESRI Shapefile" and encoding is None:
        tried = ["UTF-8", "GB18030"]
    for number, name in enumerate(tried, start=1):
        try:
            frame: pd.DataFrame = pyogrio.read_dataframe(
                inner, layer=layer, encoding=name, on_invalid="ignore"
            )
            return frame
        except UnicodeDecodeError:
            if number == len(tried):
                raise
    raise AssertionError("unreachable: the last encoding returns or raises")


def _read_csv(path: Path, encoding: str | None) -> Table:
    text = _decoded(path, path.read_bytes(), encoding)
    head = text[:65536].splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(16_000_000)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise BadInput("{path} isn't CSV: {reason}.", path=path, reason=error) from error
    columns = [title.strip() for title in rows[0]] if rows else []
    if len(set(columns)) != len(columns) or not any(columns):
        raise BadInput("The first line of {path} must name every column once.", path=path)
    if len(rows) > MAX_ROWS:
        raise BadInput(
            "{path} holds {count} features, at most {most} are read.",
            mend="Split it.",
            path=path,
            count=len(rows),
            most=MAX_ROWS,
        )
    for number, row in enumerate(rows[1:], start=2):
        if row and len(row) != len(columns):
            raise BadInput(
                "Line {row} of {path} has {count} cells, the first line has {expected}.",
                row=number,
                path=path,
                count=len(row),
                expected=len(columns),
            )
    records = [
        dict(zip(columns, map(str.strip, row or [""] * len(columns)), strict=True))
        for row in rows[1:]
    ]
    return Table(tuple(columns), records, None, None, 2)


def _decoded(path: Path, content: bytes, encoding: str | None) -> str:
    for name in [encoding] if encoding else ["utf-8-sig", "gb18030"]:
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
        except LookupError as error:
            raise BadInput("{name} is no known encoding.", name=name) from error
    raise BadInput(
        "The text of {path} is neither UTF-8 nor GBK.",
        mend="Name its encoding with --encoding.",
        path=path,
    )


def _text(value: Any) -> str:
    """Returns a cell as text: whole numbers without a decimal point, "" for a missing value."""
    if isinstance(value, list | dict):
        return ",".join(map(str, value))
    if pd.isna(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\x00", "").strip()


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else repr(error)


def geometry_of_wkt(text: str) -> BaseGeometry | None:
    """Parses a cell of WKT; None for an empty cell. Raises BadInput if it isn't WKT."""
    if not text:
        return None
    try:
        return shapely.from_wkt(text)
    except shapely.errors.ShapelyError as error:
        raise BadInput("{value} isn't WKT.", value=repr(text[:40])) from error
