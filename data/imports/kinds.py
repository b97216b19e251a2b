"""Imports a file of any kind: picks the importer of its kind, in the caller's transaction."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, text

from data.imports import (
    calendar,
    chiefs,
    divisions,
    lakes,
    notice_boards,
    places,
    reaches,
    rivers,
    stations,
)
from data.imports.fields import ImportKind
from data.imports.options import Options
from data.imports.outcome import Outcome
from data.imports.source import Row, Source
from data.map_tables.fill import fill, in_bulk

Importer = Callable[[Connection, Sequence[Row], Options, Outcome], None]

IMPORTERS: Final[Mapping[ImportKind, Importer]] = MappingProxyType(
    {
        ImportKind.DIVISIONS: divisions.import_rows,
        ImportKind.RIVERS: rivers.import_rows,
        ImportKind.REACHES: reaches.import_rows,
        ImportKind.LAKES: lakes.import_rows,
        ImportKind.SECTIONS: stations.import_sections,
        ImportKind.OUTFALLS: stations.import_outfalls,
        ImportKind.INTAKES: stations.import_intakes,
        ImportKind.NOTICE_BOARDS: notice_boards.import_rows,
        ImportKind.CHIEFS: chiefs.import_rows,
        ImportKind.PLACES: places.import_rows,
        ImportKind.CALENDAR: calendar.import_rows,
    }
)


BULK_ROWS: Final = 1_000
"""From so many rows on the map's tables are made anew at the end, not row by row."""

_ON_THE_MAP: Final = frozenset(
    {
        ImportKind.DIVISIONS,
        ImportKind.RIVERS,
        ImportKind.REACHES,
        ImportKind.LAKES,
        ImportKind.SECTIONS,
        ImportKind.OUTFALLS,
        ImportKind.INTAKES,
    }
)


def import_source(
    connection: Connection, kind: ImportKind, source: Source, options: Options | None = None
) -> Outcome:
    """Imports a file's rows and returns the outcome; importing them again changes nothing.

    One import runs at a time. Rows that can't be imported are refused in the outcome and the others
    are written: the caller rolls back when that isn't wanted. From BULK_ROWS rows on the map's
    tables are made anew at the end.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('onemap import'))"))
    outcome = Outcome(kind, refused=list(source.refused), notes=list(source.notes))
    is_bulk = kind in _ON_THE_MAP and len(source.rows) >= BULK_ROWS
    if is_bulk:
        in_bulk(connection)
    IMPORTERS[kind](connection, source.rows, options or Options(), outcome)
    if is_bulk:
        fill(connection)
    outcome.refused.sort(key=lambda each: each.row)
    return outcome
