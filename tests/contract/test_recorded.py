"""``--renew`` records the contracts it names and refuses a name that is none."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract import recorded
from tests.contract.recorded import hold, names_of
from tests.running.folders import ROOT


def test_renew_names_one_contract_or_several() -> None:
    assert names_of("") == set()
    assert names_of("routes.txt") == {"routes.txt"}
    assert names_of("routes.txt,bar.txt, wheel.txt") == {"routes.txt", "bar.txt", "wheel.txt"}
    assert names_of("pictures,bar.txt") == {"pictures", "bar.txt"}


def test_an_unknown_name_is_a_usage_error_that_lists_the_contracts() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "--renew", "bar.txt,bars.txt", __file__],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == pytest.ExitCode.USAGE_ERROR, run.stdout + run.stderr
    assert "--renew: bars.txt: no such contract. There are bar.txt, callbacks.txt," in run.stderr


def test_only_a_named_contract_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "RECORDED", tmp_path)
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text("old", "utf-8")
    hold("a.txt", "new", "a.txt,b.txt")
    hold("b.txt", "new", "a.txt,b.txt")
    with pytest.raises(AssertionError, match=r"--renew c\.txt"):
        hold("c.txt", "new", "a.txt,b.txt")
    assert [(tmp_path / name).read_text("utf-8") for name in ("a.txt", "b.txt", "c.txt")] == [
        "new",
        "new",
        "old",
    ]
