"""The classify command: a table of values in, the same table with its water classes out."""

import argparse
import csv
import io
import sys
from codecs import BOM_UTF8
from pathlib import Path

from dashboard.commands.classify_cells import Sheet, Unread, classify, fitted
from dashboard.commands.classify_titles import ADDED, BODY_TITLES, UNREAD, has_titles
from dashboard.parts.wording import _, ngettext, worded
from data.contents import refuse_binary, refuse_other_formats
from data.csv_rows import csv_rows, delimiter_of
from data.encodings import DAMAGED, decode_text
from data.errors import BadInput, NotFound
from data.vocabulary import Parameter
from data.whole_files import write_whole

MOST_SAID = 20
MOST_TITLE_LINES = 20
"""The header is looked for among this many first lines."""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``classify`` to the command line."""
    parser = subparsers.add_parser(
        "classify",
        help=_("add water classes to a CSV table"),
        description=_(
            "Adds the columns class and deciding to a CSV table with a column body (river or lake) "
            "and columns named by parameter keys (ph, do, codmn, nh3n, tp …) or in Chinese."
        ),
    )
    parser.add_argument(
        "--in",
        dest="source",
        required=True,
        metavar="FILE",
        help=_("the table to read, - for stdin"),
    )
    parser.add_argument(
        "--out",
        dest="target",
        required=True,
        metavar="FILE",
        help=_("the table to write, - for stdout"),
    )
    parser.add_argument(
        "--round",
        dest="rounding",
        action="store_true",
        help=_("round values first, as for means"),
    )
    parser.add_argument(
        "--required",
        default="",
        metavar="KEYS",
        help=_("comma-separated keys without which a row has no class"),
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Writes the table with each row's water-quality class and deciding parameters; returns 0.

    A cell that can't be read, or a row whose cells don't fit the header, is left out, said so and
    named in a column of its own. Raises BadInput or NotFound, and then nothing is written.
    """
    source = args.source
    sheet = _workbook(source) if _is_workbook(source) else _parse(_read(source), source)
    required = _required(args.required)
    added, unread = classify(sheet, required, rounding=args.rounding)
    _write(args.target, _render(sheet, added, unread))
    if unread.errors:
        _say_unread(unread)
    return 0


def _say_unread(unread: Unread) -> None:
    """Writes to standard error which cells were left out of the grading, and why."""
    count = sum(map(len, unread.columns.values()))
    line = ngettext(
        "{count} cell or row could not be read and was left out; the column unread names it:",
        "{count} cells or rows could not be read and were left out; the column unread names them:",
        count,
    )
    sys.stderr.write(line.format(count=count) + "\n")
    for error in unread.errors[:MOST_SAID]:
        sys.stderr.write(f"  {worded(error)}\n")
    if count > MOST_SAID:
        sys.stderr.write(_("  … and {count} more").format(count=count - MOST_SAID) + "\n")


def _read(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise NotFound(
            "{path} can't be read: {reason}.", path=source, reason=error.strerror
        ) from error


def _is_workbook(source: str) -> bool:
    return Path(source).suffix.lower() in (".xlsx", ".xlsm")


def _workbook(source: str) -> Sheet:
    """Reads the visible sheet of an Excel workbook; lines of title above its header are left out.

    The table is written as CSV. Raises BadInput.
    """
    from data.imports.files import read_table
    from ingest.history.titles import names_by_title

    table = read_table(Path(source), titles=(*BODY_TITLES, *names_by_title()))
    rows = [[record[title] for title in table.columns] for record in table.records]
    first = table.numbers[0] if table.numbers else 2
    return Sheet(list(table.columns), rows, True, "\n", first)


def _parse(content: bytes, source: str) -> Sheet:
    refuse_other_formats(source, content)
    text = _decode(content)
    refuse_binary(source, text)
    first_break = text.find("\n")
    newline = "\r\n" if first_break > 0 and text[first_break - 1] == "\r" else "\n"
    delimiter = delimiter_of(text)
    lines = csv_rows(text, delimiter, source)
    if not lines or not lines[0]:
        raise BadInput("The table is empty: its first row must name the columns.")
    above = len(lines) - len(lines := _below_titles(lines))
    header, *rows = lines
    return Sheet(
        header,
        [fitted(row, header) for row in rows],
        content.startswith(BOM_UTF8),
        newline,
        2 + above,
        delimiter,
    )


def _below_titles(lines: list[list[str]]) -> list[list[str]]:
    """Returns the lines from the header on: the first of them that names the body of water."""
    for number, line in enumerate(lines[:MOST_TITLE_LINES]):
        if has_titles(line):
            return lines[number:]
    return lines


def _decode(content: bytes) -> str:
    """Returns the text, UTF-8 or GBK as most of its fields are. Raises BadInput if one is neither.

    A wrong guess would garble every name of the table that is written.
    """
    found = decode_text(content)
    has_halves = DAMAGED in found.text and DAMAGED.encode() not in content
    if found.damaged or has_halves:
        raise BadInput("The table is neither UTF-8 nor GBK text.", mend="Save it as CSV in UTF-8.")
    return found.text


def _required(keys: str) -> tuple[Parameter, ...]:
    from data.quality.classes import EVALUATED

    named = [key.strip() for key in keys.split(",") if key.strip()]
    for key in named:
        if key not in EVALUATED:
            raise BadInput(
                "{key} can't be required: it never decides a class.",
                mend="Choose from {keys}.",
                key=key,
                keys=", ".join(EVALUATED),
            )
    return tuple(Parameter(key) for key in named)


def _render(sheet: Sheet, added: list[tuple[str, str]], unread: Unread) -> bytes:
    """Returns the table as text; with a column for what could not be read, if there is any."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=sheet.newline, delimiter=sheet.delimiter)
    has_unread = bool(unread.columns)
    writer.writerow([*sheet.header, *ADDED, *([UNREAD] if has_unread else [])])
    for number, (row, cells) in enumerate(
        zip(sheet.rows, added, strict=True), start=sheet.first_row
    ):
        names = [";".join(unread.columns.get(number, ()))] if has_unread else []
        padding = [""] * (len(sheet.header) - len(row))
        writer.writerow([*row[: len(sheet.header)], *padding, *cells, *names] if row else [])
    return (BOM_UTF8 if sheet.has_bom else b"") + text.getvalue().encode()


def _write(target: str, content: bytes) -> None:
    """Writes the content to standard output (``-``) or to a file, never half a file."""
    if target == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    write_whole(Path(target), content)
