"""Tables of patrols (巡河): the track, its verdict, the reaches it covered, remarks."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from data.tables.base import METADATA, geometry, moment, one_of, web_geometry
from data.tables.ledger import ledger_change_no
from data.vocabulary import ChiefLevel

patrol = Table(
    "patrol",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("change_no", BigInteger, ledger_change_no, server_default=ledger_change_no.next_value()),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False, comment="who went"),
    Column("person_id", BigInteger, ForeignKey("person.id"), comment="the chief it counts for"),
    Column("level", Text, nullable=False, comment="whose rules judge it"),
    Column("division_id", BigInteger, ForeignKey("division.id")),
    Column("request_key", Text),
    Column("file_name", Text, nullable=False, server_default=""),
    Column("file_sha256", LargeBinary, nullable=False),
    Column("file_bytes", LargeBinary, comment="the track as it came"),
    moment("started_at"),
    moment("ended_at"),
    moment("recorded_at"),
    Column("point_count", Integer, nullable=False),
    Column("kept_count", Integer, nullable=False),
    Column("jump_count", Integer, nullable=False),
    Column("gap_count", Integer, nullable=False),
    Column("duration_s", Float, nullable=False),
    Column("moving_s", Float, nullable=False),
    Column("length_m", Float, nullable=False),
    Column("top_speed_kmh", Float, nullable=False),
    geometry("MULTILINESTRING", nullable=True),
    web_geometry("MULTILINESTRING"),
    Column("is_valid", Boolean, nullable=False),
    Column(
        "judgements",
        JSONB,
        nullable=False,
        comment='[{"rule", "limit", "measured", "passed", "source"}]',
    ),
    Column("reason", Text, nullable=False, server_default="", comment="the patroller's"),
    moment("reason_at", nullable=True),
    Column(
        "track_removed_at",
        DateTime(timezone=True),
        comment="when file and line went after their term",
    ),
    one_of("level", ChiefLevel),
    CheckConstraint("ended_at >= started_at", name="times"),
    CheckConstraint("kept_count <= point_count", name="points"),
    CheckConstraint(
        "(geom IS NULL) = (track_removed_at IS NOT NULL)"
        " AND (file_bytes IS NULL) = (track_removed_at IS NOT NULL)",
        name="track",
    ),
    UniqueConstraint("account_id", "request_key"),
    UniqueConstraint("account_id", "file_sha256"),
    Index("ix_patrol_change_no", "change_no", unique=True),
    Index("ix_patrol_geom_web", "geom_web", postgresql_using="gist"),
    Index("ix_patrol_person_id_started_at", "person_id", "started_at"),
    Index("ix_patrol_started_at", "started_at"),
    Index("ix_patrol_division_id", "division_id"),
)

patrol_reach = Table(
    "patrol_reach",
    METADATA,
    Column("patrol_id", BigInteger, ForeignKey("patrol.id"), primary_key=True),
    Column("reach_id", BigInteger, ForeignKey("reach.id"), primary_key=True),
    Column("walked_m", Float, nullable=False),
    Column("share", Float, nullable=False, comment="of the reach's length, 0 to 1"),
    Column("stretches", JSONB, nullable=False, comment="[[from_m, to_m], …] of chainage"),
    CheckConstraint("share BETWEEN 0 AND 1", name="share"),
    Index("ix_patrol_reach_reach_id", "reach_id"),
)

patrol_remark = Table(
    "patrol_remark",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("patrol_id", BigInteger, ForeignKey("patrol.id"), nullable=False),
    moment("at"),
    Column("text", Text, nullable=False),
    geometry("POINT", nullable=True),
    Index("ix_patrol_remark_patrol_id", "patrol_id"),
    comment="what was seen and is no problem",
)
