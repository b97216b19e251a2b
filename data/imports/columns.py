"""Matches the columns of a file to fields: as the caller says, else guessed by name."""

from collections.abc import Mapping
from typing import Final

from data.errors import BadInput
from data.imports.fields import Field, Form, ImportKind
from data.imports.formats import Table
from data.imports.outcome import Comment, comment
from data.imports.parsing import parse_cell
from data.moments import DayBounds

_X: Final = Field("lon", ("lng", "longitude", "经度", "x"))
_Y: Final = Field("lat", ("latitude", "纬度", "y"))
_WKT: Final = Field("wkt", ("geometry", "geom", "the_geom"))


def known_titles(form: Form, mapping: Mapping[str, str]) -> frozenset[str]:
    """Returns every title by which a column of this kind of file may be known."""
    fields = [*form.fields.values(), _X, _Y, _WKT]
    return frozenset(
        [*mapping.values(), *(title for each in fields for title in (each.name, *each.aliases))]
    )


def parse_constants(
    kind: ImportKind, form: Form, constants: Mapping[str, str], days: DayBounds
) -> dict[str, object]:
    """Parses the values given for every row of a file; returns them by field.

    Raises BadInput for an unknown field or a bad value.
    """
    for name in constants:
        _require_known(kind, form, name)
    return {name: parse_cell(form.fields[name], text, days) for name, text in constants.items()}


def match_columns(
    kind: ImportKind,
    form: Form,
    table: Table,
    mapping: Mapping[str, str],
    fixed: Mapping[str, object],
) -> tuple[dict[str, str], list[Comment]]:
    """Returns the file's column for each field, and a remark for each guessed by another name.

    Raises BadInput for an unknown field or column, and when a required field has no column.
    """
    places = [_X, _Y, _WKT] if table.geometries is None and form.shape else []
    wanted = {**form.fields, **{place.name: place for place in places}}
    for name, column in mapping.items():
        if name not in wanted:
            _require_known(kind, form, name)
        if column not in table.columns:
            raise BadInput(
                "The file has no column {column}.",
                mend="It has {columns}.",
                column=column,
                columns=", ".join(table.columns),
            )
    columns, notes = dict(mapping), []
    for known in wanted.values():
        if known.name not in columns and known.name not in fixed:
            guess = _guess(known, table.columns, set(columns.values()))
            if guess:
                columns[known.name] = guess
                if guess.lower() != known.name:
                    notes.append(_guessed(known, guess))
    for known in form.fields.values():
        if known.required and known.name not in columns and known.name not in fixed:
            raise BadInput(
                "No column holds {field}.",
                mend="Name it with --map {field}=COLUMN; the file has {columns}.",
                field=known.name,
                columns=", ".join(table.columns),
            )
    return columns, notes


def _guessed(known: Field, column: str) -> Comment:
    return comment("{field} is read from column {column}.", field=known.name, column=column)


def _guess(known: Field, columns: tuple[str, ...], used: set[str]) -> str | None:
    by_name = {column.lower(): column for column in reversed(columns) if column not in used}
    found = (by_name.get(alias.lower()) for alias in (known.name, *known.aliases))
    return next((column for column in found if column), None)


def _require_known(kind: ImportKind, form: Form, name: str) -> None:
    if name not in form.fields:
        raise BadInput(
            "{kind} have no field {field}.",
            mend="Choose from {fields}.",
            kind=kind,
            field=name,
            fields=", ".join(form.fields),
        )


def unread_columns(table: Table, columns: Mapping[str, str]) -> list[Comment]:
    """Returns a comment that names the columns with any text that no field is read from."""
    used = set(columns.values())
    left = [
        title
        for title in table.columns
        if title not in used and any(record.get(title) for record in table.records)
    ]
    if not left:
        return []
    names = ", ".join(left[:30]) + (" …" if len(left) > 30 else "")
    return [comment("Columns that aren't read: {columns}.", columns=names)]
