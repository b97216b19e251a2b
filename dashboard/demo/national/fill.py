"""Adds the made nation to a database that holds the made county, or to an empty one."""

from datetime import timedelta
from typing import Final

import numpy as np
import shapely
from shapely import Polygon
from sqlalchemy import Connection, Engine, text

from dashboard.demo.files import CITY, COUNTY, NEIGHBOUR, PROVINCE
from dashboard.demo.national import ledger, readings
from dashboard.demo.national.divisions import Kept
from dashboard.demo.national.ground import Ground, make_ground, river_names, write_ground
from dashboard.demo.national.offices import make_offices, write_offices
from dashboard.demo.national.patrols import write_patrols
from dashboard.demo.national.rules import NATION, SEED, Plan
from dashboard.demo.national.stations import make_stations, write_stations
from dashboard.demo.posts import PasswordOf, random_password
from dashboard.demo.progress import Progress
from dashboard.parts.wording import _
from data.clock import Clock, UtcDatetime, business_date, now, start_of_day
from data.database import transaction
from data.map_tables import fill as map_tables

MONTHS: Final = 26
STOOD: Final = timedelta(days=900)
"""Stations and chiefs are as old as that."""

_KEPT: Final = text(
    "SELECT id, code, ST_AsBinary(geom) AS shape FROM division WHERE code = ANY(:codes)"
)
_CHECKED: Final = text("""
INSERT INTO quality_progress (station_id, change_no, checked_until, looked_at)
SELECT station_id, change_no, observed_at, :now FROM latest_reading WHERE station_id >= :first
""")

_BY_INDEX: Final = text("SET LOCAL enable_seqscan = off")
"""What the guards of a table look up for each row is planned while the table is still small."""

_AS_USUAL: Final = text("SET LOCAL enable_seqscan = on")
_PLAN_ANEW: Final = text("DISCARD PLANS")
_COUNTED: Final = text(
    "ANALYZE division, river, reach, lake, place, station, section_represents, latest_reading,"
    " problem, patrol"
)


def fill(
    engine: Engine,
    progress: Progress,
    clock: Clock = now,
    password_of: PasswordOf = random_password,
    plan: Plan = NATION,
) -> None:
    """Draws the nation around the made county and writes all of it.

    A county that is there stays as it is; its city and province get their areas.
    """
    end = clock()
    with engine.connect() as connection:
        kept = kept_counties(connection)
    ground = make_ground(plan, kept)
    progress(_("{count:,} reaches drawn").format(count=len(ground.waters.pieces)))
    with transaction(engine) as connection:
        map_tables.in_bulk(connection)
        connection.execute(_BY_INDEX)
        connection.execute(_PLAN_ANEW)
        _write(connection, plan, ground, end, password_of, progress)
        connection.execute(_AS_USUAL)
        connection.execute(_PLAN_ANEW)
        connection.execute(_COUNTED)
        map_tables.fill(connection)
    progress(_("the map is drawn"))


def kept_counties(connection: Connection) -> Kept | None:
    """Reads the counties of the made county's city, None where there are none."""
    codes = [each[0] for each in (PROVINCE, CITY, COUNTY, NEIGHBOUR)]
    found = {row.code: row for row in connection.execute(_KEPT, {"codes": codes})}
    if PROVINCE[0] not in found:
        return None
    shapes = {
        found[code].id: shapely.union_all(shapely.get_parts(shapely.from_wkb(found[code].shape)))
        for code in (COUNTY[0], NEIGHBOUR[0])
    }
    return Kept(
        found[PROVINCE[0]].id,
        found[CITY[0]].id,
        {id_: shape for id_, shape in shapes.items() if isinstance(shape, Polygon)},
        (PROVINCE[0], CITY[0], COUNTY[0]),
    )


def _write(
    connection: Connection,
    plan: Plan,
    ground: Ground,
    end: UtcDatetime,
    password_of: PasswordOf,
    progress: Progress,
) -> None:
    since = start_of_day(business_date(end) - STOOD)
    written = write_ground(connection, ground)
    progress(_("{count:,} divisions").format(count=len(ground.country.divisions)))
    progress(_("{count:,} rivers").format(count=len(ground.waters.lines)))
    rng = np.random.default_rng(SEED + 1)
    stations = make_stations(plan, ground, river_names(ground), rng)
    first = write_stations(connection, ground, written, stations, since, business_date(since))
    progress(_("{count:,} stations").format(count=len(stations)))
    count = readings.write_readings(connection, plan, stations, first, end, MONTHS)
    readings.write_silences(connection, stations, first, end, since)
    connection.execute(_CHECKED, {"now": end, "first": first})
    progress(_("{count:,} readings").format(count=count))
    offices = make_offices(ground.country)
    write_offices(connection, ground.country, offices, written, password_of, business_date(since))
    progress(_("{count:,} accounts").format(count=len(offices.posts) + 1))
    walked = write_patrols(connection, plan, ground, written, offices, end)
    progress(_("{count} patrols").format(count=walked))
    ledger.write_problems(connection, plan, ground, written, offices, end, progress)
