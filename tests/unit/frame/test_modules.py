"""Modules joined into one do what they did apart, and what can't be joined is refused."""

import subprocess
from pathlib import Path

import pytest

from dashboard.frame.files import program_files
from dashboard.frame.modules import joined
from tests.scripts.checkers import NODE

SOURCES = {
    "a/first.mjs": """
import { one, two as second } from "./inner.mjs";
import { NAME } from "../b/other.mjs";
export const answer = () => `${NAME} ${one()} ${second}`;
export async function later() { return (await import("node:path")).sep; }
""",
    "a/inner.mjs": """
import { NAME } from "../b/other.mjs";
/** What `export` means is told here: @param {import("./first.mjs").Any} any */
let count = 0;
export function one() { count += 1; return count; }
export const two = `${NAME}2`;
""",
    "b/other.mjs": 'globalThis.times = (globalThis.times ?? 0) + 1;\nexport const NAME = "n";\n',
}


def run(folder: Path, script: str) -> str:
    """What a module prints."""
    file = folder / "run.mjs"
    file.write_text(script, "utf-8")
    return subprocess.run(
        [NODE, file], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_the_whole_does_what_the_modules_did(tmp_path: Path) -> None:
    whole, parts = joined("a/first.mjs", SOURCES)
    assert parts == ["b/other.mjs", "a/inner.mjs", "a/first.mjs"]
    (tmp_path / "whole.mjs").write_text(whole, "utf-8")
    asked = (
        'import * as all from "./whole.mjs"; console.log(Object.keys(all).join(), '
        "all.answer(), all.answer(), globalThis.times, await all.later())"
    )
    assert run(tmp_path, asked) == "answer,later n 1 n2 n 2 n2 1 /"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('import "./inner.mjs";', "import"),
        ('import all from "./inner.mjs";', "import all"),
        ("export default 1;", "export default"),
        ("export let changing = 1;", "export let"),
        ('export * from "./inner.mjs";', r"export \*"),
    ],
)
def test_what_can_not_be_joined_is_refused_by_name(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=rf"^a/first\.mjs: can't be joined .*: {said}"):
        joined("a/first.mjs", {**SOURCES, "a/first.mjs": f"{line}\n"})


def test_modules_in_a_circle_are_refused() -> None:
    back = 'import { answer } from "../a/first.mjs";\nexport const NAME = answer;\n'
    with pytest.raises(ValueError, match=r"first\.mjs → .*other\.mjs → a/first\.mjs"):
        joined("a/first.mjs", {**SOURCES, "b/other.mjs": back})


def test_the_maps_modules_are_all_in_its_file() -> None:
    sources = program_files().texts(".mjs")
    whole, parts = joined("map/begin.mjs", sources)
    assert len(parts) > 20
    assert "export const { open, mount," in whole
