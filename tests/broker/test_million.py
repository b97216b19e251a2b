"""The accounts add up over the broker with every kind of malformed message; a million by hand."""

from pathlib import Path

from benchmarks.ingest_rates_ground import LOADER, RateBroker
from benchmarks.ingest_rates_load import STATIONS, code
from benchmarks.million import REASONS, expect, publish, read_account
from ingest.broker.mosquitto import INGEST
from tests.fixtures.database import Database
from tests.fixtures.folders import open_folder
from tests.ingest_process import ingest_process
from tests.poison import KINDS
from tests.readings import register

MESSAGES = 5000


def test_five_thousand_messages_add_up_to_the_last(database: Database, tmp_path: Path) -> None:
    """The longer run is ``python -m benchmarks.million``."""
    register(database.owner, *map(code, range(STATIONS)))
    with open_folder("million") as folder:
        broker = RateBroker(folder / "mosquitto", accounts={INGEST: INGEST, LOADER: LOADER})
        broker.start()
        try:
            url = database.urls["ingest"]
            with ingest_process(broker, INGEST, url, tmp_path / "ingest.log") as ingest:
                publish(broker.port, database.owner, MESSAGES)
                assert ingest.running
        finally:
            broker.stop()
    expected = expect(MESSAGES)
    assert read_account(database.owner) == expected
    assert expected.fates["refused"] == 200
    assert set(expected.reasons) == {*REASONS, "unknown_station"}
    assert len(REASONS) == len(KINDS)
