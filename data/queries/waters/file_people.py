"""The chiefs of a water and the notice boards on its banks, for its file."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, text

from data.queries.levels import LEVELS
from data.queries.rows import rows_as
from data.queries.scope import NOTICE_BOARD_VISIBLE, Divisions, Scope
from data.records import DivisionId
from data.vocabulary import Bank, ChiefLevel

CHIEFS = text(f"""
WITH above AS MATERIALIZED (
    SELECT start, above.id FROM unnest(CAST(:divisions AS bigint[])) start
    CROSS JOIN LATERAL divisions_above(start) above
)
SELECT person.name, person.post, person.phone, held.level, held.is_general,
    min(division.name) AS division,
    (array_agg(division.name_en ORDER BY division.name))[1] AS division_en,
    held.valid_from, held.valid_to,
    (held.valid_to IS NULL OR held.valid_to > :today) AS is_current,
    array_remove(array_agg(reach.id ORDER BY reach.position), NULL) AS reach_ids,
    min(reach.position) AS first
FROM responsibility held JOIN person ON person.id = held.person_id
    LEFT JOIN division ON division.id = held.division_id
    LEFT JOIN reach ON reach.id = ANY(:reaches) AND (reach.id = held.reach_id
        OR held.river_id = :river AND EXISTS (SELECT 1 FROM above
            WHERE above.start = reach.division_id AND above.id = held.division_id))
WHERE held.valid_from <= :today AND (held.lake_id = :lake OR held.reach_id = ANY(:reaches)
    OR held.river_id = :river AND (held.division_id IS NULL OR reach.id IS NOT NULL)
    OR held.is_general AND held.division_id IN (SELECT id FROM above))
GROUP BY person.id, person.name, person.post, person.phone, held.level, held.is_general,
    held.valid_from, held.valid_to
ORDER BY held.is_general DESC, array_position({LEVELS}, held.level), first NULLS FIRST,
    held.valid_from DESC, person.name
""")
BOARDS = text(f"""
SELECT notice_board.code, notice_board.name, notice_board.chainage_m, notice_board.bank,
    notice_board.phone, notice_board.content_version, notice_board.set_on,
    division.name AS division, division.name_en AS division_en
FROM notice_board LEFT JOIN division ON division.id = notice_board.division_id
WHERE (notice_board.reach_id = ANY(:reaches) OR notice_board.lake_id = :lake)
    AND {NOTICE_BOARD_VISIBLE} ORDER BY notice_board.chainage_m, notice_board.code
""")


@dataclass(frozen=True, slots=True)
class Chief:
    """A river chief's term; ``reach_ids`` is empty for a whole river, a lake or a division."""

    name: str
    post: str
    phone: str
    level: ChiefLevel
    is_general: bool
    division: str | None
    division_en: str | None
    valid_from: date
    valid_to: date | None
    is_current: bool
    reach_ids: tuple[int, ...]

    def answers_for(self, reach_id: int) -> bool:
        """Returns whether the term covers the reach, named in it or with the whole river."""
        return not self.is_general and (not self.reach_ids or reach_id in self.reach_ids)


@dataclass(frozen=True, slots=True)
class Board:
    """A notice board (公示牌)."""

    code: str
    name: str
    chainage_m: float | None
    bank: Bank | None
    phone: str
    content_version: str
    set_on: date | None
    division: str | None
    division_en: str | None


def chiefs_of(
    connection: Connection,
    *,
    today: date,
    river: int | None = None,
    lake: int | None = None,
    reaches: Collection[int] = (),
    divisions: Collection[DivisionId] = (),
    phones_in: Divisions = frozenset(),
) -> list[Chief]:
    """Returns the water's chiefs up to today, former ones too: general chiefs, then by level.

    General chiefs are those of the divisions given and of all above them. A chief of the whole
    river with a division answers for its reaches there. Telephone numbers are left empty unless one
    of ``divisions`` is in ``phones_in``.
    """
    with_phones = phones_in is None or not phones_in.isdisjoint(divisions)
    bound = {
        "today": today,
        "river": river,
        "lake": lake,
        "reaches": sorted(reaches),
        "divisions": sorted(divisions),
    }
    chiefs = rows_as(Chief, connection.execute(CHIEFS, bound))
    return chiefs if with_phones else [replace(chief, phone="") for chief in chiefs]


def boards_of(
    connection: Connection, scope: Scope, *, reaches: Collection[int] = (), lake: int | None = None
) -> list[Board]:
    """Returns the water's notice boards visible in the scope, in order downstream."""
    bound = {**scope.bound, "reaches": sorted(reaches), "lake": lake}
    return rows_as(Board, connection.execute(BOARDS, bound))
