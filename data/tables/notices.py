"""Tables of the ledger's notices with their deliveries, and of saved views."""

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

delivery = Table(
    "delivery",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("problem_id", BigInteger, ForeignKey("problem.id"), nullable=False),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False, comment="once per problem, account, kind and this"),
    Column("facts", JSONB, nullable=False, server_default="{}"),
    Column("channel", Text, nullable=False, server_default="app"),
    moment("made_at"),
    moment("try_after", default=True),
    Column("attempt_count", SmallInteger, nullable=False, server_default="0"),
    Column("failure", Text, nullable=False, server_default=""),
    moment("delivered_at", nullable=True),
    moment("read_at", nullable=True),
    one_of("kind", NoticeKind),
    CheckConstraint("channel IN ('app')", name="channel"),
    UniqueConstraint("problem_id", "account_id", "kind", "about", "channel"),
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
