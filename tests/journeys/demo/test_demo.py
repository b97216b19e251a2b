"""The demo from the launcher: quick to start, clean to stop, and up again after a kill."""

import json
import os
import re
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from dashboard.demo import environment
from dashboard.demo.faults import made_faults
from dashboard.demo.history import POLLUTED
from dashboard.demo.stories import STORIES, cases
from data.daemon import started_at_ticks
from data.database import engine
from data.people.passwords import fits
from data.words.ledger import Action, PatrolRule, Status
from problem_ledger.evidence.comparison import LIMITS
from tests.running.bound import bound
from tests.running.folders import ROOT, open_folder
from tests.running.waiting import shared, until

SHORT = ("--months", "2")
"""The demo's own history is of 26 months, which tests/unit/demo/test_past.py counts."""


class Run:
    """One run of ``./onemap demo`` on a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = folder.parent / "said.txt"
        began = time.monotonic()
        with self.said.open("w") as out:
            self.process = subprocess.Popen(
                bound(
                    str(ROOT / "onemap"), "demo", "--dir", str(folder), *SHORT, death_signal="TERM"
                ),
                stdout=out,
                stderr=out,
            )
        until(lambda: "READY" in self.text() or self.process.poll() is not None, patience_s=300)
        self.ready_s = time.monotonic() - began
        assert self.process.poll() is None, self.text()

    def text(self) -> str:
        return self.said.read_text()

    @property
    def url(self) -> str:
        found = re.search(r"^READY (http://127\.0\.0\.1:\d+)$", self.text(), re.MULTILINE)
        assert found, self.text()
        return found[1]

    def servers(self) -> dict[int, int]:
        """Every recorded child by pid, with its start."""
        records = [*self.folder.glob("run/*.json"), *self.folder.glob("*/process.json")]
        noted = [json.loads(record.read_text()) for record in records]
        return {each["pid"]: each["ticks"] for each in noted}

    def end(self, number: signal.Signals) -> float:
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(60)
        return time.monotonic() - began


def alive(servers: dict[int, int]) -> list[int]:
    return [pid for pid, ticks in servers.items() if started_at_ticks(pid) == ticks]


def is_ready(url: str) -> bool:
    line = HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        line.request("GET", "/readyz")
        return line.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        line.close()


def stations(folder: Path) -> int:
    on = engine(environment.read(folder)["ONEMAP_DATABASE__URL"])
    with on.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM station")).scalar_one()
    on.dispose()
    return int(count)


FOUND = (
    "SELECT DISTINCT code, parameter FROM reading_finding JOIN station ON station.id = station_id"
)
ALIKE = f"""
SELECT problem.number FROM photo JOIN problem ON problem.id = photo.problem_id
WHERE EXISTS (SELECT FROM photo AS earlier WHERE earlier.id < photo.id
  AND bit_count((earlier.likeness # photo.likeness)::bit(64)) <= {LIMITS.likeness_bits})
"""


def asked(folder: Path, query: str) -> list[Any]:
    on = engine(environment.read(folder)["ONEMAP_DATABASE__URL"])
    with on.connect() as connection:
        rows = list(connection.execute(text(query)).all())
    on.dispose()
    return rows


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One demo's folder for the whole walk: its basin is made once."""
    with open_folder("demo") as made:
        yield made / "演示 一"


@pytest.fixture
def runs() -> Iterator[list[Run]]:
    """Whatever a failing test leaves running is ended."""
    started: list[Run] = []
    yield started
    for each in started:
        if each.process.poll() is None:
            each.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Run]:
    """A demo that is up, for tests that neither start nor end it: starting it takes seconds."""
    made = Run(folder)
    yield made
    if made.process.poll() is None:
        made.end(signal.SIGTERM)


def test_the_demo_s_whole_life(folder: Path, runs: list[Run]) -> None:
    first = Run(folder)
    runs.append(first)
    assert first.ready_s < shared(60)
    assert len(first.servers()) == 7
    assert is_ready(first.url)
    assert stat.S_IMODE((folder / "env").stat().st_mode) == 0o600
    for login, password in json.loads(environment.read(folder)["ONEMAP_DEMO__ACCOUNTS"]).items():
        assert re.search(rf"^  {re.escape(login)} +{password} ", first.text(), re.MULTILINE)
    count = stations(folder)
    assert count > 0
    given = json.loads(environment.read(folder)["ONEMAP_DEMO__ACCOUNTS"])
    accounts = asked(folder, "SELECT login, password_hash FROM account ORDER BY login")
    assert {row.login for row in accounts} == set(given)
    assert all(fits(given[row.login], row.password_hash) for row in accounts[:3])

    refused = subprocess.run(
        [str(ROOT / "onemap"), "demo", "--dir", str(folder)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "ONEMAP_DASHBOARD__LANGUAGE": "en"},
    )  # fmt: skip
    assert refused.returncode == 2
    assert "is running on" in refused.stderr

    left = first.servers()
    assert first.end(signal.SIGTERM) < shared(5)
    assert first.process.returncode == 0
    assert alive(left) == []

    second = Run(folder)
    runs.append(second)
    assert second.ready_s < shared(10)
    assert second.url == first.url
    assert stations(folder) == count
    left = second.servers()
    second.end(signal.SIGKILL)

    third = Run(folder)
    runs.append(third)
    assert alive(left) == []
    assert stations(folder) == count
    left = third.servers()
    assert third.end(signal.SIGINT) < shared(5)
    assert third.process.returncode == 0
    assert alive(left) == []


def test_the_office_has_worked_four_weeks(folder: Path, running: Run) -> None:
    assert is_ready(running.url)
    proof = subprocess.run(
        [str(ROOT / "onemap"), "--dir", str(folder), "ledger", "verify"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert proof.returncode == 0, proof.stdout + proof.stderr
    by_status = {
        row.status: row.count
        for row in asked(folder, "SELECT status, count(*) FROM problem GROUP BY 1")
    }
    assert set(by_status) == set(Status)
    assert 70 <= sum(by_status.values()) <= 110
    late = "SELECT count(*) FROM problem WHERE due_at < now() AND status = 'rectifying'"
    assert asked(folder, late)[0].count >= 3
    [spilt] = asked(
        folder,
        "SELECT count(*) FROM problem JOIN station ON station.id = station_id"
        f" WHERE station.code = '{POLLUTED}' AND reporter_id IS NULL",
    )
    assert spilt.count == 1
    actions = {row[0] for row in asked(folder, "SELECT DISTINCT action FROM problem_event")}
    assert actions == set(Action)
    reused = sum("reused" in [turn.photo for turn in STORIES[case.story]] for case in cases())
    assert reused == 1
    assert len(asked(folder, ALIKE)) == reused
    at_fault = {(fault.station, fault.parameter.value) for fault in made_faults()}
    until(lambda: at_fault <= {tuple(row) for row in asked(folder, FOUND)}, patience_s=60)
    judged = "SELECT DISTINCT each ->> 'rule' FROM patrol, jsonb_array_elements(judgements) each"
    failed = {row[0] for row in asked(folder, f"{judged} WHERE each ->> 'passed' = 'false'")}
    assert failed == set(PatrolRule)
    [patrols] = asked(
        folder, "SELECT count(*) FILTER (WHERE is_valid) AS valid, count(*) AS walked FROM patrol"
    )
    assert patrols.walked >= 60
    assert patrols.walked - 5 > patrols.valid > patrols.walked / 2


def test_the_line_to_copy_publishes(running: Run) -> None:
    line = next(each for each in running.text().splitlines() if "mosquitto_pub" in each)
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_child_that_dies_is_started_again(folder: Path, running: Run) -> None:
    record = folder / "run" / "dashboard.json"
    pid = json.loads(record.read_text())["pid"]
    os.kill(pid, signal.SIGKILL)
    until(lambda: json.loads(record.read_text())["pid"] != pid, patience_s=60)

    until(lambda: is_ready(running.url), patience_s=60)
    assert "dashboard" in running.text().partition("mosquitto_pub")[2]


@pytest.mark.parametrize("server", ["mosquitto", "postgresql"])
def test_a_server_that_is_killed_is_started_again(folder: Path, running: Run, server: str) -> None:
    record = folder / server / "process.json"
    pid = json.loads(record.read_text())["pid"]
    os.kill(pid, signal.SIGKILL)
    until(lambda: f"{server} 已重新启动 / started again" in running.text(), patience_s=60)
    assert f"{server} 意外退出（-9）" in running.text()
    assert json.loads(record.read_text())["pid"] != pid
    assert not Path(f"/proc/{pid}").exists(), "the dead one is reaped"
    until(lambda: is_ready(running.url), patience_s=60)
    assert stations(folder) > 0
