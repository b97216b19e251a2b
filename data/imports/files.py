"""Reads a file of any known format as a plain table, by its name."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from data.errors import BadInput
from data.imports.formats import Table, check_bytes
from data.imports.packed import unpacked
from data.imports.sheets import read_csv, read_workbook
from data.imports.vectors import read_vector

_VECTOR: Final = (".gpkg", ".geojson", ".json", ".shp", ".kml", ".kmz")
_TEXT: Final = (".csv", ".txt", ".tsv")
_WORKBOOK: Final = (".xlsx", ".xlsm")
TABLES: Final = (*_TEXT, *_WORKBOOK)
_KNOWN: Final = (*_VECTOR, *TABLES)


def read_table(
    path: Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    titles: Collection[str] = (),
) -> Table:
    """Reads a file's records. Raises BadInput saying what is wrong, where and the remedy.

    ``titles`` are names of columns by which the header is found below lines of title.
    """
    try:
        size = path.stat().st_size if path.is_file() else None
    except OSError as error:
        raise BadInput("{path} can't be read: {reason}.", path=path, reason=error) from error
    if size is None:
        raise BadInput("There is no file {path}.", path=path)
    if size == 0:
        raise BadInput("{path} is empty.", path=path)
    check_bytes(path, size)
    if path.suffix.lower() not in (*_KNOWN, ".zip"):
        raise BadInput(
            "{path} is of no known format.",
            mend="Give GeoPackage (.gpkg), GeoJSON, Shapefile (.shp or .zip), KML, CSV or .xlsx.",
            path=path,
        )
    with unpacked(path, layer, _KNOWN) as (inner, inner_layer):
        suffix = inner.suffix.lower()
        if suffix in _TEXT:
            return read_csv(path, inner.read_bytes(), encoding, titles)
        if suffix in _WORKBOOK:
            return read_workbook(path, inner, inner_layer, titles)
        return read_vector(path, inner, inner_layer, encoding)
