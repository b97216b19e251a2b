"""Receipts: which messages are stored, sent to their device after the commit.

A receipt names the ids of messages whose readings are stored, and of those that lie in quarantine
with all their bytes: a device may drop both from its spool. What it hears nothing about it sends
again; the same message twice is harmless. Of readings that share an id, as in one message, each
must be stored for the id to be named as stored.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import orjson

from data.records import Refused, StationCode
from ingest.codecs import hj212
from ingest.codecs.json_numbers import read_any
from ingest.codecs.refusal import LONGEST_ID, Unreadable
from ingest.screening.screen import Entry, Screened
from ingest.topics import Channel, address_of, topic_of

Item = TypeVar("Item")

MOST_IDS = 500
"""Ids in one receipt: some 60 kB at their longest."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt to publish to a device: topic and payload."""

    topic: str
    payload: bytes


@dataclass(slots=True)
class _Ids:
    ids: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    def named(self) -> tuple[list[str], list[dict[str, str]]]:
        """Returns the ids of what is stored, and of what is refused and kept, with the reasons.

        Several readings may share an id: it counts as stored only if none of them was refused.
        """
        stored = [each for each in dict.fromkeys(self.ids) if each not in self.refused]
        return stored, [{"id": each, "reason": why} for each, why in self.refused.items()]


def receipts_of(entries: Iterable[Entry]) -> Iterator[Receipt]:
    """Yields the receipts of a committed batch, one or more for each station that sent ids.

    ``{"ids": [...], "refused": [{"id", "reason"}]}``, each part only where it isn't empty.
    """
    by_station: dict[StationCode, _Ids] = {}
    for entry in entries:
        if isinstance(entry, Screened):
            raw = entry.reading.raw
            if raw.message_id is not None:
                by_station.setdefault(raw.station, _Ids()).ids.append(raw.message_id)
        else:
            _add_refused(by_station, entry)
    for station, each in by_station.items():
        topic = topic_of(station, Channel.RECEIPT)
        stored, refused_ids = each.named()
        for ids in _portions(stored):
            yield Receipt(topic, orjson.dumps({"ids": ids}))
        for refused in _portions(refused_ids):
            yield Receipt(topic, orjson.dumps({"refused": refused}))


def _add_refused(by_station: dict[StationCode, _Ids], refused: Refused) -> None:
    """Adds a refusal to its station's receipt, if kept whole and station and id can be read."""
    if not refused.is_kept_whole:
        return
    try:
        address = address_of(refused.topic)
    except Unreadable:
        return
    named = _NAMES.get(address.channel, _unnamed)(refused.payload)
    if named is not None:
        by_station.setdefault(address.station, _Ids()).refused[named] = refused.reason.value


def _id_of_message(payload: bytes) -> str | None:
    document = read_any(payload)
    named = document.get("id") if isinstance(document, dict) else None
    if type(named) is int:
        return str(named)
    if isinstance(named, str) and 1 <= len(named) <= LONGEST_ID and named.isprintable():
        return named
    return None


def _id_of_frame(payload: bytes) -> str | None:
    """Returns the HJ 212 frame's id, None unless its length and checksum are right.

    Of a broken frame nobody knows what was meant.
    """
    decoded = hj212.read(payload)
    return decoded.receipt_id if isinstance(decoded, hj212.Decoded) else None


def _unnamed(_payload: bytes) -> str | None:
    return None


_NAMES = {Channel.READING: _id_of_message, Channel.HJ212: _id_of_frame}


def _portions(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), MOST_IDS):
        yield items[start : start + MOST_IDS]
