"""Writes the nation's problems with their chains of events, and counts their numbers on."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

import numpy as np
from sqlalchemy import Connection, text

from dashboard.demo.national.copying import copy_rows, count_on, first_free, written_shapes
from dashboard.demo.national.ground import Ground, Written
from dashboard.demo.national.offices import Offices
from dashboard.demo.national.problems import COLUMNS, Chain, Desk, Spot, rows_of, spot_of
from dashboard.demo.national.rules import Plan, points_at
from dashboard.demo.national.stories import Planned, plan_problems
from dashboard.demo.progress import Progress
from dashboard.parts.wording import _
from data.clock import UtcDatetime, business_date
from ingest.simulator.values import chance
from problem_ledger.cases.rules import load_rules

AT_ONCE: Final = 5_000
EVENT_COLUMNS: Final = (
    "problem_id", "seq", "at", "action", "from_status", "to_status", "account_id", "body",
    "prev_hash", "hash",
)  # fmt: skip
_PLACED: Final = tuple(name for name in COLUMNS if name not in ("lon", "lat"))
_SERIAL: Final = text("""
INSERT INTO problem_serial (division_code, year, last)
SELECT * FROM unnest(CAST(:codes AS text[]), CAST(:years AS smallint[]), CAST(:lasts AS int[]))
""")


def write_problems(
    connection: Connection,
    plan: Plan,
    ground: Ground,
    written: Written,
    offices: Offices,
    end: UtcDatetime,
    progress: Progress,
) -> int:
    """Writes all problems and their events; returns how many events."""
    first = first_free(connection, "problem")
    desk = Desk(offices, load_rules(), end)
    serials: Counter[tuple[str, int]] = Counter()
    chains = _chains(plan, ground, written, desk, serials)
    count, events = 0, 0
    while block := list(islice(chains, AT_ONCE)):
        listed = list(enumerate(block, first + count))
        shapes = written_shapes(points_at([(each.row["lon"], each.row["lat"]) for each in block]))
        copy_rows(
            connection,
            "problem",
            ("id", *_PLACED, "geom"),
            ((id_, *(chain.row[name] for name in _PLACED), shape)
             for (id_, chain), shape in zip(listed, shapes, strict=True)),
        )  # fmt: skip
        events += copy_rows(
            connection,
            "problem_event",
            EVENT_COLUMNS,
            (row for id_, chain in listed for row in rows_of(chain, id_)),
        )
        count += len(block)
        progress(_("{count:,} problems").format(count=count))
    keys = sorted(serials)
    connection.execute(
        _SERIAL,
        {
            "codes": [code for code, _year in keys],
            "years": [year for _code, year in keys],
            "lasts": [serials[key] for key in keys],
        },
    )
    count_on(connection, "problem", "problem_event")
    return events


def _chains(
    plan: Plan, ground: Ground, written: Written, desk: Desk, serials: Counter[tuple[str, int]]
) -> Iterator[Chain]:
    """Yields the problems in the order of their reports, numbered by county and year."""
    planned = sorted(
        plan_problems(plan, desk.end, desk.rules), key=lambda each: (each.begun, each.number)
    )
    fitting = np.flatnonzero([each in desk.offices.persons for each in ground.county.tolist()])
    for each in planned:
        reach = int(fitting[int(chance("reach", each.number) * len(fitting))])
        spot = _spot(ground, written, reach, each)
        code = ground.country.divisions[spot.county].code[:6]
        key = code, business_date(each.begun).year
        serials[key] += 1
        yield desk.chain(each, spot, f"{code}-{key[1]}-{serials[key]:05d}")


def _spot(ground: Ground, written: Written, reach: int, planned: Planned) -> Spot:
    waters, divisions = ground.waters, ground.country.divisions
    piece = waters.pieces[reach]
    vertex = int(chance("vertex", planned.number) * (len(piece) - 1))
    _lon, _lat, chainage_m = waters.spot(reach, vertex / len(piece) + 1e-9)
    lon, lat, bank, off_m = spot_of(piece[vertex], piece[vertex + 1], planned.number)
    county = int(ground.county[reach])
    city = divisions[county].parent or 0
    province = divisions[city].parent or 0
    return Spot(
        county, city, province, written.divisions[county], written.reach + reach, chainage_m,
        lon, lat, bank, off_m,
    )  # fmt: skip
