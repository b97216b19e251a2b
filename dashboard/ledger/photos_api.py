"""Photos over HTTP: uploaded before the step they belong to, fetched by who may see the problem."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, UploadFile
from fastapi.responses import Response
from pydantic import Field

from dashboard.frame.answers import Hex, PathId, Read
from dashboard.frame.auth import Action, User, current_user, may, require, visible_to
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.frame.turns import Turns, upload_bounds
from data.bounded import call_bounded
from data.database import transaction
from data.errors import Forbidden
from data.people.access_log import Logged, log
from data.queries.ledger.photos import PhotoCopy, PhotoFacts, Size, photo_copy, photo_facts
from problem_ledger.evidence.photo_bytes import Most, read_photo
from problem_ledger.evidence.photos import keep


class PhotoOut(Read):
    """A photo as it was taken in; what the camera didn't write is null.

    Where, in which direction and when by the camera: in a problem for those alone who may open the
    original, null for others.
    """

    id: int
    sha256: Hex = Field(description="of the original, in hex")
    mime: str
    byte_count: int
    width: int
    height: int
    longitude: float | None = Field(validation_alias="lon", description="degrees, CGCS2000")
    latitude: float | None = Field(validation_alias="lat", description="degrees, CGCS2000")
    bearing: float | None = Field(description="degrees from north")
    camera_clock: str | None = Field(
        validation_alias="clock", description="as written, with its offset where it has one"
    )
    gps_at: datetime | None


def most_of_a_photo(deps: Deps) -> Most:
    """Returns how large a photo may be by the settings."""
    return Most(deps.dashboard.photo_mb, deps.dashboard.photo_megapixels)


def keep_photo(deps: Deps, user: User, content: bytes) -> PhotoFacts:
    """Stores a photo to be attached to a later step; returns the photo's facts.

    It is decoded before a connection is opened, because that takes long, and in a process of its
    own: 50 megapixels that aren't a JPEG take some 600 MB. Raises what ``read_photo`` raises.
    """
    most = most_of_a_photo(deps)
    evidence = call_bounded(upload_bounds(deps.dashboard), read_photo, content, most)
    with transaction(deps.engine) as connection:
        photo_id = keep(connection, user.account_id, evidence, deps.clock())
        return photo_facts(connection, photo_id)


def read_copy(deps: Deps, user: User, photo_id: int, size: Size) -> PhotoCopy:
    """Reads a copy of the photo; for an original, notes the reader in the access log.

    Raises NotFound or Forbidden.
    """
    original = size is Size.ORIGINAL
    if original and not may(user, Action.READ_ORIGINALS):
        raise Forbidden("Originals are for the office, chiefs and auditors.")
    with transaction(deps.engine) as connection:
        copy = photo_copy(connection, visible_to(user), user.account_id, photo_id, size)
        if original:
            log(
                connection,
                Logged.EXPORT,
                account_id=user.account_id,
                about=f"photo {photo_id} {copy.number or ''}".rstrip(),
            )
    return copy


def router(deps: Deps) -> APIRouter:
    """Returns the routes ``/api/v1/photos``."""
    routes = APIRouter(prefix="/api/v1/photos", tags=["ledger"])
    turns = Turns(deps.dashboard.uploads_at_once)

    @routes.post("", status_code=201)
    async def upload(photo: Annotated[UploadFile, File()]) -> PhotoOut:
        """Keep a JPEG, PNG, WebP or HEIC (25 MB, 110 megapixels at most) for a step to come.

        The same file again, while no step has taken it, is the same photo.
        """
        user = require(Action.WRITE_LEDGER)
        async with turns.turn(user.account_id):
            content = await photo.read(most_of_a_photo(deps).byte_count + 1)
            return PhotoOut.of(await off(keep_photo, deps, user, content))

    @routes.get("/{photo_id}", response_class=Response)
    async def fetch(photo_id: PathId, size: Size = Size.SHOWN) -> Response:
        """A photo of a problem one may see, or one's own while no step has taken it."""
        copy = await off(read_copy, deps, current_user(), photo_id, size)
        original = size is Size.ORIGINAL
        held = "attachment" if original else "inline"
        ending = copy.mime.removeprefix("image/").replace("jpeg", "jpg")
        return Response(
            copy.content,
            media_type=copy.mime,
            headers={
                "Cache-Control": "private, no-store" if original else "private, max-age=3600",
                "Content-Disposition": f'{held}; filename="photo-{photo_id}.{ending}"',
                "ETag": f'"{copy.sha256.hex()}-{size.value}"',
            },
        )

    return routes
