"""A mosquitto whose accounts can take each other's client id is named, listener by listener."""

import logging
from pathlib import Path

import pytest

from ingest.broker.client_ids import check_mosquitto
from ingest.transport.takeovers import Takeovers

YES, NO = "use_username_as_clientid true\n", "use_username_as_clientid false\n"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", ["the default listener"]),
        (YES, []),
        (NO, ["the default listener"]),
        ("use_identity_as_username true\n", ["the default listener"]),
        ("listener 1883\n" + YES, []),
        (YES + "listener 1883\n", ["listener 1883"]),
        ("port 1884\nlistener 1883\n" + YES, ["the default listener"]),
        ("listener 1883\n" + YES + "listener 8883\nuse_identity_as_username true\n",
         ["listener 8883"]),
        ("listener 1883\n# " + YES, ["listener 1883"]),
    ],
)  # fmt: skip
def test_each_listener_must_bind_the_client_id(tmp_path: Path, text: str, wrong: list[str]) -> None:
    file = tmp_path / "mosquitto.conf"
    file.write_text(text)
    told = [each.partition(" lets")[0] for each in check_mosquitto(file, "onemap-ingest")]
    assert told == wrong
    assert check_mosquitto(file, "onemap-ingest-5b8f20c1d3") == []


def test_a_listener_of_an_included_file_counts(tmp_path: Path) -> None:
    more = tmp_path / "conf.d"
    more.mkdir()
    (more / "b.conf").write_text("listener 1883\n")
    (more / "a.conf").write_text(YES)
    file = tmp_path / "mosquitto.conf"
    file.write_text(f"include_dir {more}\n")
    (told,) = check_mosquitto(file, "onemap-ingest")
    assert told.startswith("listener 1883 lets")
    (more / "b.conf").write_text("listener 1883\n" + YES)
    assert check_mosquitto(file, "onemap-ingest") == []


def test_takeovers_are_counted_each_and_logged_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    takeovers = Takeovers("onemap-ingest")
    takeovers.suspect(3)
    assert takeovers.count == 0
    with caplog.at_level(logging.ERROR):
        for short in (4, 5):
            takeovers.suspect(short)
        takeovers.add(is_certain=True)
    takeovers.suspect(6)
    assert takeovers.count == 3, "a broker that names the reason is believed"
    assert caplog.text.count("client id onemap-ingest") == 1


def test_the_brokers_reason_and_a_session_gone_at_once_count() -> None:
    named, gone = Takeovers("a"), Takeovers("b")
    named.ended(0x8E)
    named.forgotten()
    assert named.count == 1, "once for both signs"
    gone.forgotten()
    assert gone.count == 0, "a broker that was away may have lost it"
    gone.ended(0x80)
    gone.forgotten()
    assert gone.count == 1
