"""Imports a file of any kind: picks the importer of its kind, in the caller's transaction."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, text

from data.imports import (
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
from data.imports.report import Report
from data.imports.source import Row, Source

Take = Callable[[Connection, Sequence[Row], Options, Report], None]

TAKES: Final[Mapping[ImportKind, Take]] = MappingProxyType(
    {
        ImportKind.DIVISIONS: divisions.take,
        ImportKind.RIVERS: rivers.take,
        ImportKind.REACHES: reaches.take,
        ImportKind.LAKES: lakes.take,
        ImportKind.SECTIONS: stations.take_sections,
        ImportKind.OUTFALLS: stations.take_outfalls,
        ImportKind.INTAKES: stations.take_intakes,
        ImportKind.NOTICE_BOARDS: notice_boards.take,
        ImportKind.CHIEFS: chiefs.take,
        ImportKind.PLACES: places.take,
    }
)


def take(
    connection: Connection, kind: ImportKind, source: Source, options: Options | None = None
) -> Report:
    """Imports the file's rows and returns what became of them; a second time changes nothing.

    One import runs at a time. Rows that can't be imported are refused in the outcome and the others
    are written: the caller rolls back when that isn't wanted.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('onemap import'))"))
    report = Report(kind, refused=list(source.refused), notes=list(source.notes))
    TAKES[kind](connection, source.rows, options or Options(), report)
    report.refused.sort(key=lambda each: each.row)
    return report
