"""A column that comes as one value: its numbers, and what is none."""

import struct

import numpy as np
import pytest

from data.columns import for_driver, microseconds, real_numbers, whole_numbers


def sent(form: str, *elements: float, nulls: int = 0) -> bytes:
    """A one-dimensional array as PostgreSQL sends it."""
    header = struct.pack(">iiIii", 1, nulls, 701, len(elements), 1)
    return header + b"".join(struct.pack(f">i{form}", 8, each) for each in elements)


def test_a_column_is_its_numbers() -> None:
    assert whole_numbers(sent("q", 1, -(2**62))).tolist() == [1, -(2**62)]
    told = real_numbers(sent("d", 7.1, float("nan")))
    assert told[0] == 7.1
    assert np.isnan(told[1])
    assert microseconds(sent("q", 0)).tolist() == [946_684_800_000_000]


def test_no_row_is_no_number_and_a_null_is_refused() -> None:
    assert len(whole_numbers(None)) == len(real_numbers(None)) == 0
    with pytest.raises(ValueError, match="null"):
        real_numbers(sent("d", 1.0, nulls=1))


def test_a_query_gets_the_placeholders_of_the_driver() -> None:
    assert for_driver("SELECT :a, 5::int % 2") == "SELECT %(a)s, 5::int %% 2"
