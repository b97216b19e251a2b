"""The findings about a problem's photos, for the checker; none of them decides anything."""

from collections.abc import Sequence
from dataclasses import dataclass

from shapely.geometry import Point
from sqlalchemy import Connection, text

from data.clock import Span, UtcDatetime, to_utc
from data.errors import NotFound
from data.queries.ledger.photos import PhotoFacts, likest, photos_of
from data.queries.scope import Scope
from data.words.ledger import Stage
from problem_ledger.evidence.comparison import LIMITS, Check, Flag, compare, judge, pair, worst

PROBLEM = text("""
SELECT ST_X(geom) AS lon, ST_Y(geom) AS lat, accuracy_m, found_at, assigned_at FROM problem
WHERE id = :problem_id
""")
ALONE = (Check.TAKEN, Check.PLACE, Check.LIKENESS, Check.CLOCK)
"""What is told of each photo by itself; of several photos the doubtful one is told."""


@dataclass(frozen=True, slots=True)
class Story:
    """Where the problem is and when it was found and assigned."""

    place: Point
    accuracy_m: float | None
    found_at: UtcDatetime
    assigned_at: UtcDatetime | None


def flags(connection: Connection, scope: Scope, problem_id: int) -> tuple[Flag, ...]:
    """Returns the flags of a problem's photos before the work and of the newest submission.

    The caller has checked that the reader may see the problem; a photo of another problem is named
    only where ``scope`` shows that one. Raises NotFound.
    """
    row = connection.execute(PROBLEM, {"problem_id": problem_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such problem.")
    story = Story(Point(row.lon, row.lat), row.accuracy_m, row.found_at, row.assigned_at)
    photos = photos_of(connection, problem_id)
    befores = [photo for photo in photos if photo.stage is Stage.BEFORE]
    afters = newest([photo for photo in photos if photo.stage is Stage.AFTER])
    chosen = pair(befores, afters)
    return (
        *_alone(connection, scope, befores, story),
        *(compare(*chosen) if chosen else ()),
        *_alone(connection, scope, afters, story),
    )


def doubts(connection: Connection, problem_id: int) -> tuple[Flag, ...]:
    """Returns the flags of a problem's photos that look doubtful; they name no other problem."""
    return tuple(flag for flag in flags(connection, Scope(), problem_id) if flag.ok is False)


def newest(photos: Sequence[PhotoFacts]) -> list[PhotoFacts]:
    """Returns those of the photos that came with the newest step among them."""
    last = max((photo.seq or 0 for photo in photos), default=0)
    return [photo for photo in photos if photo.seq == last]


def period(photo: PhotoFacts, story: Story) -> Span:
    """Returns the span of time in which the photo should have been made.

    Before the work: from 24 hours before the problem was found until its report. After: from the
    assignment until the submission.
    """
    end = photo.at or photo.uploaded_at
    start = to_utc(story.found_at - LIMITS.before_report)
    if photo.stage is not Stage.BEFORE and story.assigned_at is not None:
        start = story.assigned_at
    return Span(min(start, end), end)


def _alone(
    connection: Connection, scope: Scope, photos: Sequence[PhotoFacts], story: Story
) -> tuple[Flag, ...]:
    if not photos:
        return ()
    alike = likest(connection, scope, photos)
    found = [
        flag
        for photo in photos
        for flag in judge(
            photo, story.place, story.accuracy_m, period(photo, story), alike[photo.id]
        )
    ]
    return tuple(worst([flag for flag in found if flag.check is check]) for check in ALONE)
