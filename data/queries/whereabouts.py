"""Where something lies: river and chainage or lake, bank and division, with their names."""

from dataclasses import dataclass

from sqlalchemy import RowMapping

from data.queries.english import reach_en
from data.vocabulary import Bank

WHERE_FACTS = f"""
    {{of}}.reach_id, {{of}}.lake_id, {{of}}.chainage_m, {{of}}.bank, lies.name AS reach,
    {reach_en("lies")} AS reach_en,
    stream.id AS river_id, stream.name AS river, stream.name_en AS river_en,
    pool.name AS lake, pool.name_en AS lake_en,
    around.name AS division, around.name_en AS division_en"""
"""Columns for ``where_of``, of a table that has reach_id, lake_id and division_id."""

WHERE_JOINS = """
    LEFT JOIN reach lies ON lies.id = {of}.reach_id
    LEFT JOIN river stream ON stream.id = lies.river_id
    LEFT JOIN lake pool ON pool.id = {of}.lake_id
    LEFT JOIN division around ON around.id = {of}.division_id"""


@dataclass(frozen=True, slots=True)
class Where:
    """A place at a water: metres along the river and, if measured, off the river's line."""

    reach_id: int | None
    lake_id: int | None
    river_id: int | None
    chainage_m: float | None
    offset_m: float | None
    bank: Bank | None
    reach: str | None
    reach_en: str | None
    river: str | None
    river_en: str | None
    lake: str | None
    lake_en: str | None
    division: str | None
    division_en: str | None


def where_of(row: RowMapping) -> Where:
    """Returns the place (Where) in a row that has the columns of ``WHERE_FACTS``."""
    return Where(
        row["reach_id"],
        row["lake_id"],
        row["river_id"],
        row["chainage_m"],
        row.get("offset_m"),
        Bank(row["bank"]) if row["bank"] else None,
        row["reach"],
        row["reach_en"],
        row["river"],
        row["river_en"],
        row["lake"],
        row["lake_en"],
        row["division"],
        row["division_en"],
    )
