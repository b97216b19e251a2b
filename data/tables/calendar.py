"""The table of days off and make-up working days that an office enters by file."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Table, Text

from data.tables.base import METADATA

calendar_day = Table(
    "calendar_day",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("is_working", Boolean, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    CheckConstraint("NOT is_working OR EXTRACT(isodow FROM day) >= 6", name="weekend"),
    comment="days off and make-up working days by the State Council's notice, a year at a time",
)
