"""Where a track lies: within the walker's waters at all, and along which chief's reaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import shapely
from sqlalchemy import Connection, text

from data.clock import UtcDatetime, business_date
from data.errors import BadInput, Forbidden, NotFound, Unconfirmed
from data.queries.patrols.own_reaches import own_reaches
from data.records import AccountId
from gis.crs import CGCS2000, WEB_MERCATOR
from gis.ellipsoid import box_around
from gis.tracks import Track
from problem_ledger.patrols.judging import Walked
from problem_ledger.patrols.walkers import Walker, own_person, walker, walks_in

_SIMPLER_DEG: Final = 0.001
"""A track's line is made so much simpler (about 100 m) to see how far off all waters it is."""

_ANSWERING: Final = text("""
SELECT DISTINCT person.id, person.name, person.post FROM reach
JOIN responsibility ON (responsibility.reach_id = reach.id OR (
    responsibility.river_id = reach.river_id AND (responsibility.division_id IS NULL
        OR EXISTS (SELECT FROM divisions_above(reach.division_id) AS above
            WHERE above.id = responsibility.division_id))))
JOIN person ON person.id = responsibility.person_id
WHERE reach.id = ANY(:reaches) AND NOT responsibility.is_general
    AND valid_from <= :day AND (valid_to IS NULL OR valid_to > :day)
ORDER BY person.id
""")
_NEAR: Final = text(f"""
WITH waters AS (
    SELECT geom, geom_web FROM reach
    WHERE :everywhere OR division_id = ANY(:divisions) OR id = ANY(:own)
    UNION ALL SELECT geom, geom_web FROM lake WHERE :everywhere OR division_id = ANY(:divisions)
        OR id IN (SELECT lake_id FROM responsibility WHERE person_id = :person)
), track AS (
    SELECT ST_Transform(ST_GeomFromWKB(:box, {CGCS2000}), {WEB_MERCATOR}) AS box,
        ST_GeomFromWKB(:line, {CGCS2000})::geography AS line
)
SELECT NOT EXISTS (SELECT FROM waters) OR EXISTS (
    SELECT FROM waters, track WHERE waters.geom_web && track.box
        AND ST_DWithin(waters.geom::geography, track.line, :within_m))
""")


@dataclass(frozen=True, slots=True)
class Choice:
    """A chief for whom a patrol may count, and the metres of whose reaches it walked."""

    person_id: int
    name: str
    post: str
    walked_m: float


def check_area(
    connection: Connection,
    track: Track,
    who: AccountId,
    walked: Sequence[Walked],
    within_m: float,
) -> None:
    """Raises BadInput for a track farther than ``within_m`` metres from every water of the walker.

    Those are the waters of the divisions in which the account patrols, and its own as a chief.
    """
    if walked:
        return
    everywhere, divisions = walks_in(connection, who)
    person, day = own_person(connection, who), business_date(track.started_at)
    own = own_reaches(connection, person, day) if person is not None else frozenset()
    bound = {
        "everywhere": everywhere,
        "divisions": sorted(divisions),
        "own": sorted(own),
        "person": person,
        "box": shapely.to_wkb(box_around(track.line, within_m)),
        "line": shapely.to_wkb(shapely.simplify(track.line, _SIMPLER_DEG)),
        "within_m": within_m,
    }
    if not connection.execute(_NEAR, bound).scalar_one():
        raise BadInput(
            "This track is not in your area: it lies more than {km} km from all of your waters.",
            mend="Check which file it is, and the datum it is in.",
            km=round(within_m / 1000),
        )


def check_month(track: Track, now: UtcDatetime) -> None:
    """Raises Unconfirmed for a track that began before this month: its month may be closed."""
    day, today = business_date(track.started_at), business_date(now)
    if (day.year, day.month) < (today.year, today.month):
        raise Unconfirmed(
            "This track is of {day}, before this month.",
            mend="Upload it all the same if that is meant.",
            day=f"{day:%Y-%m-%d}",
            ask="month",
        )


def walker_by_place(
    connection: Connection, who: AccountId, track: Track, walked: Sequence[Walked]
) -> Walker:
    """Returns whom a track counts for by where it lies.

    The account itself where it walked along its own reaches; else the one chief along whose reaches
    it walked and for whom it may record; else the account. Raises Unconfirmed with the choices
    where those are several, Forbidden when it may not patrol.
    """
    oneself = walker(connection, who, None, track.started_at)
    metres = {each.reach_id: each.walked_m for each in walked}
    own = oneself.reaches if oneself.person_id is not None else None
    if not metres or (own and own & metres.keys()):
        return oneself
    choices = _choices(connection, who, metres, track)
    if not choices:
        return oneself
    if len(choices) > 1:
        raise Unconfirmed(
            "This track runs along the reaches of {count} chiefs.",
            mend="Choose whom it counts for.",
            count=len(choices),
            ask="person",
            choices=[
                {"person_id": each.person_id, "name": f"{each.name} · {each.post}".rstrip(" ·")}
                for each in choices
            ],
        )
    return walker(connection, who, choices[0].person_id, track.started_at)


def _choices(
    connection: Connection, who: AccountId, metres: dict[int, float], track: Track
) -> list[Choice]:
    """Returns the chiefs of walked reaches for whom the account may record, most metres first."""
    day = business_date(track.started_at)
    found = []
    for row in connection.execute(_ANSWERING, {"reaches": sorted(metres), "day": day}).all():
        if _may_record(connection, who, row.id, track):
            along = _walked_of(connection, row.id, day, metres)
            found.append(Choice(row.id, row.name, row.post, along))
    return sorted(found, key=lambda each: (-each.walked_m, each.person_id))


def _may_record(connection: Connection, who: AccountId, person_id: int, track: Track) -> bool:
    try:
        walker(connection, who, person_id, track.started_at)
    except (Forbidden, NotFound):
        return False
    return True


def _walked_of(
    connection: Connection, person_id: int, day: date, metres: dict[int, float]
) -> float:
    reaches = own_reaches(connection, person_id, day)
    return sum(walked for reach, walked in metres.items() if reach in reaches)
