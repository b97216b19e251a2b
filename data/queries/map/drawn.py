"""What of the map a scope lets its reader see, in the numbers that the map's tables carry."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from data.queries.scope import Scope

EVERY_LAND: Final = 0
"""In place of a division's id: the land of all divisions together."""

BORDER_DEG: Final = 0.05
"""How near a station a county lies whose outline is drawn around it, about 5 km."""

_NUMBERS: Final = text(
    "SELECT lo, hi FROM division_number WHERE division_id = ANY(:divisions) ORDER BY lo"
)
_COUNTIES_AROUND: Final = text(f"""
SELECT DISTINCT county.id FROM station JOIN division county ON county.level = 'county'
    AND ST_DWithin(county.geom, station.geom, {BORDER_DEG}) WHERE station.id = ANY(:stations)
""")
_RIVERS_AROUND: Final = text("""
SELECT DISTINCT reach.river_id FROM station JOIN reach ON reach.id = station.reach_id
WHERE station.id = ANY(:stations)
""")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A scope as the map's tables know it; hashable, for it is part of the name of a kept tile.

    ``ranges`` are the numbers of its divisions, each from a first to below a last; ``tops`` the
    topmost of these divisions, of which the land is drawn, 0 for everything. The counties
    and rivers around stations that stand alone are drawn without any class: what else stands there
    stays invisible.
    """

    everything: bool = False
    tops: tuple[int, ...] = ()
    ranges: tuple[tuple[int, int], ...] = ()
    rivers: tuple[int, ...] = ()
    reaches: tuple[int, ...] = ()
    lakes: tuple[int, ...] = ()
    stations: tuple[int, ...] = ()
    counties_around: tuple[int, ...] = ()
    rivers_around: tuple[int, ...] = ()

    def holds(self, number: str) -> str:
        """Returns the SQL condition that a column with a division's number lies in the ranges."""
        if not self.ranges:
            return "false"
        parts = [
            f"{number} >= CAST(%(lo{at})s AS int) AND {number} < CAST(%(hi{at})s AS int)"
            for at in range(len(self.ranges))
        ]
        return f"({' OR '.join(parts)})"

    def sees(self, number: str, **columns: str) -> str:
        """Returns the SQL condition that a row is visible: true for who sees everything.

        ``number`` is the row's column with a division's number; ``columns`` are its columns with
        an id, by the scope's field that lists such ids. Only what the scope really names stands in
        the condition, so that an index on the number can be used.
        """
        if self.everything:
            return "true"
        named = [
            f"{column} = ANY(%({field})s)"
            for field, column in columns.items()
            if getattr(self, field)
        ]
        ranges = [self.holds(number)] if self.ranges else []
        return f"({' OR '.join([*ranges, *named]) or 'false'})"

    @property
    def bound(self) -> dict[str, object]:
        """The values of the SQL parameters in conditions on what is visible."""
        values: dict[str, object] = {
            "tops": list(self.tops),
            "rivers": list(self.rivers),
            "reaches": list(self.reaches),
            "lakes": list(self.lakes),
            "stations": list(self.stations),
            "counties_around": list(self.counties_around),
            "rivers_around": list(self.rivers_around),
        }
        for at, (low, high) in enumerate(self.ranges):
            values |= {f"lo{at}": low, f"hi{at}": high}
        values |= {f"top{at}": top for at, top in enumerate(self.tops)}
        return values


def _ranges(numbers: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Returns the ranges joined where they touch; they come in the order of their first numbers."""
    found: list[tuple[int, int]] = []
    for first, beyond in numbers:
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(beyond, found[-1][1]))
        else:
            found.append((first, beyond))
    return tuple(found)


def _tops(connection: Connection, seen: Drawn) -> tuple[int, ...]:
    """Returns those of the divisions seen whose parent isn't seen, or has no outline."""
    found = connection.exec_driver_sql(
        f"""SELECT DISTINCT id FROM map_division WHERE lv = 4 AND {seen.holds("lo")}
            AND NOT {seen.holds("parent_lo")} ORDER BY id""",
        seen.bound,
    )
    return tuple(found.scalars())


def drawn(connection: Connection, scope: Scope) -> Drawn:
    """Returns the scope as the map's tables know it; it holds until a division changes."""
    if scope.everything:
        return Drawn(everything=True, tops=(EVERY_LAND,))
    alone = {"stations": sorted(scope.stations)}
    numbers = connection.execute(_NUMBERS, {"divisions": sorted(scope.divisions)}).all()
    counties = connection.execute(_COUNTIES_AROUND, alone).scalars() if scope.stations else ()
    rivers = connection.execute(_RIVERS_AROUND, alone).scalars() if scope.stations else ()
    ranges = _ranges((row.lo, row.hi) for row in numbers)
    return Drawn(
        tops=_tops(connection, Drawn(ranges=ranges)) if ranges else (),
        ranges=ranges,
        rivers=tuple(sorted(scope.rivers)),
        reaches=tuple(sorted(scope.reaches)),
        lakes=tuple(sorted(scope.lakes)),
        stations=tuple(sorted(scope.stations)),
        counties_around=tuple(sorted(counties)),
        rivers_around=tuple(sorted(rivers)),
    )
