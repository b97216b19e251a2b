"""The nation's sections, outfalls and intakes: where they stand, and how clean each one runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from sqlalchemy import Connection

from dashboard.demo.national.copying import copy_rows, count_on, first_free, written_shapes
from dashboard.demo.national.courses import grades
from dashboard.demo.national.ground import Ground, Written
from dashboard.demo.national.rules import Numbers, Plan, points_at
from data.clock import UtcDatetime, start_of_day
from data.quality.compliance import OutfallLimit, limits_from_grade
from data.quality.limits import DischargeGrade
from data.records import StationCode, StationId
from data.vocabulary import BodyKind, Parameter, StationKind, WaterClass
from ingest.simulator.values import GRADED, MEASURED_AT_OUTFALLS, chance
from ingest.stations import DatedLimit, StationFacts

COLOURED: Final = 14
"""A section stands for so many reaches at most, those above it up to the next one."""

SILENT, STALE, PARTIAL = 0.012, 0.035, 0.065
"""Below these chances a section never reported, reports no more, or lacks a parameter."""

MONTHLY, WEEKLY = timedelta(days=30), timedelta(days=7)
"""How often sections and outfalls are sampled: a made nation has no devices that go on."""

GRADE: Final = DischargeGrade.FIRST_B
BANK_DEG: Final = 0.0004
"""An outfall lies so far to the east of its river, an intake to the west, about 35 m."""

_ATTRIBUTES: Final = ("国考", "省考", "市控")
_CATEGORIES: Final = ("城镇污水处理厂排污口", "工业排污口", "农业排口", "其他排口")
_PURPOSES: Final = ("生活", "农业灌溉", "工业", "发电")


@dataclass(frozen=True, slots=True)
class Station:
    """A station to be written; ``water`` is the index of its reach, or of its lake.

    ``grade`` on a scale where 2.5 lies half-way between the limits of Ⅱ and Ⅲ, of an outfall the
    share of its limits.
    """

    kind: StationKind
    code: str
    name: str
    name_en: str
    body: BodyKind
    water: int
    lon: float
    lat: float
    county: int
    chainage_m: float | None
    grade: float
    interval: timedelta
    target: WaterClass | None = None
    is_border: bool = False
    fate: float = 1.0
    represents: tuple[int, int] | None = None

    @property
    def worst(self) -> Parameter:
        """The parameter that decides the class."""
        return GRADED[1 + int(3 * chance(self.code, "worst"))]


def make_stations(
    plan: Plan, ground: Ground, rivers: list[tuple[str, str]], rng: np.random.Generator
) -> list[Station]:
    """Returns all stations: sections of rivers and lakes, outfalls, intakes."""
    clean = grades(ground.waters, rng)
    fates = rng.random(plan.sections + plan.outfalls)
    at_lakes = min(plan.sections // 40, len(ground.lakes))
    found = list(_sections(plan.sections - at_lakes, ground, rivers, clean, fates))
    for number, lake in enumerate(ground.lakes[:at_lakes]):
        lon, lat = lake.shape.representative_point().coords[0]
        found.append(
            Station(
                StationKind.SECTION, f"NL-{number + 1:05d}", f"{lake.name}湖心",
                f"{lake.name_en} centre", BodyKind.LAKE, number, round(lon, 6), round(lat, 6),
                int(ground.county[lake.reach]), None, float(clean[lake.reach]), MONTHLY,
                WaterClass.III, False, float(fates[-1 - number]),
            )
        )  # fmt: skip
    kinds = ((StationKind.OUTFALL, plan.outfalls), (StationKind.INTAKE, plan.intakes))
    for kind, count in kinds:
        found += _beside(kind, count, ground, rivers, rng)
    return found


def _sections(
    count: int, ground: Ground, rivers: list[tuple[str, str]], clean: Numbers, fates: Numbers
) -> Iterator[Station]:
    """Yields sections evenly spread over the reaches, each for the reaches above it."""
    waters = ground.waters
    chosen = np.unique(((np.arange(count) + 0.5) * len(waters.pieces) / count).astype(np.intp))
    provinces = _provinces(ground)
    before = -1
    for number, reach in enumerate(chosen.tolist()):
        river = int(waters.river[reach])
        low, high = int(waters.first[river]), int(waters.first[river + 1]) - 1
        from_reach = max(low, before + 1, reach - COLOURED + 1)
        is_last = number + 1 == len(chosen) or waters.river[chosen[number + 1]] != river
        to_reach = min(high, reach + COLOURED // 2) if is_last else reach
        before = to_reach
        lon, lat, chainage_m = waters.spot(reach, 0.5)
        below = min(reach + 1, high)
        grade = float(clean[reach])
        name, said = rivers[river]
        county = int(ground.county[reach])
        yield Station(
            kind=StationKind.SECTION,
            code=f"NS-{number + 1:05d}",
            name=f"{name}{ground.country.divisions[county].name[:-1]}断面",
            name_en=f"{said} at {ground.country.divisions[county].name_en.partition(' ')[0]}",
            body=BodyKind.RIVER,
            water=reach,
            lon=lon,
            lat=lat,
            county=county,
            chainage_m=chainage_m,
            grade=grade,
            interval=MONTHLY,
            target=WaterClass.II if grade < 1.3 else WaterClass.III if grade < 4 else WaterClass.IV,
            is_border=provinces[county] != provinces[int(ground.county[below])],
            fate=float(fates[number]),
            represents=(from_reach, to_reach),
        )


def _provinces(ground: Ground) -> list[int]:
    """Returns for each division the index of its province."""
    found: list[int] = []
    for at, each in enumerate(ground.country.divisions):
        found.append(at if each.parent is None else found[each.parent])
    return found


def _beside(
    kind: StationKind, count: int, ground: Ground, rivers: list[tuple[str, str]],
    rng: np.random.Generator,
) -> Iterator[Station]:  # fmt: skip
    """Yields outfalls or intakes on the bank of a river."""
    waters = ground.waters
    is_outfall = kind is StationKind.OUTFALL
    loads = np.where(rng.random(count) < 0.05, 0.0, rng.normal(0.66, 0.17, count).clip(0.2, 1.9))
    words = (
        ("排污口", "Outfall", "NO", BANK_DEG)
        if is_outfall
        else ("取水口", "Intake", "NI", -BANK_DEG)
    )
    for number, reach in enumerate(rng.integers(0, len(waters.pieces), count).tolist()):
        lon, lat, chainage_m = waters.spot(reach, float(chance(kind, number)))
        name, said = rivers[int(waters.river[reach])]
        county = int(ground.county[reach])
        place = ground.country.divisions[county]
        yield Station(
            kind, f"{words[2]}-{number + 1:05d}", f"{name}{place.name[:-1]}{words[0]}",
            f"{said} {words[1]} at {place.name_en.partition(' ')[0]}", BodyKind.RIVER, reach,
            round(lon + words[3], 6), lat, county, chainage_m, float(loads[number]), WEEKLY,
        )  # fmt: skip


def facts_of(station: Station, id_: int, since: date) -> StationFacts:
    """Returns the station as ingest knows it, with its limits."""
    is_outfall = station.kind is StationKind.OUTFALL
    return StationFacts(
        id=StationId(id_),
        code=StationCode(station.code),
        kind=station.kind,
        body=station.body,
        interval=station.interval,
        started_at=start_of_day(since),
        ended_at=None,
        target=station.target,
        required=None,
        limits=tuple(DatedLimit(each, since, None) for each in limits_on(since))
        if is_outfall
        else (),
    )


def limits_on(since: date) -> tuple[OutfallLimit, ...]:
    """Returns the limits of every made outfall: those of what its device measures."""
    return tuple(
        each
        for each in limits_from_grade(GRADE, since)
        if each.parameter in MEASURED_AT_OUTFALLS or each.parameter is Parameter.PH
    )


def write_stations(
    connection: Connection,
    ground: Ground,
    written: Written,
    stations: list[Station],
    since: UtcDatetime,
    day: date,
) -> int:
    """Writes the stations with the facts of their kinds; returns the id of the first one."""
    first = first_free(connection, "station")
    shapes = written_shapes(points_at([(each.lon, each.lat) for each in stations]))
    rows = (
        (first + at, each.code, each.name, each.name_en, each.kind.value, each.body.value,
         written.reach + each.water if each.body is BodyKind.RIVER else None,
         written.lake + each.water if each.body is BodyKind.LAKE else None,
         written.divisions[each.county], each.chainage_m,
         None if each.chainage_m is None else 0.0 if each.target else 35.0,
         None if each.chainage_m is None else "middle" if each.target else "left",
         int(each.interval.total_seconds()), since, each.lon, each.lat, shapes[at], since)
        for at, each in enumerate(stations)
    )  # fmt: skip
    columns = ("id", "code", "name", "name_en", "kind", "body", "reach_id", "lake_id",
               "division_id", "chainage_m", "offset_m", "bank", "interval_s", "started_at",
               "source_x", "source_y", "geom", "changed_at")  # fmt: skip
    copy_rows(connection, "station", columns, rows)
    count_on(connection, "station")
    _write_sections(connection, written, stations, first)
    _write_others(connection, stations, first, day)
    return first


def _write_sections(
    connection: Connection, written: Written, stations: list[Station], first: int
) -> None:
    rows = (
        (first + at, _ATTRIBUTES[int(3 * chance(each.code, "attribute"))],
         int(each.target or WaterClass.III), each.is_border)
        for at, each in enumerate(stations)
        if each.kind is StationKind.SECTION
    )  # fmt: skip
    copy_rows(connection, "section", ("station_id", "attribute", "target_class", "is_border"), rows)
    reaches = (
        (first + at, written.reach + reach)
        for at, each in enumerate(stations)
        if each.represents
        for reach in range(each.represents[0], each.represents[1] + 1)
    )
    copy_rows(connection, "section_represents", ("station_id", "reach_id"), reaches)


def _write_others(connection: Connection, stations: list[Station], first: int, day: date) -> None:
    outfalls = [(first + at, each) for at, each in enumerate(stations)
                if each.kind is StationKind.OUTFALL]  # fmt: skip
    copy_rows(
        connection,
        "outfall",
        ("station_id", "category", "owner", "permit_no", "discharge_mode", "grade"),
        ((id_, _CATEGORIES[at % 4], "示范单位", f"99000000{at:06d}P", "连续", GRADE.value)
         for at, (id_, _each) in enumerate(outfalls)),
    )  # fmt: skip
    copy_rows(
        connection,
        "outfall_limit",
        ("station_id", "parameter", "lower", "upper", "basis", "valid_from"),
        ((id_, each.parameter.value, each.low, each.high, each.basis, day)
         for id_, _station in outfalls for each in limits_on(day)),
    )  # fmt: skip
    copy_rows(
        connection,
        "intake",
        ("station_id", "owner", "permit_no", "permitted_volume_m3a", "purpose"),
        ((first + at, "示范单位", f"取水（示范）字{at:06d}号",
          round(2e5 + 5e7 * chance(each.code, "volume") ** 4), _PURPOSES[at % 4])
         for at, each in enumerate(stations) if each.kind is StationKind.INTAKE),
    )  # fmt: skip
