"""The built wheel carries all it needs: proven where the checkout can't be seen.

The wheel is built and installed once; what it holds and how its command line helps is recorded.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.contract.recorded import hold, lines
from tests.running.folders import ROOT

PACKAGES = ("dashboard", "ingest", "gis", "problem_ledger", "office", "data")

NOT_SOURCE = (".*", "node_modules", "build", "*.egg-info", "__pycache__", "tests", "docs")

PROOF = """
import dashboard, importlib.util, pathlib
assert pathlib.Path(dashboard.__file__).is_relative_to({prefix!r}), dashboard.__file__
from data.quality.limits import newest_limits
from data.migrations.run import newest
from dashboard.parts.wording import catalogue
from dashboard.demo.watch import sections
from problem_ledger.cases.rules import load_rules
home = pathlib.Path(dashboard.__file__).parent
assert load_rules().deadlines and newest_limits() and newest() and len(sections()) == 24
assert (home / "assets" / "frame" / "tokens.css").exists()
assert (home / "assets" / "vendor" / "maplibre" / "maplibre-gl.mjs").exists()
assert (home / "assets" / "vendor" / "regenerator" / "runtime.js").exists()
assert catalogue("zh").gettext("Sign in") == "登录"
versions = home.parent / "data" / "migrations" / "versions"
assert (versions / "0001_first_tables.sql").exists()
print("complete")
"""

HELPS = """
import argparse, contextlib, importlib.metadata, io, json, os, sys

(entry,) = importlib.metadata.entry_points(group="console_scripts", name="onemap")
main = entry.load()

def parsers_below(parser):
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()

def asked(*words):
    # The parser that answers --help, without ending this process.
    shown = []
    argparse.ArgumentParser.print_help = lambda parser, file=None: shown.append(parser)
    with contextlib.suppress(SystemExit):
        main([*words, "--help"])
    return shown[0]

def told(parser):
    yield parser.prog, parser.format_help()
    for _word, below in parsers_below(parser):
        yield from told(below)

def helps():
    root = asked()
    yield root.prog, root.format_help()
    for word, _stub in parsers_below(root):
        yield from told(asked(word))

listed = []
for language in ("en", "zh"):
    os.environ["ONEMAP_DASHBOARD__LANGUAGE"] = language
    listed += [(language, *each) for each in helps()]
sys.stdout.write(json.dumps(listed))
"""
"""Asks the installed command for the help of every command, as people would, in one process."""


@dataclass(frozen=True)
class Wheel:
    """A built wheel and an empty environment into which it was installed."""

    file: Path
    place: Path

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.place / "bin" / "python"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Wheel:
    """The wheel of this checkout, installed; its dependencies are those of the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    source, built = folder / "source", folder / "dist"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(*NOT_SOURCE))
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", built, source],
        check=True,
        capture_output=True,
    )
    file = next(built.glob("*.whl"))
    place = folder / "empty"
    venv.create(place, with_pip=False)
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", place / "bin" / "python", "install",
         "--no-deps", "--no-index", "--quiet", file],
        check=True,
    )  # fmt: skip
    site = next((place / "lib").glob("python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return Wheel(file, place)


def names_in(file: Path) -> set[str]:
    """The files of a wheel; the folder about the distribution without its version."""
    with ZipFile(file) as opened:
        return {
            re.sub(r"^onemap-[^/]*\.dist-info/", "dist-info/", name) for name in opened.namelist()
        }


def test_the_wheel_works_in_an_environment_without_the_checkout(wheel: Wheel) -> None:
    done = subprocess.run(
        [wheel.python, "-I", "-c", PROOF.format(prefix=str(wheel.place))],
        cwd=wheel.place,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "complete", done.stderr
    help_text = subprocess.run(
        [wheel.place / "bin" / "onemap", "--help"],
        cwd=wheel.place,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "demo" in help_text


def test_every_command_of_the_wheel_helps_as_recorded(wheel: Wheel, renewed: str) -> None:
    settings = {
        "COLUMNS": "100",
        "ONEMAP_DATABASE__URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
    }
    done = subprocess.run(
        [wheel.python, "-I", "-c", HELPS],
        cwd=wheel.place,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    helps = [
        f"\n== {language}: {words}\n{text}" for language, words, text in json.loads(done.stdout)
    ]
    title = "The help of every command in English and Chinese, 100 columns wide"
    hold("commands.txt", lines(title, (text.rstrip("\n") for text in helps)), renewed)


def test_the_wheel_holds_the_recorded_files(wheel: Wheel, renewed: str) -> None:
    title = "The files of the wheel"
    hold("wheel.txt", lines(title, sorted(names_in(wheel.file))), renewed)


def test_every_file_beside_the_code_is_in_the_wheel(wheel: Wheel) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *PACKAGES], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    beside = {name for name in listed.split("\0") if name and not name.endswith(".py")}
    assert len(beside) > 100
    assert sorted(beside - names_in(wheel.file)) == []
