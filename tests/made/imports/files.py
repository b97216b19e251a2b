"""Files as others would hand them over, written with geopandas; and what an import changed."""

from collections.abc import Sequence
from pathlib import Path

import geopandas
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Engine, text

from data.imports import kinds, source
from data.imports.fields import ImportKind
from data.imports.options import Options
from data.imports.outcome import Outcome

WRITTEN = (
    "division",
    "river",
    "reach",
    "lake",
    "place",
    "notice_board",
    "station",
    "section",
    "section_represents",
    "outfall",
    "intake",
    "outfall_limit",
    "person",
    "responsibility",
)


def write_features(
    path: Path,
    rows: Sequence[tuple[dict[str, object], BaseGeometry | None]],
    crs: str | None = "EPSG:4490",
    **options: object,
) -> Path:
    """A vector file with one feature a row; the format is told by the name."""
    frame = geopandas.GeoDataFrame(
        [values for values, _ in rows], geometry=[shape for _, shape in rows], crs=crs
    )
    frame.to_file(path, **options)
    return path


def run_import(
    engine: Engine,
    kind: str,
    path: Path,
    *,
    options: Options | None = None,
    constants: dict[str, str] | None = None,
    crs: str | None = None,
) -> Outcome:
    """The report of a file taken in a transaction of its own."""
    rows = source.read(path, ImportKind(kind), constants=constants, crs=crs)
    with engine.begin() as connection:
        return kinds.import_source(connection, ImportKind(kind), rows, options)


def row_versions(connection: Connection) -> dict[str, list[tuple[str, str]]]:
    """Every row an import may write, with the transaction that last wrote it."""
    return {
        table: [
            (row[0], row[1])
            for row in connection.execute(
                text(f"SELECT xmin::text, {table}::text FROM {table} ORDER BY 2")
            )
        ]
        for table in WRITTEN
    }


def told(report: Outcome) -> list[str]:
    """Joins and notes as sentences."""
    return [str(each) for each in report.joined + report.notes]


def refusals(report: Outcome) -> dict[int, str]:
    """Why each refused row was refused."""
    return {each.row: str(each.why) for each in report.refused}
