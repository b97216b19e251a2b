"""Replaces the stored reaches of many rivers by planned ones, and says which can't be.

Few statements serve all the rivers of a batch, so that 100,000 reaches take minutes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from sqlalchemy import Connection, text

from data.errors import BadInput
from data.imports.stretches import LOW_ZOOM, PlannedReach, held_elsewhere
from gis.courses import main_course
from gis.generalise import minimum_zoom, simplified_all

ReachNames = Sequence[tuple[str, str | None]]
"""Name and code of each reach of a river."""


@dataclass(frozen=True, slots=True)
class RiverReaches:
    """The planned reaches of one river, which take the place of its stored ones."""

    river_id: int
    name: str
    length_m: float
    planned: Sequence[PlannedReach]


@dataclass(frozen=True, slots=True)
class StoredReach:
    """A reach as it is stored."""

    id: int
    name: str
    code: str | None
    line: shapely.LineString
    from_m: float
    to_m: float
    division_id: int | None


def refused_before(
    connection: Connection, rivers: Mapping[int, tuple[str, ReachNames]]
) -> dict[int, BadInput]:
    """Returns by id the rivers whose reaches can't be replaced by these, and why.

    A reach that would go is held by who answers for it, or by records such as problems and patrols.
    """
    gone: dict[int, tuple[int, str]] = {}
    for some in _portions(list(rivers)):
        rows = connection.execute(
            text("SELECT id, code, name, river_id FROM reach WHERE river_id = ANY(:rivers)"),
            {"rivers": some},
        )
        stored: dict[int, list[tuple[int, str | None, str]]] = defaultdict(list)
        for id_, code, name, river_id in rows:
            stored[river_id].append((id_, code, name))
        for river_id, own in stored.items():
            wanted = rivers[river_id][1]
            if sorted(wanted, key=str) == sorted(((name, code) for _, code, name in own), key=str):
                continue
            kept = set(_kept_ids(own, wanted))
            gone |= {id_: (river_id, name) for id_, _, name in own if id_ not in kept}
    refused: dict[int, BadInput] = {}
    for reach_id, person in _answered_for(connection, list(gone)):
        river_id, name = gone[reach_id]
        refused.setdefault(river_id, _answered(name, person))
    for reach_id in _held(connection, list(gone)):
        river_id = gone[reach_id][0]
        refused.setdefault(river_id, held_elsewhere(rivers[river_id][0]))
    return refused


def stored_reaches(connection: Connection, rivers: Collection[int]) -> dict[int, list[StoredReach]]:
    """Returns the stored reaches of rivers by the river's id, in order downstream."""
    rows = connection.execute(
        text(
            """
            SELECT river_id, id, name, code, chainage_from_m, chainage_to_m, division_id,
                ST_AsBinary(geom) FROM reach
            WHERE river_id = ANY(:rivers) ORDER BY river_id, position
            """
        ),
        {"rivers": list(rivers)},
    ).all()
    lines = shapely.from_wkb([row[7] for row in rows])
    found: dict[int, list[StoredReach]] = {river_id: [] for river_id in rivers}
    for (river_id, id_, name, code, from_m, to_m, division_id, _), line in zip(
        rows, lines, strict=True
    ):
        found[river_id].append(StoredReach(id_, name, code, line, from_m, to_m, division_id))
    return found


def is_same(stored: Sequence[StoredReach], planned: Sequence[PlannedReach]) -> bool:
    """Returns whether the stored reaches of a river are exactly the planned ones."""
    return (
        len(stored) == len(planned)
        and all(
            one.name == other.name
            and abs(one.from_m - other.from_m) < 1e-6
            and abs(one.to_m - other.to_m) < 1e-6
            and (one.division_id, one.code) == (other.division_id, other.code)
            for one, other in zip(stored, planned, strict=True)
        )
        and bool(
            shapely.equals_exact(
                [each.line for each in stored], [each.line for each in planned], 1e-9
            ).all()
        )
    )


def replace_reaches(
    connection: Connection,
    rivers: Sequence[RiverReaches],
    stored: Mapping[int, Sequence[StoredReach]],
) -> None:
    """Replaces the stored reaches of rivers; detaches what was on a removed reach.

    A reach keeps its id as long as its code or name stays; each flows into the next one of its
    river, the last one nowhere yet. Raises BadInput when somebody answers for a reach that goes.
    """
    kept = {each.river_id: _kept(each, stored[each.river_id]) for each in rivers}
    gone = {
        each.id: each.name
        for river_id, ids in kept.items()
        for each in stored[river_id]
        if each.id not in set(ids)
    }
    if gone:
        _release(connection, gone)
    connection.execute(
        text("UPDATE reach SET position = -position, code = NULL WHERE river_id = ANY(:rivers)"),
        {"rivers": [each.river_id for each in rivers if stored[each.river_id]]},
    )
    fresh = _new_ids(connection, sum(ids.count(None) for ids in kept.values()))
    rows = [row for each in rivers for row in _rows(each, kept[each.river_id], fresh)]
    for is_new, statement in ((True, _INSERT), (False, _UPDATE)):
        own = [row for row in rows if row[-1] is is_new]
        if own:
            connection.execute(statement, _columns(own))


_COLUMNS: Final = {
    "id": "bigint", "river_id": "bigint", "name": "text", "code": "text", "position": "integer",
    "division_id": "bigint", "from_m": "double precision", "to_m": "double precision",
    "downstream_id": "bigint", "min_zoom": "integer", "line": "bytea", "low": "bytea",
}  # fmt: skip
_NEW: Final = f"unnest({', '.join(f'CAST(:{k} AS {v}[])' for k, v in _COLUMNS.items())})"
_GEOM: Final = "ST_GeomFromWKB(new.line, 4490)"
_LOW: Final = "ST_Transform(ST_GeomFromWKB(new.low, 4490), 3857)"
_INSERT: Final = text(
    f"""
    INSERT INTO reach (id, river_id, name, code, position, division_id, chainage_from_m,
        chainage_to_m, downstream_id, min_zoom, geom, geom_low)
    SELECT new.id, river_id, name, code, position, division_id, from_m, to_m, downstream_id,
        min_zoom, {_GEOM}, {_LOW} FROM {_NEW} AS new ({", ".join(_COLUMNS)})
    """
)
_UPDATE: Final = text(
    f"""
    UPDATE reach SET name = new.name, code = new.code, position = new.position,
        division_id = new.division_id, chainage_from_m = new.from_m, chainage_to_m = new.to_m,
        downstream_id = new.downstream_id, min_zoom = new.min_zoom, geom = {_GEOM},
        geom_low = {_LOW}
    FROM {_NEW} AS new ({", ".join(_COLUMNS)}) WHERE reach.id = new.id
    """
)


def _rows(
    river: RiverReaches, kept: Sequence[int | None], fresh: Iterator[int]
) -> Iterator[tuple[object, ...]]:
    """Yields the columns of each reach of a river, and whether it is a new one."""
    ids = [next(fresh) if id_ is None else id_ for id_ in kept]
    main = main_course([(each.from_m, each.to_m) for each in river.planned])
    below = dict(pairwise(ids[place] for place in main))
    zoom = minimum_zoom(length_m=river.length_m)
    for position, (each, id_, old) in enumerate(
        zip(river.planned, ids, kept, strict=True), start=1
    ):
        yield (
            id_, river.river_id, each.name, each.code, position, each.division_id, each.from_m,
            each.to_m, below.get(id_), zoom, each.line, old is None,
        )  # fmt: skip


def _columns(rows: Sequence[tuple[object, ...]]) -> dict[str, object]:
    """Returns the columns of rows as arrays, with the lines as they are and as zooms need them."""
    *columns, lines, _ = zip(*rows, strict=True)
    shapes = np.array(lines, dtype=object)
    low = simplified_all(shapes, LOW_ZOOM)
    arrays = [*columns, shapely.to_wkb(shapes), shapely.to_wkb(low)]
    return {name: list(values) for name, values in zip(_COLUMNS, arrays, strict=True)}


def _kept(river: RiverReaches, stored: Sequence[StoredReach]) -> list[int | None]:
    wanted = [(each.name, each.code) for each in river.planned]
    return _kept_ids([(each.id, each.code, each.name) for each in stored], wanted)


def _kept_ids(
    stored: Sequence[tuple[int, str | None, str]], wanted: ReachNames
) -> list[int | None]:
    """Returns for each wanted reach the stored one that it takes over: by its code, else name."""
    by_code = {code: id_ for id_, code, _ in stored if code}
    by_name = {name: id_ for id_, _, name in stored}
    kept: list[int | None] = []
    taken_over: set[int] = set()
    for name, code in wanted:
        found = (by_code.get(code) if code else None) or by_name.get(name)
        kept.append(found if found not in taken_over else None)
        if found is not None:
            taken_over.add(found)
    return kept


def _new_ids(connection: Connection, count: int) -> Iterator[int]:
    drawn = "SELECT nextval(pg_get_serial_sequence('reach', 'id')) FROM generate_series(1, :count)"
    return iter(connection.execute(text(drawn), {"count": count}).scalars().all())


def _answered_for(connection: Connection, reaches: Sequence[int]) -> list[tuple[int, str]]:
    """Returns the reaches among these that somebody answers for, and one name each."""
    rows = connection.execute(
        text(
            """
            SELECT DISTINCT ON (reach_id) reach_id, person.name FROM responsibility
            JOIN person ON person.id = person_id WHERE reach_id = ANY(:ids)
            ORDER BY reach_id, responsibility.id
            """
        ),
        {"ids": sorted(reaches)},
    )
    return [(reach_id, name) for reach_id, name in rows]


def _answered(reach: str, person: str) -> BadInput:
    return BadInput(
        "The reach {reach} would go, but {person} answers for it.",
        mend="Import reaches that keep its name or code.",
        reach=reach,
        person=person,
    )


_DETACHED: Final = (
    "UPDATE station SET reach_id = NULL WHERE reach_id = ANY(:ids)",
    "UPDATE notice_board SET reach_id = NULL WHERE reach_id = ANY(:ids)",
    "DELETE FROM section_represents WHERE reach_id = ANY(:ids)",
    "UPDATE reach SET downstream_id = NULL WHERE downstream_id = ANY(:ids)",
)
"""What is detached from a reach before it goes."""

_HOLDING: Final = text(
    """
    SELECT format('SELECT %I AS id FROM %s WHERE %1$I = ANY(\\:ids)', attname, conrelid::regclass)
    FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE contype = 'f' AND confrelid = CAST('reach' AS regclass) AND confdeltype IN ('a', 'r')
        AND has_table_privilege(conrelid, 'SELECT')
        AND conrelid::regclass::text NOT IN
            ('station', 'notice_board', 'section_represents', 'reach', 'responsibility')
    """
)
"""The queries for what else refers to reaches, by the foreign keys that there are."""


def _held(connection: Connection, reaches: Sequence[int]) -> list[int]:
    """Returns the reaches among these that other records refer to, such as problems."""
    queries = list(connection.execute(_HOLDING).scalars()) if reaches else []
    if not queries:
        return []
    rows = connection.execute(text(" UNION ".join(queries) + " ORDER BY 1"), {"ids": list(reaches)})
    return list(rows.scalars())


def _release(connection: Connection, gone: Mapping[int, str]) -> None:
    for reach_id, person in _answered_for(connection, list(gone)):
        raise _answered(gone[reach_id], person)
    for statement in (*_DETACHED, "DELETE FROM reach WHERE id = ANY(:ids)"):
        connection.execute(text(statement), {"ids": sorted(gone)})


def _portions(ids: Sequence[int], size: int = 500) -> Iterator[list[int]]:
    for first in range(0, len(ids), size):
        yield list(ids[first : first + size])
