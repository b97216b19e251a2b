"""Damaged and odd Parquet of readings: one sentence, or the cells that can't be read."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from data.archives.tables import read_chunks, total_rows
from data.clock import UtcDatetime
from data.errors import BadInput
from data.quality.rules import Rules
from data.settings import QualitySettings
from ingest.history.rows import Rows, rows_of, stations_of

NOW = UtcDatetime(datetime(2026, 12, 1, tzinfo=UTC))
AT = datetime(2026, 11, 1, 0, 20, tzinfo=UTC)
STATIONS = stations_of([(1, "S-1", None, None)])


def checked(file: Path) -> Rows:
    """Returns the rows of a file's only chunk, checked."""
    total_rows(file)
    (chunk,) = read_chunks(file)
    return rows_of(chunk, STATIONS, NOW, Rules(QualitySettings()).detection)


def written(folder: Path, **columns: Any) -> Path:
    """Writes a Parquet file of one row, the named columns in place of good ones."""
    file = folder / "a.parquet"
    good = {"station": pa.array(["S-1"]), "time": pa.array([AT]), "ph": pa.array([7.1])}
    pyarrow.parquet.write_table(pa.table(good | {"do": pa.array([8.5])} | columns), file)
    return file


def damaged(content: bytes, how: str) -> bytes:
    if how == "pages":
        return content[:20] + bytes(each ^ 0x5A for each in content[20:120]) + content[120:]
    if how == "foot":
        return content[:-60] + b"\xff" * 40 + content[-20:]
    return {"cut": content[:-9], "start": content[:12], "other": b"station,time,ph\n", "": b""}[how]


@pytest.mark.parametrize("how", ["cut", "start", "pages", "foot", "other", ""])
def test_a_damaged_file_is_refused_in_one_sentence(tmp_path: Path, how: str) -> None:
    file = written(tmp_path)
    file.write_bytes(damaged(file.read_bytes(), how))
    with pytest.raises(BadInput) as refused:
        checked(file)
    assert "can't be read" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "odd",
    [
        pa.array([True]),
        pa.array([[7.1]]),
        pa.array([{"a": 7.1}]),
        pa.array([b"\xff"], pa.binary()),
        pa.array([date(2026, 11, 1)]),
        pa.array([AT]),
        pa.array([1], pa.time32("s")),
        pa.array(["TRUE"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("column", ["ph", "longitude"])
def test_a_cell_that_is_no_number_is_left_out_and_named(
    tmp_path: Path, odd: Any, column: str
) -> None:
    found = checked(written(tmp_path, latitude=pa.array([32.0]), **{column: odd}))
    assert found.table.num_rows == 1
    rejected = {each.detail.split("=")[0]: each for each in found.rejected}
    assert rejected.keys() == ({"ph"} if column == "ph" else {"longitude", "latitude"})
    assert (rejected[column].reason, rejected[column].station) == ("value", "S-1")


@pytest.mark.parametrize(
    ("column", "odd", "reason"),
    [
        ("station", pa.array([["S-1"]]), "station"),
        ("station", pa.array([b"S-1\xff"], pa.binary()), "station"),
        ("station", pa.array([b"S-1\xff"], pa.binary()).view(pa.string()), "station"),
        ("station", pa.array([AT]), "station"),
        ("time", pa.array([[1]]), "time"),
        ("time", pa.array([True]), "time"),
        ("time", pa.array([2**62], pa.timestamp("us", "UTC")), "time"),
        ("time", pa.array([2**53], pa.timestamp("ms")), "time"),
        ("message_id", pa.array([b"a\xff"], pa.binary()).view(pa.string()), "text"),
        ("flags", pa.array([[1]]), "text"),
        ("period", pa.array([{"a": 1}]), "period"),
    ],
)
def test_a_row_whose_station_or_time_cannot_be_read_is_rejected(
    tmp_path: Path, column: str, odd: Any, reason: str
) -> None:
    found = checked(written(tmp_path, **{column: odd}))
    assert [each.reason for each in found.rejected] == [reason]


@pytest.mark.parametrize(
    "good",
    [
        pa.array(["7.1"]).dictionary_encode(),
        pa.array([7.1]).dictionary_encode(),
        pa.array([Decimal("7.1")]),
        pa.array(["7.1"], pa.large_string()),
        pa.array(["7.1"], pa.string_view()),
        pa.array([b"7.1"]),
        pa.array(np.array([7.1], "float32")),
    ],
    ids=lambda each: str(each.type),
)
def test_a_number_of_any_type_is_read(tmp_path: Path, good: Any) -> None:
    found = checked(written(tmp_path, ph=good))
    assert found.rejected == []
    assert found.table["ph"].to_pylist() == [pytest.approx(7.1)]


@pytest.mark.parametrize(
    "moment",
    [
        pa.array([datetime(2026, 11, 1, 8, 20)]),  # noqa: DTZ001  # Beijing's
        pa.array([AT]).cast(pa.timestamp("ns", "UTC")),
        pa.array([AT]).cast(pa.timestamp("s", "Asia/Shanghai")),
        pa.array(["2026-11-01 08:20"]).dictionary_encode(),
    ],
    ids=lambda each: str(each.type),
)
def test_an_instant_of_any_type_is_read(tmp_path: Path, moment: Any) -> None:
    assert checked(written(tmp_path, time=moment)).table["observed_at"].to_pylist() == [AT]
