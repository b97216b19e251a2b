"""Tables of units, accounts, responsibilities with their terms, and the access log."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.sql import func, literal_column, text

from data.tables.base import METADATA, moment, one_of
from data.vocabulary import ChiefLevel, Role

unit = Table(
    "unit",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent_id", BigInteger, ForeignKey("unit.id")),
    Column("division_id", BigInteger, ForeignKey("division.id")),
    Column("is_chief_office", Boolean, nullable=False, server_default="false"),
    UniqueConstraint("name", "parent_id", postgresql_nulls_not_distinct=True),
)

account = Table(
    "account",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("password_hash", Text, nullable=False, comment="argon2id"),
    Column("must_change_password", Boolean, nullable=False, server_default="false"),
    Column("language", Text, comment="zh, en; null = the setting's"),
    Column("is_active", Boolean, nullable=False, server_default="true"),
    Column("version", Integer, nullable=False, server_default="1"),
    moment("created_at", default=True),
    CheckConstraint("login ~ '^[a-z0-9][a-z0-9._-]{1,63}$'", name="login"),
)

account_role = Table(
    "account_role",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("division_id", BigInteger, ForeignKey("division.id"), comment="null = everywhere"),
    Column("unit_id", BigInteger, ForeignKey("unit.id")),
    Column("chief_level", Text),
    Column("is_general", Boolean, nullable=False, server_default="false"),
    one_of("role", Role),
    one_of("chief_level", ChiefLevel),
    CheckConstraint("(role = 'chief') = (chief_level IS NOT NULL)", name="chief_has_level"),
    CheckConstraint("role <> 'unit_member' OR unit_id IS NOT NULL", name="member_has_unit"),
    UniqueConstraint(
        "account_id", "role", "division_id", "unit_id", postgresql_nulls_not_distinct=True
    ),
    Index("ix_account_role_division_id", "division_id"),
)

person = Table(
    "person",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("name", Text, nullable=False, comment="as on the notice board"),
    Column("post", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("unit_id", BigInteger, ForeignKey("unit.id")),
    Column("account_id", BigInteger, ForeignKey("account.id"), unique=True),
    UniqueConstraint("name", "post", "phone"),
    comment="an official who answers for water, with or without an account",
)

responsibility = Table(
    "responsibility",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("person.id"), nullable=False),
    Column("level", Text, nullable=False),
    Column("is_general", Boolean, nullable=False, server_default="false"),
    Column("division_id", BigInteger, ForeignKey("division.id")),
    Column("river_id", BigInteger, ForeignKey("river.id")),
    Column("reach_id", BigInteger, ForeignKey("reach.id")),
    Column("lake_id", BigInteger, ForeignKey("lake.id")),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, comment="first day it no longer holds"),
    one_of("level", ChiefLevel),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="valid"),
    CheckConstraint(
        "num_nonnulls(river_id, reach_id, lake_id) = CASE WHEN is_general THEN 0 ELSE 1 END",
        name="one_water",
    ),
    CheckConstraint("NOT is_general OR division_id IS NOT NULL", name="general_of_division"),
    *(
        ExcludeConstraint(
            (water, "="),
            ("person_id", "="),
            ("level", "="),
            (func.daterange(literal_column("valid_from"), literal_column("valid_to")), "&&"),
            where=text(f"{water} IS NOT NULL"),
            name=f"ex_responsibility_{water}_once",
        )
        for water in ("river_id", "reach_id", "lake_id")
    ),
    Index("ix_responsibility_reach_id", "reach_id"),
    Index("ix_responsibility_river_id", "river_id"),
    Index("ix_responsibility_person_id", "person_id"),
    comment="a general chief answers for a division, every other for one water",
)

session = Table(
    "session",
    METADATA,
    Column("token_sha256", LargeBinary, primary_key=True, comment="the cookie is not kept"),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    moment("created_at", default=True),
    moment("seen_at", default=True),
    moment("expires_at"),
    Index("ix_session_account_id", "account_id"),
)

sign_in_attempt = Table(
    "sign_in_attempt",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    moment("at", default=True),
    Column("login_sha256", LargeBinary, nullable=False),
    Column("address_sha256", LargeBinary, nullable=False),
    Column("succeeded", Boolean, nullable=False),
    Column(
        "place_sha256",
        LargeBinary,
        nullable=False,
        comment="a browser known to the account, else the address",
    ),
    Column(
        "is_known",
        Boolean,
        nullable=False,
        server_default="false",
        comment="made where the account had signed in before",
    ),
    Index("ix_sign_in_attempt_at", "at"),
    Index("ix_sign_in_attempt_login_sha256_at", "login_sha256", "at"),
    Index("ix_sign_in_attempt_address_sha256_at", "address_sha256", "at"),
)

known_browser = Table(
    "known_browser",
    METADATA,
    Column("token_sha256", LargeBinary, primary_key=True),
    Column("account_id", BigInteger, ForeignKey("account.id"), primary_key=True),
    moment("seen_at", default=True),
    Index("ix_known_browser_account_id", "account_id"),
    Index("ix_known_browser_seen_at", "seen_at"),
    comment="browsers in which an account signed in; the cookie is not kept",
)

access_log = Table(
    "access_log",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    moment("at", default=True),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("action", Text, nullable=False, comment="sign_in, sign_out, refuse, export, release …"),
    Column("object", Text, nullable=False, server_default=""),
    Column("outcome", Text, nullable=False),
    Column("detail", JSONB),
    CheckConstraint("outcome IN ('done', 'refused')", name="outcome"),
    Index("ix_access_log_at", "at"),
    Index(
        "ix_access_log_sign_ins", "account_id", "at", postgresql_where=text("action = 'sign_in'")
    ),
    comment="append only",
)
