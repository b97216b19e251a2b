"""Joins modules of scripts into one file, for a page that would ask for each of them by itself."""

import re
from collections.abc import Mapping
from posixpath import dirname, join, normpath

IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.{1,2}/[\w./-]+)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
LEFT = re.compile(r"^(?:import|export)\b(?!\().*", re.MULTILINE)
"""What would be left of an import or export that is written in any other way."""


def joined(first: str, sources: Mapping[str, str]) -> tuple[str, list[str]]:
    """Returns one module that does what ``first`` does, and the names of the modules in it.

    ``sources`` holds each module's text by its path. Every module becomes a function that runs
    once, those that it imports before it, as a browser would run them; the whole exports what
    ``first`` exports. Raises ValueError for modules that import each other in a circle, and for
    an import or export other than ``import { a, b as c } from "./…";`` and ``export`` before
    a function, class or const.
    """
    order: list[str] = []
    _place(first, sources, order, ())
    exports = {path: EXPORT.findall(sources[path]) for path in order}
    parts = ["const modules = {};", *(_function(path, sources[path]) for path in order)]
    names = ", ".join(exports[first])
    return "\n".join((*parts, f'export const {{ {names} }} = modules["{first}"];\n')), order


def _place(
    path: str, sources: Mapping[str, str], order: list[str], within: tuple[str, ...]
) -> None:
    """Adds the module to ``order``, those that it imports before it."""
    if path in within:
        raise ValueError(f"modules import each other: {' → '.join((*within, path))}")
    if path in order:
        return
    for _names, beside in IMPORT.findall(sources[path]):
        _place(_beside(path, beside), sources, order, (*within, path))
    order.append(path)


def _function(path: str, source: str) -> str:
    """Returns the statement that runs a module and keeps what it exports."""

    def imported(found: re.Match[str]) -> str:
        names = found[1].replace(" as ", ": ")
        return f'const {{{names}}} = modules["{_beside(path, found[2])}"];'

    exported = ", ".join(EXPORT.findall(source))
    body = EXPORT.sub("", IMPORT.sub(imported, source))
    left = LEFT.search(body)
    if left is not None:
        raise ValueError(f"{path}: can't be joined with other modules: {left[0]}")
    return f'modules["{path}"] = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();'


def _beside(path: str, beside: str) -> str:
    """Returns the path of what a module imports by a path beginning at its own folder."""
    return normpath(join(dirname(path), beside))
