"""Rows of a query become records of a dataclass by the names of their columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Row
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData

from data.queries.rows import row_as, rows_as
from data.records import StationId
from data.vocabulary import Bank, Parameter, WaterClass


@dataclass(frozen=True, slots=True)
class Place:
    id: StationId
    bank: Bank | None
    target: WaterClass | None
    parameters: tuple[Parameter, ...]
    stretches: tuple[tuple[float, float], ...] | None
    near: Sequence[str]
    remark: str = "none"


COLUMNS = ("other", "near", "id", "bank", "target", "parameters", "stretches")


def found(columns: Sequence[str], *values: tuple[Any, ...]) -> list[Row[Any]]:
    return IteratorResult(SimpleResultMetaData(columns), iter(values)).all()


def test_columns_become_fields_whatever_their_order() -> None:
    rows = found(
        COLUMNS,
        ("x", ["a"], 1, "left", 3, ["nh3n", "tp"], [[1.0, 2.5]]),
        ("y", [], 2, None, None, [], None),
    )
    first, second = rows_as(Place, iter(rows))
    parameters = (Parameter.AMMONIA_NITROGEN, Parameter.TOTAL_PHOSPHORUS)
    left = Place(StationId(1), Bank.LEFT, WaterClass.III, parameters, ((1.0, 2.5),), ["a"], "none")
    assert first == left
    assert (type(first.bank), type(first.target)) == (Bank, WaterClass)
    assert second == Place(StationId(2), None, None, (), None, [])


def test_no_row_is_no_record() -> None:
    assert rows_as(Place, found(COLUMNS)) == []


def test_a_field_given_beside_the_row_stands_in_place_of_its_column() -> None:
    (row,) = found(COLUMNS, ("x", [], 1, "nowhere", None, [], None))
    made = row_as(Place, row, bank=Bank.RIGHT, remark="seen")
    assert (made.id, made.bank, made.remark) == (1, Bank.RIGHT, "seen")


def test_a_missing_column_and_an_unknown_word_are_refused() -> None:
    (row,) = found(COLUMNS[:-1], ("x", [], 1, None, None, []))
    with pytest.raises(TypeError, match="stretches"):
        row_as(Place, row)
    with pytest.raises(TypeError, match="stretches"):
        rows_as(Place, [row])
    (row,) = found(COLUMNS, ("x", [], 1, "nowhere", None, [], None))
    with pytest.raises(ValueError, match="nowhere"):
        row_as(Place, row)


def test_a_field_may_have_any_name() -> None:
    @dataclass(frozen=True, slots=True)
    class Named:
        record: str
        row: int

    (row,) = found(("row",), (7,))
    assert row_as(Named, row, record="station") == Named("station", 7)
