"""The bench command finds its benchmarks in a checkout and says so clearly elsewhere."""

from pathlib import Path

import pytest

from dashboard.cli import main
from dashboard.commands import bench


def test_an_installed_package_names_the_source_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.setenv("ONEMAP_DASHBOARD__LANGUAGE", "en")
    assert main(["bench", "kill", "--quick"]) == 2
    assert "source tree" in capsys.readouterr().err


def test_the_matrix_wants_to_know_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "kill"])
    assert "--quick" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["ingest_rates", "kill_matrix", "tile_rate"])
def test_the_benchmarks_are_in_the_checkout(name: str) -> None:
    assert (bench.ROOT / "benchmarks" / f"{name}.py").is_file()
