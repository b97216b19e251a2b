"""The page of rooms, docs/rooms.md: each subject with its files on every floor.

``.venv/bin/python -m tests.architecture.rooms_page`` writes it anew.
"""

import ast
import os
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from dashboard.app import ROOMS
from dashboard.frame.access import Rule
from dashboard.frame.room import Room
from data.whole_files import write_whole
from tests.architecture.subjects import ROOT, SUBJECTS, Subject, files, owner_of
from tests.fixtures.routes import page_paths, routes_of, whole_app

PAGE = ROOT / "docs" / "rooms.md"

CHANGES = (
    ("A step of a problem: who may take it, from where, what it needs", "data/procedure/steps.py"),
    (
        "A deadline, its figures, its lights",
        "data/procedure/deadlines.py",
        "problem_ledger/cases/rules.toml",
    ),
    (
        "Who is told of a step",
        "data/procedure/steps.py",
        "problem_ledger/cases/recipients.py",
    ),
    (
        "The list of problems: columns",
        "data/queries/ledger/problems.py",
        "dashboard/ledger/rows.py",
        "dashboard/ledger/grid.py",
    ),
    (
        "The list of problems: tabs, filters",
        "data/queries/ledger/filter.py",
        "data/queries/ledger/conditions.py",
        "dashboard/ledger/tabs.py",
        "dashboard/ledger/filters.py",
    ),
    (
        "The page of one problem, the dialog of a step",
        "dashboard/ledger/problem_page.py",
        "dashboard/ledger/step_dialogs.py",
    ),
    ("A layer of the map", "data/queries/map/tile_ground.py", "dashboard/assets/map/style.mjs"),
    ("A drawer", "dashboard/map/drawer_section.py", "data/queries/stations/section.py"),
    ("The file of a river or lake", "dashboard/waters/file.py", "data/queries/waters/file.py"),
    ("A limit of GB 3838 or GB 18918", "data/quality/limits.toml"),
    ("How a class is told", "data/quality/evaluation.py", "data/quality/classes.py"),
    (
        "A check when a reading arrives",
        "ingest/screening/checks.toml",
        "ingest/screening/checks.py",
    ),
    (
        "A test of the second look",
        "data/words/review.py",
        "ingest/qc/qc.toml",
        "ingest/qc/tests.py",
        "dashboard/parts/review_words.py",
    ),
    ("Which value counts after a review", "data/queries/readings/counting.py"),
    (
        "Another protocol of devices",
        "ingest/topics.py",
        "ingest/screening/decoding.py",
        "ingest/codecs/json_v1.py",
    ),
    ("What is stored of a message", "ingest/storage/writer.py", "ingest/storage/readings.py"),
    (
        "When a patrol is valid",
        "problem_ledger/patrols/patrol_rules.toml",
        "problem_ledger/patrols/judging.py",
    ),
    ("A column of the patrols' file", "dashboard/patrols/workbook.py"),
    ("A figure of the tally", "data/queries/tally/counts.py", "ingest/storage/hourly_tally.py"),
    ("The form of a station", "dashboard/stations/form.py", "data/placing/facts.py"),
    ("A column of an import", "data/imports/fields.py"),
    ("A kind of file to import", "data/imports/kinds.py", "dashboard/commands/importing.py"),
    (
        "What a role may do, what it sees",
        "dashboard/frame/auth.py",
        "data/queries/people/visible.py",
    ),
    ("The bar, a colour", "dashboard/frame/shell.py", "dashboard/assets/frame/tokens.css"),
    (
        "An answer of the API: `api.py` of its room",
        "dashboard/ledger/documents.py",
        "dashboard/frame/answers.py",
        "dashboard/frame/http_errors.py",
    ),
    ("A parameter, a class, a role", "data/vocabulary.py"),
    ("A table or column: its subject's file, then a migration", "data/tables/ledger.py"),
    ("A setting", "data/settings.py", "docs/settings.zh.toml"),
    ("A command", "dashboard/cli.py"),
    ("The made county", "dashboard/demo/basin.py", "dashboard/demo/made/cases.csv"),
    (
        "What tests stand on: basin, office, people",
        "tests/made/basin.py",
        "tests/fixtures/served.py",
    ),
)
"""Usual changes and the files where each begins."""

HEAD = """\
# Rooms

Which files of every floor belong to a subject. Written from `tests/architecture/subjects.toml`, the
files' own first lines and the `ROOM`s by `.venv/bin/python -m tests.architecture.rooms_page`; a
test holds it. What words mean: [words.md](words.md); how rooms are built and joined:
[architecture.md](architecture.md#rooms).

## Where do I change …

Who may open a page, its address, its place in the bar: the `ROOM` in the room's `__init__.py`. A
word that people read: the room's catalogue below `dashboard/locales`. Else:

| To change | Room | Begin at |
|---|---|---|
"""

FLOORS = (
    ("4 dashboard", ("dashboard", "onemap")),
    ("3 ingest", ("ingest",)),
    ("3 problem_ledger", ("problem_ledger",)),
    ("3 office", ("office",)),
    ("2 data", ("data",)),
    ("1 gis", ("gis",)),
    ("Tests", ("tests",)),
    ("Benchmarks", ("benchmarks",)),
)
DOCUMENTS = "Documents and the rest"

COMMENT = re.compile(r"\A(?:#!.*\n)?\s*(?:/\*+|//|--|#)\s*(.+)")
"""The first comment of a script, a style, SQL or TOML."""
MOST_NAMED = 12
"""So many files of a folder that say nothing of themselves are named; more are counted."""


def told_by(path: str) -> str:
    """What a file says of itself: a docstring's first line, a heading, the first comment."""
    file = ROOT / path
    if file.suffix == ".py":
        told = (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").partition("\n")[0]
    elif file.suffix in {".md", ".js", ".mjs", ".css", ".sql", ".toml"} or path == "onemap":
        found = COMMENT.match(file.read_text("utf-8"))
        told = found[1].removesuffix("*/").strip() if found else ""
    else:
        told = ""
    return told.replace("``", "`").replace("|", "\\|")


def changes() -> Iterator[str]:
    """The rows of the table of usual changes."""
    for what, *begun_at in CHANGES:
        words = dict.fromkeys(owner_of(path).word for path in begun_at)
        rooms = ", ".join(f"[{word}](#{word})" for word in words)
        yield f"| {what} | {rooms} | {', '.join(f'`{path}`' for path in begun_at)} |"


def floor_of(path: str) -> str:
    """The floor of a file, or where else in the project it lies."""
    top = path.partition("/")[0]
    return next((name for name, tops in FLOORS if top in tops), DOCUMENTS)


def routes() -> dict[str, list[str]]:
    """The addresses of every room that are no pages, with their methods, by the room's name."""
    os.environ.setdefault("ONEMAP_DATABASE__URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    methods: dict[str, set[str]] = {}
    for method, path in routes_of(whole_app()):
        methods.setdefault(path, set()).add(method)
    found: dict[str, list[str]] = {}
    for path, given in sorted(methods.items()):
        room = room_of(path)
        if room is not None and path not in page_paths():
            found.setdefault(room.name, []).append(f"{' '.join(sorted(given))} {path}")
    return found


def room_of(path: str) -> Room | None:
    """The room whose rule decides about an address, or that has it open to all; None for neither.

    The rules for what nobody answers are nobody's.
    """
    if path.endswith("{path:path}"):
        return None
    covering: list[tuple[Rule, Room]] = [
        (rule, room) for room in ROOMS for rule in room.rules if rule.covers(path)
    ]
    if covering:
        return max(covering, key=lambda each: len(each[0].path))[1]
    return next((room for room in ROOMS if path in room.public), None)


def folder_of(path: str) -> str:
    """The folder in which a file lies."""
    return str(Path(path).parent)


def listed(paths: Iterable[str]) -> Iterator[str]:
    """The rows of files: those that tell of themselves one by one, the others folder by folder."""
    silent = []
    for path in paths:
        told = told_by(path)
        if told:
            yield f"| `{path}` | {told} |"
        elif not path.endswith("__init__.py"):
            silent.append(path)
    silent.sort(key=folder_of)
    for folder, within in groupby(silent, key=folder_of):
        names = [Path(path).name for path in within]
        many = len(names) > MOST_NAMED
        yield f"| `{folder}/` | {f'{len(names)} files' if many else ', '.join(names)} |"


def section(subject: Subject, paths: list[str], its_routes: Iterable[str]) -> Iterator[str]:
    """The lines about one subject."""
    yield from (f"## {subject.word}", "", subject.meaning, "")
    pages = [page for room in ROOMS if room.name == subject.word for page in room.pages]
    facts = {
        "Pages": [f"`{page.path}`" for page in pages],
        "Addresses": [f"`{route}`" for route in its_routes],
        "Tables": [f"`{table}`" for table in subject.tables],
    }
    told = [f"- {name}: {' · '.join(given)}" for name, given in facts.items() if given]
    if told:
        yield from (*told, "")
    for floor in (*(name for name, _tops in FLOORS), DOCUMENTS):
        its = [path for path in paths if floor_of(path) == floor]
        rows = list(listed(its))
        if rows:
            counted = "1 file" if len(its) == 1 else f"{len(its)} files"
            yield f"<details><summary>{floor}: {counted}</summary>"
            yield from ("", "| File | What it says of itself |", "|---|---|", *rows, "")
            yield from ("</details>", "")


def page() -> str:
    """The whole page."""
    owned: dict[str, list[str]] = {subject.word: [] for subject in SUBJECTS}
    for path in files():
        owned[owner_of(path).word].append(path)
    by_room = routes()
    lines = [*changes(), "", "## Subjects", "", "| Subject | What it is |", "|---|---|"]
    lines += [f"| [{each.word}](#{each.word}) | {each.meaning} |" for each in SUBJECTS]
    lines.append("")
    for each in SUBJECTS:
        lines += section(each, owned[each.word], by_room.get(each.word, ()))
    return HEAD + "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Writes the page."""
    write_whole(PAGE, page())


if __name__ == "__main__":
    main()
