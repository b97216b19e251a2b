"""Tables of the problem ledger: problems, their hash-chained events, signed chain heads."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.sql import text

from data.tables.base import METADATA, geometry, moment, one_of, search_indexes, web_geometry
from data.vocabulary import Bank
from data.words.ledger import CLOSED, EXTENDABLE, Action, Severity, Source, Status

ledger_change_no = Sequence("ledger_change_no", metadata=METADATA)

_OPEN = "status NOT IN ({})".format(", ".join(f"'{status.value}'" for status in CLOSED))

problem_serial = Table(
    "problem_serial",
    METADATA,
    Column("division_code", Text, primary_key=True, comment="6 digits; 000000 = unverified"),
    Column("year", SmallInteger, primary_key=True, comment="business zone"),
    Column("last", Integer, nullable=False),
    comment="drawn under a row lock: numbers have no gap",
)

problem = Table(
    "problem",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("number", Text, nullable=False, unique=True, comment="411381-2026-00012"),
    Column("request_key", Text, comment="the caller's idempotency key"),
    Column("request_sha256", LargeBinary, comment="of what came with the key"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("change_no", BigInteger, ledger_change_no, server_default=ledger_change_no.next_value()),
    Column("status", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_ref", Text, nullable=False, server_default=""),
    Column("description", Text, nullable=False),
    Column("division_id", BigInteger, ForeignKey("division.id")),
    Column("reach_id", BigInteger, ForeignKey("reach.id")),
    Column("lake_id", BigInteger, ForeignKey("lake.id")),
    Column("chainage_m", Float),
    Column("offset_m", Float),
    Column("bank", Text),
    Column("accuracy_m", Float, comment="as the device told"),
    Column("source_crs", Text, nullable=False),
    Column("source_x", Float, nullable=False, comment="as given"),
    Column("source_y", Float, nullable=False, comment="as given"),
    geometry("POINT"),
    web_geometry("POINT"),
    Column("station_id", BigInteger, ForeignKey("station.id")),
    Column("parameter", Text, comment="of the exceedance that opened it"),
    Column("patrol_id", BigInteger, ForeignKey("patrol.id")),
    Column("person_id", BigInteger, ForeignKey("person.id"), comment="chief on that day"),
    Column("reporter_id", BigInteger, ForeignKey("account.id"), comment="null = the system"),
    Column("unit_id", BigInteger, ForeignKey("unit.id"), comment="the handling unit"),
    Column("requirement", Text, nullable=False, server_default=""),
    Column("handler_id", BigInteger, ForeignKey("account.id"), comment="who submitted"),
    Column("checker_id", BigInteger, ForeignKey("account.id")),
    Column("signer_id", BigInteger, ForeignKey("account.id")),
    moment("found_at"),
    moment("registered_at"),
    moment("assigned_at", nullable=True),
    moment("signed_off_at", nullable=True),
    moment("look_back_at", nullable=True),
    moment("due_at", nullable=True),
    moment("amber_at", nullable=True),
    Column("due_rule", Text, nullable=False, server_default="", comment="key of the rule"),
    Column("due_days", SmallInteger, comment="working days the rule gave"),
    Column("is_provisional", Boolean, nullable=False, server_default="false"),
    Column("extension_count", SmallInteger, nullable=False, server_default="0"),
    Column("asked_due_on", Date, comment="last day asked for by the request that waits"),
    moment("pressed_at", nullable=True),
    Column("is_returned", Boolean, nullable=False, server_default="false"),
    Column("last_seq", Integer, nullable=False),
    Column("last_hash", LargeBinary, nullable=False),
    moment("last_at"),
    Column("last_action", Text, nullable=False),
    Column("last_actor", Text, nullable=False, comment="post or unit as shown"),
    one_of("status", Status),
    one_of("severity", Severity),
    one_of("source", Source),
    one_of("bank", Bank),
    one_of("last_action", Action),
    CheckConstraint("version > 0 AND last_seq > 0", name="counted"),
    CheckConstraint("due_at IS NULL OR amber_at <= due_at", name="amber_before_due"),
    CheckConstraint(
        "asked_due_on IS NULL OR status IN ({}) AND due_at IS NOT NULL"
        " AND asked_due_on > (due_at AT TIME ZONE 'Asia/Shanghai')::date".format(
            ", ".join(f"'{status.value}'" for status in EXTENDABLE)
        ),
        name="asked_for_later",
    ),
    CheckConstraint("extension_count >= 0", name="extended"),
    CheckConstraint(
        "status IN ('registered', 'refused', 'accepted') OR unit_id IS NOT NULL",
        name="assigned_has_unit",
    ),
    CheckConstraint(
        "signer_id IS NULL OR signer_id IS DISTINCT FROM handler_id"
        " AND signer_id IS DISTINCT FROM checker_id",
        name="separate_duties",
    ),
    CheckConstraint(
        "status NOT IN ('signed_off', 'archived')"
        " OR signer_id IS NOT NULL AND checker_id IS NOT NULL AND handler_id IS NOT NULL",
        name="signed_by_three",
    ),
    UniqueConstraint("reporter_id", "request_key", name="uq_problem_request"),
    Index(
        "ux_problem_one_open",
        "station_id",
        "parameter",
        unique=True,
        postgresql_where=text(f"parameter IS NOT NULL AND {_OPEN}"),
    ),
    Index("ix_problem_change_no", "change_no", unique=True),
    Index("ix_problem_geom_web", "geom_web", postgresql_using="gist"),
    Index("ix_problem_status_due_at", "status", "due_at"),
    Index("ix_problem_due_at", "due_at", "id"),
    Index("ix_problem_registered_at", "registered_at", "id"),
    Index("ix_problem_division_id", "division_id"),
    Index("ix_problem_reach_id", "reach_id"),
    Index("ix_problem_unit_id", "unit_id"),
    *search_indexes("problem", "number"),
    Index(
        "ix_problem_words",
        text("search_grams(VARIADIC ARRAY[number, description, source_ref])"),
        postgresql_using="gin",
    ),
    comment="the state now; problem_event tells how it came to it",
)

problem_event = Table(
    "problem_event",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("problem_id", BigInteger, ForeignKey("problem.id"), nullable=False),
    Column("seq", Integer, nullable=False, comment="1, 2, 3 … without a gap"),
    moment("at"),
    Column("action", Text, nullable=False),
    Column("from_status", Text),
    Column("to_status", Text, nullable=False),
    Column("account_id", BigInteger, ForeignKey("account.id"), comment="null = the system"),
    Column("body", LargeBinary, nullable=False, comment="canonical bytes, what is hashed"),
    Column("prev_hash", LargeBinary, nullable=False, comment="32 zero bytes for the first"),
    Column("hash", LargeBinary, nullable=False, comment="SHA-256 of prev_hash and body"),
    one_of("action", Action),
    one_of("from_status", Status),
    one_of("to_status", Status),
    UniqueConstraint("problem_id", "seq"),
    Index("ix_problem_event_at", "at"),
    comment="insert only; written under the problem's row lock",
)

ledger_head = Table(
    "ledger_head",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    moment("at"),
    Column("body", LargeBinary, nullable=False, comment="canonical bytes, what is signed"),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False, comment="Ed25519 of the hash"),
    Column("key_id", Text, nullable=False, comment="first 16 hex digits of the public key's hash"),
    comment="insert only; heads of every problem's chain, signed",
)
