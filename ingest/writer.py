"""One batch in one transaction: archive, newest values, exceedances, quarantine, NOTIFY."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from data.clock import UtcDatetime
from data.records import Refused, StationId
from ingest import archive, current, quarantine
from ingest.accounts import HourAccounts
from ingest.archive import Accepted
from ingest.assessment import Assessor
from ingest.latest import take_newer
from ingest.screen import Entry, Taken
from ingest.stations import Cursor, StationFacts


@dataclass(slots=True)
class Counts:
    """How many messages met which fate; each is counted once, a filled one not as a conflict."""

    stored: int = 0
    duplicate: int = 0
    filled: int = 0
    conflict: int = 0
    refused: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Counts)))

    @property
    def total(self) -> int:
        """All messages counted."""
        return sum(getattr(self, f.name) for f in fields(Counts))


class Writer:
    """Writes screened batches; the caller owns the transaction."""

    def __init__(
        self, assessor: Assessor | None = None, *, late: timedelta = timedelta(minutes=15)
    ) -> None:
        self._assessor = assessor or Assessor()
        self._accounts = HourAccounts(late)

    def write(self, cursor: Cursor, entries: Sequence[Entry], now: UtcDatetime) -> Counts:
        """The batch is in the database when the caller commits.

        Repeating it changes nothing but the counts in quarantine.
        """
        taken = [each for each in entries if isinstance(each, Taken)]
        refused = [each for each in entries if isinstance(each, Refused)]
        counts = Counts(refused=len(refused))
        accepted: list[Accepted] = []
        if taken:
            accepted = archive.store(cursor, taken)
            for each in accepted:
                setattr(counts, each.fate.value, getattr(counts, each.fate.value) + 1)
            self._carry_forward(cursor, [a for a in accepted if a.part.values], now)
        quarantine.put(cursor, refused)
        self._accounts.add(cursor, accepted, refused)
        return counts

    def _carry_forward(
        self, cursor: Cursor, accepted: Iterable[Accepted], now: UtcDatetime
    ) -> None:
        """What was new in the archive reaches ``latest_reading`` and ``exceedance``."""
        in_order = sorted(accepted, key=lambda each: each.taken.reading.raw.observed_at)
        if not in_order:
            return
        known = current.lock(cursor, {each.taken.station.id for each in in_order})
        changed: dict[StationId, StationFacts] = {}
        exceedances: list[tuple[Any, ...]] = []
        for each in in_order:
            station, raw = each.taken.station, each.taken.reading.raw
            row = known[station.id]
            if take_newer(row.latest, raw.observed_at, each.part.values, each.part.flags):
                changed[station.id] = station
                if row.observed_at is None or row.observed_at <= raw.observed_at:
                    row.observed_at = raw.observed_at
                    row.received_at = each.taken.reading.received_at
            exceedances += [
                (
                    station.id, e.parameter, raw.observed_at, raw.period, e.value, e.limit,
                    e.multiple, e.basis,
                )
                for e in self._assessor.exceedances(
                    station, raw.observed_at, each.part.values, each.part.flags, row.latest
                )
            ]  # fmt: skip
        if changed:
            current.put(
                cursor,
                (
                    (station, known[station], self._assessor.assess(facts, row.latest, now))
                    for station, facts in changed.items()
                    for row in (known[station],)
                ),
            )
        _keep_exceedances(cursor, exceedances)


def _keep_exceedances(cursor: Cursor, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        cursor.executemany(
            "INSERT INTO exceedance (station_id, parameter, observed_at, period, value,"
            " limit_value, multiple, basis) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            rows,
        )
