"""The metadata with its naming rule, and columns that many tables share."""

from datetime import datetime
from enum import StrEnum

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, Column, Computed, DateTime, Index, MetaData, func, text

from gis.crs import CGCS2000, WEB_MERCATOR

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """Returns a check constraint: the column must hold a value of the enumeration."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def some_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """Returns a check constraint: the array column holds values of the enumeration, at least one.

    Null is allowed.
    """
    listed = ", ".join(f"'{word.value}'" for word in words)
    rule = f"{column} <@ ARRAY[{listed}] AND cardinality({column}) > 0"
    return CheckConstraint(rule, name=column)


def geometry(kind: str, *, nullable: bool = False) -> Column[Geometry]:
    """Returns the column ``geom``, a geometry of that kind in CGCS2000 degrees."""
    return Column("geom", Geometry(kind, srid=CGCS2000, spatial_index=False), nullable=nullable)


def web_geometry(kind: str) -> Column[Geometry]:
    """Returns the column the database computes from ``geom``: Web Mercator metres, for tiles."""
    return Column(
        "geom_web",
        Geometry(kind, srid=WEB_MERCATOR, spatial_index=False),
        Computed(f"ST_Transform(geom, {WEB_MERCATOR})", persisted=True),
    )


def moment(name: str, *, nullable: bool = False, default: bool = False) -> Column[datetime]:
    """Returns a column of instants (timestamptz); ``default`` makes now() its default value."""
    return Column(
        name,
        DateTime(timezone=True),
        nullable=nullable,
        server_default=func.now() if default else None,
    )


def search_indexes(table: str, *words: str) -> tuple[Index, ...]:
    """Returns the indexes by which the map's search finds rows; ``words`` are the columns searched.

    The first is the name that the rows are shown by and ordered after.
    """
    found = (text(f"length({words[0]})"), words[0], "id")
    grams = text(f"search_grams(VARIADIC ARRAY[{', '.join(words)}])")
    made = [
        Index(f"ix_{table}_grams", grams, postgresql_using="gin"),
        Index(f"ix_{table}_found", *found),
    ]
    if "code" in words:
        made.append(Index(f"ix_{table}_code", text("lower(code)")))
    return tuple(made)
