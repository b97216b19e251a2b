"""The folder of a demo and its env file."""

import stat
import subprocess
from pathlib import Path

import pytest

from dashboard.demo import environment
from data.errors import BadInput, NotFound

SETTINGS = {"ONEMAP_DATABASE__URL": "postgresql+psycopg://a:b@h/c", "ONEMAP_X": "一 '河\" $x"}


def test_what_is_written_is_read_back_and_private(tmp_path: Path) -> None:
    environment.write(tmp_path, SETTINGS)
    assert environment.read(tmp_path) == SETTINGS
    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600


def test_a_line_that_no_shell_could_read_is_told_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("ONEMAP_A=1\nONEMAP_B='half\n")
    with pytest.raises(BadInput, match=r"env, line 2, can't be read: No closing quotation\. Close"):
        environment.read(tmp_path)
    (tmp_path / "env").write_bytes(b"ONEMAP_A=\xff\n")
    with pytest.raises(BadInput, match="can't be read"):
        environment.read(tmp_path)


def test_a_shell_reads_the_same(tmp_path: Path) -> None:
    environment.write(tmp_path, SETTINGS)
    done = subprocess.run(
        ["/bin/sh", "-c", '. "$1"; printf %s "$ONEMAP_X"', "sh", str(tmp_path / "env")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == SETTINGS["ONEMAP_X"]


def test_a_named_folder_wins_over_the_environment(tmp_path: Path) -> None:
    environment.write(tmp_path, SETTINGS)
    environ = {environment.DATABASE_URL: "other"}
    environment.enter(tmp_path, environ)
    assert environ == SETTINGS


def test_the_default_folder_gives_way_to_a_database_that_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.write(tmp_path, SETTINGS)
    monkeypatch.setattr(environment, "default_folder", lambda: tmp_path)
    mine = {environment.DATABASE_URL: "mine"}
    environment.enter(None, mine)
    assert mine == {environment.DATABASE_URL: "mine"}
    partly = {"ONEMAP_X": "kept"}
    environment.enter(None, partly)
    assert partly == {**SETTINGS, "ONEMAP_X": "kept"}


def test_a_named_folder_without_a_demo_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        environment.enter(tmp_path, {})


def test_passwords_are_kept_and_new_names_get_new_ones() -> None:
    settings: dict[str, str] = {}
    first = environment.stored_passwords(settings, "K", ["a", "b"])
    again = environment.stored_passwords(settings, "K", ["b", "c"])
    assert again["a"] == first["a"]
    assert again["b"] == first["b"]
    assert len(set(again.values())) == 3
    assert all(len(password) >= 12 for password in again.values())


def test_a_folder_keeps_the_scale_it_was_made_at(tmp_path: Path) -> None:
    assert environment.chosen_scale({}, tmp_path, None, None) == "county"
    assert environment.chosen_scale({}, tmp_path, "national", None) == "national"
    (tmp_path / "filled").touch()
    kept = {environment.SCALE: "national"}
    assert environment.chosen_scale(kept, tmp_path, None, None) == "national"
    assert environment.chosen_scale({}, tmp_path, "county", None) == "county"
    with pytest.raises(BadInput, match="of the scale national, not county"):
        environment.chosen_scale(kept, tmp_path, "county", None)
    with pytest.raises(BadInput, match="of the scale county, not national"):
        environment.chosen_scale({}, tmp_path, "national", None)


def test_a_basin_from_files_has_no_scale(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--basin or --scale"):
        environment.chosen_scale({}, tmp_path, "county", tmp_path)
