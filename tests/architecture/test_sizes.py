"""Rooms stay small enough to be read at a sitting."""

import ast
import subprocess
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from dashboard.cli import COMMANDS
from tests.architecture.test_rooms import imported, modules
from tests.running.folders import ROOT

MOST_LINES = {".py": 300, ".js": 400, ".mjs": 400, ".css": 400}
MOST_LINES_OF_A_FUNCTION = 60
SMALL_LINES = 60
MOST_LISTED = 16
"""How many small files were listed when the list began."""

BANNED = {"util", "utils", "helper", "helpers", "manager", "misc", "common"}


def hand_written() -> list[Path]:
    """Every file of code that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.suffix in MOST_LINES and path.is_file()]


@pytest.mark.parametrize("path", hand_written(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_and_named_by_a_noun_of_the_field(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES[path.suffix]
    assert path.stem not in BANNED


@pytest.mark.parametrize(
    "path",
    [path for path in hand_written() if path.suffix == ".py"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_function_is_at_most_60_lines(path: Path) -> None:
    long = [
        f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    ]
    assert not long


def is_opened_by_name(name: str, file: Path) -> bool:
    """Whether a module is no file of one reader: a package, a ROOM, or started by its name."""
    commands = {f"dashboard.commands.{command.module}" for command in COMMANDS}
    return (
        file.name in {"__init__.py", "__main__.py"}
        or name == "dashboard.cli"
        or name in commands
        or ".migrations." in name
        or "\nROOM = Room(" in file.read_text("utf-8")
    )


def small_files_of_one_reader() -> set[str]:
    """The product's files under 60 lines that one file alone imports, or none.

    What a package's own ``__init__`` gathers, such as the pages and routes of a ROOM or the
    tables of the database, is known by its package and not counted.
    """
    known = {
        name: file
        for name, file in modules().items()
        if name.partition(".")[0] not in {"tests", "benchmarks"}
    }
    readers: defaultdict[str, set[str]] = defaultdict(set)
    for reader, file in known.items():
        for name in imported(file, known):
            readers[name].add(reader)
    return {
        str(file.relative_to(ROOT))
        for name, file in known.items()
        if len(file.read_text("utf-8").splitlines()) < SMALL_LINES
        and len(readers[name] - {name}) < 2
        and name.rpartition(".")[0] not in readers[name]
        and not is_opened_by_name(name, file)
    }


def test_a_file_under_60_lines_that_one_file_alone_imports_is_merged_or_listed() -> None:
    listed = tomllib.loads((Path(__file__).parent / "small_files.toml").read_text("utf-8"))
    found = small_files_of_one_reader()
    assert sorted(found - listed.keys()) == [], "merge it into its reader"
    assert sorted(listed.keys() - found) == [], "take it off the list: it needs no line any more"
    assert all(listed.values()), "each has its reason"
    assert len(listed) <= MOST_LISTED, "the list may only shrink"
