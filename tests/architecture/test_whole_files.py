"""What a later run or another process reads is written by ``data.whole_files``, nothing else."""

import ast
from pathlib import Path

import pytest

from tests.architecture.subjects import files
from tests.running.folders import ROOT

PACKAGES = ("dashboard/", "ingest/", "problem_ledger/", "office/", "data/", "gis/")
WRITES = {
    "write_text", "write_bytes", "to_csv", "to_parquet", "to_excel", "to_json", "to_file",
    "copyfile", "copy2", "copytree", "fdopen", "NamedTemporaryFile", "mkstemp", "rename", "mkfifo",
}  # fmt: skip
"""Calls that write files under a name, whatever they are called on."""

DIRECT = {
    "data/cluster.py": "renames the new cluster's folder into place",
    "data/daemon.py": "opens a log to append to",
    "data/imports/openable.py": "rewrites a copy in a temporary folder that ends with the block",
    "data/imports/packed.py": "unpacks into a temporary folder that ends with the block",
    "dashboard/demo/chiefs.py": "files of a temporary folder, read by the same process",
    "dashboard/demo/files.py": "files of a temporary folder, read by the same process",
    "dashboard/demo/run.py": "opens the lock, which has no content",
    "dashboard/setup/rabbit.py": "fills a temporary folder and renames it into place",
    "ingest/broker/mosquitto.py": "an empty lock; plain passwords in a scratch folder",
    "ingest/history/office_files.py": "a table of a temporary folder, read by the same process",
    "ingest/history/importing.py": "appends rejected rows, as far as the progress note counts them",
}
"""Files that write directly, each with the reason; the list may only shrink."""


def writes_directly(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in WRITES:
            owner = getattr(node.func, "value", None)
            if not (isinstance(owner, ast.Name) and owner.id in PARTS and name == "write_bytes"):
                return True
        if name == "open" and any(
            "w" in mode or "a" in mode or "x" in mode for mode in modes(node)
        ):
            return True
        if name in {"ParquetWriter", "write_table"} and not any(
            isinstance(each, ast.Name) and each.id in {*PARTS, "batch"} for each in node.args
        ):
            return True
    return False


PARTS = {"part"}
"""What a file calls the part that ``whole_file`` yields."""


def modes(call: ast.Call) -> list[str]:
    """The text arguments of a call of ``open`` that look like modes."""
    named = [each.value for each in call.keywords if each.arg == "mode"]
    texts = [each.value for each in (*call.args, *named) if isinstance(each, ast.Constant)]
    return [each for each in texts if isinstance(each, str) and len(each) <= 3]


def test_only_listed_files_write_directly() -> None:
    writing = {
        name
        for name in files()
        if name.startswith(PACKAGES) and name.endswith(".py")
        if writes_directly(ast.parse((ROOT / name).read_text("utf-8")))
    }
    assert writing == set(DIRECT)


@pytest.mark.parametrize(
    ("code", "is_direct"),
    [
        ("file.write_text('a')", True),
        ("open(file, 'w')", True),
        ("file.open('ab')", True),
        ("file.open(encoding='utf-8')", False),
        ("Image.open(file, formats=['JPEG'])", False),
        ("table.to_csv(file)", True),
        ("part.write_bytes(b'')", False),
        ("shutil.copyfile(a, b)", True),
    ],
)
def test_what_counts_as_a_direct_write(code: str, is_direct: bool) -> None:
    assert writes_directly(ast.parse(code)) is is_direct


def test_the_named_files_are_there() -> None:
    assert [name for name in DIRECT if not Path(ROOT / name).is_file()] == []
