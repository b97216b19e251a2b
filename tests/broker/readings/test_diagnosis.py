"""A diagnosis of the broker disturbs nobody who is signed in."""

from pathlib import Path

import pytest

from dashboard.demo import parts
from ingest.broker.mosquitto import INGEST, Broker, accepts
from ingest.broker.sign_in import knows_account
from tests.fixtures.broker import INGEST_PASSWORD
from tests.made.database import Database
from tests.running.ingest_process import ingest_process
from tests.running.waiting import until


def test_a_diagnosis_leaves_ingests_connection_as_it_is(
    private_broker: Broker, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = private_broker.folder / "mosquitto.conf"
    monkeypatch.setenv("ONEMAP_MQTT__PORT", str(private_broker.port))
    monkeypatch.setenv("ONEMAP_MQTT__CONFIG_FILE", str(config))
    monkeypatch.setenv("ONEMAP_MQTT__PASSWORD", INGEST_PASSWORD)
    log = tmp_path / "ingest.log"
    with ingest_process(private_broker, INGEST_PASSWORD, database.urls["ingest"], log) as ingest:
        ingest.await_subscription()
        refused = private_broker.log.read_text()
        for _ in range(3):
            assert parts.broker(is_needed=True).is_fine
        private_broker.add_device("AFTER", "a")
        until(lambda: accepts("127.0.0.1", private_broker.port, "AFTER", "a"))
        assert ingest.said().count("connected to the broker") == 1
        assert "ended" not in ingest.said()
        assert private_broker.log.read_text() == refused
    monkeypatch.setenv("ONEMAP_MQTT__PASSWORD", "another")
    found = parts.broker(is_needed=True)
    assert not found.is_fine
    assert INGEST in found.word
    assert "another" not in found.word


def test_a_password_is_known_without_signing_in(private_broker: Broker, tmp_path: Path) -> None:
    config = private_broker.folder / "mosquitto.conf"
    assert knows_account(config, INGEST, INGEST_PASSWORD) is True
    assert knows_account(config, INGEST, "guess") is False
    assert knows_account(config, "nobody", INGEST_PASSWORD) is False
    assert knows_account(tmp_path / "none.conf", INGEST, INGEST_PASSWORD) is None
    other = tmp_path / "other.conf"
    other.write_text(config.read_text() + "plugin /usr/lib/dynamic_security.so\n")
    assert knows_account(other, INGEST, INGEST_PASSWORD) is None
