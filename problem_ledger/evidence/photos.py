"""Stores uploaded photos; each waits, for a day at most, to be attached to a step."""

from typing import Final, NewType

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.errors import Conflict
from data.records import AccountId
from problem_ledger.evidence.photo_bytes import Evidence, read_photo

PhotoId = NewType("PhotoId", int)

MOST_WAITING: Final = 60
"""Photos of one account that belong to no problem yet; they are removed after a day."""

WAITING = text(
    "SELECT id, sha256 FROM photo WHERE uploader_id = :uploader AND problem_id IS NULL ORDER BY id"
)
INSERT = text("""
INSERT INTO photo (sha256, mime, byte_count, width, height, original, shown, thumb, likeness,
    exif_lon, exif_lat, exif_bearing, exif_clock, exif_gps_at, uploader_id, uploaded_at)
VALUES (:sha256, :mime, :byte_count, :width, :height, :original, :shown, :thumb, :likeness,
    :lon, :lat, :bearing, :clock, :gps_at, :uploader, :now) RETURNING id
""")
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('photo', :uploader))")


def take(connection: Connection, uploader: AccountId, content: bytes, now: UtcDatetime) -> PhotoId:
    """Stores an uploaded photo and returns its id; sent again while it waits, it keeps that id.

    Raises TooLarge and BadInput as ``read_photo`` does, Conflict when too many wait.
    """
    return keep(connection, uploader, read_photo(content), now)


def keep(
    connection: Connection, uploader: AccountId, evidence: Evidence, now: UtcDatetime
) -> PhotoId:
    """Stores a photo already parsed, as ``take`` does; returns its id."""
    connection.execute(LOCK, {"uploader": uploader})
    waiting = connection.execute(WAITING, {"uploader": uploader}).all()
    for row in waiting:
        if bytes(row.sha256) == evidence.sha256:
            return PhotoId(row.id)
    if len(waiting) >= MOST_WAITING:
        raise Conflict(
            "{most} photos of yours belong to no problem yet.",
            mend="Send the report that they belong to; those left over go after a day.",
            most=MOST_WAITING,
        )
    bound = {
        "sha256": evidence.sha256,
        "mime": evidence.mime,
        "byte_count": len(evidence.original),
        "width": evidence.width,
        "height": evidence.height,
        "original": evidence.original,
        "shown": evidence.shown,
        "thumb": evidence.thumb,
        "likeness": evidence.likeness,
        "lon": evidence.exif.lon,
        "lat": evidence.exif.lat,
        "bearing": evidence.exif.bearing,
        "clock": evidence.exif.clock,
        "gps_at": evidence.exif.gps_at,
        "uploader": uploader,
        "now": now,
    }
    return PhotoId(connection.execute(INSERT, bound).scalar_one())
