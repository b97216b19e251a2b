"""Tables of notices (of problems, stations, services) with their deliveries, and saved views."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import text

from data.tables.base import METADATA, moment, one_of
from data.words.ledger import NoticeKind
from data.words.notices import SubjectKind

delivery = Table(
    "delivery",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("problem_id", BigInteger, ForeignKey("problem.id")),
    Column("subject_kind", Text, comment="what it is about if no problem"),
    Column("subject_uid", Text, comment="a station's code, a service's name"),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column(
        "about", Text, nullable=False, comment="once per problem or subject, account, kind and this"
    ),
    Column("facts", JSONB, nullable=False, server_default="{}"),
    Column("channel", Text, nullable=False, server_default="app"),
    moment("made_at"),
    moment("try_after", default=True),
    Column("attempt_count", SmallInteger, nullable=False, server_default="0"),
    Column("failure", Text, nullable=False, server_default=""),
    moment("delivered_at", nullable=True),
    moment("read_at", nullable=True),
    one_of("kind", NoticeKind),
    one_of("subject_kind", SubjectKind),
    CheckConstraint(
        "(problem_id IS NULL) = (subject_kind IS NOT NULL)"
        " AND (subject_kind IS NULL) = (subject_uid IS NULL)",
        name="one_subject",
    ),
    CheckConstraint("channel IN ('app')", name="channel"),
    UniqueConstraint("problem_id", "account_id", "kind", "about", "channel"),
    UniqueConstraint(
        "subject_kind",
        "subject_uid",
        "account_id",
        "kind",
        "about",
        "channel",
        name="uq_delivery_subject",
    ),
    Index("ix_delivery_waiting", "try_after", postgresql_where=text("delivered_at IS NULL")),
    Index(
        "ix_delivery_unread",
        "account_id",
        postgresql_where=text("delivered_at IS NOT NULL AND read_at IS NULL"),
    ),
    comment="the state of telling somebody, apart from the state of the problem",
)

saved_view = Table(
    "saved_view",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False, comment="the address's query string"),
    UniqueConstraint("account_id", "name"),
    CheckConstraint("length(name) BETWEEN 1 AND 40 AND length(query) <= 2000", name="bounded"),
)
