"""The publish-file command: readings of a file, published over MQTT as a device would."""

import argparse
import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from dashboard.parts.wording import _
from data.errors import BadInput, NotFound
from data.records import StationCode
from data.vocabulary import Parameter
from ingest.topics import topic_of

OWN_COLUMNS = ("station", "time", "period", "id", "lon", "lat")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command ``publish-file`` to the command line."""
    parser = subparsers.add_parser(
        "publish-file",
        help=_("publish readings of a file over MQTT"),
        description=_(
            "Publishes each row of a CSV table (columns station, time with offset, parameter keys; "
            "optional period, id, lon, lat) or each line of JSON (the message and its station)."
        ),
    )
    parser.add_argument("file", type=Path, metavar="FILE", help=_("a .csv, .jsonl or .ndjson file"))
    parser.add_argument(
        "--user", help=_("account at the broker (default: the one kept for such files)")
    )
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help=_("file that holds its password")
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Publishes every row of the file; returns 0 when all were acknowledged, else 1.

    The whole file is read before the first message goes out. Raises NotFound or BadInput for a file
    that can't be read, ServiceDown for a broker that doesn't answer.
    """
    from data.device_settings import SimulatorSettings
    from data.settings import MqttSettings
    from ingest.transport.publisher import Publisher

    try:
        messages = list(read_messages(args.file))
    except UnicodeDecodeError as error:
        raise BadInput("{path} is not UTF-8 text.", path=args.file) from error
    account = SimulatorSettings()
    password = account.password.get_secret_value()
    if args.password_file:
        password = _open(args.password_file).read().strip()
    publisher = Publisher(MqttSettings(), args.user or account.publisher, password)
    for topic, payload in messages:
        publisher.publish(topic, payload)
    done = publisher.finish()
    print(_("Acknowledged by the broker: {count}").format(count=done.acknowledged))
    if done.refused:
        print(_("Refused by the broker: {count}").format(count=done.refused))
    if done.unanswered:
        print(_("Without an answer: {count}").format(count=done.unanswered))
    return 0 if done.acknowledged == len(messages) else 1


def read_messages(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yields topic and payload (JSON) of each row of the file.

    Raises NotFound for a file that can't be read, BadInput for a row without a station, unknown
    columns or a cell that is no number. Times and ranges of values are not checked.
    """
    with _open(path) as file:
        rows = _csv_rows(file) if path.suffix.lower() == ".csv" else _json_rows(file)
        for number, message in rows:
            station = message.pop("station", None)
            if not isinstance(station, str) or not station or set(station) & set("/+#\0"):
                raise BadInput("Line {line} names no station.", line=number)
            payload = json.dumps(message, ensure_ascii=False).encode()
            yield topic_of(StationCode(station)), payload


def _open(path: Path) -> IO[str]:
    try:
        return path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise NotFound(
            "{path} can't be read: {reason}.", path=path, reason=error.strerror
        ) from error


def _json_rows(file: IO[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            message = json.loads(line)
        except ValueError as error:
            raise BadInput("Line {line} is not JSON: {reason}", line=number, reason=error) from None
        if not isinstance(message, dict):
            raise BadInput("Line {line} is not a JSON object.", line=number)
        yield number, message


def _csv_rows(file: IO[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = csv.DictReader(file)
    keys = {parameter.value for parameter in Parameter}
    unknown = [name for name in rows.fieldnames or () if name not in keys | set(OWN_COLUMNS)]
    if unknown or not {"station", "time"} <= set(rows.fieldnames or ()):
        raise BadInput(
            "The table's columns must be station, time, parameter keys; not {columns}.",
            columns=", ".join(unknown) or "…",
        )
    for number, row in enumerate(rows, start=2):
        message: dict[str, Any] = {
            name: row[name] for name in ("station", "time", "period", "id") if row.get(name)
        }
        message["values"] = {
            key: _number(row[key], number, key) for key in keys & row.keys() if row[key]
        }
        if row.get("lon") and row.get("lat"):
            message["position"] = [_number(row[name], number, name) for name in ("lon", "lat")]
        yield number, message


def _number(cell: str, row: int, column: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadInput(
            "Row {row}, column {column}: {cell} is not a number.", row=row, column=column, cell=cell
        )
    return number
