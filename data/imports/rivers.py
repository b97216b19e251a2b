"""Imports rivers and canals: lines of one name are one river, which is split into reaches."""

from collections.abc import Sequence

from shapely import STRtree
from shapely.geometry import MultiLineString
from sqlalchemy import Connection, RowMapping, func, insert, select, update

from data.imports.drawings import Drawn, RiverKey, drawings, rows_by_river
from data.imports.flows import settle_flows
from data.imports.options import Options
from data.imports.outcome import Outcome
from data.imports.reach_writes import (
    RiverReaches,
    is_same,
    replace_reaches,
    stored_reaches,
)
from data.imports.records import each_refused
from data.imports.river_notes import note_directions, note_drawing, note_gaps, note_joins
from data.imports.source import Row
from data.imports.stretches import (
    PlannedReach,
    held_elsewhere,
    kept_geometry,
    plan_reaches,
)
from data.imports.topology import stated_receivers
from data.placing.snaps import hanging_on, snap_each_again
from data.queries.waters import registry
from data.queries.waters.registry import Area
from data.tables.waters import river
from gis.ellipsoid import length_m

_OWN = ("name_en", "code_scheme", "basin", "source", "remark")


class _Areas:
    """The divisions at whose borders rivers are split, to find those near a river."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self._areas = areas
        self._tree = STRtree([each.surface for each in areas])

    def near(self, lines: MultiLineString) -> list[Area]:
        """Returns the divisions whose box meets that of the lines, in their order."""
        return [self._areas[place] for place in sorted(self._tree.query(lines))]


def import_rows(
    connection: Connection, rows: Sequence[Row], options: Options, outcome: Outcome
) -> None:
    """Writes the rivers of these rows, their reaches and the waters that the rivers flow into."""
    level = options.split_level or registry.finest_level(connection)
    areas = _Areas(registry.surfaces(connection, level) if level else [])
    rivers: dict[int, Drawn] = {}
    groups = rows_by_river(rows)
    receivers = stated_receivers(groups)
    for key, drawn in drawings(connection, groups, outcome).items():
        with each_refused(connection, drawn.rows, outcome, held_elsewhere(key.name)) as done:
            river_id = _import_river(connection, key, drawn, areas, options, done)
            _keep_receiver(connection, river_id, receivers.get(key))
            rivers[river_id] = drawn
    note_directions(connection, rivers, settle_flows(connection, outcome), outcome)


def _keep_receiver(connection: Connection, river_id: int, said: RiverKey | str | None) -> None:
    """Stores what the file states that a river flows into; a file that says nothing keeps it."""
    if said is None:
        return
    stated = said if isinstance(said, str) else said.code or said.name
    connection.execute(
        update(river)
        .where(river.c.id == river_id, river.c.stated_receiver.is_distinct_from(stated))
        .values(stated_receiver=stated)
    )


def _import_river(
    connection: Connection,
    key: RiverKey,
    drawn: Drawn,
    areas: "_Areas",
    options: Options,
    outcome: Outcome,
) -> int:
    own, joined = drawn.rows, drawn.joined
    note_drawing(drawn, outcome)
    geometry = MultiLineString([part.line for part in joined.parts])
    length = sum(length_m(part.line) for part in joined.course)
    values = _words(own) | {"length_m": length}
    planned = plan_reaches(key.name, geometry, areas.near(geometry), options.sliver_m)
    existing = _existing(connection, key)
    if existing is None:
        river_id = _insert(connection, key, geometry, values)
        new = RiverReaches(river_id, key.name, length, planned)
        replace_reaches(connection, [new], {river_id: []})
        outcome.created += len(own)
        note_joins(drawn, outcome)
        return river_id
    river_id = int(existing["id"])
    has_same_line = registry.geometry_of(existing["wkb"]).equals_exact(geometry, 0.0)
    changed = {name: value for name, value in values.items() if existing[name] != value}
    if key.code != existing["code"]:
        changed["code"] = key.code
    if changed or not has_same_line:
        changed["geom"] = kept_geometry(geometry)
        connection.execute(update(river).where(river.c.id == river_id).values(changed))
        outcome.updated += len(own)
        note_joins(drawn, outcome)
    else:
        outcome.unchanged += len(own)
        note_gaps(drawn, outcome)
    if not has_same_line:
        outcome.note(
            "The line of {river} changed: {old} km became {new} km.",
            river=key.name,
            old=round(existing["length_m"] / 1000, 1),
            new=round(length / 1000, 1),
        )
    _hold_reaches(
        connection,
        river_id,
        key.name,
        planned,
        length,
        outcome,
        is_due=not has_same_line or options.resplit,
    )
    return river_id


def _hold_reaches(
    connection: Connection,
    river_id: int,
    name: str,
    planned: Sequence[PlannedReach],
    length: float,
    outcome: Outcome,
    *,
    is_due: bool,
) -> None:
    """Splits a stored river into reaches again if due; else notes that they are outdated."""
    stored = stored_reaches(connection, [river_id])
    if is_same(stored[river_id], planned):
        return
    if not is_due:
        outcome.note(
            "The reaches of {river} aren't those of a split at today's borders.", river=name
        )
        return
    hanging = hanging_on(connection, [river_id])
    replace_reaches(connection, [RiverReaches(river_id, name, length, planned)], stored)
    outcome.note("{river} has {count} reaches now.", river=name, count=len(planned))
    for moved in filter(None, snap_each_again(connection, list(hanging.values()))):
        outcome.note("Snapped to {river} again: {names}.", river=name, names=", ".join(moved))


def _words(rows: Sequence[Row]) -> dict[str, object]:
    """Returns, for each column of the river, the first non-empty value among its rows."""
    found = {name: next((row.text(name) for row in rows if row.text(name)), "") for name in _OWN}
    return {name: value for name, value in found.items() if value}


def _insert(
    connection: Connection, key: RiverKey, geometry: MultiLineString, values: dict[str, object]
) -> int:
    statement = (
        insert(river)
        .values(
            name=key.name,
            kind=key.kind.value,
            code=key.code,
            geom=kept_geometry(geometry),
            **values,
        )
        .returning(river.c.id)
    )
    return int(connection.execute(statement).scalar_one())


def _existing(connection: Connection, key: RiverKey) -> RowMapping | None:
    """Returns the stored river of that name and kind with the key's code, else without a code."""
    rows = (
        connection.execute(
            select(river, func.ST_AsBinary(river.c.geom).label("wkb")).where(
                river.c.name == key.name, river.c.kind == key.kind.value
            )
        )
        .mappings()
        .all()
    )
    same = [row for row in rows if row["code"] == key.code]
    return next(iter(same or [row for row in rows if row["code"] is None]), None)
