"""The stations of an archive: a GeoParquet file with what a class and a rating need to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.parquet
import pyproj
from sqlalchemy import Connection, text

from data.archives.layout import MOMENT
from data.archives.parquet import refusing_damage
from data.clock import UtcDatetime
from data.vocabulary import BodyKind, Parameter, StationKind, WaterClass
from data.whole_files import whole_file
from gis.crs import CGCS2000

_SELECT = """
SELECT s.id, s.code, s.name, s.name_en, s.kind, s.body, s.interval_s, s.started_at, s.ended_at,
    c.target_class, c.required, river.code AS river_code, river.name AS river, reach.code AS
    reach_code, reach.name AS reach, lake.name AS lake, s.chainage_m,
    division.code AS division_code, river.id AS river_id, lake.id AS lake_id,
    ST_AsBinary(s.geom) AS geometry
FROM station s LEFT JOIN section c ON c.station_id = s.id
LEFT JOIN reach ON reach.id = s.reach_id LEFT JOIN river ON river.id = reach.river_id
LEFT JOIN lake ON lake.id = s.lake_id LEFT JOIN division ON division.id = s.division_id
WHERE CAST(:ids AS bigint[]) IS NULL OR s.id = ANY(:ids) ORDER BY s.id
"""
_GEO: Final = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {
        "geometry": {
            "encoding": "WKB",
            "geometry_types": ["Point"],
            "crs": pyproj.CRS.from_epsg(CGCS2000).to_json_dict(),
        }
    },
}
_SCHEMA: Final = pa.schema(
    [
        ("id", pa.int64()), ("code", pa.string()), ("name", pa.string()), ("name_en", pa.string()),
        ("kind", pa.string()), ("body", pa.string()), ("interval_s", pa.int32()),
        ("started_at", MOMENT), ("ended_at", MOMENT), ("target_class", pa.int8()),
        ("required", pa.list_(pa.string())), ("river_code", pa.string()), ("river", pa.string()),
        ("reach_code", pa.string()), ("reach", pa.string()), ("lake", pa.string()),
        ("chainage_m", pa.float64()), ("division_code", pa.string()), ("river_id", pa.int64()),
        ("lake_id", pa.int64()), ("geometry", pa.binary()),
    ],
    metadata={"geo": orjson.dumps(_GEO)},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A station as an archive stores it; ``required`` None stands for the settings' parameters."""

    id: int
    code: str
    name: str
    kind: StationKind
    body: BodyKind
    interval: timedelta
    started_at: UtcDatetime | None
    ended_at: UtcDatetime | None
    target: WaterClass | None
    required: tuple[Parameter, ...] | None
    water: tuple[str, int | None, str]
    """``river`` or ``lake``, its number and its name; an empty name where it lies on neither."""


def write_stations(connection: Connection, file: Path, ids: Sequence[int] | None) -> None:
    """Writes the stations (``ids`` None: all) as points into a GeoParquet 1.1 file."""
    rows = connection.execute(text(_SELECT), {"ids": ids if ids is None else [*ids]}).mappings()
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=_SCHEMA)
    with whole_file(file) as part:
        pyarrow.parquet.write_table(table, part, compression="zstd")


def places_in(connection: Connection) -> list[Place]:
    """Returns the stations as the database has them now, in order of their id."""
    rows = connection.execute(text(_SELECT), {"ids": None}).mappings()
    return [_place(dict(row)) for row in rows]


def read_places(file: Path) -> list[Place]:
    """Returns the stations of an archive's file of stations, in order of their id.

    Raises BadInput for a damaged file.
    """
    with refusing_damage(file, KeyError):
        table = pyarrow.parquet.read_table(file)
        return [_place(row) for row in table.drop_columns(["geometry"]).to_pylist()]


def _place(row: Mapping[str, Any]) -> Place:
    is_lake = row["lake_id"] is not None
    return Place(
        id=row["id"], code=row["code"], name=row["name"], kind=StationKind(row["kind"]),
        body=BodyKind(row["body"]), interval=timedelta(seconds=row["interval_s"]),
        started_at=row["started_at"], ended_at=row["ended_at"],
        target=WaterClass(int(row["target_class"])) if row["target_class"] is not None else None,
        required=tuple(map(Parameter, row["required"])) if row["required"] else None,
        water=("lake", row["lake_id"], row["lake"] or "")
        if is_lake
        else ("river", row["river_id"], row["river"] or ""),
    )  # fmt: skip
