"""Tables of the second look: findings, how far it has come, the climatology of months."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
)

from data.tables.base import METADATA, moment, one_of
from data.vocabulary import Parameter, Period
from data.words.review import Finding, QualityTest

reading_finding = Table(
    "reading_finding",
    METADATA,
    Column("station_id", BigInteger, ForeignKey("station.id"), primary_key=True),
    Column("observed_at", moment("observed_at").type, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("parameter", Text, primary_key=True),
    Column("test", Text, primary_key=True),
    Column("finding", Text, nullable=False),
    Column("value", Float, nullable=False),
    Column("expected_low", Float, comment="null: open below"),
    Column("expected_high", Float, comment="null: open above"),
    Column("detail", Text, nullable=False, server_default="", comment="the other station, the run"),
    moment("found_at", default=True),
    one_of("period", Period),
    one_of("parameter", Parameter),
    one_of("test", QualityTest),
    one_of("finding", Finding),
    Index("ix_reading_finding_observed_at", "observed_at"),
    Index("ix_reading_finding_found_at", "found_at"),
    comment="what a test found of one value; only suspect and failed ones",
)

quality_progress = Table(
    "quality_progress",
    METADATA,
    Column("station_id", BigInteger, ForeignKey("station.id"), primary_key=True),
    Column("change_no", BigInteger, nullable=False, comment="of latest_reading, when last looked"),
    moment("checked_until", nullable=True),
    moment("looked_at", default=True),
    comment="how far the second look has come",
)

climatology = Table(
    "climatology",
    METADATA,
    Column("station_id", BigInteger, ForeignKey("station.id"), primary_key=True),
    Column("parameter", Text, primary_key=True),
    Column("month", SmallInteger, primary_key=True),
    Column("suspect_low", Float, nullable=False),
    Column("suspect_high", Float, nullable=False),
    Column("fail_low", Float, nullable=False),
    Column("fail_high", Float, nullable=False),
    Column("sample_count", Integer, nullable=False),
    Column("year_count", SmallInteger, nullable=False),
    moment("computed_at", default=True),
    one_of("parameter", Parameter),
    CheckConstraint("month BETWEEN 1 AND 12", name="month"),
    comment="the span of a parameter's values at a station in that month of the year",
)
