"""The reaches a chief answers for on a day, and their highest post."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, text

from data.queries.levels import LEVELS
from data.vocabulary import ChiefLevel

HELD: Final = """held AS (
        SELECT * FROM responsibility WHERE person_id = :person AND valid_from <= :day
        AND (valid_to IS NULL OR valid_to > :day)
    ), below AS (
        SELECT division_id AS root, division_id AS id FROM held WHERE division_id IS NOT NULL
        UNION SELECT below.root, division.id FROM division
        JOIN below ON division.parent_id = below.id
    )"""

_OWN_REACHES: Final = text(f"""WITH RECURSIVE {HELD}
    SELECT DISTINCT reach.id FROM reach JOIN held ON held.reach_id = reach.id
        OR (held.river_id = reach.river_id AND (held.division_id IS NULL
            OR (held.division_id, reach.division_id) IN (SELECT root, id FROM below)))
        OR (held.is_general AND NOT EXISTS (SELECT 1 FROM held WHERE NOT is_general)
            AND (held.division_id, reach.division_id) IN (SELECT root, id FROM below))""")

_POST: Final = text(f"""WITH {HELD.partition(", below")[0]}
    SELECT held.level, coalesce(held.division_id, reach.division_id, lake.division_id)
        AS division_id
    FROM held LEFT JOIN reach ON reach.id = held.reach_id LEFT JOIN lake ON lake.id = held.lake_id
    ORDER BY array_position({LEVELS}, held.level), division_id, held.id LIMIT 1""")


@dataclass(frozen=True, slots=True)
class Post:
    """The highest post of a river chief: its level and its division."""

    level: ChiefLevel
    division_id: int | None


def own_reaches(connection: Connection, person_id: int, day: date) -> frozenset[int]:
    """Returns the ids of the reaches that the river chief answers for on that day.

    For a general chief without a water of their own: all reaches of the division.
    """
    found = connection.execute(_OWN_REACHES, {"person": person_id, "day": day})
    return frozenset(found.scalars())


def post_of(connection: Connection, person_id: int, day: date) -> Post | None:
    """Returns the river chief's highest post on that day, None without any."""
    row = connection.execute(_POST, {"person": person_id, "day": day}).one_or_none()
    return None if row is None else Post(ChiefLevel(row.level), row.division_id)
