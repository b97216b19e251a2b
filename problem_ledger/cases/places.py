"""Where a problem lies: on which water, how far along it, in which division, whose it is."""

from datetime import date
from typing import Final

from shapely.geometry import Point
from sqlalchemy import Connection, text

from data.errors import BadInput, NotFound
from data.placing import shapes
from data.placing.spots import Spot, preview
from data.queries.waters.answering import WaterKind, chiefs_of
from gis.chainage import format_distance
from gis.ellipsoid import distance_m
from problem_ledger.record.commands import Place

WITHIN_M: Final = 1_000.0
"""A problem farther than this from any river or lake is none of the ledger's."""

ON_SITE_M: Final = 1_000.0
"""A check made farther away than this plus the accuracy of its place wasn't made on site."""

WORST_ACCURACY_M: Final = 10_000.0

_DIVISION = text("""
SELECT coalesce((SELECT division_id FROM reach WHERE id = :reach),
(SELECT division_id FROM lake WHERE id = :lake))
""")
_STATION = text("""
SELECT name, reach_id, lake_id, division_id, chainage_m, offset_m, bank, source_crs,
    source_x, source_y, ST_X(geom) AS lon, ST_Y(geom) AS lat FROM station WHERE id = :id
""")


def located(connection: Connection, place: Place, day: date) -> dict[str, object]:
    """Returns the columns that say where a problem lies; ``lon`` and ``lat`` are in CGCS2000.

    Raises BadInput (unknown datum, impossible coordinates or accuracy, too far from any water).
    """
    _check_accuracy(place)
    spot = preview(connection, place.x, place.y, place.crs, within_m=WITHIN_M)
    return {
        "division_id": spot.division_id or _division(connection, spot),
        "reach_id": spot.reach_id,
        "lake_id": spot.lake_id,
        "chainage_m": spot.chainage_m,
        "offset_m": spot.offset_m,
        "bank": spot.bank.value if spot.bank else None,
        "accuracy_m": None if place.accuracy_m is None else float(place.accuracy_m),
        "source_crs": spot.source_crs,
        "source_x": float(spot.source_x),
        "source_y": float(spot.source_y),
        "lon": spot.lon,
        "lat": spot.lat,
        "person_id": _chief(connection, spot.reach_id, spot.lake_id, day),
    }


def of_station(connection: Connection, station_id: int, day: date) -> dict[str, object]:
    """Returns the columns that say where a problem at a station lies. Raises NotFound."""
    row = connection.execute(_STATION, {"id": station_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such station.")
    columns = {name: value for name, value in row.items() if name != "name"}
    return {
        **columns,
        "accuracy_m": None,
        "person_id": _chief(connection, row["reach_id"], row["lake_id"], day),
    }


def site(place: Place, lon: float, lat: float) -> dict[str, object]:
    """Returns where a check was made, and how many metres from the problem at ``lon``, ``lat``.

    Raises BadInput for an unknown datum, impossible coordinates, or a place that isn't on site.
    """
    _check_accuracy(place)
    datum = shapes.datum_named(place.crs)
    here = shapes.place(Point(place.x, place.y), datum)
    away_m = distance_m(here, Point(lon, lat))
    if away_m > ON_SITE_M + (place.accuracy_m or 0):
        raise BadInput(
            "The check was {distance} away; it is made on site, within {within} m.",
            distance=format_distance(away_m),
            within=round(ON_SITE_M),
        )
    return {
        "lon": here.x,
        "lat": here.y,
        "source_crs": datum.name,
        "source_x": float(place.x),
        "source_y": float(place.y),
        "accuracy_m": None if place.accuracy_m is None else float(place.accuracy_m),
        "distance_m": round(away_m, 1),
    }


def _check_accuracy(place: Place) -> None:
    if place.accuracy_m is not None and not 0 <= place.accuracy_m <= WORST_ACCURACY_M:
        raise BadInput("The accuracy of a place is 0 to {most} m.", most=round(WORST_ACCURACY_M))


def _division(connection: Connection, spot: Spot) -> int | None:
    bound = {"reach": spot.reach_id, "lake": spot.lake_id}
    found: int | None = connection.execute(_DIVISION, bound).scalar()
    return found


def _chief(
    connection: Connection, reach_id: int | None, lake_id: int | None, day: date
) -> int | None:
    """Returns the person answering for that water on a day: its lowest-level chief, or None."""
    water: tuple[WaterKind, int] | None = None
    if reach_id is not None:
        water = ("reach", reach_id)
    elif lake_id is not None:
        water = ("lake", lake_id)
    if water is None:
        return None
    chiefs = chiefs_of(connection, *water, day)
    nearest = chiefs.now or chiefs.general
    return nearest[-1].person_id if nearest else None
