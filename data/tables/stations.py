"""Tables of stations, their targets and limits, readings and newest values."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    ARRAY,
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
    Sequence,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB, ExcludeConstraint
from sqlalchemy.sql import func, literal_column

from data.tables.base import METADATA, geometry, moment, one_of, search_indexes, web_geometry
from data.vocabulary import (
    COLUMN_PARAMETERS,
    PARAMETERS,
    Bank,
    BodyKind,
    Compliance,
    EvaluationState,
    Period,
    StationKind,
)
from data.words.review import Verdict
from gis.crs import CGCS2000

station = Table(
    "station",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("code", Text, nullable=False, unique=True, comment="its name in MQTT topics"),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False, comment="which limits apply"),
    Column("reach_id", BigInteger, ForeignKey("reach.id")),
    Column("lake_id", BigInteger, ForeignKey("lake.id")),
    Column("division_id", BigInteger, ForeignKey("division.id")),
    Column("chainage_m", Float),
    Column("offset_m", Float),
    Column("bank", Text),
    Column("interval_s", Integer, nullable=False, server_default="14400"),
    moment("started_at", nullable=True),
    moment("ended_at", nullable=True),
    Column("source_crs", Text, nullable=False, server_default="EPSG:4490"),
    Column("source_x", Float, nullable=False, comment="as given"),
    Column("source_y", Float, nullable=False, comment="as given"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column(
        "device_model_id",
        BigInteger,
        ForeignKey("device_model.id"),
        comment="how its messages are read; null = our own contract",
    ),
    geometry("POINT"),
    web_geometry("POINT"),
    moment("changed_at", default=True),
    one_of("kind", StationKind),
    one_of("body", BodyKind),
    one_of("bank", Bank),
    CheckConstraint("interval_s > 0", name="interval"),
    CheckConstraint("code ~ '^[A-Za-z0-9_.-]{1,64}$'", name="code"),
    Index("ix_station_geom_web", "geom_web", postgresql_using="gist"),
    Index("ix_station_reach_id", "reach_id"),
    Index("ix_station_lake_id", "lake_id"),
    Index("ix_station_division_id", "division_id"),
    Index("ix_station_device_model_id", "device_model_id"),
    *search_indexes("station", "name", "name_en", "code"),
)

section = Table(
    "section",
    METADATA,
    Column("station_id", BigInteger, ForeignKey("station.id"), primary_key=True),
    Column("attribute", Text, nullable=False, server_default="", comment="国考 省考 市控 自设"),
    Column("target_class", SmallInteger, comment="1..5; null = none given, Ⅲ is taken"),
    Column("required", ARRAY(Text), comment="parameter keys; null = the setting's"),
    Column("is_border", Boolean, nullable=False, server_default="false"),
    CheckConstraint("target_class BETWEEN 1 AND 5", name="target_class"),
)

section_represents = Table(
    "section_represents",
    METADATA,
    Column("station_id", BigInteger, ForeignKey("station.id"), primary_key=True),
    Column("reach_id", BigInteger, ForeignKey("reach.id"), primary_key=True),
    Index("ix_section_represents_reach_id", "reach_id"),
    comment="reaches coloured by a section; no row = the reach it lies on",
)

outfall = Table(
    "outfall",
    METADATA,
    Column("station_id", BigInteger, ForeignKey("station.id"), primary_key=True),
    Column("category", Text, nullable=False, server_default="", comment="HJ 1312-2023"),
    Column("owner", Text, nullable=False, server_default="", comment="responsible body"),
    Column("permit_no", Text, nullable=False, server_default=""),
    Column("discharge_mode", Text, nullable=False, server_default="", comment="连续 间歇"),
    Column("grade", Text, comment="GB 18918 grade used as template"),
)

intake = Table(
    "intake",
    METADATA,
    Column("station_id", BigInteger, ForeignKey("station.id"), primary_key=True),
    Column("owner", Text, nullable=False, server_default=""),
    Column("permit_no", Text, nullable=False, server_default=""),
    Column("permitted_volume_m3a", Float),
    Column("purpose", Text, nullable=False, server_default=""),
)

outfall_limit = Table(
    "outfall_limit",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("station_id", BigInteger, ForeignKey("station.id"), nullable=False),
    Column("parameter", Text, nullable=False),
    Column("lower", Float),
    Column("upper", Float),
    Column("basis", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, comment="first day it no longer holds"),
    CheckConstraint("lower IS NOT NULL OR upper IS NOT NULL", name="some_limit"),
    ExcludeConstraint(
        ("station_id", "="),
        ("parameter", "="),
        (func.daterange(literal_column("valid_from"), literal_column("valid_to")), "&&"),
        name="ex_outfall_limit_one_at_a_time",
    ),
)

reading = Table(
    "reading",
    METADATA,
    Column("station_id", BigInteger, ForeignKey("station.id"), primary_key=True),
    Column("observed_at", moment("observed_at").type, primary_key=True),
    Column("period", Text, primary_key=True, server_default=Period.INSTANT.value),
    moment("received_at"),
    Column("message_id", Text),
    *(Column(str(PARAMETERS[p].column), Float) for p in COLUMN_PARAMETERS),
    Column("extra", JSONB, comment="rare parameters by key"),
    Column("flags", JSONB, comment="flags by key, only where not normal"),
    Column("below", JSONB, comment="detection limits by key, of the values below one"),
    Column(
        "position",
        Geometry("POINT", srid=CGCS2000, spatial_index=False),
        comment="where the device said it was",
    ),
    one_of("period", Period),
    Index("ix_reading_observed_at", "observed_at", postgresql_using="brin"),
    postgresql_partition_by="RANGE (observed_at)",
    comment="raw and immutable; one row a message; monthly partitions, none by default",
)

reading_conflict = Table(
    "reading_conflict",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("station_id", BigInteger, ForeignKey("station.id"), nullable=False),
    moment("observed_at"),
    Column("period", Text, nullable=False),
    Column("parameter", Text, nullable=False),
    Column("kept", Float, nullable=False),
    Column("refused", Float, nullable=False),
    moment("received_at"),
    Column("message_id", Text),
    Column("kept_below", Float, comment="detection limit the kept value lies below"),
    Column("refused_below", Float, comment="detection limit the refused value lies below"),
    Index(
        "ux_reading_conflict_refused",
        *("station_id", "observed_at", "period", "parameter", "refused", "refused_below"),
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
)

reading_stat = Table(
    "reading_stat",
    METADATA,
    Column("station_id", BigInteger, ForeignKey("station.id"), primary_key=True),
    Column("observed_at", moment("observed_at").type, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("parameter", Text, primary_key=True),
    Column("minimum", Float),
    Column("maximum", Float),
    Column("cumulative", Float),
)

reading_review = Table(
    "reading_review",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("station_id", BigInteger, ForeignKey("station.id"), nullable=False),
    moment("observed_at"),
    Column("period", Text, nullable=False),
    Column("parameter", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("value", Float),
    Column("reason", Text, nullable=False),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    moment("known_from", default=True),
    one_of("verdict", Verdict),
    CheckConstraint("(verdict = 'correct') = (value IS NOT NULL)", name="value"),
    Index("ix_reading_review_key", "station_id", "observed_at", "period", "parameter"),
    comment="insert only",
)

change_no = Sequence("latest_reading_change_no", metadata=METADATA)

latest_reading = Table(
    "latest_reading",
    METADATA,
    Column("station_id", BigInteger, ForeignKey("station.id"), primary_key=True),
    Column("change_no", BigInteger, change_no, server_default=change_no.next_value()),
    moment("observed_at"),
    moment("received_at"),
    Column("latest", JSON, nullable=False, comment='{"ph": {"v": 7.1, "t": "…Z", "f": "N"}}'),
    Column("state", Text, nullable=False, comment="of a section's class"),
    Column("water_class", SmallInteger),
    Column("deciding", ARRAY(Text), nullable=False, server_default="{}"),
    Column("have_count", SmallInteger, nullable=False, server_default="0"),
    Column("required_count", SmallInteger, nullable=False, server_default="0"),
    Column("meets_target", Boolean),
    Column("compliance", Text, comment="of an outfall"),
    Column("multiple", Float, comment="largest exceedance multiple to the target or limit"),
    moment("fresh_until", nullable=True),
    one_of("state", EvaluationState),
    one_of("compliance", Compliance),
    CheckConstraint("water_class BETWEEN 1 AND 6", name="water_class"),
    Index("ix_latest_reading_change_no", "change_no", unique=True),
    Index("ix_latest_reading_fresh_until", "fresh_until"),
    postgresql_with={"fillfactor": "70"},
)

exceedance = Table(
    "exceedance",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("station_id", BigInteger, ForeignKey("station.id"), nullable=False),
    Column("parameter", Text, nullable=False),
    moment("observed_at"),
    Column("period", Text, nullable=False),
    Column("value", Float, nullable=False),
    Column("limit_value", Float, nullable=False),
    Column("multiple", Float, comment="null for pH and dissolved oxygen"),
    Column("basis", Text, nullable=False),
    moment("recorded_at", default=True),
    UniqueConstraint("station_id", "parameter", "observed_at", "period"),
    Index("ix_exceedance_observed_at", "observed_at"),
)
