"""The importer of reaches leaves and says the same as the one before it, which went row by row."""

import random
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from shapely.geometry import LineString, MultiLineString, MultiPolygon, box
from sqlalchemy import Connection, text

from benchmarks import imports_before
from data.imports import reaches, rivers
from data.imports.options import Options
from data.imports.outcome import Outcome
from data.imports.source import Row
from data.placing.stations import StationPlacement, place_station
from data.vocabulary import RiverKind, StationKind
from tests.made.database import Database

KEPT = """
SELECT reach.name, reach.code, reach.position, division.name, reach.chainage_from_m,
    reach.chainage_to_m, reach.min_zoom, ST_AsText(reach.geom, 17), ST_AsText(reach.geom_low, 17),
    river.name, below.name, below.position, (SELECT string_agg(concat_ws(' ', station.code,
        chainage_m, bank, version), ',' ORDER BY station.code)
        FROM station WHERE reach_id = reach.id)
FROM reach JOIN river ON river.id = reach.river_id
LEFT JOIN division ON division.id = reach.division_id
LEFT JOIN reach AS below ON below.id = reach.downstream_id
ORDER BY river.name, reach.position
"""
Places = list[tuple[float, float]]


def _rivers(chance: random.Random) -> dict[str, Places]:
    """A main river, and side rivers that end on it; some drawn in two parts with a gap."""
    main = [(112 + 0.02 * at, 32.5 + chance.uniform(0, 0.005)) for at in range(40)]
    made = {"干河": main}
    for number in range(4):
        end = main[8 * number + 5]
        side = [(end[0] + chance.uniform(-0.003, 0.003), end[1] + 0.01 * at) for at in range(20)]
        made[f"支河{number}"] = [*reversed(side[1:]), end]
    return made


def _fill(connection: Connection, chance: random.Random) -> dict[str, Places]:
    for at, (west, east) in enumerate(((111.9, 112.3), (112.3, 112.6), (112.6, 113))):
        connection.execute(
            text(
                "INSERT INTO division (name, level, code, geom)"
                " VALUES (:name, 'county', :code, ST_GeomFromWKB(:wkb, 4490))"
            ),
            {
                "name": f"{at}县",
                "code": f"41130{at}000000",
                "wkb": MultiPolygon([box(west, 32, east, 33)]).wkb,
            },
        )
    made = _rivers(chance)
    rows = [
        Row(at, {"name": name, "kind": RiverKind.RIVER}, MultiLineString([line]))
        for at, (name, line) in enumerate(made.items())
    ]
    outcome = Outcome("rivers")
    rivers.import_rows(connection, rows, Options(), outcome)
    assert outcome.created == 5
    far_from_others = [made["干河"][at] for at in (2, 10, 18, 26, 34)] + [made["支河1"][10]]
    for at, (lon, lat) in enumerate(far_from_others):
        placement = StationPlacement(StationKind.SECTION, f"S{at}", f"断面{at}", lon, lat)
        place_station(connection, placement)
    return made


def _reaches(chance: random.Random, made: dict[str, Places]) -> list[Row]:
    """Rows of reaches: along the river or beside it, upstream, in pieces, by chainage, or wrong."""
    rows: list[Row] = []

    def add(river: str, line: LineString | MultiLineString | None, **values: object) -> None:
        number = len(rows) + 2
        named = {"name": f"{river}第{number % 7}段", "river": river} | values
        lines = MultiLineString([line]) if isinstance(line, LineString) else line
        rows.append(Row(number, {k: v for k, v in named.items() if v}, lines))

    for river, places in made.items():
        edges = sorted(chance.sample(range(1, len(places) - 1), 3))
        for start, end in zip([0, *edges], [*edges, len(places) - 1], strict=True):
            piece = [
                (lon + chance.choice((0, 0, 0.0003)), lat) for lon, lat in places[start : end + 1]
            ]
            code = chance.choice((None, f"C{chance.randrange(40)}"))
            kind = chance.random()
            if kind < 0.1:
                add(river, None, chainage_from=chance.uniform(0, 9e3), chainage_to=1e4, code=code)
            elif kind < 0.2 and len(piece) > 3:
                add(river, MultiLineString([piece[:2], piece[1:]]), code=code)
            elif kind < 0.3:
                add(river, LineString(piece[::-1]), code=code, division="1县")
            elif kind < 0.33:
                add(river, LineString([(lon, lat + 0.02) for lon, lat in piece]))
            elif kind < 0.36:
                add(f"无{river}", LineString(piece), code=code)
            elif kind < 0.39:
                add(river, LineString(piece), division="无县")
            else:
                add(river, LineString([piece[0], *piece]), code=code)
    chance.shuffle(rows)
    return rows


def _said(outcome: Outcome) -> list[Any]:
    """Counts, refusals and notes; of several codes that are another's, any may be named."""
    refused = sorted(
        (each.row, each.name, re.sub(r"The code C\d+ is that", "A code is that", str(each.why)))
        for each in outcome.refused
    )
    counts = (outcome.created, outcome.updated, outcome.unchanged)
    return [counts, refused, [str(each) for each in outcome.notes]]


def _results(
    connection: Connection,
    importer: Callable[[Connection, Sequence[Row], Options, Outcome], None],
    files: Sequence[Sequence[Row]],
) -> list[Any]:
    found: list[Any] = []
    with connection.begin_nested() as work:
        for rows in files:
            outcome = Outcome("reaches")
            importer(connection, rows, Options(), outcome)
            kept = connection.execute(text(KEPT)).all()
            found.append((_said(outcome), [tuple(row) for row in kept]))
        work.rollback()
    return found


@pytest.mark.parametrize("seed", range(12))
def test_random_reaches_come_out_as_before(database: Database, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - an order, not a secret
    with database.owner.begin() as connection:
        made = _fill(connection, chance)
        first, second = _reaches(chance, made), _reaches(chance, made)
        files = (first, first, second, first)
        before = _results(connection, imports_before.import_rows, files)
        after = _results(connection, reaches.import_rows, files)
    assert any(said[0] != (0, 0, 0) for said, _ in after)
    for one, other in zip(before, after, strict=True):
        assert one == other
