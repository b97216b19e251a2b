"""Numbers of problems: division, year, serial (411381-2026-00012), without a gap."""

from typing import Final

from sqlalchemy import Connection, text

UNVERIFIED: Final = "000000"
"""Stands where no division's code is known."""

_CODE = text(
    "WITH RECURSIVE above AS (SELECT id, parent_id, code, 0 AS up FROM division WHERE id = :id"
    " UNION ALL SELECT division.id, division.parent_id, division.code, up + 1"
    " FROM division JOIN above ON division.id = above.parent_id)"
    " SELECT substr(code, 1, 6) FROM above WHERE code IS NOT NULL ORDER BY up LIMIT 1"
)
_DRAW = text(
    "INSERT INTO problem_serial (division_code, year, last) VALUES (:code, :year, 1)"
    " ON CONFLICT (division_code, year) DO UPDATE SET last = problem_serial.last + 1"
    " RETURNING last"
)


def draw(connection: Connection, division_id: int | None, year: int) -> str:
    """The next number; drawn under a row lock, so an undone transaction gives it back."""
    code = connection.execute(_CODE, {"id": division_id}).scalar() or UNVERIFIED
    serial = connection.execute(_DRAW, {"code": code, "year": year}).scalar_one()
    return f"{code}-{year}-{serial:05d}"
