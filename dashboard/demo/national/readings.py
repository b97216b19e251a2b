"""What the nation's stations measured: their newest values, assessed as ingest does, and months."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

from dashboard.demo.national.copying import copy_rows
from dashboard.demo.national.rules import Plan
from dashboard.demo.national.stations import (
    GRADE,
    PARTIAL,
    SILENT,
    STALE,
    Station,
    facts_of,
)
from dashboard.demo.past import winter
from data.clock import UtcDatetime, business_date, to_utc
from data.quality.compliance import limits_from_grade
from data.records import LatestValue
from data.vocabulary import PARAMETERS, Parameter, StationKind
from ingest.screening.assessment import Assessor
from ingest.simulator.values import GRADED, MEASURED_AT_OUTFALLS, chance, value_at_grade
from ingest.storage.latest import write_latest

FRESH: Final = timedelta(days=6)
"""The newest samples are younger than this."""

MEASURED: Final = (
    Parameter.WATER_TEMPERATURE, Parameter.PH, *GRADED, Parameter.TOTAL_NITROGEN,
    Parameter.COD, Parameter.FLOW,
)  # fmt: skip
EARLIER: Final = (timedelta(days=7), timedelta(days=14), timedelta(days=30))
"""So long before the newest sample each station has older ones."""

LONG_STEP: Final = timedelta(days=1)
WINTER: Final = 0.25
"""By so much of a class sections of many months are fouler in winter."""


def values_of(station: Station, at: datetime, worse: float = 0.0) -> dict[Parameter, float]:
    """Returns a station's values at an instant, in our units, rounded as devices round them."""
    if station.kind is StationKind.OUTFALL:
        found = _outfall_values(station, business_date(to_utc(at)), 1 + worse)
    else:
        found = _section_values(station, at, worse)
    return {p: round(value, PARAMETERS[p].shown_decimals) for p, value in found.items()}


def newest_at(station: Station, end: UtcDatetime) -> UtcDatetime:
    """Returns when a station's newest sample was taken, on a whole hour."""
    age = FRESH * (0.03 + 0.95 * chance(station.code, "age"))
    if station.target and SILENT <= station.fate < STALE:
        age += 3 * station.interval + timedelta(days=60 * chance(station.code, "off"))
    at = end - age
    return to_utc(at.replace(minute=0, second=0, microsecond=0))


def reports(station: Station) -> bool:
    """Returns whether anything was ever measured there."""
    if station.kind is StationKind.INTAKE:
        return False
    return not (station.target and station.fate < SILENT)


def latest_rows(
    stations: list[Station], first: int, end: UtcDatetime, since: date
) -> Iterator[tuple[object, ...]]:
    """Yields the rows of ``latest_reading``: newest values, assessed as ingest would."""
    assessor = Assessor()
    for number, station in enumerate(stations):
        if not reports(station):
            continue
        at = newest_at(station, end)
        latest = {p: LatestValue(v, at) for p, v in values_of(station, at).items()}
        found = assessor.assess(facts_of(station, first + number, since), latest, end)
        yield (
            first + number, at, at, write_latest(latest), found.state.value,
            None if found.water_class is None else int(found.water_class),
            [each.value for each in found.deciding], found.have_count, found.required_count,
            found.meets_target, found.compliance.value if found.compliance else None,
            found.multiple, found.fresh_until,
        )  # fmt: skip


LATEST_COLUMNS: Final = (
    "station_id", "observed_at", "received_at", "latest", "state", "water_class", "deciding",
    "have_count", "required_count", "meets_target", "compliance", "multiple", "fresh_until",
)  # fmt: skip


def reading_rows(
    plan: Plan, stations: list[Station], first: int, end: UtcDatetime, months: int
) -> Iterator[tuple[object, ...]]:
    """Yields the rows of ``reading``: the newest samples, some before, and months of some."""
    sections = [each for each in stations if each.target and each.chainage_m is not None]
    step = max(1, len(sections) // plan.watched_long)
    long = {each.code for each in sections[::step][: plan.watched_long]}
    for number, station in enumerate(stations):
        if not reports(station):
            continue
        newest = newest_at(station, end)
        moments = {newest: 0.0}
        for back in EARLIER:
            moments[to_utc(newest - back)] = 0.1 * (chance(station.code, back) - 0.5)
        if station.code in long:
            for day in range(1, months * 30):
                at = to_utc(newest - day * LONG_STEP)
                moments[at] = WINTER * winter(at) + 0.5 * (chance(station.code, day) - 0.5)
        for at, worse in sorted(moments.items()):
            values = values_of(station, at, worse)
            yield (first + number, at, at, *(values.get(p) for p in MEASURED))


def write_readings(
    connection: Connection,
    plan: Plan,
    stations: list[Station],
    first: int,
    end: UtcDatetime,
    months: int,
) -> int:
    """Writes newest values and readings; returns how many readings."""
    since = business_date(to_utc(end - timedelta(days=30 * months + 90)))
    copy_rows(
        connection, "latest_reading", LATEST_COLUMNS, latest_rows(stations, first, end, since)
    )
    connection.execute(
        text(
            "SELECT ensure_reading_partition(at) FROM generate_series(CAST(:since AS timestamptz)"
            ", CAST(:end AS timestamptz) + interval '31 days', interval '10 days') AS at"
        ),
        {"since": end - timedelta(days=30 * months + 250), "end": end},
    )
    columns = ("station_id", "observed_at", "received_at",
               *(str(PARAMETERS[each].column) for each in MEASURED))  # fmt: skip
    return copy_rows(
        connection, "reading", columns, reading_rows(plan, stations, first, end, months)
    )


def write_silences(
    connection: Connection, stations: list[Station], first: int, end: UtcDatetime,
    began: UtcDatetime,
) -> int:  # fmt: skip
    """Writes since when silent stations are known to be so; returns how many are."""
    rows = [
        (first + number, newest_at(each, end) if reports(each) else began, end)
        for number, each in enumerate(stations)
        if each.target and each.fate < STALE
    ]
    return copy_rows(connection, "offline_spell", ("station_id", "began_at", "noticed_at"), rows)


def _section_values(station: Station, at: datetime, worse: float) -> dict[Parameter, float]:
    code, grade = station.code, max(0.15, station.grade + worse)
    found = {
        Parameter.WATER_TEMPERATURE: 15.5 - 10 * winter(at) + 2 * chance(code, "warm"),
        Parameter.PH: 7.2 + 0.8 * chance(code, "ph"),
        Parameter.TOTAL_NITROGEN: 0.6 + 0.7 * grade,
    }
    for parameter in GRADED:
        below = 0.0 if parameter is station.worst else 0.35 + 0.6 * chance(code, parameter)
        found[parameter] = value_at_grade(parameter, station.body, max(grade - below, 0.1))
    if STALE <= station.fate < PARTIAL:
        del found[Parameter.AMMONIA_NITROGEN]
    return found


def _outfall_values(station: Station, day: date, more: float) -> Mapping[Parameter, float]:
    if station.grade == 0:
        return {Parameter.FLOW: 0.0}
    found = {
        Parameter.PH: 7.0 + 0.5 * chance(station.code, "ph"),
        Parameter.FLOW: 0.01 + 0.3 * chance(station.code, "flow"),
    }
    for limit in limits_from_grade(GRADE, day):
        if limit.high is not None and limit.parameter in MEASURED_AT_OUTFALLS:
            share = station.grade * more - 0.25 * chance(station.code, limit.parameter)
            found[limit.parameter] = limit.high * max(share, 0.05)
    return found
