"""The browser's scripts: linted, their types checked, their own tests run, by the node of .venv."""

import json
from pathlib import Path

import pytest

from tests.scripts import checkers
from tests.scripts.checkers import ROOT, run_node

ESLINT = "node_modules/eslint/bin/eslint.js"
TSC = "node_modules/typescript/bin/tsc"
REFUSED = """\
/** A script that breaks one rule a line. */
export function act(box, name, library) {
  box.innerHTML = name; // no-restricted-syntax
  box["innerHTML"] = name; // no-restricted-syntax
  box.insertAdjacentHTML("beforeend", name); // no-restricted-syntax
  new library.Popup().setHTML(name); // no-restricted-syntax
  document.write(name); // no-restricted-syntax
  if (box == name) name.focus(); // eqeqeq
  notDefined(box); // no-undef
  const kept = box ?? name; // no-unused-vars
}
"""


def scripts() -> set[str]:
    """Every script of ours that a browser loads."""
    assets = ROOT / "dashboard" / "assets"
    found = {path for kind in ("*.js", "*.mjs") for path in assets.rglob(kind)}
    return {str(path.relative_to(ROOT)) for path in found if "vendor" not in path.parts}


def lint(*arguments: str, given: str = "") -> dict[str, list[tuple[int, str, str]]]:
    """What eslint finds in each file: the line, the rule and the sentence."""
    done = run_node(ESLINT, "--format", "json", *arguments, given=given)
    assert done.returncode in (0, 1), f"\n{done.stdout}{done.stderr}"
    return {
        str(Path(each["filePath"]).relative_to(ROOT)): [
            (one["line"], one["ruleId"], one["message"]) for one in each["messages"]
        ]
        for each in json.loads(done.stdout)
    }


def test_eslint_looks_at_every_script_and_finds_nothing() -> None:
    found = lint(".")
    assert scripts() <= set(found)
    wrong = [f"{name}:{line} {rule}: {why}" for name in found for line, rule, why in found[name]]
    assert not wrong, "\n".join(["", *wrong])


def test_tsc_looks_at_every_script_and_finds_nothing() -> None:
    done = run_node(TSC, "--project", ".", "--listFiles")
    ours = {line for line in done.stdout.splitlines() if line.startswith("/")}
    wrong = [line for line in done.stdout.splitlines() if line not in ours]
    assert done.returncode == 0, "\n".join(["", *wrong, done.stderr])
    assert scripts() <= {name.removeprefix(f"{ROOT}/") for name in ours}


def test_the_tests_of_scripts_pass() -> None:
    done = run_node(
        "--test", "--test-timeout=20000", "--test-reporter=spec", "tests/scripts/*.test.mjs"
    )
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"
    assert "\nℹ skipped 0\n" in done.stdout, done.stdout


def test_eslint_refuses_markup_from_strings_and_names_that_nobody_defined() -> None:
    wanted = [
        (number, line.rpartition("// ")[2])
        for number, line in enumerate(REFUSED.splitlines(), 1)
        if "; // " in line
    ]
    name = "dashboard/assets/map/made.mjs"
    found = lint("--stdin", "--stdin-filename", name, given=REFUSED)[name]
    assert [(line, rule) for line, rule, _ in found] == wanted


def test_eslint_refuses_a_global_name_of_a_script_that_is_no_module() -> None:
    name = "dashboard/assets/map/made.js"
    found = lint("--stdin", "--stdin-filename", name, given="function look() {}\nlook();\n")[name]
    assert [rule for _, rule, _ in found] == ["no-implicit-globals"]


def test_without_the_checkers_one_is_told_how_to_have_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(checkers, "ROOT", tmp_path)
    with pytest.raises(AssertionError, match=r"node_modules lacks .* \./onemap test installs"):
        run_node("--version")
