"""A batch that the database refuses, halved until the messages at fault stand alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from data.records import Refused
from data.vocabulary import Refusal
from ingest.outage import FAULTS, first_line
from ingest.screen import Entry, Taken, refuse
from ingest.writer import Counts

Write = Callable[[Sequence[Entry]], Counts]
"""Writes a batch in one transaction, all of it or nothing."""


def write_all(write: Write, entries: Sequence[Entry]) -> Counts:
    """The whole batch is written, what the database refuses as a refusal with reason database.

    One bad message in n costs about 2 log2 n further transactions. Raises what ``write`` raises
    besides faults of the data; then parts of the batch may be written already.
    """
    try:
        return write(entries)
    except FAULTS as error:
        if len(entries) == 1:
            return write([_refusal(entries[0], error)])
    middle = len(entries) // 2
    return write_all(write, entries[:middle]) + write_all(write, entries[middle:])


def _refusal(entry: Entry, error: Exception) -> Refused:
    """The message at fault. Raises the error when it is a refusal that can't be kept."""
    if isinstance(entry, Taken):
        refused = refuse(entry.message, Refusal.DATABASE, first_line(error))
        return replace(refused, station_id=entry.station.id)
    raise error
