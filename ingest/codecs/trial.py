"""Tries a mapping on a message without storing anything: what would become of it, and what not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from data.clock import UtcDatetime
from data.records import StationCode
from ingest.codecs.documents import UnreadableMessage, documents_in
from ingest.codecs.json_paths import JsonPath, indexed, written_path
from ingest.codecs.mapped_json import MappedReading, decode
from ingest.codecs.mapping import PayloadMapping, paths_of

MOST_UNMAPPED: Final = 60


@dataclass(frozen=True, slots=True)
class Trial:
    """What a mapping makes of a message: its readings, or why the whole of it can't be read.

    ``unmapped`` are paths of numbers that the mapping leaves out.
    """

    readings: Sequence[MappedReading]
    refused: UnreadableMessage | None
    unmapped: Sequence[str]


def try_payload(
    payload: bytes,
    station: StationCode,
    received_at: UtcDatetime,
    mapping: PayloadMapping,
    *,
    most_readings: int,
) -> Trial:
    """Decodes a message as ingest would, and lists what the mapping doesn't read."""
    try:
        readings = decode(payload, station, received_at, mapping, most_readings=most_readings)
    except UnreadableMessage as error:
        return Trial((), error, ())
    return Trial(readings, None, unmapped_numbers(payload, mapping))


def unmapped_numbers(payload: bytes, mapping: PayloadMapping) -> list[str]:
    """Returns paths of numbers that the mapping doesn't read, of the first reading and beside it.

    At most 60, in the message's order. Raises UnreadableMessage as ``decode`` does.
    """
    root, items = documents_in(payload, mapping)
    read = {_from(path, mapping, items[0], root) for path in paths_of(mapping)}
    skipped = mapping.every.steps if mapping.every else None
    found: list[str] = []
    for steps in _numbers(items[0], ()):
        if ("", steps) not in read:
            found.append(written_path(steps))
        if len(found) >= MOST_UNMAPPED:
            return found
    if skipped:
        for steps in _numbers(root, ()):
            if steps[: len(skipped)] != skipped and ("$", steps) not in read:
                found.append(_written_from_root(steps))
            if len(found) >= MOST_UNMAPPED:
                break
    return found


def _written_from_root(steps: tuple[str | int, ...]) -> str:
    path = written_path(steps)
    return f"${path}" if path.startswith("[") else f"$.{path}"


def _from(
    path: JsonPath, mapping: PayloadMapping, item: object, root: object
) -> tuple[str, tuple[str | int, ...] | None]:
    """Returns where a path begins, at the message ("$") or the reading, and its steps."""
    steps = indexed(root if path.from_root else item, path.steps)
    return "$" if path.from_root and mapping.every else "", steps


def _numbers(document: Any, steps: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yields the paths of all numbers in a document, in its order, without recursion."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [(steps, document)]
    while waiting:
        at, found = waiting.pop()
        if isinstance(found, Decimal):
            yield at
        elif isinstance(found, dict):
            waiting.extend(reversed([((*at, key), each) for key, each in found.items()]))
        elif isinstance(found, list):
            waiting.extend(reversed([((*at, n), each) for n, each in enumerate(found)]))
