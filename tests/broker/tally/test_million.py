"""The accounts add up over the broker with every kind of malformed message; a million by hand."""

from pathlib import Path

from benchmarks.million import REASONS, expect, publish, read_account
from benchmarks.rig.ingest_rates_ground import LOADER, RateBroker
from benchmarks.rig.ingest_rates_load import STATIONS, code
from ingest.broker.mosquitto import INGEST
from tests.made.database import Database
from tests.made.readings.messages import register
from tests.made.readings.poison import KINDS
from tests.running.folders import open_folder
from tests.running.ingest_process import ingest_process

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
