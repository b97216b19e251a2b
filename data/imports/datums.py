"""Which coordinate system a file's coordinates are in: as the caller says, else the file."""

from collections.abc import Mapping
from pathlib import Path

from data.errors import BadInput
from data.imports.fields import Form
from data.imports.formats import Table
from data.imports.outcome import Comment, comment
from gis import crs
from gis.crs import Datum


def datum_of(
    path: Path,
    form: Form,
    table: Table,
    columns: Mapping[str, str],
    stated: str | None,
    notes: list[Comment],
) -> Datum | None:
    """Returns the coordinates' datum: the caller's, else the file's; None if there are none.

    A contradiction of the two is added to ``notes``. Raises BadInput when neither is known.
    """
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
        notes.append(
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
