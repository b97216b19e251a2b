"""Tables that the map is drawn from: slim rows that the database makes from the others.

Nothing but the functions of migration 0015 writes them, and ``map_fill()`` makes them all anew.
A class is 1 to 6 for Ⅰ to 劣Ⅴ, 0 where there is none now, -1 where nothing is known. The columns
named ``month_`` hold the same by the means of the month. ``lo`` is a division's number.
"""

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)

from data.tables.base import METADATA, moment
from gis.crs import WEB_MERCATOR


def _shape(kind: str = "GEOMETRY") -> Column[Geometry]:
    drawn = Geometry(kind, srid=WEB_MERCATOR, spatial_index=False)
    return Column("geom", drawn, nullable=False)


def _classes() -> tuple[Column[int], Column[int]]:
    return (
        Column("cls", SmallInteger, nullable=False),
        Column("month_cls", SmallInteger, nullable=False),
    )


division_number = Table(
    "division_number",
    METADATA,
    Column(
        "division_id", BigInteger, ForeignKey("division.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("lo", Integer, nullable=False),
    Column("hi", Integer, nullable=False),
    CheckConstraint("lo < hi", name="order"),
    Index("ix_division_number_lo", "lo"),
    comment="nested set: what lies in a division has a number from lo to below hi",
)

map_clock = Table(
    "map_clock",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    moment("at"),
    Column("fresh_hours", Float, nullable=False),
    Column("fresh_intervals", Integer, nullable=False),
    moment("month_at", nullable=True),
    Column("month_seconds", Float, nullable=False, server_default="0"),
    CheckConstraint("id = 1", name="one"),
    comment="one row: as of when the states on the map hold",
)

map_station = Table(
    "map_station",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("lo", Integer, nullable=False),
    Column("river_id", BigInteger),
    Column("reach_id", BigInteger),
    Column("lake_id", BigInteger),
    Column("state", Text, nullable=False),
    Column("cls", SmallInteger, nullable=False),
    Column("meets", Boolean),
    Column("compliance", Text),
    Column("is_offline", Boolean, nullable=False),
    Column("month_state", Text, nullable=False, server_default="none"),
    Column("month_cls", SmallInteger, nullable=False, server_default="0"),
    Column("month_meets", Boolean),
    _shape("POINT"),
    Index("ix_map_station_geom", "geom", postgresql_using="gist"),
    Index("ix_map_station_lo_geom", "lo", "geom", postgresql_using="gist"),
    postgresql_with={"fillfactor": "70"},
    comment="stations in service as the map shows them",
)

map_reach = Table(
    "map_reach",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("river_id", BigInteger, nullable=False),
    Column("pos", Integer, nullable=False),
    Column("lo", Integer, nullable=False),
    Column(
        "cls",
        SmallInteger,
        nullable=False,
        comment="1..6 = Ⅰ to 劣Ⅴ; 0 = no class now; -1 = nothing is known",
    ),
    Column("month_cls", SmallInteger, nullable=False),
    Column("zmin", SmallInteger, nullable=False),
    Column("is_main", Boolean, nullable=False),
    Column("is_canal", Boolean, nullable=False),
    _shape("LINESTRING"),
    Index("ix_map_reach_geom", "geom", postgresql_using="gist"),
    Index("ix_map_reach_river_id_pos", "river_id", "pos"),
    Index("ix_map_reach_lo", "lo"),
    Index("ix_map_reach_river_id_lo", "river_id", "lo"),
    postgresql_with={"fillfactor": "70"},
)

map_run = Table(
    "map_run",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("basis", SmallInteger, nullable=False, comment="0 = now, 1 = by the means of the month"),
    Column("lv", SmallInteger, nullable=False, comment="zoom it is simplified for: 4, 6, 8 or 10"),
    Column("river_id", BigInteger, nullable=False),
    Column("lo", Integer, nullable=False),
    Column("first_pos", Integer, nullable=False),
    Column("last_pos", Integer, nullable=False),
    Column("cls", SmallInteger, nullable=False),
    Column("zmin", SmallInteger, nullable=False),
    Column("is_main", Boolean, nullable=False),
    Column("is_canal", Boolean, nullable=False),
    Column("reach_id", BigInteger),
    _shape(),
    Index(
        "ix_map_run_whole",
        "basis",
        "lv",
        "geom",
        postgresql_using="gist",
        postgresql_where=text("lo = -1"),
    ),
    Index(
        "ix_map_run_parts",
        "basis",
        "lv",
        "lo",
        "geom",
        postgresql_using="gist",
        postgresql_where=text("lo >= 0"),
    ),
    Index("ix_map_run_river_id_first_pos", "river_id", "first_pos"),
    comment="longest stretches of one class of one river (lo = -1), and of it in one division",
)

map_river = Table(
    "map_river",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "lv",
        SmallInteger,
        primary_key=True,
        autoincrement=False,
        comment="zoom for which they are straight: 8, 10, 12 or 14",
    ),
    Column("nth", Integer, primary_key=True, autoincrement=False),
    _shape("LINESTRING"),
    Index("ix_map_river_lv_geom", "lv", "geom", postgresql_using="gist"),
    comment="straight parts of a river, long enough for a part of its name; 1 is the longest",
)

map_lake = Table(
    "map_lake",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("lv", SmallInteger, primary_key=True, autoincrement=False),
    Column("lo", Integer, nullable=False),
    Column("river_id", BigInteger),
    *_classes(),
    Column("area_m2", Float, nullable=False),
    _shape(),
    Index("ix_map_lake_lv_geom", "lv", "geom", postgresql_using="gist"),
)

map_division = Table(
    "map_division",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("lv", SmallInteger, primary_key=True, autoincrement=False),
    Column("piece", SmallInteger, primary_key=True, autoincrement=False),
    Column("lo", Integer, nullable=False),
    Column(
        "parent_lo",
        Integer,
        nullable=False,
        comment="number of the parent, 0 where it has none or no outline",
    ),
    Column("level", Text, nullable=False),
    _shape(),
    Index("ix_map_division_lv_geom", "lv", "geom", postgresql_using="gist"),
    comment="the outlines of divisions as lines, in pieces",
)

map_land = Table(
    "map_land",
    METADATA,
    Column(
        "id",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="a division's id, 0 for all that have no parent with an outline",
    ),
    Column("lv", SmallInteger, primary_key=True, autoincrement=False),
    Column("piece", SmallInteger, primary_key=True, autoincrement=False),
    _shape(),
    Index("ix_map_land_id_lv_geom", "id", "lv", "geom", postgresql_using="gist"),
    comment="the areas of divisions, in pieces",
)

map_place = Table(
    "map_place",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("lo", Integer, nullable=False),
)

map_problem = Table(
    "map_problem",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("lo", Integer, nullable=False),
    Column("river_id", BigInteger),
    Column("reach_id", BigInteger),
    Column("lake_id", BigInteger),
    moment("due_at", nullable=True),
    moment("amber_at", nullable=True),
    _shape("POINT"),
    Index("ix_map_problem_geom", "geom", postgresql_using="gist"),
    Index("ix_map_problem_lo_geom", "lo", "geom", postgresql_using="gist"),
    Index("ix_map_problem_due_at", "due_at"),
    Index("ix_map_problem_amber_at", "amber_at"),
    comment="open problems",
)
