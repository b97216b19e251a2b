"""The import command: a file into the database, with its outcome printed."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.parts.wording import _, worded_note
from data.errors import BadInput
from data.imports.fields import ImportKind
from data.vocabulary import ChiefLevel, LakeKind, RiverKind

if TYPE_CHECKING:
    from data.imports.options import Options

READINGS = "readings"
"""Histories of readings: rows by the hundred million, taken in another way than the rest."""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``import`` to the command line."""
    parser = subparsers.add_parser(
        "import",
        help=_("take in rivers, lakes, sections, outfalls, chiefs, readings …"),
        description=_(
            "Takes a GeoPackage, GeoJSON, Shapefile (zipped too) or CSV file into the archive, "
            "readings from CSV or Parquet. The same file twice changes nothing; a file that can't "
            "be read changes nothing."
        ),
    )
    parser.add_argument("kind", choices=[*(kind.value for kind in ImportKind), READINGS])
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--map",
        dest="mapping",
        action="extend",
        nargs="+",
        default=[],
        metavar="FIELD=COLUMN",
        help=_("which column holds a field"),
    )
    parser.add_argument(
        "--set",
        dest="constants",
        action="extend",
        nargs="+",
        default=[],
        metavar="FIELD=VALUE",
        help=_("a value for every row"),
    )
    parser.add_argument(
        "--kind",
        dest="water",
        choices=[word.value for words in (RiverKind, LakeKind) for word in words],
        help=_("short for --set kind=…"),
    )
    parser.add_argument("--crs", help=_("what the coordinates are: EPSG:4490, EPSG:4326, gcj02 …"))
    parser.add_argument("--layer", help=_("the layer of a GeoPackage or zip file"))
    parser.add_argument("--encoding", help=_("the encoding of the text, such as GBK"))
    parser.add_argument(
        "--within", type=float, metavar="M", help=_("how far a point may lie from its water")
    )
    parser.add_argument(
        "--split-level",
        choices=[level.value for level in ChiefLevel],
        help=_("split rivers at the borders of this level"),
    )
    parser.add_argument(
        "--resplit", action="store_true", help=_("split rivers anew though their lines are known")
    )
    parser.add_argument(
        "--succeed", action="store_true", help=_("a new chief ends the term of the one before")
    )
    parser.add_argument(
        "--dry-run", action="store_true", help=_("only tell what would be taken; change nothing")
    )
    parser.add_argument("--json", action="store_true", help=_("print the report as JSON"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Imports the file and prints the outcome; returns 0, or 2 when every row was refused.

    With ``--dry-run`` nothing is kept.
    """
    if args.kind == READINGS:
        return _run_readings(args)
    from dashboard.parts.import_report import as_json, report_lines
    from data.database import app_engine
    from data.imports import kinds, source

    kind = ImportKind(args.kind)
    constants = _pairs(args.constants, "--set")
    if args.water:
        constants["kind"] = args.water
    read = source.read(
        args.file,
        kind,
        mapping=_pairs(args.mapping, "--map"),
        constants=constants,
        crs=args.crs,
        layer=args.layer,
        encoding=args.encoding,
    )
    with app_engine().connect() as connection, connection.begin() as work:
        outcome = kinds.import_source(connection, kind, read, _options(args))
        if args.dry_run:
            work.rollback()
    lines = [as_json(outcome)] if args.json else report_lines(outcome, dry_run=args.dry_run)
    print("\n".join(lines))
    return 2 if outcome.is_all_refused else 0


def _pairs(options: list[str], flag: str) -> dict[str, str]:
    pairs = {}
    for each in options:
        name, sign, value = each.partition("=")
        if not (name and sign and value):
            raise BadInput(
                "{given} isn't of the form field=value.",
                mend="Write {flag} name=VALUE.",
                given=each,
                flag=flag,
            )
        pairs[name.strip()] = value.strip()
    return pairs


def _options(args: argparse.Namespace) -> "Options":
    from data.imports.options import Options
    from data.placing.spots import WITHIN_M
    from data.settings import StationSettings

    return Options(
        within_m=WITHIN_M if args.within is None else args.within,
        split_level=ChiefLevel(args.split_level) if args.split_level else None,
        resplit=args.resplit,
        succeed=args.succeed,
        near_m=StationSettings().near_m,
    )


def _run_readings(args: argparse.Namespace) -> int:
    """Imports past readings; returns 0, or 2 when every row was refused."""
    from dashboard.commands.progress import ProgressBar
    from data.database import ingest_engine
    from ingest.history.importing import HistoryImport

    if args.dry_run or args.mapping or args.constants:
        raise BadInput(
            "Readings take no --map, --set or --dry-run.",
            mend="Name the columns station, time and parameter keys; a row twice changes nothing.",
        )
    bar = ProgressBar()
    history = HistoryImport(ingest_engine(), args.file, layer=args.layer, encoding=args.encoding)
    done = history.run(lambda rows, total: bar.show(args.file.name, rows, total))
    words = _("{read:,} rows: {stored:,} stored, {known:,} already there, {rejected:,} rejected")
    if done.conflict:
        words = _(
            "{read:,} rows: {stored:,} stored, {known:,} already there, {conflict:,} in conflict"
            " with what is there (it stays, the others are kept aside), {rejected:,} rejected"
        )
    counts = words.format(**asdict(done))
    if args.json:
        bar.finish("")
        print(json.dumps(asdict(done)))
    else:
        bar.finish(counts)
    for note in history.notes:
        sys.stderr.write(worded_note(note) + "\n")
    if done.partial and not args.json:
        words = _("{partial:,} of them without cells that could not be read")
        sys.stderr.write(words.format(partial=done.partial) + "\n")
    if done.rejected or done.partial:
        where = _("Rejected rows and cells, and why: {file}").format(file=history.rejects_file)
        sys.stderr.write(f"{where}\n")
    return 2 if done.rejected == done.read and done.read else 0
