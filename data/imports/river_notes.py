"""What the import of rivers says of their lines: joins, gaps, arms, repeats, lines run upstream."""

from collections.abc import Mapping
from typing import Final

from shapely.geometry import Point
from sqlalchemy import Connection, text

from data.imports.drawings import Drawn
from data.imports.outcome import Outcome, comment
from data.vocabulary import RiverKind
from gis.chainage import format_chainage
from gis.crs import CGCS2000
from gis.directions import opposed
from gis.ellipsoid import length_m
from gis.network import MEETING_M

_AROUND_DEG: Final = 0.005
"""More than MEETING_M in degrees up to a latitude of 80°, so that the index is asked first."""


def note_drawing(drawn: Drawn, outcome: Outcome) -> None:
    """Says what was drawn twice, and what is no course."""
    if repeats := drawn.prepared.repeats:
        outcome.note(
            "{river}: rows {rows} draw the same stretch; it counts once.",
            river=drawn.name,
            rows=drawn.rows_of([each for pair in repeats for each in pair], are_prepared=False),
        )
    for lines in drawn.joined.banks:
        outcome.note(
            "{river}: rows {rows} look like banks or a ring, not one course; check its length.",
            river=drawn.name,
            rows=drawn.rows_of(lines),
        )


def note_joins(drawn: Drawn, outcome: Outcome) -> None:
    """Says how a new or changed river was put together."""
    name, joined, ways = drawn.name, drawn.joined, len(drawn.rows)
    if ways > 1 or joined.branches:
        widest = max((join.distance_m for join in joined.joins), default=0.0)
        outcome.joined.append(
            comment(
                "{river}: {ways} lines became {parts} by {joins} joins, the widest {widest} m.",
                river=name,
                ways=ways,
                parts=len(joined.parts),
                joins=len(joined.joins),
                widest=round(widest, 1),
            )
        )
    if drawn.prepared.cuts:
        outcome.note(
            "{river}: cut at {count} places where another of its lines ends or begins.",
            river=name,
            count=drawn.prepared.cuts,
        )
    if turned := {*joined.reversed_ways} ^ {*drawn.turned}:
        outcome.note(
            "{river}: {count} lines drawn upstream were turned.", river=name, count=len(turned)
        )
    if joined.branches:
        outcome.note(
            "{river}: {count} arms lie beside its course.", river=name, count=len(joined.branches)
        )
    note_gaps(drawn, outcome)


def note_gaps(drawn: Drawn, outcome: Outcome) -> None:
    """Says where the course is broken, and how wide."""
    starts = drawn.joined.starts_m
    for gap in drawn.joined.gaps:
        end = starts[gap.after] + length_m(drawn.joined.course[gap.after].line)
        outcome.note(
            "{river}: a gap of {gap} m after {chainage} stays a gap.",
            river=drawn.name,
            gap=round(gap.distance_m),
            chainage=format_chainage(end),
        )


def note_directions(
    connection: Connection,
    rivers: Mapping[int, Drawn],
    flows: Mapping[int, object | None],
    outcome: Outcome,
) -> None:
    """Says which rivers flow into nothing known, and which lines seem to be drawn upstream.

    ``flows`` holds what each river flows into, by its id.
    """
    for river_id, drawn in rivers.items():
        for pair in opposed(drawn.joined):
            if _other_river_at(connection, river_id, pair.place) is None:
                outcome.note(
                    "{river}: lines of rows {rows} run against each other where they meet; one is "
                    "drawn upstream. Turn it and import again.",
                    river=drawn.name,
                    rows=drawn.rows_of(pair.lines),
                )
        if flows.get(river_id) is not None:
            continue
        source = _source_of(drawn)
        other = _other_river_at(connection, river_id, source) if source else None
        if other is None:
            outcome.note(
                "What {river} flows into is unknown: its end meets no river.", river=drawn.name
            )
        else:
            outcome.note(
                "What {river} flows into is unknown: its end meets no river, its beginning lies on "
                "{other}. If it is drawn upstream, turn it and import again.",
                river=drawn.name,
                other=other,
            )


def _source_of(drawn: Drawn) -> Point | None:
    """Returns where a river begins; None for a canal, which may well begin on a river."""
    if drawn.kind is RiverKind.CANAL or not drawn.joined.course:
        return None
    return Point(drawn.joined.course[0].line.coords[0])


def _other_river_at(connection: Connection, river_id: int, place: Point) -> str | None:
    """Returns the name of the nearest other river within MEETING_M of a place, if there is one.

    Those that flow into the river don't count.
    """
    found = connection.execute(
        text(
            f"""
            SELECT name FROM river,
                ST_SetSRID(ST_MakePoint(:lon, :lat), {CGCS2000}) AS place
            WHERE id <> :river AND flows_into_id IS DISTINCT FROM :river
                AND geom && ST_Expand(place, :around)
                AND ST_DWithin(geom::geography, place::geography, :within)
            ORDER BY ST_Distance(geom::geography, place::geography), id LIMIT 1
            """
        ),
        {
            "river": river_id,
            "lon": place.x,
            "lat": place.y,
            "around": _AROUND_DEG,
            "within": MEETING_M,
        },
    ).scalar()
    return None if found is None else str(found)
