"""Adds up the values that count, station by station, over the files of an archive.

The rule of ``data.queries.readings.counting`` in DuckDB's words: the newest review decides, then a
failed test, then a flag. A test holds the two to the same figures.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb

from data.archives.layout import Kind, months_in
from data.archives.manifest import open_archive
from data.archives.parquet import refusing_damage
from data.clock import Span
from data.quality.sums import whole_sql
from data.queries.stations.month_classes import MEASURED
from data.vocabulary import PARAMETERS, Parameter
from data.words.review import Finding, Verdict

FAILED: Final = Finding.FAILED.value
_KEY: Final = "station_id, observed_at, period"
_COLUMNS: Final = {p: str(PARAMETERS[p].column) for p in MEASURED}
_NO_REVIEWS: Final = (
    "SELECT 0::bigint AS station_id, now() AS observed_at, '' AS period, '' AS parameter,"
    " '' AS verdict, 0::float8 AS value, 0::bigint AS id, now() AS known_from WHERE false"
)
_NO_FINDINGS: Final = (
    "SELECT 0::bigint AS station_id, now() AS observed_at, '' AS period, '' AS parameter,"
    " '' AS finding, now() AS found_at WHERE false"
)


@dataclass(frozen=True, slots=True)
class StationSums:
    """A station's number of rows and, by parameter, (sum, count) of the values that count.

    The sums are whole numbers, scaled as in ``data.quality.sums``.
    """

    row_count: int
    sums: Mapping[Parameter, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of an archive to sum: a span, and the stations with ids from ``first`` to ``last``.

    Both ends are included. ``as_of``: by what was known then; None: by all that the archive holds.
    """

    folder: str
    span: Span
    first: int
    last: int
    as_of: datetime | None = None


def sums_of(asked: Slice, *, threads: int | None = None) -> dict[int, StationSums]:
    """Returns the sums, by parameter, of each station of the slice that has a reading."""
    folder = Path(asked.folder)
    manifest = open_archive(folder)
    months = list(months_in(asked.span))
    readings = manifest.paths(folder, Kind.READINGS, months)
    if not readings:
        return {}
    reviews = manifest.paths(folder, Kind.REVIEWS, months)
    findings = manifest.paths(folder, Kind.FINDINGS, months)
    with (
        refusing_damage(folder, duckdb.Error),
        duckdb.connect(config={"threads": threads} if threads else {}) as connection,
    ):
        as_of = asked.as_of.isoformat() if asked.as_of else "infinity"
        bound = {
            "first": asked.first, "last": asked.last, "as_of": as_of,
            "start": asked.span.start.isoformat(), "end": asked.span.end.isoformat(),
        }  # fmt: skip
        query = _query(readings, _from(reviews, _NO_REVIEWS), _from(findings, _NO_FINDINGS))
        rows = connection.execute(query, bound).fetchall()
    return {station: _sums(count, figures) for station, count, *figures in rows}


def _sums(count: int, figures: list[int | None]) -> StationSums:
    pairs = zip(figures[::2], figures[1::2], strict=True)
    return StationSums(
        count,
        {p: (int(total or 0), int(n or 0)) for p, (total, n) in zip(_COLUMNS, pairs, strict=True)},
    )


def _from(paths: Iterable[str], empty: str) -> str:
    """Returns a DuckDB relation over the files or, if there are none, one without rows."""
    listed = ", ".join("'" + _plain(path) + "'" for path in paths)
    if not listed:
        return empty
    # by name: months that an older version wrote have fewer columns
    return (
        f"SELECT * FROM read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"
    )


def _plain(path: str) -> str:
    """Quotes the path for SQL, so that DuckDB takes it as one file and not as a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", path).replace("'", "''")


def _counted(parameter: Parameter, column: str) -> str:
    """Returns SQL for the parameter's value that counts in means, null where none counts."""
    key = parameter.value
    unflagged = (
        f"CASE WHEN flags IS NULL OR json_extract_string(flags, '$.{key}') IS NULL"
        f" THEN reading.{column} END"
    )
    rule = f"by_key['{key}'].rule"
    return (
        f"CASE WHEN by_key IS NULL THEN {unflagged}"
        f" ELSE CASE {rule} WHEN '{Verdict.KEEP}' THEN reading.{column}"
        f" WHEN '{Verdict.CORRECT}' THEN by_key['{key}'].value"
        f" WHEN '{Verdict.REJECT}' THEN NULL WHEN '{FAILED}' THEN NULL ELSE {unflagged} END"
        f" END AS {column}"
    )


def _query(readings: list[str], reviews: str, findings: str) -> str:
    within = (
        "station_id BETWEEN $first AND $last AND observed_at >= $start::timestamptz"
        " AND observed_at < $end::timestamptz"
    )
    values = ", ".join(_counted(parameter, column) for parameter, column in _COLUMNS.items())
    sums = ", ".join(
        f"sum({whole_sql(parameter, column)}) FILTER (WHERE {column} IS NOT NULL), count({column})"
        for parameter, column in _COLUMNS.items()
    )
    return f"""
    WITH review AS (
        SELECT DISTINCT ON ({_KEY}, parameter) {_KEY}, parameter, verdict, value
        FROM ({reviews}) WHERE {within} AND known_from <= $as_of::timestamptz
        ORDER BY {_KEY}, parameter, known_from DESC, id DESC
    ), failed AS (
        SELECT DISTINCT {_KEY}, parameter FROM ({findings})
        WHERE {within} AND finding = '{FAILED}' AND found_at <= $as_of::timestamptz
    ), ruling AS (
        SELECT {_KEY}, parameter, value,
            CASE WHEN verdict <> '{Verdict.WITHDRAW}' THEN verdict ELSE '{FAILED}' END AS rule
        FROM review FULL JOIN (SELECT *, true AS has_failed FROM failed) AS failed
            USING ({_KEY}, parameter)
        WHERE verdict <> '{Verdict.WITHDRAW}' OR has_failed
    ), ruled AS (
        SELECT {_KEY}, map(list(parameter), list({{'rule': rule, 'value': value}})) AS by_key
        FROM ruling GROUP BY {_KEY}
    ), counted AS (
        SELECT station_id, {values}
        FROM ({_from(readings, "")}) AS reading LEFT JOIN ruled USING ({_KEY})
        WHERE {within} AND received_at <= $as_of::timestamptz AND period IN ('instant', 'hour')
    )
    SELECT station_id, count(*), {sums} FROM counted GROUP BY station_id
    """
