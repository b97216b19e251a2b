"""Reads what the page of one problem shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard.frame.auth import Action as Door
from dashboard.frame.auth import User, may, visible_to
from dashboard.frame.deps import Deps
from dashboard.ledger.similar import similar_to_row
from data.clock import UtcDatetime
from data.database import transaction
from data.errors import NotFound
from data.procedure.step import Step
from data.queries.ledger.one_problem import Near, ProblemDetail, handling_units, problem_detail
from data.queries.ledger.photos import PhotoFacts
from data.queries.working_days import known_calendar
from data.words.ledger import Stage
from problem_ledger.cases import permissions
from problem_ledger.cases.rules import Rules
from problem_ledger.evidence.comparison import Flag, pair
from problem_ledger.evidence.flags import flags, newest
from problem_ledger.record.verify import Verdict, verify_problem


@dataclass(frozen=True, slots=True)
class Seen:
    """A problem as one reader may see it now; ``steps`` are those the reader may take.

    ``shown_pair`` are the ids of the photos shown as before and after. Place, direction and clocks
    of photos are None unless ``reads_originals``.
    """

    detail: ProblemDetail
    shown_pair: tuple[int | None, int | None]
    reads_originals: bool
    steps: tuple[Step, ...]
    flags: tuple[Flag, ...]
    verdict: Verdict
    units: tuple[tuple[int, str], ...]
    user: User
    rules: Rules
    now: UtcDatetime
    similar: tuple[Near, ...] = ()


def chosen_pair(photos: Sequence[PhotoFacts]) -> tuple[int | None, int | None]:
    """Returns the ids of a photo before and one of the newest after, those nearest, or None."""
    befores = [photo for photo in photos if photo.stage is Stage.BEFORE]
    afters = newest([photo for photo in photos if photo.stage is Stage.AFTER])
    both = pair(befores, afters)
    if both:
        return both[0].id, both[1].id
    return (befores[0].id if befores else None), (afters[0].id if afters else None)


def bare(photos: Sequence[PhotoFacts]) -> tuple[PhotoFacts, ...]:
    """Returns the photos without what their cameras wrote of place, direction and time."""
    nothing = {"lon": None, "lat": None, "bearing": None, "clock": None, "gps_at": None}
    return tuple(replace(photo, **nothing) for photo in photos)  # type: ignore[arg-type]  # each may be None


def read_problem(deps: Deps, user: User, number: str) -> Seen:
    """Reads, in one transaction, the problem with that id for the user. Raises NotFound."""
    if not (number.isascii() and number.isdecimal()) or len(number) > 15:
        raise NotFound("There is no such problem.")
    now, problem_id = deps.clock(), int(number)
    with transaction(deps.engine) as connection:
        detail = problem_detail(connection, visible_to(user), problem_id, now)
        if detail is None:
            raise NotFound("There is no such problem.")
        steps: tuple[Step, ...] = ()
        if may(user, Door.WRITE_LEDGER):
            steps = permissions.allowed_actions(
                connection, user.account_id, problem_id, now, deps.rules
            )
        reads_originals = may(user, Door.READ_ORIGINALS)
        return Seen(
            detail=detail if reads_originals else replace(detail, photos=bare(detail.photos)),
            shown_pair=chosen_pair(detail.photos),
            reads_originals=reads_originals,
            steps=steps,
            flags=flags(connection, visible_to(user), problem_id),
            verdict=verify_problem(connection, problem_id),
            units=handling_units(connection, detail.row.division_id),
            user=user,
            rules=deps.rules.counted_by(known_calendar(connection)),
            now=now,
            similar=similar_to_row(connection, visible_to(user), detail.row, deps.rules),
        )
