"""Tables of photos of problems: the original, smaller copies, what EXIF says."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)
from sqlalchemy.sql import text

from data.tables.base import METADATA, moment, one_of
from data.words.ledger import Stage

photo = Table(
    "photo",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("sha256", LargeBinary, nullable=False, comment="of the original"),
    Column("mime", Text, nullable=False),
    Column("byte_count", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("original", LargeBinary, nullable=False),
    Column("shown", LargeBinary, nullable=False, comment="JPEG without EXIF, 1600 px at most"),
    Column("thumb", LargeBinary, nullable=False, comment="JPEG without EXIF, 320 px at most"),
    Column("likeness", BigInteger, nullable=False, comment="64-bit difference hash"),
    Column("exif_lon", Float),
    Column("exif_lat", Float),
    Column("exif_bearing", Float, comment="degrees from north"),
    Column("exif_clock", Text, comment="camera clock as written, with its offset where it has one"),
    moment("exif_gps_at", nullable=True),
    Column("uploader_id", BigInteger, ForeignKey("account.id"), nullable=False),
    moment("uploaded_at"),
    Column("problem_id", BigInteger, ForeignKey("problem.id"), comment="null until attached"),
    Column("event_seq", Integer),
    Column("stage", Text),
    one_of("stage", Stage),
    CheckConstraint("num_nulls(problem_id, event_seq, stage) IN (0, 3)", name="attached"),
    Index("ix_photo_problem_id", "problem_id"),
    Index("ix_photo_unattached", "uploaded_at", postgresql_where=text("problem_id IS NULL")),
    comment="an original is never changed; only attached once",
)
