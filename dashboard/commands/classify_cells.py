"""Grades the rows of a table of text; a cell that can't be read costs no other."""

import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dashboard.commands.classify_titles import columns_of
from data.errors import BadInput
from data.plain_numbers import half_width, has_decimal_commas, plain_number, with_points
from data.quality.detection import DetectionRule, read_below
from data.vocabulary import PARAMETERS, BodyKind, Parameter, WaterClass

Found = TypeVar("Found")

MISSING = frozenset({"", "--", "*"})

ROW = "row"
"""Stands there for a whole row whose cells don't fit the header, with the cells beyond it."""

BODIES = {
    **{kind.value: kind for kind in BodyKind},
    "河流": BodyKind.RIVER,
    "河": BodyKind.RIVER,
    "湖库": BodyKind.LAKE,
    "湖泊": BodyKind.LAKE,
    "水库": BodyKind.LAKE,
}
"""What may stand in the column body; the names are those of the standard's table 1."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text read from a file, and the file's form: byte order mark, line ends, delimiter.

    ``first_row`` is the number in the file of the row below the header.
    """

    header: list[str]
    rows: list[list[str]]
    has_bom: bool
    newline: str
    first_row: int = 2
    delimiter: str = ","


@dataclass(slots=True)
class Unread:
    """The cells that could not be read: their columns by row, and why."""

    columns: dict[int, list[str]] = field(default_factory=dict)
    errors: list[BadInput] = field(default_factory=list)

    def tried(
        self, column: str, row: int, read: Callable[..., Found], *asked: object
    ) -> Found | None:
        """Returns what ``read(*asked)`` finds in a cell; None, and notes it, if that can't be."""
        try:
            return read(*asked)
        except BadInput as error:
            self.columns.setdefault(row, []).append(column)
            self.errors.append(error)
            return None


def classify(
    sheet: Sheet, required: tuple[Parameter, ...], *, rounding: bool
) -> tuple[list[tuple[str, str]], Unread]:
    """Returns each row's water-quality class and deciding parameters, "" in rows without values.

    A cell that can't be read is left out, as if nothing stood there, and returned with the row it
    stands in. Raises BadInput where nothing at all could be graded for that.
    """
    import numpy as np

    from data.quality.columns import grade_columns
    from data.quality.rules import Rules
    from data.settings import QualitySettings

    places = columns_of(sheet.header)
    body = places.pop("body")
    unread, rule = Unread(), Rules(QualitySettings()).detection
    rows = _with_points(_fitting_rows(sheet, unread), places, sheet.delimiter)
    lakes = [unread.tried("body", n, _is_lake, row[body], n) for n, row in rows]
    values = {
        Parameter(key): np.array(
            [
                math.nan
                if is_lake is None
                else unread.tried(key, n, _number, row[place], n, key, rule)
                for (n, row), is_lake in zip(rows, lakes, strict=True)
            ],
            dtype=float,
        )
        for key, place in places.items()
    }
    _leave_out_impossible(rows, places, values, unread)
    is_lake = np.array([bool(each) for each in lakes], dtype=bool)
    graded = grade_columns(values, is_lake, required=required, rounding=rounding)
    if unread.errors and not graded.classes.any():
        raise unread.errors[0]
    numerals = ["", *(water_class.numeral for water_class in WaterClass)]
    added = [("", "")] * len(sheet.rows)
    for (n, _row), number, parameters in zip(rows, graded.classes, graded.deciding, strict=True):
        added[n - sheet.first_row] = numerals[number], ";".join(parameters)
    return added, unread


def fitted(row: list[str], header: Sequence[str]) -> list[str]:
    """Returns a row as wide as the header, where only empty cells make the difference.

    Empty cells beyond the header are dropped; cells below empty titles may lack.
    """
    width = len(header)
    if not any(map(str.strip, row[width:])):
        row = row[:width]
    lacking = header[len(row) :] if row else []
    return row if any(map(str.strip, lacking)) else [*row, *[""] * len(lacking)]


def _fitting_rows(sheet: Sheet, unread: Unread) -> list[tuple[int, list[str]]]:
    """Returns the rows that aren't blank, with their numbers; one that doesn't fit is unread."""
    rows = []
    for number, row in enumerate(sheet.rows, start=sheet.first_row):
        if not any(map(str.strip, row)):
            continue
        if len(row) == len(sheet.header):
            rows.append((number, row))
            continue
        beyond = ",".join(row[len(sheet.header) :])
        unread.columns[number] = [f"{ROW}: {beyond}" if beyond else ROW]
        unread.errors.append(
            BadInput(
                "Row {row} has {count} cells, the header has {expected}.",
                row=number,
                count=len(row),
                expected=len(sheet.header),
            )
        )
    return rows


def _with_points(
    rows: list[tuple[int, list[str]]], places: Mapping[str, int], delimiter: str
) -> list[tuple[int, list[str]]]:
    """Returns the rows with points where the numbers of the table have decimal commas."""
    numeric = set(places.values())
    if not has_decimal_commas((row[place] for _, row in rows for place in numeric), delimiter):
        return rows
    return [
        (n, [with_points(cell) if place in numeric else cell for place, cell in enumerate(row)])
        for n, row in rows
    ]


def _leave_out_impossible(
    rows: Sequence[tuple[int, list[str]]],
    places: Mapping[str, int],
    values: Mapping[Parameter, Any],
    unread: Unread,
) -> None:
    """Empties, and notes as unread, the values that no living sensor gives."""
    from ingest.screening.checks import shipped_patterns
    from ingest.screening.impossible import doubtful_rows, impossible_values

    for at in doubtful_rows(values, shipped_patterns()).nonzero()[0].tolist():
        number, row = rows[at]
        measured = {p: float(each[at]) for p, each in values.items() if not math.isnan(each[at])}
        below = {p: measured[p] for p in measured if _is_below(row[places[p.value]], p)}
        found = impossible_values(measured, below, shipped_patterns())
        for parameter in (each for each in measured if each in found):
            values[parameter][at] = math.nan
            unread.columns.setdefault(number, []).append(parameter.value)
            unread.errors.append(
                BadInput(
                    "Row {row}, column {column}: no living sensor gives {cell}.",
                    row=number,
                    column=parameter.value,
                    cell=repr(row[places[parameter.value]]),
                )
            )


def _is_below(cell: str, parameter: Parameter) -> bool:
    try:
        return read_below(cell, unit=PARAMETERS[parameter].unit) is not None
    except ValueError:
        return False


def _is_lake(cell: str, row: int) -> bool:
    name = unicodedata.normalize("NFKC", cell).strip()
    if name not in BODIES:
        raise BadInput(
            "Row {row}, column body: {cell} is neither river nor lake.", row=row, cell=repr(cell)
        )
    return BODIES[name] is BodyKind.LAKE


def _number(cell: str, row: int, column: str, rule: DetectionRule) -> float:
    """Returns a cell's number, nan for an empty one. Raises BadInput.

    A result below its detection limit (``0.025L``, ``ND``) counts by the rule. Full-width digits
    (``０．３``) are digits.
    """
    text = half_width(cell).strip()
    if text in MISSING:
        return math.nan
    parameter, limit = Parameter(column), None
    unit = PARAMETERS[parameter].unit
    try:
        named = read_below(text, unit=unit)
    except ValueError:
        raise BadInput(
            "Row {row}, column {column}: {cell} is no limit above 0 in {unit}.",
            row=row,
            column=column,
            cell=repr(cell),
            unit=unit or "1",
        ) from None
    with suppress(ValueError):  # none is set for this parameter, or it can't have one
        limit = None if named is None else rule.limit_of(parameter, named)
    plain = plain_number(text) if limit is None else limit
    number = math.nan if plain is None else plain
    if not math.isfinite(number) or (number < 0 and parameter is not Parameter.WATER_TEMPERATURE):
        raise BadInput(
            "Row {row}, column {column}: {cell} is not a number that can be graded.",
            mend="Correct it, or leave the cell empty.",
            row=row,
            column=column,
            cell=repr(cell),
        )
    _check_range(number, parameter, row, cell)
    return number if limit is None else number * rule.share


def _check_range(number: float, parameter: Parameter, row: int, cell: str) -> None:
    """Raises BadInput for a value, or a limit, beyond the gross range that ingest holds it to."""
    from ingest.screening.checks import shipped_thresholds

    held = shipped_thresholds()[parameter]
    if not held.spans(number):
        raise BadInput(
            "Row {row}, column {column}: {cell} lies beyond {low} to {high}, as no water can.",
            mend="Correct it, or leave the cell empty.",
            row=row,
            column=parameter.value,
            cell=repr(cell),
            low=f"{held.low:g}",
            high=f"{held.high:g}",
        )
