"""Geometries as odd as any program writes: after the descriptions of the JTS and GEOS tests.

Source: JTS Test Suite, validate/TestInvalid, TestValid, TestRelate; OGC Simple Features 1.2.1.
"""

import json
import sqlite3
import struct
from pathlib import Path

import geopandas
import numpy as np
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

ODD = {
    "empty point": "POINT EMPTY",
    "empty line": "LINESTRING EMPTY",
    "empty surface": "POLYGON EMPTY",
    "empty collection": "GEOMETRYCOLLECTION EMPTY",
    "empty member of points": "MULTIPOINT (EMPTY, (112.2 32.5))",
    "empty member of lines": "MULTILINESTRING (EMPTY, (112.5 32.1, 112.6 32.2))",
    "empty member of surfaces": "MULTIPOLYGON (EMPTY, ((112 32, 112.6 32, 112.6 32.1, 112 32)))",
    "nested empties": "GEOMETRYCOLLECTION (POINT EMPTY, GEOMETRYCOLLECTION (LINESTRING EMPTY))",
    "bow tie": "POLYGON ((112.5 32, 112.6 32.1, 112.6 32, 112.5 32.1, 112.5 32))",
    "empty hole": "POLYGON ((112.5 32, 112.6 32, 112.6 32.1, 112.5 32), EMPTY)",
    "hole outside": (
        "POLYGON ((112.5 32, 112.6 32, 112.6 32.1, 112.5 32),"
        " (112.7 32, 112.8 32, 112.8 32.1, 112.7 32))"
    ),
    "hole equals shell": (
        "POLYGON ((112.5 32, 112.6 32, 112.6 32.1, 112.5 32),"
        " (112.5 32, 112.6 32, 112.6 32.1, 112.5 32))"
    ),
    "nested holes": (
        "POLYGON ((112 32, 113 32, 113 33, 112 33, 112 32),"
        " (112.1 32.1, 112.9 32.1, 112.9 32.9, 112.1 32.9, 112.1 32.1),"
        " (112.3 32.3, 112.7 32.3, 112.7 32.7, 112.3 32.7, 112.3 32.3))"
    ),
    "holes that cut the inside in two": (
        "POLYGON ((112 32, 112.2 32, 112.2 32.2, 112 32.2, 112 32),"
        " (112 32.1, 112.1 32, 112.2 32.1, 112.1 32.2, 112 32.1))"
    ),
    "surface in a surface": (
        "MULTIPOLYGON (((112 32, 113 32, 113 33, 112 33, 112 32)),"
        " ((112.2 32.2, 112.4 32.2, 112.4 32.4, 112.2 32.4, 112.2 32.2)))"
    ),
    "surfaces that overlap": (
        "MULTIPOLYGON (((112 32, 112.2 32, 112.2 32.2, 112 32.2, 112 32)),"
        " ((112.1 32.1, 112.3 32.1, 112.3 32.3, 112.1 32.3, 112.1 32.1)))"
    ),
    "surfaces with one side": (
        "MULTIPOLYGON (((112 32, 112.1 32, 112.1 32.1, 112 32.1, 112 32)),"
        " ((112.1 32, 112.2 32, 112.2 32.1, 112.1 32.1, 112.1 32)))"
    ),
    "spike": "POLYGON ((112 32, 112.1 32, 112.3 32, 112.1 32, 112.1 32.1, 112 32))",
    "gore": "POLYGON ((112 32, 112.2 32, 112.1 32, 112.1 32.1, 112 32.1, 112 32))",
    "flat surface": "POLYGON ((112 32, 112.1 32, 112.2 32, 112 32))",
    "surface of one place": "POLYGON ((112 32, 112 32, 112 32, 112 32))",
    "repeated corners": "POLYGON ((112 32, 112 32, 112.1 32, 112.1 32, 112.1 32.1, 112 32))",
    "clockwise": "POLYGON ((112 32, 112 32.1, 112.1 32.1, 112.1 32, 112 32))",
    "unclosed ring": "POLYGON ((112 32, 112.1 32, 112.1 32.1))",
    "ring of two places": "POLYGON ((112 32, 112.1 32, 112 32))",
    "ring": "LINEARRING (112.5 32, 112.7 32.2, 112.7 32, 112.5 32.2, 112.5 32)",
    "line of one place": "LINESTRING (112 32, 112 32)",
    "line of one corner": "LINESTRING (112 32)",
    "line there and back": "LINESTRING (112 32, 112.1 32, 112 32)",
    "line over itself": "LINESTRING (112.5 32, 112.6 32.1, 112.6 32, 112.5 32.1)",
    "closed line": "LINESTRING (112.5 32, 112.6 32, 112.6 32.1, 112.5 32)",
    "lines of one place": "MULTILINESTRING ((112 32, 112 32), (112.1 32, 112.1 32))",
    "lines with a heap": "MULTILINESTRING ((112 32, 112 32), (112.1 32, 112.2 32.1))",
    "not a number": "LINESTRING (112 32, NaN 32.1, 112.2 32.2)",
    "endless": "LINESTRING (112 32, Inf 32.1)",
    "endless corner": "POLYGON ((112 32, 112.1 32, 112.1 -Inf, 112 32))",
    "point of no number": "POINT (NaN NaN)",
    "huge": "LINESTRING (1e300 1e300, -1e300 1e300)",
    "huge surface": "POLYGON ((0 0, 1e150 0, 1e150 1e150, 0 0))",
    "round the world": "LINESTRING (" + ", ".join("-180 1, 180 2" for _ in range(300)) + ")",
    "tiny": "POLYGON ((112 32, 112.00000000000001 32, 112 32.00000000000001, 112 32))",
    "heights": "LINESTRING Z (112.5 32 8, 112.6 32.1 9)",
    "heights of no number": "LINESTRING Z (112.5 32 NaN, 112.6 32.1 9)",
    "measures": "LINESTRING M (112.5 32 8, 112.6 32.1 9)",
    "heights and measures": "POLYGON ZM ((112 32 1 2, 112.1 32 1 2, 112.1 32.1 1 2, 112 32 1 2))",
    "mixed heights": "MULTILINESTRING Z ((112.5 32 8, 112.6 32.1 9), (112.6 32 NaN, 112.7 32 1))",
    "arc": "CIRCULARSTRING (112 32, 112.1 32.1, 112.2 32)",
    "compound curve": "COMPOUNDCURVE (CIRCULARSTRING (1 32, 1.1 32.1, 1.2 32), (1.2 32, 2 32))",
    "curved surface": "CURVEPOLYGON (CIRCULARSTRING (1 32, 1.1 32.1, 1.2 32, 1.1 31.9, 1 32))",
    "curves": "MULTICURVE ((112 32, 112.1 32), CIRCULARSTRING (112 32, 112.1 32.1, 112.2 32))",
    "surfaces of curves": "MULTISURFACE (CURVEPOLYGON ((112 32, 112.1 32, 112.1 32.1, 112 32)))",
    "facets": "TIN (((112 32, 112.1 32, 112.1 32.1, 112 32)))",
    "collection of one": "GEOMETRYCOLLECTION (LINESTRING (112.5 32, 112.6 32.1))",
    "collection of all": (
        "GEOMETRYCOLLECTION (POINT (112.2 32.5), LINESTRING (112.5 32, 112.6 32.1),"
        " POLYGON ((112 32, 112.1 32, 112.1 32.1, 112 32)))"
    ),
    "deep": "GEOMETRYCOLLECTION (" * 20 + "POINT (112.2 32.5)" + ")" * 20,
    "far too deep": "GEOMETRYCOLLECTION (" * 60_000 + "POINT (112.2 32.5)" + ")" * 60_000,
    "many points": "MULTIPOINT ((112.2 32.5), (112.2 32.5), (112.2 32.6))",
    "south pole": "POINT (0 -90)",
    "beyond the pole": "POINT (112 95)",
    "no geometry": "",
    "no WKT": "POLYGON ((112 32, 112.1",
    "wrong word": "PLOYGON ((112 32, 112.1 32, 112.1 32.1, 112 32))",
}  # fmt: skip

GOOD = {
    "point": "POINT (112.2 32.55)",
    "line": "LINESTRING (112.9 32.9, 112.95 32.8)",
    "area": "POLYGON ((112.8 32.3, 112.82 32.3, 112.82 32.32, 112.8 32.3))",
}
"""What stands first in every file: it must land whatever follows."""

LAST = {
    "point": "POINT (112.2 32.45)",
    "line": "LINESTRING (113.9 32.9, 113.95 32.8)",
    "area": "POLYGON ((113.8 32.3, 113.82 32.3, 113.82 32.32, 113.8 32.3))",
}
"""What stands last, and must land as well."""

JSON_ODDITIES: dict[str, object] = {
    "ring with one place": {"type": "Polygon", "coordinates": [[[112, 32]]]},
    "empty coordinates": {"type": "Polygon", "coordinates": []},
    "empty ring": {"type": "Polygon", "coordinates": [[]]},
    "flat list": {"type": "LineString", "coordinates": [112, 32, 112.1, 32.1]},
    "words": {"type": "LineString", "coordinates": [["112", "32"], ["x", "y"]]},
    "nulls": {"type": "LineString", "coordinates": [[None, 32], [112.1, 32.1]]},
    "one number": {"type": "LineString", "coordinates": [[112], [113]]},
    "five numbers": {"type": "LineString", "coordinates": [[112, 32, 1, 2, 3], [112, 33, 1, 2, 3]]},
    "unknown type": {"type": "Circle", "coordinates": [112, 32]},
    "no type": {"coordinates": [112, 32]},
    "no coordinates": {"type": "LineString"},
    "collection of nothing": {"type": "GeometryCollection", "geometries": []},
    "unclosed": {"type": "Polygon", "coordinates": [[[112, 32], [112.1, 32], [112.1, 32.1]]]},
}  # fmt: skip


def geometry(wkt: str) -> BaseGeometry | None:
    """The geometry of a WKT that GEOS can read, None for the others."""
    try:
        return shapely.from_wkt(wkt) if wkt and wkt.count("(") < 1000 else None
    except (shapely.errors.ShapelyError, NotImplementedError):
        return None


def odd_file(path: Path, shape: str, columns: dict[str, str]) -> tuple[Path, int]:
    """Writes all odd geometries between two good ones; returns the file and how many rows it has.

    ``columns`` are further cells of every row; {n} in them is the row's number.
    """
    texts = {"好一": GOOD[shape], **ODD, "好二": LAST[shape]}
    rows = [
        ({"name": name, **{title: cell.format(n=n) for title, cell in columns.items()}}, wkt)
        for n, (name, wkt) in enumerate(texts.items(), start=1)
    ]
    if path.suffix == ".csv":
        titles = [*rows[0][0], "wkt"]
        lines = [",".join(titles)]
        lines += [",".join([*cells.values(), f'"{wkt}"']) for cells, wkt in rows]
        path.write_text("\n".join(lines), encoding="utf-8")
    elif path.suffix == ".geojson":
        shapes: list[tuple[dict[str, str], object]] = []
        for cells, wkt in rows:
            made = geometry(wkt)
            plain = (
                made is not None
                and shapely.get_type_id(made) < 8
                and made.geom_type != "LinearRing"
            )
            shapes.append((cells, json.loads(shapely.to_geojson(made)) if plain else None))
        extra = []
        for n, (name, odd) in enumerate(JSON_ODDITIES.items(), start=len(rows) + 1):
            more = {title: cell.format(n=n) for title, cell in columns.items()}
            extra.append(({"name": name, **more}, odd))
        every = [*shapes[:-1], *extra, shapes[-1]]
        features = [
            {"type": "Feature", "properties": cells, "geometry": odd} for cells, odd in every
        ]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
        return path, len(every)
    else:
        return _vector_file(path, shape, rows)
    return path, len(rows)


def _vector_file(
    path: Path, shape: str, rows: list[tuple[dict[str, str], str]]
) -> tuple[Path, int]:
    """A Shapefile holds one kind of finite geometry; a GeoPackage whatever bytes are put in it."""
    dimension = {"point": 0, "line": 1, "area": 2}[shape]
    kept = []
    for cells, wkt in rows:
        made = geometry(wkt)
        if made is None or made.geom_type == "LinearRing":
            continue
        is_plain = (
            made.geom_type != "GeometryCollection"
            and np.isfinite(shapely.get_coordinates(made)).all()
        )
        if path.suffix == ".shp":
            fits = shapely.get_dimensions(made) == dimension and made.geom_type != "MultiPoint"
            if not (is_plain and fits):
                continue
            made = shapely.force_2d(made)
        kept.append((cells, made))
    places = [Point(1, 1) if path.suffix == ".gpkg" else made for _, made in kept]
    frame = geopandas.GeoDataFrame([cells for cells, _ in kept], geometry=places, crs="EPSG:4490")
    frame.to_file(path, **({"SPATIAL_INDEX": "NO"} if path.suffix == ".gpkg" else {}))
    if path.suffix == ".gpkg":
        with sqlite3.connect(path) as database:
            for number, (_, made) in enumerate(kept, start=1):
                blob = b"GP\x00\x01" + struct.pack("<i", 4490) + shapely.to_wkb(made)
                database.execute(
                    f'UPDATE "{path.stem}" SET geom = ? WHERE fid = ?',
                    (blob, number),
                )
    return path, len(kept)
