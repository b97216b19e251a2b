"""Finds the division of many places, and waters and divisions by name, with few queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import Connection, text

from data.queries.waters.registry import Named, one_of_named
from data.vocabulary import ChiefLevel

_BOXES: Final = text(
    """
    SELECT id, name, name_en, level, ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
    FROM (SELECT *, CAST(Box2D(geom) AS box3d) AS box FROM division WHERE geom IS NOT NULL) d
    ORDER BY id
    """
)
_COVERING: Final = text(
    """
    SELECT pair.place, min(division.id)
    FROM unnest(CAST(:divisions AS bigint[]), CAST(:places AS integer[]),
        CAST(:lons AS double precision[]), CAST(:lats AS double precision[]))
        AS pair (division_id, place, lon, lat)
    JOIN division ON division.id = pair.division_id
    WHERE ST_Covers(division.geom, ST_SetSRID(ST_MakePoint(pair.lon, pair.lat), 4490))
    GROUP BY pair.place
    """
)


class DivisionFinder:
    """The divisions with a surface, to find in which one places lie; they must not change."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        rows = connection.execute(_BOXES).all()
        self._named = {id_: Named(id_, name, name_en) for id_, name, name_en, *_ in rows}
        self._levels: list[tuple[npt.NDArray[np.int64], shapely.STRtree]] = []
        for level in reversed(ChiefLevel):
            own = [row for row in rows if row.level == level]
            if own:
                boxes = shapely.box(*np.array([tuple(row)[4:] for row in own]).T)
                ids = np.array([row.id for row in own], dtype=np.int64)
                self._levels.append((ids, shapely.STRtree(boxes)))

    def at(self, lons: Sequence[float], lats: Sequence[float]) -> list[Named | None]:
        """Returns for each place the division of the lowest level that contains it, else None.

        The same as ``registry.division_at``, place by place.
        """
        found: list[Named | None] = [None] * len(lons)
        places = np.column_stack((lons, lats)) if len(lons) else np.empty((0, 2))
        left = np.flatnonzero(np.isfinite(places).all(axis=1))
        for ids, tree in self._levels:
            if not len(left):
                break
            which, box = tree.query(shapely.points(places[left]), predicate="intersects")
            if not len(which):
                continue
            order = np.argsort(box, kind="stable")
            which, box = left[which[order]], box[order]
            rows = self._connection.execute(
                _COVERING,
                {
                    "divisions": ids[box].tolist(),
                    "places": which.tolist(),
                    "lons": places[which, 0].tolist(),
                    "lats": places[which, 1].tolist(),
                },
            )
            for place, division_id in rows:
                found[place] = self._named[division_id]
            left = np.array([place for place in left if found[place] is None], dtype=np.int64)
        return found


class NamedRows:
    """The rows of a table by code and by name, as ``registry.find_one`` finds them."""

    def __init__(self, table: str, rows: Iterable[tuple[int, str, str | None]]) -> None:
        self._table = table
        self._by_code: dict[str, Named] = {}
        self._by_name: dict[str, list[Named]] = defaultdict(list)
        for id_, name, code in rows:
            each = Named(id_, name)
            if code is not None:
                self._by_code.setdefault(code, each)
            self._by_name[name].append(each)

    def find_one(self, said: str) -> Named:
        """Returns the row of that code, else of that name. Raises BadInput for none or several."""
        coded = self._by_code.get(said)
        return coded or one_of_named(self._by_name.get(said, ()), self._table, said)


def named_rows(connection: Connection, table: str) -> NamedRows:
    """Returns the rivers, lakes or divisions (``table``) by code and name."""
    if table not in ("river", "lake", "division"):
        raise ValueError(table)
    rows = connection.execute(text(f"SELECT id, name, code FROM {table} ORDER BY id"))
    return NamedRows(table, ((id_, name, code) for id_, name, code in rows))


class NamedReaches:
    """The reaches of some names or codes, as ``registry.find_one`` finds them."""

    def __init__(self, connection: Connection, said: Collection[str]) -> None:
        rows = connection.execute(
            text(
                """
                SELECT id, name, code, river_id FROM reach
                WHERE code = ANY(:said) OR name = ANY(:said) ORDER BY id
                """
            ),
            {"said": [each for each in set(said) if each and "\0" not in each]},
        )
        rivers: dict[int | None, list[tuple[int, str, str | None]]] = defaultdict(list)
        for id_, name, code, river_id in rows:
            rivers[None].append((id_, name, code))
            rivers[river_id].append((id_, name, code))
        self._rivers = {key: NamedRows("reach", own) for key, own in rivers.items()}

    def find_one(self, said: str, within_river: int | None = None) -> Named:
        """Returns the reach of that code, else name, of a river or any. Raises BadInput."""
        return self._rivers.get(within_river, NamedRows("reach", ())).find_one(said)
