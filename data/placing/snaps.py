"""Snaps stations and notice boards again when their waters change."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.errors import BadInput
from data.placing.spots import WITHIN_M, Spot, preview


@dataclass(frozen=True, slots=True)
class Hanging:
    """Ids of the stations and notice boards that are snapped to the reaches of a river."""

    stations: tuple[int, ...]
    boards: tuple[int, ...]


def hanging_on(connection: Connection, river_id: int) -> Hanging:
    """Returns the stations and notice boards that are snapped to the reaches of a river."""
    stations, boards = (
        tuple(
            connection.execute(
                text(
                    f"""
                    SELECT {table}.id FROM {table} JOIN reach ON reach.id = reach_id
                    WHERE reach.river_id = :river ORDER BY 1
                    """
                ),
                {"river": river_id},
            ).scalars()
        )
        for table in ("station", "notice_board")
    )
    return Hanging(stations, boards)


def snap_again(connection: Connection, hanging: Hanging) -> list[str]:
    """Snaps the stations and boards to the present waters; returns names of those that moved.

    One that is now too far from any water gets none.
    """
    changed = []
    for table, ids in (("station", hanging.stations), ("notice_board", hanging.boards)):
        for id_ in ids:
            name = _snap_one(connection, table, id_)
            if name:
                changed.append(name)
    return changed


def _snap_one(connection: Connection, table: str, id_: int) -> str | None:
    row = connection.execute(
        text(
            f"""
            SELECT name, ST_X(geom) AS lon, ST_Y(geom) AS lat, reach_id, lake_id, chainage_m, bank
            FROM {table} WHERE id = :id
            """
        ),
        {"id": id_},
    ).one()
    try:
        spot: Spot | None = preview(connection, row.lon, row.lat, within_m=2 * WITHIN_M)
    except BadInput:
        spot = None
    values = {
        "reach_id": spot.reach_id if spot else None,
        "lake_id": spot.lake_id if spot else None,
        "chainage_m": spot.chainage_m if spot else None,
        "bank": spot.bank.value if spot and spot.bank else None,
    }
    if all(getattr(row, key) == value for key, value in values.items()):
        return None
    more = ""
    if table == "station":
        values["offset_m"] = spot.offset_m if spot else None
        more = ", version = version + 1"
    written = ", ".join(f"{key} = :{key}" for key in values)
    connection.execute(
        text(f"UPDATE {table} SET {written}{more}, changed_at = now() WHERE id = :id"),
        {**values, "id": id_},
    )
    return str(row.name)
