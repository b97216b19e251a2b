"""The floors of the house: what may import what."""

import ast
import re
import subprocess
import sys
import tomllib

from tests.architecture.subjects import files
from tests.running.folders import ROOT

FLOORS = ("dashboard", "ingest", "gis", "problem_ledger", "office", "data")


def test_no_floor_looks_up_and_pure_rooms_know_no_servers() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


def pure_rooms() -> list[str]:
    """The modules and packages that pyproject.toml lists as pure."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (rooms,) = (each for each in contracts if each["name"] == "Pure rooms know no servers")
    return list(rooms["source_modules"])


def test_a_module_that_calls_itself_pure_is_held_to_it() -> None:
    called = {
        path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in files()
        if path.endswith(".py")
        and path.startswith(tuple(f"{floor}/" for floor in FLOORS))
        and re.search(
            r"\bPure\b", ast.get_docstring(ast.parse((ROOT / path).read_text("utf-8"))) or ""
        )
    }
    listed = tuple(pure_rooms())
    assert len(called) >= 8
    assert [
        name
        for name in sorted(called)
        if not any(f"{name}.".startswith(f"{room}.") for room in listed)
    ] == []


def test_the_top_level_is_the_one_that_was_asked_for() -> None:
    for name in ("dashboard", "ingest", "gis", "problem_ledger", "office", "data", "tests"):
        assert (ROOT / name / "__init__.py").exists()
    assert (ROOT / "pyproject.toml").exists()
