"""Photos of problems: what is known of them, and their bytes for those who may see the problem."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Row, text

from data.clock import UtcDatetime
from data.errors import NotFound
from data.queries.scope import PROBLEM_VISIBLE, Scope
from data.records import AccountId
from data.words.ledger import Stage


class Size(StrEnum):
    """Which copy of a photo: 320 px, 1600 px, or as it came."""

    THUMB = "thumb"
    SHOWN = "shown"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """A photo's facts without its bytes; attached when ``problem_id``, ``seq``, ``stage`` are set.

    ``at`` is the time of the step it came with.
    """

    id: int
    sha256: bytes
    mime: str
    byte_count: int
    width: int
    height: int
    likeness: int
    lon: float | None
    lat: float | None
    bearing: float | None
    clock: str | None
    gps_at: UtcDatetime | None
    uploaded_at: UtcDatetime
    uploader_id: AccountId
    problem_id: int | None = None
    seq: int | None = None
    stage: Stage | None = None
    at: UtcDatetime | None = None


@dataclass(frozen=True, slots=True)
class PhotoCopy:
    """The bytes of one copy (one size) of a photo; ``sha256`` is always that of the original."""

    mime: str
    content: bytes
    sha256: bytes
    number: str | None


@dataclass(frozen=True, slots=True)
class Likest:
    """The earlier photo most similar to a photo; ``bits``, the difference, is None without any.

    Which photo and problem it is, is told only where the reader may see that problem.
    """

    compared_count: int
    bits: int | None = None
    photo_id: int | None = None
    number: str | None = None


FACTS = (
    "photo.id, photo.sha256, mime, byte_count, width, height, likeness, exif_lon, exif_lat,"
    " exif_bearing, exif_clock, exif_gps_at, uploaded_at, uploader_id, photo.problem_id, event_seq,"
    " stage, problem_event.at"
)
FROM = """
FROM photo LEFT JOIN problem_event ON problem_event.problem_id = photo.problem_id
    AND problem_event.seq = photo.event_seq
"""
OF_PROBLEM = text(f"SELECT {FACTS}{FROM} WHERE photo.problem_id = :problem_id ORDER BY photo.id")
ONE = text(f"SELECT {FACTS}{FROM} WHERE photo.id = :photo_id")
COPY = {
    size: text(f"""
        SELECT photo.mime, photo.sha256, photo.{size.value} AS content, problem.number FROM photo
        LEFT JOIN problem ON problem.id = photo.problem_id WHERE photo.id = :photo_id
            AND CASE WHEN photo.problem_id IS NULL THEN uploader_id = :account_id
            ELSE {PROBLEM_VISIBLE} END
        """)
    for size in Size
}
LIKEST = text(f"""
SELECT count(*) OVER () AS compared_count,
    CASE WHEN {PROBLEM_VISIBLE} THEN earlier.id END AS id,
    CASE WHEN {PROBLEM_VISIBLE} THEN problem.number END AS number,
    bit_count((earlier.likeness # :likeness)::bit(64)) AS bits
FROM photo AS earlier LEFT JOIN problem ON problem.id = earlier.problem_id
WHERE earlier.id < :photo_id ORDER BY bits, earlier.id LIMIT 1
""")


def photos_of(connection: Connection, problem_id: int) -> tuple[PhotoFacts, ...]:
    """Returns a problem's photos in the order they came; access must have been checked."""
    rows = connection.execute(OF_PROBLEM, {"problem_id": problem_id})
    return tuple(_facts(row) for row in rows)


def photo_facts(connection: Connection, photo_id: int) -> PhotoFacts:
    """Returns the facts of one photo; access must have been checked. Raises NotFound if none."""
    row = connection.execute(ONE, {"photo_id": photo_id}).one_or_none()
    if row is None:
        raise _none()
    return _facts(row)


def photo_copy(
    connection: Connection, scope: Scope, account_id: AccountId, photo_id: int, size: Size
) -> PhotoCopy:
    """Returns a photo in one size, if the account may see its problem or uploaded it.

    Raises NotFound.
    """
    bound = {**scope.bound, "account_id": account_id, "photo_id": photo_id}
    row = connection.execute(COPY[size], bound).one_or_none()
    if row is None:
        raise _none()
    mime = row.mime if size is Size.ORIGINAL else "image/jpeg"
    return PhotoCopy(mime, bytes(row.content), bytes(row.sha256), row.number)


def likest(connection: Connection, scope: Scope, photos: Sequence[PhotoFacts]) -> dict[int, Likest]:
    """Returns, by the id of each photo, the most similar of all photos uploaded before it."""
    found = {}
    for photo in photos:
        bound = {**scope.bound, "photo_id": photo.id, "likeness": photo.likeness}
        row = connection.execute(LIKEST, bound).one_or_none()
        found[photo.id] = (
            Likest(row.compared_count, row.bits, row.id, row.number) if row else Likest(0)
        )
    return found


def _none() -> NotFound:
    return NotFound("There is no such photo.")


def _facts(row: Row[tuple[object, ...]]) -> PhotoFacts:
    return PhotoFacts(
        id=row.id,
        sha256=bytes(row.sha256),
        mime=row.mime,
        byte_count=row.byte_count,
        width=row.width,
        height=row.height,
        likeness=row.likeness,
        lon=row.exif_lon,
        lat=row.exif_lat,
        bearing=row.exif_bearing,
        clock=row.exif_clock,
        gps_at=row.exif_gps_at,
        uploaded_at=row.uploaded_at,
        uploader_id=row.uploader_id,
        problem_id=row.problem_id,
        seq=row.event_seq,
        stage=Stage(row.stage) if row.stage else None,
        at=row.at,
    )
