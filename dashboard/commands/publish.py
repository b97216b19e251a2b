"""The publish-file command: readings of a file, published over MQTT as a device would."""

import argparse
import io
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from os import fstat
from pathlib import Path
from typing import Any

from dashboard.parts.wording import N_, _, ngettext, worded, worded_note
from data.archives.tables import PLACE
from data.contents import refuse_binary, refuse_other_formats
from data.encodings import DAMAGED, Decoded, decode_text
from data.errors import BadInput, NotFound, ServiceDown
from data.imports.formats import MAX_BYTES, WHOLE_ROW, Table, check_bytes, decimal_commas_note
from data.imports.outcome import Comment
from data.plain_numbers import plain_number, with_points
from data.quality.detection import read_below
from data.records import StationCode
from data.vocabulary import PARAMETERS, Parameter
from ingest.codecs.json_numbers import document_in
from ingest.history.office_files import column_notes, table_of
from ingest.history.titles import match_titles, names_by_title
from ingest.topics import LONGEST_TOPIC, topic_of

MOST_SAID = 20
MISSING = frozenset({"", "-", "--", "/", "*"})
_OTHER_ACCOUNT = N_(
    "Name the station's own account: --user STATION --password-file FILE; its password was shown"
    " when the station was added."
)
OWN_COLUMNS = ("station", "time", "period", "id", *PLACE)
KEYS = frozenset(parameter.value for parameter in Parameter)
WORKBOOKS = (".xlsx", ".xlsm")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``publish-file`` to the command line."""
    parser = subparsers.add_parser(
        "publish-file",
        help=_("publish readings of a file over MQTT"),
        description=_(
            "Publishes each row of a table (columns station, time with offset, parameter keys or "
            "their Chinese titles; optional period, id, lon, lat) or each line of JSON (the "
            "message and its station)."
        ),
    )
    parser.add_argument(
        "file", type=Path, metavar="FILE", help=_("a .csv, .tsv, .xlsx, .jsonl or .ndjson file")
    )
    parser.add_argument(
        "--user", help=_("account at the broker (default: the one kept for such files)")
    )
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help=_("file that holds its password")
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Publishes every row of the file that can be read; returns 0 when all rows were acknowledged.

    Returns 1 when one wasn't, or when cells or lines were left out; these are named. The whole file
    is read before the first message goes out. Raises NotFound or BadInput for a file of which
    nothing can be read, ServiceDown for a broker that doesn't answer.
    """
    from data.device_settings import SimulatorSettings
    from data.settings import MqttSettings
    from ingest.transport.publisher import Publisher

    notes: list[Comment] = []
    messages, faults = read_messages(args.file, notes)
    for note in notes:
        sys.stderr.write(worded_note(note) + "\n")
    if faults and not messages:
        raise faults[0]
    account = SimulatorSettings()
    password = account.password.get_secret_value()
    if args.password_file:
        password = _text(args.password_file).text.strip()
    user = args.user or account.publisher
    try:
        publisher = Publisher(MqttSettings(), user, password)
    except ServiceDown as error:
        if "account" in error.facts:
            error.mend = _OTHER_ACCOUNT
        raise
    for topic, payload in messages:
        publisher.publish(topic, payload)
    done = publisher.finish()
    print(_("Acknowledged by the broker: {count}").format(count=done.acknowledged))
    if done.refused:
        print(_("Refused by the broker: {count}").format(count=done.refused))
        sys.stderr.write(f"{worded(_no_right(user, done.refused_topics))}\n")
    if done.unanswered:
        print(_("Without an answer: {count}").format(count=done.unanswered))
    _say_left_out(faults)
    return 0 if done.acknowledged == len(messages) and not faults else 1


def _no_right(user: str, topics: Sequence[str]) -> BadInput:
    """Returns what is said of the stations for which the broker takes nothing from an account."""
    stations = [topic.split("/")[-2] for topic in topics]
    more = " …" if len(stations) > MOST_SAID else ""
    return BadInput(
        "The account {account} may not publish for: {stations}.",
        mend=_OTHER_ACCOUNT,
        account=user,
        stations=", ".join(stations[:MOST_SAID]) + more,
    )


def _say_left_out(faults: list[BadInput]) -> None:
    """Writes to standard error what of the file was not published, and why."""
    if not faults:
        return
    line = ngettext(
        "{count} cell or line could not be read and was left out:",
        "{count} cells or lines could not be read and were left out:",
        len(faults),
    )
    sys.stderr.write(line.format(count=len(faults)) + "\n")
    for fault in faults[:MOST_SAID]:
        sys.stderr.write(f"  {worded(fault)}\n")
    if len(faults) > MOST_SAID:
        sys.stderr.write(_("  … and {count} more").format(count=len(faults) - MOST_SAID) + "\n")


def read_messages(
    path: Path, notes: list[Comment] | None = None
) -> tuple[list[tuple[str, bytes]], list[BadInput]]:
    """Returns topic and payload (JSON) of each row of the file, and what was left out and why.

    ``notes`` gets what was understood of a table with other titles than ours. A cell that is no
    result costs only itself, a line that can't be read only that line. Raises NotFound or BadInput
    for a file of which nothing can be read. Times and ranges aren't checked.
    """
    faults: list[BadInput] = []
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv", *WORKBOOKS):
        table = table_of(path) if suffix in WORKBOOKS else _csv_of(path)
        rows = _table_rows(path, table, faults, [] if notes is None else notes)
    else:
        rows = _json_rows(_text(path).text, faults)
    messages = []
    for number, message in rows:
        station = message.pop("station", None)
        is_name = isinstance(station, str) and station and not set(station) & set("/+#\0")
        if not is_name or len(topic_of(StationCode(station))) > LONGEST_TOPIC:
            faults.append(BadInput("Line {line} names no station.", line=number))
            continue
        payload = json.dumps(message).encode()  # in ASCII: a text may have half a letter
        messages.append((topic_of(StationCode(station)), payload))
    return messages, faults


def _csv_of(path: Path) -> Table:
    """Returns the table in a file of text. Raises NotFound or BadInput."""
    from data.imports.sheets import csv_table

    found = _text(path)
    if not found.text:
        raise BadInput("{path} is empty.", path=path)
    refuse_binary(path, found.text)
    return csv_table(path, found, names_by_title())


def _text(path: Path) -> Decoded:
    """Returns a file's text, in UTF-8, UTF-16 or GBK. Raises NotFound or BadInput."""
    try:
        with path.open("rb") as opened:
            check_bytes(path, fstat(opened.fileno()).st_size)
            content = opened.read(MAX_BYTES + 1)  # more than its size where it grows or is a pipe
            check_bytes(path, len(content))
    except OSError as error:
        raise NotFound(
            "{path} can't be read: {reason}.", path=path, reason=error.strerror
        ) from error
    refuse_other_formats(path, content)
    found = decode_text(content)
    if found.damaged and found.damaged == max(found.fields, 1):
        raise BadInput("{path} is not UTF-8 or GBK text.", path=path)
    return found


def _json_rows(text: str, faults: list[BadInput]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if not line.strip():
            continue
        try:
            if DAMAGED in line:
                raise ValueError("damaged text")
            message = document_in(line)
            if isinstance(message, dict):
                json.dumps(message.get("station"), ensure_ascii=False).encode()  # no half a letter
        except (ValueError, RecursionError) as error:
            faults.append(BadInput("Line {line} is not JSON: {reason}", line=number, reason=error))
            continue
        if isinstance(message, dict):
            yield number, message
        else:
            faults.append(BadInput("Line {line} is not a JSON object.", line=number))


def _table_rows(
    path: Path, table: Table, faults: list[BadInput], notes: list[Comment]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yields each row of a table as a message, with its number in the file."""
    columns, unknown = match_titles(table.columns)
    columns |= {"id": "id"} if "id" in unknown else {}
    titles = {name: title for name, title in columns.items() if name in (*OWN_COLUMNS, *KEYS)}
    if not ({"station", "time"} <= titles.keys() and titles.keys() & KEYS):
        raise BadInput(
            "The table's columns must be station, time, parameter keys; not {columns}.",
            columns=", ".join(unknown) or "…",
        )
    if not table.records:
        raise BadInput("{path} holds no rows.", path=path)
    numeric = {name: title for name, title in titles.items() if name in (*KEYS, *PLACE)}
    has_commas = table.has_decimal_commas(numeric.values())
    notes += [*table.notes, *column_notes(table.columns, titles)]
    notes += [decimal_commas_note()] if has_commas else []
    for index, (number, record) in enumerate(zip(table.numbers, table.records, strict=True)):
        if fault := table.faults.get((index, WHOLE_ROW)):
            faults.append(_ragged(fault))
        elif any(record.values()):
            cells = {name: record[title] for name, title in titles.items()}
            if has_commas:
                cells |= {name: with_points(cells[name]) for name in numeric}
            message = _message(cells, titles, number, faults)
            if message:
                yield number, message


def _ragged(fault: BadInput) -> BadInput:
    """Returns the fault of a row with too many cells, as one of this command."""
    said = fault.facts
    return BadInput(
        "Row {row} has {count} cells, the header has {expected}.",
        row=said["row"], count=said["count"], expected=said["expected"],
    )  # fmt: skip


def _message(
    cells: Mapping[str, str], titles: Mapping[str, str], number: int, faults: list[BadInput]
) -> dict[str, Any]:
    """Returns a row as a message; none where no value is left after a cell was left out."""
    message: dict[str, Any] = {
        name: cells[name] for name in ("station", "time", "period", "id") if cells.get(name)
    }
    before = len(faults)
    read = {
        key: _result(cell, number, key, titles[key], faults)
        for key, cell in cells.items()
        if key not in OWN_COLUMNS and cell not in MISSING
    }
    message["values"] = {key: value for key, value in read.items() if value is not None}
    if not message["values"] and len(faults) > before:
        return {}
    if all(cells.get(name) for name in PLACE):
        position = [_number(cells[name], number, titles[name], faults) for name in PLACE]
        if None not in position:
            message["position"] = position
    return message


def _result(
    cell: str, row: int, key: str, column: str, faults: list[BadInput]
) -> float | str | None:
    """Returns a number, or the text of a result below a limit (``<0.025``) as it stands."""
    try:
        if read_below(cell, unit=PARAMETERS[Parameter(key)].unit) is not None:
            return cell
    except ValueError:
        faults.append(
            BadInput(
                "Row {row}, column {column}: {cell} is no limit above 0 in {unit}.",
                row=row,
                column=column,
                cell=cell,
                unit=PARAMETERS[Parameter(key)].unit or "1",
            )
        )
        return None
    return _number(cell, row, column, faults)


def _number(cell: str, row: int, column: str, faults: list[BadInput]) -> float | None:
    number = plain_number(cell)
    if number is not None:
        return number
    faults.append(
        BadInput(
            "Row {row}, column {column}: {cell} is not a number.", row=row, column=column, cell=cell
        )
    )
    return None
