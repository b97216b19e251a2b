"""Tables of device models, whose mappings say how foreign JSON is read, and of asked replays."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from data.tables.base import METADATA, moment

device_model = Table(
    "device_model",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    Column(
        "is_shipped",
        Boolean,
        nullable=False,
        server_default="false",
        comment="an example that comes with OneMap; never changed, copied",
    ),
    Column(
        "version",
        Integer,
        nullable=False,
        server_default="1",
        comment="the version of its mapping that holds",
    ),
    moment("changed_at", default=True),
    CheckConstraint("code ~ '^[a-z0-9][a-z0-9._-]{0,63}$'", name="code"),
    CheckConstraint("version > 0", name="version"),
)

device_model_version = Table(
    "device_model_version",
    METADATA,
    Column("model_id", BigInteger, ForeignKey("device_model.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("mapping", JSONB, nullable=False),
    Column(
        "account_id",
        BigInteger,
        ForeignKey("account.id"),
        comment="who wrote it; null = a command, or shipped",
    ),
    moment("known_from", default=True),
    CheckConstraint("jsonb_typeof(mapping) = 'object'", name="mapping"),
    comment="insert only; the mappings of a model, the old ones too",
)

replay_request = Table(
    "replay_request",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("station_id", BigInteger, ForeignKey("station.id"), nullable=False),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    moment("asked_at", default=True),
    moment("done_at", nullable=True),
    Column(
        "after_id",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="how far the quarantine has been looked through",
    ),
    Column(
        "taken_count",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="readings of quarantine that were taken in by it",
    ),
    Column(
        "refused_count",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="messages that were refused again",
    ),
    CheckConstraint("done_at >= asked_at", name="done_at"),
    Index(
        "ix_replay_request_waiting",
        "station_id",
        unique=True,
        postgresql_where=text("done_at IS NULL"),
    ),
    Index("ix_replay_request_station_id", "station_id", "id"),
    comment="asked for by the office; done by ingest, which alone writes readings",
)
