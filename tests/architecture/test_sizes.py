"""Rooms stay small enough to be read at a sitting."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 60
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
    return [path for path in paths if path.suffix in {".py", ".js", ".css"} and path.is_file()]


@pytest.mark.parametrize("path", hand_written(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_at_most_300_lines_and_named_by_a_noun_of_the_field(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES
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
