"""The order of a pollution event: read while it is written, and whatever lies there instead."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from data.clock import UtcDatetime
from ingest.simulator.devices import order_pollution, pollution_ordered

NOON = UtcDatetime(datetime(2026, 6, 1, 12, tzinfo=UTC))
LATER = UtcDatetime(NOON + timedelta(minutes=5))
NONE = ("", 0.0)


def test_an_order_holds_until_its_end(tmp_path: Path) -> None:
    file = tmp_path / "order"
    assert pollution_ordered(None, NOON) == NONE
    assert pollution_ordered(file, NOON) == NONE
    order_pollution(file, "QC-S01", amount=2.5, until=LATER)
    assert pollution_ordered(file, NOON) == ("QC-S01", 2.5)
    assert pollution_ordered(file, LATER) == NONE


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"null", b"[]", b"{}", b'{"until": 3}', b'{"until": "x"}', b"\xff",
     b'{"until": "2026-06-01T13:00:00"}', b'{"until": "2026-06-01T13:00:00Z", "station": "A"}',
     b'{"until": "2026-06-01T13:00:00Z", "station": "A", "amount": "much"}'],
)  # fmt: skip
def test_what_is_no_order_orders_nothing_and_is_logged(
    content: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "order"
    file.write_bytes(content)
    assert pollution_ordered(file, NOON) == NONE
    assert f"the order of a pollution event in {file} can't be read" in caplog.text


def test_a_reader_never_finds_a_part(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "order"
    order_pollution(file, "QC-S01", amount=1.0, until=LATER)
    stop = Event()

    def write() -> None:
        while not stop.is_set():
            order_pollution(file, "QC-S01", amount=1.0, until=LATER)

    writer = Thread(target=write)
    writer.start()
    read = {pollution_ordered(file, NOON) for _ in range(2000)}
    stop.set()
    writer.join()
    assert read == {("QC-S01", 1.0)}
    assert caplog.text == ""
