"""Every msgid in the code, found by reading it: what ``_`` words and what our errors say.

``python -m tests.architecture.msgids`` prints what the catalogues lack, ready to be filled in.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from data import errors
from data.errors import OneMapError
from tests.running.folders import ROOT

LOCALES = ROOT / "dashboard" / "locales"
WORDED = {"_", "N_"}
REPORTED = {"comment", "note", "unreadable", "one_word", "sentence"}
"""Calls of lower floors whose first argument is a sentence worded by the dashboard."""
ERRORS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, OneMapError)
}


def sources() -> list[Path]:
    """The code of every floor."""
    floors = ("dashboard", "ingest", "problem_ledger", "office", "data", "gis")
    return sorted(file for floor in floors for file in (ROOT / floor).rglob("*.py"))


def templates() -> list[Path]:
    """The templates of the plain pages."""
    return sorted((ROOT / "dashboard").glob("*/templates/*.html"))


def text_of(node: ast.expr) -> str | None:
    """The string that an expression spells out, None when it is worked out at run time."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def errors_in(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.FunctionDef | None]]:
    """Each call that makes one of our errors, with the function it stands in."""
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            child.holder = (
                node if isinstance(node, ast.FunctionDef) else getattr(node, "holder", None)
            )  # type: ignore[attr-defined]  # kept on the way down
        name = getattr(getattr(node, "func", None), "id", "")
        if isinstance(node, ast.Call) and name in ERRORS:
            yield node, getattr(node, "holder", None)


def strings_of(tree: ast.Module, name: str) -> list[ast.expr]:
    """The strings of the module's own constant of that name: its text, or the values of a table."""
    found: list[ast.expr] = []
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(each, ast.Name) and each.id == name for each in targets):
            keys = {
                id(key)
                for part in ast.walk(node)
                if isinstance(part, ast.Dict)
                for key in part.keys
            }
            found += [
                part
                for part in ast.walk(node)
                if isinstance(part, ast.Constant)
                and isinstance(part.value, str)
                and id(part) not in keys
            ]
    return found


def followed(
    tree: ast.Module, sentence: ast.expr, holder: ast.FunctionDef | None
) -> list[ast.expr]:
    """The strings that an error's sentence may be when the call doesn't spell it out.

    A parameter is what the module's calls of that function hand over, a name or ``TABLE[key]`` the
    module's constant. Empty for anything else.
    """
    table = sentence
    while isinstance(table, ast.Subscript):
        table = table.value
    if table is not sentence and isinstance(table, ast.Name):
        return strings_of(tree, table.id)
    if not isinstance(sentence, ast.Name):
        return []
    names = [each.arg for each in holder.args.args] if holder is not None else []
    if holder is None or sentence.id not in names:
        return strings_of(tree, sentence.id)
    at = names.index(sentence.id)
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == holder.name
    ]
    handed = [
        next((each.value for each in call.keywords if each.arg == sentence.id), None)
        or (call.args[at] if at < len(call.args) else None)
        for call in calls
    ]
    return [each for each in handed if each is not None and text_of(each) is not None]


def msgids_of_errors(tree: ast.Module) -> Iterator[tuple[ast.expr, list[ast.expr]]]:
    """What each error of a module may say, and how to mend it: the expression and its strings."""
    for call, holder in errors_in(tree):
        said = call.args[:1] + [each.value for each in call.keywords if each.arg == "mend"]
        for sentence in said:
            spelled_out = text_of(sentence) is not None
            yield sentence, [sentence] if spelled_out else followed(tree, sentence, holder)


def msgids_of(file: Path) -> Iterator[tuple[str, int]]:
    """Each msgid of a file with its line; a call of ``_`` with no literal gives none."""
    tree = ast.parse(file.read_text("utf-8"))
    for _sentence, strings in msgids_of_errors(tree):
        yield from ((text, one.lineno) for one in strings if (text := text_of(one)))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        given: list[ast.expr] = []
        if name in WORDED:
            given = node.args[:1]
        elif name in REPORTED:
            given = [one for one in node.args if text_of(one)][:1]
        elif name == "ngettext":
            given = node.args[:2]
        for one in given:
            if (text := text_of(one)) is not None and text:
                yield text, node.lineno


def msgids_of_template(file: Path) -> Iterator[tuple[str, int]]:
    """Each msgid of a template with its line."""
    parsed = Environment(autoescape=True).parse(file.read_text("utf-8"))
    for call in parsed.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in WORDED:
            yield from (
                (one.value, call.lineno) for one in call.args[:1] if isinstance(one, nodes.Const)
            )


def spelled() -> dict[str, set[str]]:
    """Every string the code spells out, with the catalogues it may stand in."""
    found: dict[str, set[str]] = {}
    for file in sources():
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.setdefault(node.value, set()).add(catalogue_of(file))
    for file in templates():
        for text, _line in msgids_of_template(file):
            found.setdefault(text, set()).add(catalogue_of(file))
    return found


def catalogue_of(file: Path) -> str:
    """The catalogue that a file's words stand in: its room's, or its package's on lower floors.

    What several rooms say stands in ``parts``.
    """
    package, *below = file.relative_to(ROOT).parts
    if package != "dashboard":
        return package
    if len(below) == 1:
        return "commands" if below[0] == "cli.py" else "frame"
    return below[0]


def msgids() -> dict[str, str]:
    """Every msgid and where it was first found."""
    found: dict[str, str] = {}
    read = [(file, msgids_of(file)) for file in sources()]
    read += [(file, msgids_of_template(file)) for file in templates()]
    for file, each in read:
        for text, line in each:
            found.setdefault(text, f"{file.relative_to(ROOT)}:{line}")
    return found


def translated(code: str, name: str = "*") -> dict[str, str]:
    """Every msgid of a language's catalogues with its text; a plural's forms each by themselves.

    ``name`` chooses one catalogue.
    """
    found: dict[str, str] = {}
    for file in sorted((LOCALES / code).glob(f"{name}.po")):
        with file.open("rb") as opened:
            for message in read_po(opened, locale=code, abort_invalid=True):
                ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
                texts = message.string if isinstance(message.string, tuple) else (message.string,)
                for number, one in enumerate(ids):
                    if one:
                        found[one] = texts[min(number, len(texts) - 1)]
    return found


def main() -> None:
    """What each language lacks, as catalogue entries."""
    for code in ("zh", "en"):
        have = translated(code)
        sys.stdout.write(f"# {code}\n")
        for text, where in sorted(msgids().items(), key=lambda item: item[1]):
            if not have.get(text):
                quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
                filled = quoted if code == "en" else ""
                file = catalogue_of(ROOT / where.partition(":")[0])
                sys.stdout.write(f'# {file}.po, {where}\nmsgid "{quoted}"\nmsgstr "{filled}"\n\n')


if __name__ == "__main__":
    main()
