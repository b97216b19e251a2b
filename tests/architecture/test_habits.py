"""Habits that make a test, or a date on a page, wrong only sometimes are not taken up again."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.subjects import files
from tests.running.folders import ROOT

AVOIDED = {
    ".wait_for_function(": (
        "the page's policy refuses it unless it holds at the first look:"
        " tests.running.pages.until_in_page"
    ),
}
"""What no test calls, and what it calls instead."""


@pytest.mark.parametrize("call", sorted(AVOIDED))
def test_no_test_calls_what_holds_by_luck(call: str) -> None:
    calling = [
        name
        for name in files()
        if name.startswith(("tests/", "benchmarks/")) and name.endswith(".py")
        if call in (ROOT / name).read_text("utf-8") and name != "tests/architecture/test_habits.py"
    ]
    assert calling == [], AVOIDED[call]


MOMENTS = {
    "as_of",
    "now",
    "before",
    "after",
    "at",
    "moment",
    "start",
    "end",
    "since",
    "until",
    "clock",
    "due",
}
"""Names under which the code keeps moments, beside those that end in ``_at``: they are in UTC."""

DAY_OF = {"strftime", "date"}
MEANT = {
    "dashboard/demo/pictures.py": "a photo's GPS time is in UTC by EXIF",
    "ingest/storage/quarantine.py": "part of a hash",
    "problem_ledger/work/exceedances.py": "an identifier; pages write its time in Beijing",
}
"""Files in which a day of UTC is meant."""


def is_moment(node: ast.expr) -> bool:
    """Whether the expression is named as a moment, and nothing says in which zone."""
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in MOMENTS or name.endswith("_at")


def local_names(tree: ast.AST) -> set[str]:
    """Names given to moments put into Beijing time, or to days, somewhere in the file."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            value, targets = node.value, node.targets
        elif isinstance(node, ast.For | ast.comprehension):
            value, targets = node.iter, [node.target]
        else:
            continue
        if "BUSINESS_ZONE" in ast.unparse(value) or "_on" in ast.unparse(value):
            found |= {
                each.id for one in targets for each in ast.walk(one) if isinstance(each, ast.Name)
            }
    return found


def days_shown(tree: ast.AST) -> Iterator[tuple[int, ast.expr]]:
    """Each expression of which a calendar day or an hour is written or taken."""
    for node in ast.walk(tree):
        spec = getattr(node, "format_spec", None)
        if isinstance(node, ast.FormattedValue) and spec and "%" in ast.unparse(spec):
            yield node.lineno, node.value
        called = getattr(node, "func", None)
        if isinstance(called, ast.Attribute) and called.attr in DAY_OF:
            yield called.lineno, called.value


def test_no_day_is_taken_from_a_moment_in_utc() -> None:
    """Between midnight and eight in Beijing the day of UTC is yesterday."""
    wrong = []
    ours = ("dashboard/", "data/", "problem_ledger/", "ingest/")
    for name in files():
        if not name.endswith(".py") or not name.startswith(ours) or name in MEANT:
            continue
        tree = ast.parse((ROOT / name).read_text("utf-8"))
        local = local_names(tree)
        wrong += [
            f"{name}:{line} {ast.unparse(node)}"
            for line, node in days_shown(tree)
            if is_moment(node) and getattr(node, "id", "") not in local
        ]
    assert not wrong, "\n".join(["", *wrong])


def read_at_import(tree: ast.Module) -> Iterator[ast.Call]:
    """Each call made when the file is read: outside of functions, or in what decorates them."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                waiting += [*node.decorator_list, *node.args.defaults]
            elif not isinstance(node, ast.Lambda):
                waiting.append(node)
                if isinstance(node, ast.Call):
                    yield node


def test_no_test_keeps_the_day_on_which_its_file_was_read() -> None:
    """A run that begins before midnight in Beijing reads a file on one day and runs it on another.

    A moment of the last minutes may be kept; its day is asked for where it is used.
    """
    days = {"business_date", "today", "date", "this_month"}
    wrong = []
    for name in files():
        if name.startswith(("tests/", "benchmarks/")) and name.endswith(".py"):
            for call in read_at_import(ast.parse((ROOT / name).read_text("utf-8"))):
                asked = getattr(call.func, "attr", getattr(call.func, "id", ""))
                is_now = any(word in ast.unparse(call) for word in ("now()", "NOW", "today()"))
                if asked in days and is_now:
                    wrong.append(f"{name}:{call.lineno} {ast.unparse(call)}")
    assert not wrong, "\n".join(["", *wrong])
