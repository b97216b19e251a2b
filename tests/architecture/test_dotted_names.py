"""Names of our modules and files that only a string spells out lead somewhere.

No import and no type checker notices when such a module moves: ``files("problem_ledger")``,
``uvicorn dashboard.app:create_app``, a monkeypatch's target, the lists of pyproject.toml, the paths
that the documents name.
"""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.running.folders import ROOT

FLOORS = ("dashboard", "ingest", "gis", "problem_ledger", "office", "data")
READ = (*FLOORS, "tests", "benchmarks")

_ONE = rf"(?:{'|'.join(FLOORS)})(?:\.[A-Za-z_]\w*)+"
WHOLE = re.compile(rf"{_ONE}(?::\w+)?")
"""A string that is nothing but a dotted name, with ``:attribute`` or without."""
OPEN = re.compile(rf"((?:{'|'.join(FLOORS)})(?:\.\w+)*)\.")
"""The beginning of a name that is put together at run time: the package before the last dot."""
IMPORTED = re.compile(rf"^\s*(?:from|import) ({_ONE})", re.MULTILINE)
"""A line of code within a string."""
QUOTED = re.compile(rf"`({_ONE})`")
"""A name between backticks, in a docstring or a document."""
FILE = re.compile(rf"`((?:{'|'.join(READ)})(?:/[\w.-]+)+)/?`")
"""A path between backticks."""
RUN = re.compile(rf"-m ((?:{'|'.join(READ)})(?:\.\w+)+)")
"""A module that a shell runs."""
ASSET = re.compile(r"/assets/[\w/.-]+\.\w+")
BESIDE = re.compile(r"""(?:from |import\(|import )["'](\.{1,2}/[\w/.-]+)["']""")
"""Addresses of files that the browser loads: whole ones, and those of scripts among themselves."""

ENDINGS = frozenset({"csv", "json", "log", "new", "sql", "toml", "tmp", "xlsx", "zip"})
"""``ingest.log`` is a file's name and no module's."""


def leads_somewhere(name: str) -> bool:
    """Whether a name is a module's or package's, or one of something that a module holds."""
    parts = name.replace(":", ".").split(".")
    for count in range(len(parts), 0, -1):
        module = ".".join(parts[:count])
        if is_module(module):
            return holds(module, parts[count:])
    return False


def is_module(name: str) -> bool:
    """Whether there is such a module; a name below one that is no package isn't."""
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def holds(module: str, attributes: list[str]) -> bool:
    """Whether the module has the attribute, that its attribute, and so on."""
    if not attributes:
        return True
    found: Any = import_module(module)
    for attribute in attributes:
        if not hasattr(found, attribute):
            return False
        found = getattr(found, attribute)
    return True


def names_in(text: str) -> Iterator[str]:
    """The dotted names of ours in a string of the code, file names left out."""
    listed = [*IMPORTED.findall(text), *QUOTED.findall(text)]
    if WHOLE.fullmatch(text):
        listed.append(text)
    if beginning := OPEN.fullmatch(text):
        listed.append(beginning[1])
    yield from (name for name in listed if name.rpartition(".")[2] not in ENDINGS)


def strings_of(file: Path) -> Iterator[tuple[int, str]]:
    """Every string and every bytes of a file that is text, with its line."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.Constant) and isinstance(node.value, bytes):
            yield node.lineno, node.value.decode("utf-8", "replace")


def spelled() -> dict[str, str]:
    """Every dotted name that strings of the code spell out, and where it was first found."""
    found: dict[str, str] = {}
    for folder in READ:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for line, text in strings_of(file):
                for name in names_in(text):
                    found.setdefault(name, f"{file.relative_to(ROOT)}:{line}")
    return found


def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def lost(names: Iterable[str]) -> list[str]:
    """The names that lead nowhere."""
    return sorted(name for name in set(names) if not leads_somewhere(name))


def without_files(folders: Iterable[Path], pattern: str) -> bool:
    """Whether a pattern finds no file in any of the folders."""
    return not any(found.is_file() for folder in folders for found in folder.glob(pattern))


def documents() -> list[Path]:
    """What people read about the house of today; decisions tell of the house of their day."""
    return [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


def test_every_dotted_name_in_a_string_of_the_code_leads_somewhere() -> None:
    found = spelled()
    assert len(found) > 10
    assert [f"{found[name]}: {name}" for name in lost(found)] == []


def test_the_import_rules_name_modules_that_are_there() -> None:
    rules = project()["tool"]["importlinter"]
    names = list(rules["root_packages"])
    for contract in rules["contracts"]:
        for within in contract.get("containers", ("",)):
            for layer in contract.get("layers", ()):
                names += [f"{within}.{one.strip(' ()')}" for one in re.split(r"[|:]", layer)]
        names += contract.get("source_modules", ())
        for pair in contract.get("ignore_imports", ()):
            names += [one.strip() for one in pair.split("->")]
    assert lost(name.replace(".*", "").strip(".") for name in names) == []


def test_commands_and_warnings_of_the_project_name_modules_that_are_there() -> None:
    told = project()
    names = list(told["project"]["scripts"].values())
    names += [
        each.split(":")[3] for each in told["tool"]["pytest"]["ini_options"]["filterwarnings"]
    ]
    assert lost(names) == []


def test_patterns_of_the_project_find_files() -> None:
    tool = project()["tool"]
    patterns = [*tool["ruff"]["lint"]["per-file-ignores"], *tool["mypy"]["files"]]
    patterns += tool["pytest"]["ini_options"]["testpaths"]
    within = [
        each if Path(each).suffix else f"{each.removesuffix('/**')}/**/*.py" for each in patterns
    ]
    assert [each for each in within if without_files([ROOT], each)] == []
    found = tool["setuptools"]["packages"]["find"]["include"]
    assert [each for each in found if without_files([ROOT], f"{each}/__init__.py")] == []


def test_patterns_of_the_wheel_find_files() -> None:
    every = [folder for floor in FLOORS for folder in (ROOT / floor, *(ROOT / floor).rglob("*/"))]
    empty = []
    for package, patterns in project()["tool"]["setuptools"]["package-data"].items():
        folders = every if package == "*" else [ROOT / package.replace(".", "/")]
        empty += [f"{package}: {each}" for each in patterns if without_files(folders, each)]
    assert empty == []


def test_the_documents_name_files_and_modules_that_are_there() -> None:
    lacking = []
    for document in documents():
        text = document.read_text("utf-8")
        paths = [path for path in FILE.findall(text) if not (ROOT / path).exists()]
        lacking += [f"{document.name}: {each}" for each in [*paths, *lost(QUOTED.findall(text))]]
    assert lacking == []


def test_the_launcher_and_the_documents_run_modules_that_are_there() -> None:
    texts = [file.read_text("utf-8") for file in (ROOT / "onemap", *documents())]
    names = [name for text in texts for name in RUN.findall(text)]
    assert "dashboard.cli" in names
    assert lost(names) == []


def test_every_asset_that_the_code_asks_for_is_there() -> None:
    lacking = []
    for file in sorted((ROOT / "dashboard").rglob("*")):
        if file.suffix in {".py", ".js", ".mjs", ".css", ".html"} and "vendor" not in file.parts:
            text = file.read_text("utf-8")
            asked = [ROOT / "dashboard" / address[1:] for address in ASSET.findall(text)]
            asked += [file.parent / beside for beside in BESIDE.findall(text)]
            lacking += [f"{file.relative_to(ROOT)}: {each}" for each in asked if not each.exists()]
    assert lacking == []
