"""How ``benchmarks.imports_before`` wrote reaches: row by row."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, text, update

from data.errors import BadInput
from data.imports.stretches import LOW_ZOOM, PlannedReach, kept_geometry
from data.queries.waters.registry import courses, geometry_of
from data.tables.waters import reach
from gis.crs import WEB_MERCATOR
from gis.generalise import minimum_zoom, simplified
from gis.network import Confluence, confluences, join_lines


def same_reaches(connection: Connection, river_id: int, planned: Sequence[PlannedReach]) -> bool:
    """Returns whether the stored reaches of the river are exactly the planned ones."""
    rows = connection.execute(
        text(
            """
            SELECT name, ST_AsBinary(geom), chainage_from_m, chainage_to_m, division_id, code
            FROM reach WHERE river_id = :river ORDER BY position
            """
        ),
        {"river": river_id},
    ).all()
    kept = [(name, geometry_of(wkb), *rest) for name, wkb, *rest in rows]
    wanted = [(p.name, p.line, p.from_m, p.to_m, p.division_id, p.code) for p in planned]
    return len(kept) == len(wanted) and all(
        one[0] == other[0]
        and one[1].equals_exact(other[1], 1e-9)
        and abs(one[2] - other[2]) < 1e-6
        and abs(one[3] - other[3]) < 1e-6
        and tuple(one[4:]) == other[4:]
        for one, other in zip(kept, wanted, strict=True)
    )


def write_reaches(
    connection: Connection, river_id: int, planned: Sequence[PlannedReach], river_length_m: float
) -> None:
    """Replaces the river's reaches by the planned; detaches what was on a removed reach.

    Raises BadInput when somebody answers for a reach that would go.
    """
    rows = connection.execute(
        text("SELECT id, code, name FROM reach WHERE river_id = :river"), {"river": river_id}
    ).all()
    by_code = {code: id_ for id_, code, _ in rows if code}
    by_name = {name: id_ for id_, _, name in rows}
    kept: list[int | None] = []
    for each in planned:
        found = by_code.get(each.code) if each.code else None
        found = found or by_name.get(each.name)
        kept.append(found if found not in kept else None)
    gone = {id_: name for id_, _, name in rows if id_ not in kept}
    if gone:
        _release(connection, gone)
    connection.execute(
        text("UPDATE reach SET position = -position, code = NULL WHERE river_id = :river"),
        {"river": river_id},
    )
    zoom = minimum_zoom(length_m=river_length_m)
    for position, (each, id_) in enumerate(zip(planned, kept, strict=True), start=1):
        values = _values(each) | {"position": position, "min_zoom": zoom}
        if id_ is None:
            connection.execute(insert(reach).values(river_id=river_id, **values))
        else:
            connection.execute(update(reach).where(reach.c.id == id_).values(values))


def _values(planned: PlannedReach) -> dict[str, object]:
    return {
        "name": planned.name,
        "code": planned.code,
        "division_id": planned.division_id,
        "chainage_from_m": planned.from_m,
        "chainage_to_m": planned.to_m,
        "geom": kept_geometry(planned.line),
        "geom_low": func.ST_Transform(
            kept_geometry(simplified(planned.line, LOW_ZOOM)), WEB_MERCATOR
        ),
    }


def _release(connection: Connection, gone: dict[int, str]) -> None:
    ids = {"ids": sorted(gone)}
    held = connection.execute(
        text(
            """
            SELECT reach_id, person.name FROM responsibility
            JOIN person ON person.id = person_id WHERE reach_id = ANY(:ids) LIMIT 1
            """
        ),
        ids,
    ).first()
    if held:
        raise BadInput(
            "The reach {reach} would go, but {person} answers for it.",
            mend="Import reaches that keep its name or code.",
            reach=gone[held[0]],
            person=held[1],
        )
    for statement in (
        "UPDATE station SET reach_id = NULL WHERE reach_id = ANY(:ids)",
        "UPDATE notice_board SET reach_id = NULL WHERE reach_id = ANY(:ids)",
        "DELETE FROM section_represents WHERE reach_id = ANY(:ids)",
        "UPDATE reach SET downstream_id = NULL WHERE downstream_id = ANY(:ids)",
        "DELETE FROM reach WHERE id = ANY(:ids)",
    ):
        connection.execute(text(statement), ids)


class _Reach(NamedTuple):
    id: int
    river_id: int
    from_m: float
    to_m: float
    downstream_id: int | None


def settle_flows(connection: Connection) -> None:
    """Stores what every river and reach flows into, row by row; no file states a receiver."""
    joined = {
        river_id: join_lines(list(geometry.geoms))
        for river_id, geometry in courses(connection).items()
    }
    lines = {river_id: [part.line for part in each.course] for river_id, each in joined.items()}
    arms = {river_id: [part.line for part in each.branches] for river_id, each in joined.items()}
    found = confluences(lines, arms=arms)
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
