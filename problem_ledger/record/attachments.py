"""Photos bound to the step they were given with: once, and only those of who takes the step."""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from data.errors import BadInput
from data.records import AccountId
from data.tables.photos import photo
from data.words.ledger import Stage
from problem_ledger.record.commands import Attached


def lock_unattached_photos(
    connection: Connection, who: AccountId, photo_ids: Sequence[int], most: int
) -> tuple[Attached, ...]:
    """Locks and returns the account's photos of these ids, in that order.

    Raises BadInput for more than ``most``, one named twice, somebody else's or an attached one.
    """
    if not photo_ids:
        return ()
    if len(photo_ids) > most:
        raise BadInput("At most {most} photos go with one step.", most=most)
    if len(set(photo_ids)) < len(photo_ids):
        raise BadInput("A photo is named twice.")
    rows = connection.execute(
        select(photo.c.id, photo.c.sha256)
        .where(photo.c.id.in_(photo_ids), photo.c.uploader_id == who, photo.c.problem_id.is_(None))
        .order_by(photo.c.id)
        .with_for_update()
    )
    found = {row.id: Attached(row.id, bytes(row.sha256)) for row in rows}
    missing = [each for each in photo_ids if each not in found]
    if missing:
        raise BadInput(
            "Photo {id} isn't there, isn't yours, or belongs to a step already.",
            mend="Upload it again.",
            id=missing[0],
        )
    return tuple(found[each] for each in photo_ids)


def attach(
    connection: Connection, photos: Sequence[Attached], problem_id: int, seq: int, stage: Stage
) -> None:
    """Attaches the photos to event number ``seq`` of the problem."""
    connection.execute(
        update(photo)
        .where(photo.c.id.in_([each.id for each in photos]))
        .values(problem_id=problem_id, event_seq=seq, stage=stage.value)
    )
