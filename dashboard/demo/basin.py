"""Fills the demo's database: with a made basin and its work, or with a folder of basin files."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, text

from dashboard.demo import chiefs, files, history, patrol_history
from dashboard.demo.files import BasinFile
from dashboard.demo.ground import make_ground
from dashboard.demo.ledger_history import work_through
from dashboard.demo.past import MONTH
from dashboard.demo.posts import PasswordOf, create_posts, random_password
from dashboard.demo.progress import Progress
from dashboard.parts.import_report import report_lines
from dashboard.parts.wording import _
from data.clock import Clock, UtcDatetime, business_date, now
from data.database import transaction
from data.errors import BadInput
from data.imports import kinds, source
from data.imports.fields import ImportKind
from data.imports.outcome import Outcome
from problem_ledger.cases.rules import load_rules
from problem_ledger.patrols.rules import load_patrol_rules
from problem_ledger.work.exceedances import open_problems
from problem_ledger.work.upkeep import archive_watched

STOOD, EARLIER = timedelta(days=400), timedelta(days=60)
"""Stations and chiefs are as old as that, and older than the history by so much."""
UNREAD = timedelta(days=1)
"""Notices older than this have been read."""
_READ = """
UPDATE delivery SET delivered_at = made_at, read_at = made_at + interval '20 minutes'
WHERE made_at < :before
"""


def fill(
    engine: Engine,
    progress: Progress,
    clock: Clock = now,
    password_of: PasswordOf = random_password,
    months: int = 0,
) -> None:
    """Fills the database with the invented county and its history up to the present.

    The history has so many ``months``, but at least its last four weeks.
    """
    began = business_date(clock()) - max(STOOD, months * MONTH + EARLIER)
    ground = make_ground()
    with TemporaryDirectory(prefix="onemap-basin-") as temporary:
        folder = Path(temporary)
        take_files(engine, files.write_ground(ground, folder), progress)
        take_files(engine, files.write_stations(ground, folder, began, _rhythm(months)), progress)
        with transaction(engine) as connection:
            posts = chiefs.write_chiefs(connection, folder, began)
        take_files(engine, posts, progress)
    with transaction(engine) as connection:
        create_posts(connection, password_of)
    write_history(engine, clock(), progress, months)


def write_history(engine: Engine, end: UtcDatetime, progress: Progress, months: int) -> None:
    """Writes months of readings, and how the demo's office handled the problems in them."""
    rules = load_rules()
    desk = work_through(engine, rules, end, months)
    walked = patrol_history.write(engine, desk.office, load_patrol_rules(), end, months)
    progress(_("{count} patrols").format(count=walked))

    def then(at: UtcDatetime) -> None:
        desk.work(at)
        archive_watched(engine, lambda: at, rules)
        open_problems(engine, lambda: at, rules)
        desk.take_up()

    history.write(engine, lambda: end, progress, then, months)
    progress(_("{count} steps of problems").format(count=desk.work(end)))
    archive_watched(engine, lambda: end, rules)
    with transaction(engine) as connection:
        connection.execute(text(_READ), {"before": end - UNREAD})


def _rhythm(months: int) -> timedelta:
    """Returns how often outfalls are due to report: as often as in all of the history."""
    return history.PAST_STEP if months else history.OUTFALL_STEP


def take_files(engine: Engine, listed: Iterable[BasinFile], progress: Progress) -> list[Outcome]:
    """Imports each file in its own transaction; returns an outcome for each, in the same order."""
    reports = []
    for file in listed:
        rows = source.read(file.path, file.kind, constants=file.constants, crs=file.crs)
        with transaction(engine) as connection:
            outcome = kinds.import_source(connection, file.kind, rows)
        reports.append(outcome)
        first, *others = report_lines(outcome)
        progress(f"{file.path.name}: {first}")
        for line in others:
            progress(f"  {line}")
    return reports


KNOWN: tuple[tuple[str, ImportKind, dict[str, str]], ...] = (
    ("division", ImportKind.DIVISIONS, {}),
    ("boundar", ImportKind.DIVISIONS, {"level": "county"}),
    ("place", ImportKind.PLACES, {}),
    ("river", ImportKind.RIVERS, {}),
    ("canal", ImportKind.RIVERS, {"kind": "canal"}),
    ("reach", ImportKind.REACHES, {}),
    ("reservoir", ImportKind.LAKES, {"kind": "reservoir"}),
    ("lake", ImportKind.LAKES, {}),
    ("section", ImportKind.SECTIONS, {}),
    ("outfall", ImportKind.OUTFALLS, {}),
    ("intake", ImportKind.INTAKES, {}),
    ("notice", ImportKind.NOTICE_BOARDS, {}),
    ("chief", ImportKind.CHIEFS, {}),
)
"""A word in a file's name, what the file is taken for and what holds for all of its rows."""
SUFFIXES = frozenset({".geojson", ".json", ".gpkg", ".shp", ".zip", ".csv"})


def fill_from_folder(engine: Engine, folder: Path, progress: Progress) -> None:
    """Imports the folder's files, told apart by their names, and prints the outcome of each.

    Raises BadInput where the folder holds nothing known.
    """
    found, unknown = sort_files(folder)
    if not found:
        raise BadInput(
            "{folder} holds no file of a basin.",
            mend="Name the files by what they hold: rivers.geojson, lakes.gpkg, sections.csv …",
            folder=folder,
        )
    for path in unknown:
        progress(_("{file}: left out, its name says nothing known").format(file=path.name))
    take_files(engine, found, progress)


def sort_files(folder: Path) -> tuple[list[BasinFile], list[Path]]:
    """Returns the files whose names say what they hold, in order of import, and the others.

    Files with a suffix that no import reads are in neither.
    """
    listed = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
    found: dict[Path, BasinFile] = {}
    for word, kind, constants in KNOWN:
        for path in listed:
            if word in path.stem.lower() and path not in found:
                found[path] = BasinFile(kind, path, constants)
    return list(found.values()), [path for path in listed if path not in found]
