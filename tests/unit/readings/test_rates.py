"""The benchmark of ingest measures what it says: its messages, its rows, its medians, its costs."""

import os
import struct
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from benchmarks.ingest_rates_kill import Killed
from benchmarks.ingest_rates_report import OURS, Report, describe
from benchmarks.ingest_rates_round import Round
from benchmarks.rig.ingest_rates_load import PARAMETERS, code, past, payload, values
from benchmarks.rig.processes import cpu_s
from benchmarks.rivals.bare_copy import microseconds, pack
from benchmarks.rivals.sides import Side
from data.clock import UtcDatetime
from data.records import StationCode
from data.vocabulary import Parameter
from ingest.codecs.json_v1 import decode

BURN = "import time\nwhile time.process_time() < 0.2: pass"


def test_a_message_holds_nine_values_of_the_contract() -> None:
    at = datetime(2026, 5, 1, 8, tzinfo=UTC)
    read = decode(payload(2007, at), StationCode(code(7)), UtcDatetime(at))
    assert (read.observed_at, len(read.values)) == (at, 9)
    assert [read.values[Parameter(p)] for p in PARAMETERS] == pytest.approx(values(2007), rel=1e-5)


def test_a_row_of_the_bare_copy_is_the_message_s() -> None:
    row = pack(2007, 42, 1e9, microseconds(datetime(2026, 5, 1, tzinfo=UTC)))
    assert struct.unpack_from(">h", row) == (4 + 9,)
    assert struct.unpack_from(">iq", row, 2) == (8, 42)
    assert struct.unpack_from(">iq", row, 14) == (8, microseconds(past(2007, 1e9)))
    assert struct.unpack_from(">id", row, len(row) - 12) == (8, values(2007)[-1])


def test_the_cost_of_a_process_holds_its_ended_children() -> None:
    before, began = cpu_s(os.getpid()), time.process_time()
    while time.process_time() - began < 0.1:
        pass
    alone = cpu_s(os.getpid()) - before
    assert 0.05 < alone < 0.5
    subprocess.run([sys.executable, "-c", BURN], check=True)
    assert cpu_s(os.getpid()) - before > alone + 0.1


def test_a_report_takes_the_median_of_ratios_within_a_round() -> None:
    def side(name: str) -> Side:
        return Side(name, "as it is", 1, 1, lambda _: [])

    def taken(rate: float, cpu_us: float = 30.0, p99_ms: float = 20.0) -> Round:
        return Round(rate, 0, {"side": cpu_us}, p50_ms=10.0, p99_ms=p99_ms)

    rounds = {
        OURS: [taken(900), taken(100, 50, 90), taken(1000)],
        "naive": [taken(10), taken(1), taken(10)],
        "bare-copy": [taken(4000), taken(1000), taken(1000)],
    }
    report = Report([side(name) for name in rounds], rounds, {OURS: Killed(500, 3, 0)}, 1.0)
    goals = {goal.name: goal for goal in report.goals()}
    assert (goals["rate / naive"].reached, goals["rate / naive"].met) == (100, True)
    assert (goals["rate / bare-copy"].reached, goals["rate / bare-copy"].met) == (0.225, False)
    assert (goals["p99 / p50 at half rate"].reached, goals["p99 / p50 at half rate"].high) == (2, 9)
    assert goals["worker's CPU µs a message"].met
    assert "rate / node-red" not in goals
    told = report.figures()["sides"][0]
    assert (told["messages_s"], told["values_s"], told["lost"]) == (900, 8100, 0)
    assert "3 of 500" in describe(report)
    assert "not  rate / bare-copy >= 0.25: 0.23" in describe(report)
