"""Computes which river and reach flows into which, for all waters; writes only what changed."""

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import Connection, text

from data.queries.waters.registry import courses
from gis.network import Confluence, confluences, join_lines


class _Reach(NamedTuple):
    id: int
    river_id: int
    from_m: float
    to_m: float
    downstream_id: int | None


def settle_flows(connection: Connection) -> dict[int, Confluence[int] | None]:
    """Stores what every river and reach flows into; returns each river's confluence by id.

    A river flows into the river its end meets, None where it meets none; a reach into the next one
    downstream.
    """
    lines = {
        river_id: [part.line for part in join_lines(list(geometry.geoms)).course]
        for river_id, geometry in courses(connection).items()
    }
    found = confluences(lines)
    for river_id, met in found.items():
        connection.execute(
            text(
                """
                UPDATE river SET flows_into_id = :into, flows_into_chainage_m = :at
                WHERE id = :id AND (flows_into_id, flows_into_chainage_m)
                IS DISTINCT FROM (CAST(:into AS bigint), CAST(:at AS double precision))
                """
            ),
            {
                "id": river_id,
                "into": met.key if met else None,
                "at": met.chainage_m if met else None,
            },
        )
    _settle_reaches(connection, found)
    return found


def _settle_reaches(connection: Connection, found: dict[int, Confluence[int] | None]) -> None:
    rows = connection.execute(
        text(
            """
            SELECT id, river_id, chainage_from_m, chainage_to_m, downstream_id FROM reach
            ORDER BY river_id, position
            """
        )
    )
    rivers: dict[int, list[_Reach]] = defaultdict(list)
    for row in rows:
        rivers[row.river_id].append(_Reach(*row))
    mains = {river_id: _course(reaches) for river_id, reaches in rivers.items()}
    for river_id, reaches in rivers.items():
        main, met = mains[river_id], found.get(river_id)
        mouth = _at(mains.get(met.key, []), met.chainage_m) if met else None
        for each in reaches:
            below = mouth
            if each not in main:
                below = _at(main, each.to_m)
            elif each is not main[-1]:
                below = main[main.index(each) + 1].id
            if below != each.downstream_id:
                connection.execute(
                    text("UPDATE reach SET downstream_id = :below WHERE id = :id"),
                    {"below": below, "id": each.id},
                )


def _course(reaches: list[_Reach]) -> list[_Reach]:
    """Returns the reaches of the main course, without arms (which begin before another ends)."""
    main: list[_Reach] = []
    for each in reaches:
        if not main or each.from_m >= main[-1].to_m - 1.0:
            main.append(each)
    return main


def _at(main: list[_Reach], chainage_m: float) -> int | None:
    """Returns the id of the reach at a distance along the river, in a gap of the nearest reach."""
    if not main:
        return None
    return min(main, key=lambda each: max(each.from_m - chainage_m, chainage_m - each.to_m, 0.0)).id
