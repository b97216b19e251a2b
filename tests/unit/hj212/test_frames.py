"""Every frame seen in the field meets the outcome written down before the codec was."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from dashboard.commands.hj212 import facts_of
from ingest.codecs.hj212 import read
from tests.made.hj212.frames import mutated

OUTCOMES = Path(__file__).with_name("frames.tsv")


def outcomes() -> list[dict[str, str]]:
    with OUTCOMES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("expected", outcomes(), ids=lambda row: f"{row['file']}:{row['line']}")
def test_a_frame_meets_its_outcome(expected: dict[str, str], real_data: Path) -> None:
    lines = (real_data / "hj212" / expected["file"]).read_text("utf-8").split("\n")
    frame = lines[int(expected["line"]) - 1].split("\t")[-1].encode()
    assert hashlib.sha256(frame).hexdigest()[:12] == expected["sha256"], "the line has moved"
    found = facts_of(read(frame))
    assert str(found["ok"]).lower() == expected["ok"]
    if not found["ok"]:
        assert found["reason"] == expected["reason"]
        return
    assert found["version"] == expected["version"]
    assert (found["station"] or "") == expected["station"]
    assert str(found["command"]) == expected["command"]
    assert (found["observed_at"] or "") == expected["observed_at"]
    assert dict(found["values"]) == json.loads(expected["values"])


def test_every_frame_of_the_field_has_an_outcome(real_data: Path) -> None:
    known = {(row["file"], int(row["line"])) for row in outcomes()}
    for name in ("frames.tsv", "broken_framing.tsv"):
        lines = (real_data / "hj212" / name).read_text("utf-8").rstrip("\n").split("\n")
        assert {(name, n) for n in range(2, len(lines) + 1)} <= known


def test_no_bytes_raise() -> None:
    kinds = {facts_of(read(data))["ok"] for data in mutated(212, 20_000)}
    assert kinds == {True, False}
