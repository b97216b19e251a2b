"""The commands as a person uses them: publish a file, look at the quarantine, replay it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.cli import main
from data.settings import IngestSettings
from ingest.broker.device_password import device_password
from ingest.broker.mosquitto import PUBLISHER, Broker, accepts
from ingest.inbox import Message
from ingest.running.pipeline import Pipeline
from tests.fixtures.broker import INGEST_PASSWORD
from tests.made.database import Database
from tests.made.readings.messages import NOON, one, register, rows
from tests.running.ingest_process import ingest_process
from tests.running.waiting import until


@pytest.fixture
def settings(database: Database, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of an installation with this database and broker."""
    monkeypatch.setenv("ONEMAP_DATABASE__URL", database.urls["app"])
    monkeypatch.setenv("ONEMAP_DATABASE__INGEST_URL", database.urls["ingest"])
    monkeypatch.setenv("ONEMAP_MQTT__PORT", str(broker.port))
    monkeypatch.setenv("ONEMAP_DASHBOARD__LANGUAGE", "en")


@pytest.mark.usefixtures("settings")
def test_a_file_goes_in_and_its_stranger_follows_when_registered(
    database: Database,
    broker: Broker,
    device: Callable[[str], str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "password").write_text(device("FILE-1"))
    (tmp_path / "a.csv").write_text(
        "station,time,ph,do,lon,lat\n"
        "FILE-1,2026-05-01T08:00:00+08:00,7.1,,112,32\n"
        "FILE-1,2026-05-01T09:00:00+08:00,7.2,8.5,,\n"
    )
    publish = ["publish-file", "--user", "FILE-1", "--password-file", str(tmp_path / "password")]
    url, log = database.urls["ingest"], tmp_path / "ingest.log"
    with ingest_process(broker, INGEST_PASSWORD, url, log) as ingest:
        assert main([*publish, str(tmp_path / "a.csv")]) == 0
        assert capsys.readouterr().out == "Acknowledged by the broker: 2\n"
        until(lambda: one(database.owner, "SELECT count(*) FROM quarantine") == 2)
        assert ingest.stop() == 0
    assert main(["quarantine", "list"]) == 0
    listed = capsys.readouterr().out
    assert "unknown_station: 2" in listed
    assert "onemap/v1/FILE-1/reading" in listed
    register(database.owner, "FILE-1")
    assert main(["quarantine", "replay"]) == 0
    assert "Taken in: 2" in capsys.readouterr().out
    assert rows(
        database.owner,
        "SELECT ph, dissolved_oxygen_mgl, ST_AsText(position) FROM reading ORDER BY observed_at",
    ) == [(7.1, None, "POINT(112 32)"), (7.2, 8.5, None)]
    assert main(["quarantine", "replay"]) == 0
    assert "Taken in: 0" in capsys.readouterr().out
    assert main(["quarantine", "list"]) == 0
    assert capsys.readouterr().out == "The quarantine is empty.\n"


@pytest.mark.usefixtures("settings")
def test_a_device_can_not_publish_for_another(
    device: Callable[[str], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "password").write_text(device("FILE-2"))
    (tmp_path / "a.jsonl").write_text(
        '{"station": "FILE-3", "time": "2026-05-01T08:00:00+08:00", "values": {"ph": 7.1}}\n'
    )
    publish = ["publish-file", "--user", "FILE-2", "--password-file", str(tmp_path / "password")]
    assert main([*publish, str(tmp_path / "a.jsonl")]) == 1
    said = capsys.readouterr()
    assert "Refused by the broker: 1" in said.out
    assert "FILE-2 may not publish for: FILE-3. Name the station's own account" in said.err
    (tmp_path / "password").write_text("wrong")
    assert main([*publish, str(tmp_path / "a.jsonl")]) == 2
    assert "--user STATION" in capsys.readouterr().err


@pytest.mark.usefixtures("settings")
def test_a_station_added_by_hand_is_published_for(
    private_broker: Broker,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    private_broker.accounts[PUBLISHER] = "publishes"
    private_broker.gateways[PUBLISHER] = ["OLD-1"]
    private_broker.start()
    monkeypatch.setenv("ONEMAP_MQTT__PORT", str(private_broker.port))
    monkeypatch.setenv("ONEMAP_MQTT__CONFIG_FILE", str(private_broker.folder / "mosquitto.conf"))
    monkeypatch.setenv("ONEMAP_SIMULATOR__PASSWORD", "publishes")
    file = tmp_path / "a.csv"
    head, row = "station,time,ph\n", "{},2026-05-01T08:00:00+08:00,7.1\n"
    file.write_text(head + row.format("OLD-1") + row.format("NEW-1"))
    assert main(["publish-file", str(file)]) == 1
    said = capsys.readouterr()
    assert said.out == "Acknowledged by the broker: 1\nRefused by the broker: 1\n"
    assert "onemap-publish may not publish for: NEW-1." in said.err
    password = device_password("NEW-1")
    assert password
    until(lambda: accepts("127.0.0.1", private_broker.port, "NEW-1", password))
    assert main(["publish-file", str(file)]) == 0
    assert device_password("NEW-1") is None
    file.write_text(head + row.format("NEW-2"))
    assert main(["publish-file", str(file)]) == 1


@pytest.mark.usefixtures("settings")
def test_what_is_wrong_in_a_file_is_left_out_and_named(
    device: Callable[[str], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "password").write_text(device("FILE-4"))
    (tmp_path / "a.csv").write_text(
        "station,time,ph,nh3n\n"
        "FILE-4,2026-05-01T08:00:00+08:00,7.1,<0.025\n"
        'FILE-4,2026-05-01T09:00:00+08:00,7.1,"8,0"\n'
    )
    publish = ["publish-file", "--user", "FILE-4", "--password-file", str(tmp_path / "password")]
    assert main([*publish, str(tmp_path / "a.csv")]) == 1
    said = capsys.readouterr()
    assert said.out == "Acknowledged by the broker: 2\n"
    assert "1 cell or line could not be read" in said.err
    assert "Row 3, column nh3n: 8,0" in said.err


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"station,time,oxygen\n", "not oxygen"),
        ("a.csv", b"station,time,pH\n", "holds no rows"),
        ("a.csv", b"station,time,ph\nS1,2026-05-01T08:00:00Z,high\n", "Row 2, column ph"),
        ("a.csv", b"\xff\xfe", "not UTF-8"),
        ("a.jsonl", b"{", "Line 1 is not JSON"),
        ("a.jsonl", b'\n{"time": "", "values": {}}', "Line 2 names no station"),
        ("a.jsonl", b'{"station": "a/b"}', "Line 1 names no station"),
    ],
)
def test_a_file_that_can_not_be_read_publishes_nothing(
    name: str, content: bytes, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    assert main(["publish-file", str(tmp_path / name)]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.usefixtures("settings")
def test_the_quarantine_says_what_is_not_kept_whole(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    register(database.owner, "LARGE-1")
    pipeline = Pipeline(database.ingest, IngestSettings(quarantine_bytes=2000), now=lambda: NOON)
    topic = "onemap/v1/LARGE-1/reading"
    pipeline.commit([Message(topic, b"{" * 70_000, NOON)])
    pipeline.commit([Message(topic, b"[%d" % n, NOON) for n in range(10, 20)])
    assert main(["quarantine", "list"]) == 0
    listed = capsys.readouterr().out
    assert "70000 B, only the beginning is kept" in listed
    assert "24 B of 8 messages, beyond the hour's budget: not kept" in listed
    assert "not_json: 10" in listed
    assert main(["quarantine", "replay"]) == 0
    replayed = capsys.readouterr().out
    assert "Still refused: 2" in replayed
    assert "Not kept whole, can't be taken in: 9; their devices must send them again." in replayed
    pipeline.commit([Message("onemap/v1/数据", "a水；".encode() * 40, NOON)])
    assert main(["quarantine", "list", "--reason", "topic"]) == 0
    listed = capsys.readouterr().out
    assert "'onemap/v1/数据'  topic: " in listed
    assert f"    280 B  {'a水；' * 17}a…\n" in listed


@pytest.mark.usefixtures("settings")
def test_a_fault_is_tolerated_and_what_waited_is_taken_in(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    register(database.owner, "SLOPPY")
    local = b'{"time":"2026-05-15T12:00:00","values":{"ph":7.1}}\0'
    Pipeline(database.ingest).commit([Message("onemap/v1/SLOPPY/reading", local, NOON)])
    assert main(["quarantine", "list"]) == 0
    assert "could be taken in with: assume_beijing strip" in capsys.readouterr().out
    assert main(["quarantine", "tolerances"]) == 0
    assert "SLOPPY: 1 messages wait for assume_beijing strip" in capsys.readouterr().out
    assert main(["quarantine", "tolerate", "SLOPPY", "wrong"]) == 2
    assert "wrong is no tolerance." in capsys.readouterr().err
    assert main(["quarantine", "tolerate", "NOWHERE", "strip"]) == 2
    assert "There is no station NOWHERE." in capsys.readouterr().err
    assert main(["quarantine", "tolerate", "SLOPPY", "strip"]) == 0
    assert main(["quarantine", "tolerate", "--all", "assume_beijing"]) == 0
    assert "Switched on: assume_beijing" in capsys.readouterr().out
    assert main(["quarantine", "replay"]) == 0
    assert "Taken in: 1" in capsys.readouterr().out
    assert rows(database.owner, "SELECT observed_at FROM reading") == [(NOON,)]
    assert main(["quarantine", "untolerate", "SLOPPY", "strip"]) == 0
    assert main(["quarantine", "untolerate", "SLOPPY", "strip"]) == 2
    assert "This tolerance is not switched on." in capsys.readouterr().err
    assert main(["quarantine", "tolerances", "--all"]) == 0
    listed = capsys.readouterr().out
    assert "every station  assume_beijing  since" in listed
    assert "SLOPPY  strip  since" in listed
    assert "until" in listed
