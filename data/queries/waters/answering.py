"""Who answers for a water, at each level, today and before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, text

from data.queries.rows import row_as
from data.queries.scope import Divisions
from data.vocabulary import ChiefLevel

WaterKind = Literal["reach", "lake", "river"]

ORDER = tuple(ChiefLevel)
"""From the highest level down."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of a river that somebody answers for, in metres along the river."""

    from_m: float
    to_m: float


@dataclass(frozen=True, slots=True)
class Answering:
    """An official who answers for a water on ``[valid_from, valid_to)``.

    ``stretch`` is the unbroken run of reaches around the place asked about that the same person
    answers for at the same level; None for lakes, whole rivers and general chiefs.
    """

    person_id: int
    level: ChiefLevel
    is_general: bool
    name: str
    post: str
    phone: str
    unit: str | None
    division: str | None
    division_en: str | None
    stretch: Stretch | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Chiefs:
    """The river chiefs of one water: present (``now``), ``general`` and ``earlier`` ones."""

    now: tuple[Answering, ...]
    general: tuple[Answering, ...]
    earlier: tuple[Answering, ...]


NOBODY = Chiefs((), (), ())

_UPWARD = """
    WITH place AS (
        SELECT CASE :kind WHEN 'reach' THEN (SELECT division_id FROM reach WHERE id = :id)
            WHEN 'lake' THEN (SELECT division_id FROM lake WHERE id = :id) END AS division_id,
            CASE :kind WHEN 'reach' THEN (SELECT river_id FROM reach WHERE id = :id)
            WHEN 'river' THEN CAST(:id AS bigint) END AS river_id
    ), upward AS (
        SELECT upward.id FROM place CROSS JOIN LATERAL divisions_above(place.division_id) upward
    )"""

_ANSWERING = text(f"""{_UPWARD}
    SELECT person.id AS person_id, held.level, held.is_general, person.name, person.post,
        CASE WHEN :phones_all OR place.division_id = ANY(:phones_in) THEN person.phone ELSE '' END
        AS phone, unit.name AS unit, division.name AS division,
        division.name_en AS division_en, held.reach_id,
        held.valid_from, held.valid_to
    FROM responsibility held JOIN person ON person.id = held.person_id
    LEFT JOIN unit ON unit.id = person.unit_id
    LEFT JOIN division ON division.id = held.division_id CROSS JOIN place
    WHERE held.valid_from <= :day AND (
        (:kind = 'reach' AND held.reach_id = :id)
        OR (:kind = 'lake' AND held.lake_id = :id)
        OR (held.river_id = place.river_id AND (held.division_id IS NULL OR :kind = 'river'
            OR held.division_id IN (SELECT id FROM upward)))
        OR (held.is_general AND held.division_id IN (SELECT id FROM upward)))
    ORDER BY held.valid_from, held.id""")

_REACHES = text("""
SELECT id, chainage_from_m, chainage_to_m FROM reach WHERE river_id =
(SELECT river_id FROM reach WHERE id = :id) ORDER BY position
""")

_ALSO = text("""
SELECT held.person_id, held.level, held.reach_id FROM responsibility held
    JOIN reach ON reach.id = held.reach_id
WHERE reach.river_id = (SELECT river_id FROM reach WHERE id = :id)
    AND held.valid_from <= :day AND (held.valid_to IS NULL OR held.valid_to > :day)
""")


def chiefs_of(
    connection: Connection,
    kind: WaterKind,
    water_id: int,
    day: date,
    phones_in: Divisions = frozenset(),
) -> Chiefs:
    """Returns a water's chiefs on that day, its earlier chiefs and its general chiefs.

    A chief of a whole river with a division answers for that river's reaches in the division.
    Telephone numbers are left empty unless the reach or lake lies in a division of ``phones_in``.
    """
    bound = {
        "kind": kind,
        "id": water_id,
        "day": day,
        "phones_all": phones_in is None,
        "phones_in": sorted(phones_in or ()),
    }
    rows = connection.execute(_ANSWERING, bound).all()
    runs = _runs(connection, water_id, day) if kind == "reach" else {}
    found = [(_answering(row, runs), row) for row in rows]
    holding = [each for each, _row in found if each.valid_to is None or each.valid_to > day]
    ended = [each for each, _row in found if each.valid_to is not None and each.valid_to <= day]
    return Chiefs(
        now=_ranked([each for each in holding if not each.is_general]),
        general=_ranked([each for each in holding if each.is_general]),
        earlier=tuple(sorted(ended, key=lambda each: each.valid_to or day, reverse=True)),
    )


def _ranked(several: Sequence[Answering]) -> tuple[Answering, ...]:
    return tuple(sorted(several, key=lambda each: (ORDER.index(each.level), each.name)))


def _answering(row: Any, runs: dict[tuple[int, str], Stretch]) -> Answering:
    stretch = runs.get((row.person_id, row.level)) if row.reach_id else None
    return row_as(Answering, row, stretch=stretch)


def _runs(connection: Connection, reach_id: int, day: date) -> dict[tuple[int, str], Stretch]:
    """Returns, by person and level, the unbroken stretch around the reach that they answer for."""
    reaches = connection.execute(_REACHES, {"id": reach_id}).all()
    here = next((at for at, reach in enumerate(reaches) if reach.id == reach_id), None)
    if here is None:
        return {}
    held: dict[tuple[int, str], set[int]] = {}
    for row in connection.execute(_ALSO, {"id": reach_id, "day": day}):
        held.setdefault((row.person_id, row.level), set()).add(row.reach_id)
    runs = {}
    for key, ids in held.items():
        first = last = here
        while first > 0 and reaches[first - 1].id in ids:
            first -= 1
        while last + 1 < len(reaches) and reaches[last + 1].id in ids:
            last += 1
        runs[key] = Stretch(reaches[first].chainage_from_m, reaches[last].chainage_to_m)
    return runs
