"""Tables of messages that ingest or the broker refuses: kept, tolerated, turned away."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from data.tables.base import METADATA, moment, one_of, some_of
from data.tolerances import BrokerRefusal, Tolerance
from data.vocabulary import Refusal

tolerance = Table(
    "tolerance",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("station_id", BigInteger, ForeignKey("station.id"), comment="null: every station"),
    Column("kind", Text, nullable=False),
    moment("started_at", default=True),
    Column("started_by", BigInteger, ForeignKey("account.id"), comment="null: by command"),
    moment("ended_at", nullable=True),
    Column("ended_by", BigInteger, ForeignKey("account.id"), comment="null: by command"),
    moment("replayed_at", nullable=True),
    Column("taken_in", Integer, comment="of what had waited, once replayed"),
    one_of("kind", Tolerance),
    CheckConstraint("ended_at >= started_at", name="ended_at"),
    Index(
        "ux_tolerance_in_force",
        "station_id",
        "kind",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index(
        "ix_tolerance_to_replay",
        "id",
        postgresql_where=text("replayed_at IS NULL"),
    ),
    comment="faults of messages that ingest mends, as the office has switched on and off",
)

broker_refusal = Table(
    "broker_refusal",
    METADATA,
    Column("account", Text, nullable=False, comment="at the broker; empty: nobody it knows"),
    Column("kind", Text, nullable=False),
    moment("hour"),
    Column("station_id", BigInteger, ForeignKey("station.id"), comment="whose device it is"),
    Column("seen_count", Integer, nullable=False),
    Column("topic", Text, nullable=False, server_default="", comment="the last one denied"),
    one_of("kind", BrokerRefusal),
    CheckConstraint("seen_count > 0", name="seen_count"),
    Index("ux_broker_refusal_hour_account_kind", "hour", "account", "kind", unique=True),
    comment="what the broker itself refused in an hour, as its log says",
)

broker_log = Table(
    "broker_log",
    METADATA,
    Column("path", Text, primary_key=True),
    Column("inode", BigInteger, nullable=False),
    Column("bytes_read", BigInteger, nullable=False),
    moment("read_at", default=True),
    CheckConstraint("bytes_read >= 0", name="bytes_read"),
    comment="how far the broker's log has been counted",
)

quarantine = Table(
    "quarantine",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("payload_sha256", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Column("seen_count", Integer, nullable=False, server_default="1"),
    moment("first_received_at"),
    moment("last_received_at"),
    moment("replayed_at", nullable=True),
    Column("station_id", BigInteger, ForeignKey("station.id"), comment="in whose account it is"),
    Column(
        "payload_length",
        BigInteger,
        nullable=False,
        comment="as it came; payload may hold the beginning only",
    ),
    Column(
        "is_sum",
        Boolean,
        nullable=False,
        server_default="false",
        comment="stands for all messages beyond an hour's budget: their count and bytes, nothing of"
        " what they said",
    ),
    Column("mendable_by", ARRAY(Text), comment="with these tolerances it could be taken in"),
    some_of("mendable_by", Tolerance),
    Index(
        "ix_quarantine_mendable",
        "station_id",
        postgresql_where=text("replayed_at IS NULL AND mendable_by IS NOT NULL"),
    ),
    CheckConstraint("payload_length >= length(payload)", name="payload_length"),
    one_of("reason", Refusal),
    UniqueConstraint("topic", "payload_sha256"),
    Index("ix_quarantine_waiting", "station_id", postgresql_where=text("replayed_at IS NULL")),
)
