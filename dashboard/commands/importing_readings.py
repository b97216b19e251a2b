"""The import of readings: a history in CSV or Parquet, as long as it may be."""

import argparse
import json
import sys
from dataclasses import asdict

from dashboard.parts.wording import _
from data.errors import BadInput


def run(args: argparse.Namespace) -> int:
    """The history is in the archive and counted; 0, or 2 when not one row could be taken."""
    from dashboard.commands.progress import ProgressBar
    from data.database import ingest_engine
    from ingest.history.importing import HistoryImport

    if args.dry_run or args.mapping or args.constants:
        raise BadInput(
            "Readings take no --map, --set or --dry-run.",
            mend="Name the columns station, time and parameter keys; a row twice changes nothing.",
        )
    bar = ProgressBar()
    history = HistoryImport(ingest_engine(), args.file)
    done = history.run(lambda rows, total: bar.tell(args.file.name, rows, total))
    said = _(
        "{read:,} rows: {stored:,} stored, {known:,} already there, {rejected:,} rejected"
    ).format(**asdict(done))
    if args.json:
        bar.finish("")
        print(json.dumps(asdict(done)))
    else:
        bar.finish(said)
    if done.rejected:
        told = _("Rejected rows and why: {file}").format(file=history.rejects_file)
        sys.stderr.write(f"{told}\n")
    return 2 if done.rejected == done.read and done.read else 0
