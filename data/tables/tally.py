"""Tables of the hourly tally (what arrived, its fate), and of months moved out of the database."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from data.tables.base import METADATA, moment

hour_account = Table(
    "hour_account",
    METADATA,
    Column("station_id", BigInteger, ForeignKey("station.id"), comment="null: of no known station"),
    moment("hour"),
    Column("received", Integer, nullable=False, server_default="0"),
    Column("stored", Integer, nullable=False, server_default="0"),
    Column("filled", Integer, nullable=False, server_default="0"),
    Column("duplicate", Integer, nullable=False, server_default="0"),
    Column("conflict", Integer, nullable=False, server_default="0"),
    Column("refused", Integer, nullable=False, server_default="0"),
    Column("late", Integer, nullable=False, server_default="0", comment="of those stored"),
    Column("instants", Integer, nullable=False, server_default="0", comment="observed in the hour"),
    Column("minutes", Integer, nullable=False, server_default="0", comment="observed in the hour"),
    Column("hours", Integer, nullable=False, server_default="0", comment="observed in the hour"),
    Column(
        "partial",
        Integer,
        nullable=False,
        server_default="0",
        comment="of those not refused: stored without some of their values",
    ),
    Index(
        "ux_hour_account_station_id_hour",
        "station_id",
        "hour",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    Index("ix_hour_account_hour", "hour", postgresql_using="brin"),
    postgresql_with={"fillfactor": "50"},
    comment="received .. late: messages that arrived in the hour, received = stored + filled +"
    " duplicate + conflict + refused; instants .. hours: stored readings observed in the hour",
)

offline_spell = Table(
    "offline_spell",
    METADATA,
    Column("station_id", BigInteger, ForeignKey("station.id"), primary_key=True),
    Column("began_at", moment("began_at").type, primary_key=True, comment="the last value's time"),
    moment("noticed_at", default=True),
    moment("ended_at", nullable=True),
    Column("problem_id", BigInteger, ForeignKey("problem.id")),
    Index(
        "ux_offline_spell_one_open",
        "station_id",
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("ix_offline_spell_problem_id", "problem_id"),
    comment="a station without a young value, from its last one until the next",
)

detached_month = Table(
    "detached_month",
    METADATA,
    Column("month", Date, primary_key=True),
    Column("folder", Text, nullable=False, comment="where the Parquet files lie"),
    Column("row_count", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False, comment="of the files' hashes in order of name"),
    moment("detached_at", default=True),
    comment="months of readings that left the database",
)
