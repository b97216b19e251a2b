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


def import_source(
    connection: Connection, kind: ImportKind, source: Source, options: Options | None = None
) -> Outcome:
    """Imports a file's rows and returns the outcome; importing them again changes nothing.

    One import runs at a time. Rows that can't be imported are refused in the outcome and the others
    are written: the caller rolls back when that isn't wanted.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('onemap import'))"))
    outcome = Outcome(kind, refused=list(source.refused), notes=list(source.notes))
    IMPORTERS[kind](connection, source.rows, options or Options(), outcome)
    outcome.refused.sort(key=lambda each: each.row)
    return outcome
