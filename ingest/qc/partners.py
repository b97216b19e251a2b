"""Which sections a section is compared with: its neighbours and the next one upstream."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data.records import StationId
from data.words.review import QualityTest
from ingest.stations import Cursor

_SECTIONS = """
SELECT s.id, s.code, s.reach_id, s.lake_id, r.river_id, s.chainage_m
FROM station s LEFT JOIN reach r ON r.id = s.reach_id
WHERE s.kind = 'section' AND s.ended_at IS NULL
ORDER BY s.id
"""
_MOUTHS = """
SELECT id, flows_into_id, flows_into_chainage_m, length_m FROM river
WHERE flows_into_id IS NOT NULL AND flows_into_chainage_m IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A monitoring section and where it lies: reach or lake; no chainage on a lake."""

    station: StationId
    code: str
    reach: int | None
    lake: int | None
    river: int | None
    chainage_m: float | None


@dataclass(frozen=True, slots=True)
class Mouth:
    """The chainage on another river at which a river ends."""

    river: int
    into: int
    at_m: float
    length_m: float


@dataclass(frozen=True, slots=True)
class Partner:
    """Another monitoring section to compare with, and the test that compares."""

    station: StationId
    code: str
    test: QualityTest


Partners = Mapping[StationId, tuple[Partner, ...]]


def read_partners(cursor: Cursor, furthest_km: float) -> Partners:
    """Reads for each monitoring section those to compare with, up to ``furthest_km`` away."""
    cursor.execute(_SECTIONS)
    places = [Place(StationId(row[0]), *row[1:]) for row in cursor.fetchall()]
    cursor.execute(_MOUTHS)
    mouths = [Mouth(*row) for row in cursor.fetchall()]
    return partners(places, mouths, 1000 * furthest_km)


def partners(places: Iterable[Place], mouths: Iterable[Mouth], furthest_m: float) -> Partners:
    """Returns for each section its neighbours on the reach or lake, and the next one upstream.

    Sections without any are left out.

    Upstream is the section before it on its own river; where there is none, the last one of the
    river that comes in nearest above it. Two on one reach are neighbours of each other, so each
    pair is compared by one test only.
    """
    rivers, lakes = _by_water(places)
    coming_in: dict[int, list[Mouth]] = {}
    for mouth in mouths:
        coming_in.setdefault(mouth.into, []).append(mouth)
    found: dict[StationId, tuple[Partner, ...]] = {}
    for course in rivers.values():
        for index, place in enumerate(course):
            above = [p for p in course[max(index - 1, 0) : index] if _near(p, place, furthest_m)]
            below = [p for p in course[index + 1 : index + 2] if _near(p, place, furthest_m)]
            neighbours = [each for each in (*above, *below) if each.reach == place.reach]
            if not index:
                above = _tributary(place, coming_in, rivers, furthest_m)
            upstream = [each for each in above if each not in neighbours]
            found[place.station] = _named(neighbours, upstream)
    for lake in lakes.values():
        for index, place in enumerate(lake):
            others = lake[max(index - 1, 0) : index] + lake[index + 1 : index + 2]
            found[place.station] = _named(others, [])
    return {station: each for station, each in found.items() if each}


def _by_water(
    places: Iterable[Place],
) -> tuple[dict[int, list[Place]], dict[int, list[Place]]]:
    """Returns two maps: the sections of each river in order downstream, those of each lake."""
    rivers: dict[int, list[Place]] = {}
    lakes: dict[int, list[Place]] = {}
    for place in places:
        if place.river is not None and place.chainage_m is not None:
            rivers.setdefault(place.river, []).append(place)
        elif place.lake is not None:
            lakes.setdefault(place.lake, []).append(place)
    for course in rivers.values():
        course.sort(key=lambda each: (each.chainage_m or 0.0, each.station))
    return rivers, lakes


def _tributary(
    place: Place,
    coming_in: Mapping[int, list[Mouth]],
    rivers: Mapping[int, list[Place]],
    furthest_m: float,
) -> list[Place]:
    """Returns the last section of the nearest tributary upstream, in a list; empty if none."""
    if place.river is None or place.chainage_m is None:
        return []
    best: tuple[float, Place] | None = None
    for mouth in coming_in.get(place.river, ()):
        if mouth.at_m > place.chainage_m or mouth.river not in rivers:
            continue
        last = rivers[mouth.river][-1]
        apart_m = place.chainage_m - mouth.at_m + mouth.length_m - (last.chainage_m or 0.0)
        if apart_m <= furthest_m and (best is None or apart_m < best[0]):
            best = (apart_m, last)
    return [best[1]] if best else []


def _near(one: Place, other: Place, furthest_m: float) -> bool:
    return abs((one.chainage_m or 0.0) - (other.chainage_m or 0.0)) <= furthest_m


def _named(neighbours: Iterable[Place], upstream: Iterable[Place]) -> tuple[Partner, ...]:
    return tuple(
        Partner(each.station, each.code, test)
        for test, listed in (
            (QualityTest.NEIGHBOUR, neighbours),
            (QualityTest.UPSTREAM, upstream),
        )
        for each in listed
    )
