"""Snaps stations and notice boards again when their waters change."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.errors import BadInput
from data.placing.spots import WITHIN_M, SourcePoint, Spot, previews


@dataclass(frozen=True, slots=True)
class Hanging:
    """Ids of the stations and notice boards that are snapped to the reaches of a river."""

    stations: tuple[int, ...]
    boards: tuple[int, ...]


def hanging_on(connection: Connection, rivers: Collection[int]) -> dict[int, Hanging]:
    """Returns by river the stations and notice boards that are snapped to its reaches, if any."""
    found: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for at, table in enumerate(("station", "notice_board")):
        rows = connection.execute(
            text(
                f"""
                SELECT reach.river_id, {table}.id FROM {table} JOIN reach ON reach.id = reach_id
                WHERE reach.river_id = ANY(:rivers) ORDER BY 2
                """
            ),
            {"rivers": list(rivers)},
        )
        for river_id, id_ in rows:
            found[river_id][at].append(id_)
    return {river_id: Hanging(tuple(s), tuple(b)) for river_id, (s, b) in found.items()}


def snap_each_again(connection: Connection, hanging: Sequence[Hanging]) -> list[list[str]]:
    """Snaps stations and boards to the present waters; returns the names of each that moved.

    One that is now too far from any water gets none.
    """
    moved: list[list[str]] = [[] for _ in hanging]
    for table in ("station", "notice_board"):
        own = [each.stations if table == "station" else each.boards for each in hanging]
        changed = _snap(connection, table, [id_ for ids in own for id_ in ids])
        for names, ids in zip(moved, own, strict=True):
            names += [changed[id_] for id_ in ids if id_ in changed]
    return moved


def _snap(connection: Connection, table: str, ids: Sequence[int]) -> dict[int, str]:
    """Snaps the rows of a table again; returns the names of those that changed, by id."""
    if not ids:
        return {}
    rows = connection.execute(
        text(
            f"""
            SELECT id, name, ST_X(geom) AS lon, ST_Y(geom) AS lat, reach_id, lake_id, chainage_m,
                bank FROM {table} WHERE id = ANY(:ids) ORDER BY id
            """
        ),
        {"ids": list(ids)},
    ).all()
    places = [SourcePoint("EPSG:4490", row.lon, row.lat) for row in rows]
    changed: dict[int, str] = {}
    for row, found in zip(rows, previews(connection, places, within_m=2 * WITHIN_M), strict=True):
        spot = None if isinstance(found, BadInput) else found
        values = _snapped(spot)
        if any(getattr(row, key) != value for key, value in values.items()):
            _write(connection, table, row.id, spot, values)
            changed[row.id] = str(row.name)
    return changed


def _snapped(spot: Spot | None) -> dict[str, object]:
    return {
        "reach_id": spot.reach_id if spot else None,
        "lake_id": spot.lake_id if spot else None,
        "chainage_m": spot.chainage_m if spot else None,
        "bank": spot.bank.value if spot and spot.bank else None,
    }


def _write(
    connection: Connection, table: str, id_: int, spot: Spot | None, values: dict[str, object]
) -> None:
    more = ""
    if table == "station":
        values["offset_m"] = spot.offset_m if spot else None
        more = ", version = version + 1"
    written = ", ".join(f"{key} = :{key}" for key in values)
    connection.execute(
        text(f"UPDATE {table} SET {written}{more}, changed_at = now() WHERE id = :id"),
        {**values, "id": id_},
    )
