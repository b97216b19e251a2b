"""How much of a chief's reaches was walked in a month: each metre once, by valid patrols."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from data.queries.english import reach_en
from data.queries.patrols.month import Month
from data.queries.patrols.own_reaches import own_reaches
from data.queries.rows import row_as
from data.queries.scope import REACH_VISIBLE, Scope
from gis.coverage import Stretch, length_of, united


@dataclass(frozen=True, slots=True)
class ReachCoverage:
    """The stretches of a reach that patrols walked, in metres along its river.

    ``stretches`` is what valid patrols walked, united; ``invalid_stretches`` what only invalid ones
    did, which doesn't count.
    """

    reach_id: int
    reach: str
    reach_en: str | None
    river_id: int
    river: str
    river_en: str | None
    from_m: float
    to_m: float
    stretches: tuple[Stretch, ...]
    invalid_stretches: tuple[Stretch, ...]

    @property
    def length_m(self) -> float:
        """Length of the reach in metres."""
        return self.to_m - self.from_m

    @property
    def walked_m(self) -> float:
        """Metres of the reach that valid patrols walked, counted once if repeated."""
        return length_of(self.stretches)

    @property
    def share(self) -> float:
        """The share of the reach that valid patrols walked, 0 to 1."""
        return min(1.0, self.walked_m / self.length_m)


_REACHES: Final = text(
    f"""
    SELECT reach.id AS reach_id, reach.name AS reach, {reach_en("reach")} AS reach_en,
    river.id AS river_id, river.name AS river,
    river.name_en AS river_en, chainage_from_m AS from_m, chainage_to_m AS to_m FROM reach
    JOIN river ON river.id = reach.river_id WHERE reach.id = ANY(:reaches) AND {REACH_VISIBLE}
    ORDER BY river.id, reach.position
    """
)
_WALKED: Final = text(
    """
    SELECT reach_id, is_valid, stretches FROM patrol_reach
    JOIN patrol ON patrol.id = patrol_reach.patrol_id
    WHERE reach_id = ANY(:reaches) AND patrol.person_id = :person
    AND started_at >= :start AND started_at < :end
    """
)


def coverage(
    connection: Connection, scope: Scope, person_id: int, month: Month
) -> list[ReachCoverage]:
    """Returns the patrols' coverage in the month of every visible reach the chief answers for."""
    reaches = sorted(own_reaches(connection, person_id, month.judged_on))
    bound = {
        "reaches": reaches,
        "person": person_id,
        "start": month.span.start,
        "end": month.span.end,
    }
    walked: dict[tuple[int, bool], list[Stretch]] = {}
    for row in connection.execute(_WALKED, bound):
        several = walked.setdefault((row.reach_id, row.is_valid), [])
        several += [(start, end) for start, end in row.stretches]
    found = []
    for row in connection.execute(_REACHES, {**scope.bound, "reaches": reaches}):
        valid, invalid = (united(walked.get((row.reach_id, each), ())) for each in (True, False))
        found.append(
            row_as(ReachCoverage, row, stretches=valid, invalid_stretches=_only(invalid, valid))
        )
    return found


def _only(stretches: Sequence[Stretch], without: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Returns ``stretches`` less the parts in ``without``; both must be disjoint and sorted."""
    left: list[Stretch] = []
    for start, end in stretches:
        at = start
        for other_start, other_end in without:
            if other_end <= at or other_start >= end:
                continue
            if other_start > at:
                left.append((at, other_start))
            at = max(at, other_end)
        if at < end:
            left.append((at, end))
    return tuple(left)
