"""What the doctor says of this machine, where the set-up of the tests has run."""

import subprocess
from pathlib import Path

import pytest

from dashboard.commands.doctor import line
from dashboard.demo import parts
from dashboard.demo.parts import Part


def test_every_part_is_told_with_its_version() -> None:
    found = {part.name: part for part in parts.installed()}
    assert {"Python", "PostgreSQL", "PostGIS", "mosquitto", "Chromium"} <= found.keys()
    for name in ("Python", "PostgreSQL", "PostGIS", "mosquitto", "Chromium"):
        assert found[name].is_fine
        assert found[name].version.count(".") >= 1
    server = subprocess.run(
        ["mosquitto_pub", "--version"], capture_output=True, text=True, check=False
    )
    assert found["mosquitto_pub"].version in server.stdout


def test_a_missing_part_is_told_with_what_mends_it() -> None:
    told = line(Part("PostGIS", "", False, "apt-get install postgis"))
    assert told.startswith("✗ PostGIS")
    assert told.endswith("apt-get install postgis")


def test_servers_that_do_not_answer_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEMAP_MQTT__PORT", "1")
    monkeypatch.setenv("ONEMAP_DATABASE__URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert not parts.broker(is_needed=True).is_fine
    assert not parts.database(is_needed=True).is_fine
    assert not parts.is_running(tmp_path)
