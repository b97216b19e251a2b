"""The launcher and the command line: found from anywhere, quick, one clear line when refused."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.cli import COMMANDS
from tests.running.folders import ROOT

LAUNCHER = ROOT / "onemap"


def onemap(
    *arguments: str, cwd: Path = ROOT, launcher: Path = LAUNCHER, **settings: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(launcher), *arguments],
        cwd=cwd,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_link_from_elsewhere_runs_with_files_of_where_one_is(tmp_path: Path) -> None:
    elsewhere = tmp_path / "一河 一档"
    elsewhere.mkdir()
    link = elsewhere / "河长"
    link.symlink_to(LAUNCHER)
    (elsewhere / "in.csv").write_text("body,ph,do,codmn,nh3n,tp\nriver,7,8,2,0.1,0.02\n")
    done = onemap("classify", "--in", "in.csv", "--out", "out.csv", cwd=elsewhere, launcher=link)
    assert done.returncode == 0, done.stderr
    assert "Ⅰ" in (elsewhere / "out.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("folder", "path"),
    [("tests/unit/house", "test_rows.py"), ("tests/unit", "house/test_rows.py"),
     ("docs", "tests/unit/house/test_rows.py"), ("tests/unit/house", "../house/test_rows.py")],
)  # fmt: skip
def test_a_path_of_tests_is_one_of_where_one_is(folder: str, path: str) -> None:
    """Else one of the project; what follows -k is never a path."""
    alone = ("-n", "0", "--collect-only", "-q", "-p", "no:cacheprovider", "-k", "test_rows.py")
    done = onemap("test", path, *alone, cwd=ROOT / folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {each.partition("::")[0] for each in done.stdout.splitlines() if "::" in each} == {
        "tests/unit/house/test_rows.py"
    }


def test_help_names_every_command() -> None:
    done = onemap("--help")
    assert done.returncode == 0
    for command in COMMANDS:
        assert f"\n    {command.word}" in done.stdout


def test_the_table_of_commands_imports_nothing_heavy() -> None:
    program = (
        "import sys, dashboard.cli\n"
        "heavy = {'dash', 'pandas', 'geopandas', 'plotly', 'fastapi', 'sqlalchemy'}\n"
        "print(heavy & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("command", [command.word for command in COMMANDS])
def test_every_command_of_the_table_tells_its_arguments(command: str) -> None:
    done = onemap(command, "--help")
    assert done.returncode == 0, done.stderr
    assert f"用法：onemap {command}" in done.stdout


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", "bench kill：须给出其中一个参数"), ("en", "bench kill: error: one of the arguments")],
)
def test_a_wrong_argument_is_told_in_the_reader_s_language(language: str, said: str) -> None:
    done = onemap("bench", "kill", ONEMAP_DASHBOARD__LANGUAGE=language)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_wrong_day_is_told_with_how_to_write_it() -> None:
    done = onemap("export", "readings", "--to", "/nowhere", "--from", "01.05.2026")
    assert done.returncode == 2
    assert done.stderr == "onemap: 01.05.2026 不是日期。请写成 2026-05-01。\n"


def test_a_setting_beyond_its_bounds_is_told_in_the_reader_s_language() -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    done = onemap("ingest", "--workers", "0", ONEMAP_DATABASE__URL=nowhere)
    assert done.stderr == "onemap: 设置项 ONEMAP_INGEST__WORKERS 有误：至少为 1\n"


def test_a_missing_setting_is_one_line_in_the_reader_s_language(tmp_path: Path) -> None:
    told = {}
    for language in ("zh", "en"):
        done = onemap(
            "simulate",
            ONEMAP_DASHBOARD__LANGUAGE=language,
            XDG_DATA_HOME=str(tmp_path),
            ONEMAP_DATABASE__URL="postgresql+psycopg://nobody@127.0.0.1:1/none",
        )
        assert done.returncode == 2
        told[language] = done.stderr.strip().splitlines()[-1]
    assert "The database does not answer" in told["en"]
    assert "数据库" in told["zh"]


def test_a_folder_without_a_demo_is_refused(tmp_path: Path) -> None:
    done = onemap("doctor", "--dir", str(tmp_path), ONEMAP_DASHBOARD__LANGUAGE="en")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"onemap: {tmp_path} holds no demo.\n"


def test_serve_refuses_a_demo_unless_told() -> None:
    done = onemap(
        "serve",
        ONEMAP_DASHBOARD__DEMO="true",
        ONEMAP_DASHBOARD__LANGUAGE="en",
        ONEMAP_DATABASE__URL="postgresql+psycopg://nobody@127.0.0.1:1/none",
    )
    assert done.returncode == 2
    assert "say serve --demo" in done.stderr


def test_what_cannot_be_installed_is_one_line_with_its_command(tmp_path: Path) -> None:
    """A copy of the checkout whose environment is missing, on a machine that reaches no index."""
    copy = tmp_path / "一张 图"
    copy.mkdir()
    shutil.copy(LAUNCHER, copy / "onemap")
    for name in ("requirements.lock", "requirements-dev.lock", "package-lock.json"):
        shutil.copy(ROOT / name, copy / name)
    (copy / "dashboard").mkdir()
    shutil.copy(ROOT / "dashboard" / "__init__.py", copy / "dashboard")
    shutil.copytree(ROOT / "dashboard" / "setup", copy / "dashboard" / "setup")
    done = onemap(
        "classify", "--help", cwd=copy, launcher=copy / "onemap",
        PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull, PIP_FIND_LINKS=str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("onemap: 缺少")
    assert " / Missing Python packages; run: " in last
    assert f"'{copy}/.venv/bin/python' -m pip install --require-hashes" in last
