"""Writes a batch; halves one the database refuses until the faulty messages stand alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from data.logs import first_line
from data.records import Refused
from data.vocabulary import Refusal
from ingest.running.outage import FAULTS
from ingest.screening.screen import Entry, Screened, refuse
from ingest.storage.writer import Counts

Write = Callable[[Sequence[Entry]], Counts]
"""Writes a batch in one transaction, all of it or nothing."""


Keep = Callable[[Refused], Refused]
"""Cuts a refusal to what the quarantine keeps of it."""


def write_all(write: Write, entries: Sequence[Entry], keep: Keep) -> tuple[Counts, Sequence[Entry]]:
    """Writes the batch; entries that the database rejects are written as refusals instead.

    Returns the counts, and the entries as they were written. One bad message in n costs about 2
    log2 n further transactions. Raises what ``write`` raises besides faults of the data; then parts
    of the batch may be written already.
    """
    try:
        return write(entries), entries
    except FAULTS as error:
        if len(entries) == 1:
            refused = [keep(_refusal(entries[0], error))]
            return write(refused), refused
    middle = len(entries) // 2
    first, second = (write_all(write, part, keep) for part in (entries[:middle], entries[middle:]))
    return first[0] + second[0], [*first[1], *second[1]]


def _refusal(entry: Entry, error: Exception) -> Refused:
    """Returns the entry as a refused message. Raises the error if the entry already is one."""
    if isinstance(entry, Screened):
        refused = refuse(entry.message, Refusal.DATABASE, first_line(error))
        return replace(refused, station_id=entry.station.id)
    raise error
