"""Rivers as a file draws them: its rows by river, their lines prepared, turned and joined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from shapely.geometry import LineString, MultiLineString
from sqlalchemy import Connection, text

from data.errors import BadInput
from data.imports.outcome import Outcome
from data.imports.records import each_refused
from data.imports.source import Row
from data.queries.waters.registry import courses
from data.vocabulary import RiverKind
from gis.directions import Rivers, opposed, turn_opposed
from gis.meeting import Prepared, prepare_lines
from gis.network import Joined, join_lines


class RiverKey(NamedTuple):
    """What the rows of one river have in common."""

    name: str
    kind: RiverKind
    code: str | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A river as a file draws it: the rows that are used, and their lines prepared and joined.

    ``numbers`` are the row numbers of the lines before they were prepared, ``turned`` the prepared
    lines that ran against the rest of the river, as other rivers say.
    """

    name: str
    kind: RiverKind
    rows: Sequence[Row]
    numbers: Sequence[int]
    prepared: Prepared
    joined: Joined
    turned: tuple[int, ...] = ()

    def rows_of(self, lines: Sequence[int], *, are_prepared: bool = True) -> str:
        """Returns the row numbers of lines (indices) as text, the first twenty."""
        origins = [self.prepared.origins[line] for line in lines] if are_prepared else lines
        return ", ".join(map(str, sorted({self.numbers[origin] for origin in origins})[:20]))


def rows_by_river(rows: Sequence[Row]) -> dict[RiverKey, list[Row]]:
    """Returns the rows of each river; without a kind its name says whether it is a canal."""
    groups: dict[RiverKey, list[Row]] = {}
    for row in rows:
        kind = row.get("kind", RiverKind)
        if kind is None:
            kind = RiverKind.CANAL if row.name.endswith(("渠", "运河")) else RiverKind.RIVER
        groups.setdefault(RiverKey(row.name, kind, row.text("code") or None), []).append(row)
    return groups


def drawings(
    connection: Connection, groups: Mapping[RiverKey, Sequence[Row]], outcome: Outcome
) -> dict[RiverKey, Drawn]:
    """Returns the rivers of a file as it draws them, without those whose lines are refused.

    Lines that run against the rest of their river are turned where the other rivers, of the file
    or known before, say which: not those of canals, which may begin on a river.
    """
    found: dict[RiverKey, Drawn] = {}
    for key, rows in groups.items():
        with each_refused(connection, rows, outcome) as done:
            found[key] = _drawn(key, rows, done)
    doubtful = [
        key
        for key, drawn in found.items()
        if key.kind is not RiverKind.CANAL and any(opposed(drawn.joined))
    ]
    if not doubtful:
        return found
    known = _known_courses(connection, {key.name for key in found})
    drawn_by_file = {
        key: [part.line for part in drawn.joined.course] for key, drawn in found.items()
    }
    for key in doubtful:
        others = [line for other, some in drawn_by_file.items() if other != key for line in some]
        found[key] = _turned(found[key], Rivers(known + others))
    return found


def _drawn(key: RiverKey, rows: Sequence[Row], outcome: Outcome) -> Drawn:
    """Returns the river as its rows draw it; a row that repeats another one's line is refused."""
    first: dict[bytes, int] = {}
    own: list[Row] = []
    lines: list[LineString] = []
    numbers: list[int] = []
    for row in rows:
        if not isinstance(row.geometry, MultiLineString):
            continue
        before = first.setdefault(row.geometry.wkb, row.number)
        if before != row.number:
            outcome.refuse(
                row.number, row.name, BadInput("It repeats the line of row {row}.", row=before)
            )
            continue
        own.append(row)
        lines += [line for line in row.geometry.geoms if isinstance(line, LineString)]
        numbers += [row.number] * (len(lines) - len(numbers))
    prepared = prepare_lines(lines)
    return Drawn(key.name, key.kind, own, numbers, prepared, join_lines(prepared.lines))


def _turned(drawn: Drawn, others: Rivers) -> Drawn:
    lines, turned = turn_opposed(drawn.prepared.lines, others)
    return replace(drawn, joined=join_lines(lines), turned=turned) if turned else drawn


def _known_courses(connection: Connection, but: set[str]) -> list[LineString]:
    """Returns the course of every stored river, without rivers of these names."""
    names = {row.id: row.name for row in connection.execute(text("SELECT id, name FROM river"))}
    return [
        part.line
        for river_id, geometry in courses(connection).items()
        if names[river_id] not in but
        for part in join_lines(list(geometry.geoms)).course
    ]
