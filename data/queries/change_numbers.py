"""Change numbers as they are read: which are new, and what was under way meanwhile."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, TextClause, text

Row = tuple[str, int]
"""The kind and the id of a row that has a change number."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Change numbers of one read: the highest committed one, and rows by their numbers.

    Every transaction before ``oldest`` had ended when they were read; none from ``following`` on
    had begun to write.
    """

    newest: int
    rows: dict[int, Row]
    oldest: int
    following: int


def numbers_statement(tables: dict[str, str]) -> TextClause:
    """Returns the statement for ``read_numbers``; ``tables`` holds kind and id column by table."""
    rows = " UNION ALL ".join(
        f"SELECT change_no, {column} AS row_id, '{table}' AS kind FROM {table}"
        " WHERE change_no > :above OR change_no = ANY(:gaps)"
        for table, column in tables.items()
    )
    newest = ", ".join(f"(SELECT max(change_no) FROM {table})" for table in tables)
    return text(
        f"""
        SELECT COALESCE(GREATEST({newest}), 0) AS newest,
            CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS oldest,
            CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint) AS following,
            numbered.change_no, numbered.row_id, numbered.kind
        FROM (SELECT 1) AS once LEFT JOIN ({rows}) numbered ON true
        """
    )


READINGS: Final = numbers_statement({"latest_reading": "station_id"})
LEDGER: Final = numbers_statement({"problem": "id", "patrol": "id"})


def read_numbers(
    connection: Connection, statement: TextClause, above: int, gaps: Collection[int] = ()
) -> Numbers:
    """Returns the numbers above ``above``, and those of ``gaps`` that have appeared since."""
    rows = connection.execute(statement, {"above": above, "gaps": sorted(gaps)}).all()
    found = {row.change_no: (row.kind, row.row_id) for row in rows if row.change_no is not None}
    first = rows[0]
    return Numbers(max(first.newest, *found, 0), found, first.oldest, first.following)
