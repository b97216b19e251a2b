"""Writes a batch in one transaction: readings, newest values, exceedances, quarantine, NOTIFY."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta

import orjson

from data.clock import UtcDatetime
from data.quality.exceedances import Exceedance
from data.records import Reading, Refused, StationId
from ingest.screening.assessment import Assessor
from ingest.screening.screen import Entry, Screened
from ingest.stations import Cursor, StationFacts
from ingest.storage import current, quarantine, readings
from ingest.storage.hourly_tally import HourlyTally
from ingest.storage.partitions import Partitions, make_partitions
from ingest.storage.readings import Accepted


@dataclass(slots=True)
class Counts:
    """How many messages had which fate; each counts once, a filled reading not as a conflict.

    ``partial`` counts beside these: messages of which some values could not be stored.
    """

    stored: int = 0
    duplicate: int = 0
    filled: int = 0
    conflict: int = 0
    refused: int = 0
    partial: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Counts)))

    def __sub__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, f.name) - getattr(other, f.name) for f in fields(Counts)))

    @property
    def total(self) -> int:
        """The number of messages in all."""
        return self.taken_in + self.refused

    @property
    def taken_in(self) -> int:
        """The number of messages that were not refused."""
        return self.stored + self.duplicate + self.filled + self.conflict


class Writer:
    """Writes checked batches of readings and refusals; the caller owns the transaction."""

    def __init__(
        self,
        assessor: Assessor | None = None,
        *,
        late: timedelta = timedelta(minutes=15),
        partitions: Partitions | None = None,
    ) -> None:
        self._assessor = assessor or Assessor()
        self._tally = HourlyTally(late)
        self._partitions = partitions or Partitions()
        self._memory = current.Memory()

    def write(
        self,
        cursor: Cursor,
        entries: Sequence[Entry],
        now: UtcDatetime,
        *,
        is_tallied: bool = True,
    ) -> Counts:
        """Writes the batch and returns the counts; the caller commits.

        The same batch again changes only counts: those of the tally and of the quarantine. Messages
        that arrived long ago and stand in the tally already are not to be tallied again.
        """
        screened = [each for each in entries if isinstance(each, Screened)]
        refused = [each for each in entries if isinstance(each, Refused)]
        remains = [each.remains for each in screened if each.remains is not None]
        counts = Counts(refused=len(refused), partial=len(remains))
        accepted: list[Accepted] = []
        if screened:
            make_partitions(cursor, self._partitions.missing(e.reading.raw for e in screened))
            accepted = readings.store(cursor, screened)
            for fate, count in Counter(each.fate for each in accepted).items():
                setattr(counts, fate.value, count)
            self._carry_forward(cursor, [a for a in accepted if a.part.values], now)
        quarantine.put(cursor, [*refused, *remains])
        if is_tallied:
            self._tally.add(cursor, accepted, refused)
        return counts

    def _carry_forward(
        self, cursor: Cursor, accepted: Iterable[Accepted], now: UtcDatetime
    ) -> None:
        """Updates ``latest_reading`` and ``exceedance`` by the newly stored values."""
        in_order = sorted(accepted, key=lambda each: each.screened.reading.raw.observed_at)
        if not in_order:
            return
        known = current.lock(cursor, {each.screened.station.id for each in in_order}, self._memory)
        changed: dict[StationId, StationFacts] = {}
        exceedances: list[dict[str, object]] = []
        for (_, reading, station, _), _, (values, flags, _, below) in in_order:
            observed_at = reading.raw.observed_at
            row = known[station.id]
            if row.take(observed_at, reading.received_at, values, flags, below):
                changed[station.id] = station
            found = self._assessor.exceedances(station, observed_at, values, flags, row.latest)
            exceedances += [
                _exceedance_row(reading, each)
                for each in found
                # half a detection limit is no evidence that the water holds so much
                if each.below or each.parameter not in below
            ]
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
        self._memory.keep(known)


_EXCEEDED = """
INSERT INTO exceedance (station_id, parameter, observed_at, period, value, limit_value, multiple,
    basis)
SELECT * FROM json_to_recordset(%s::json) AS given (station_id bigint, parameter text,
    observed_at timestamptz, period text, value float8, limit_value float8, multiple float8,
    basis text)
ON CONFLICT DO NOTHING
"""


def _keep_exceedances(cursor: Cursor, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        cursor.execute(_EXCEEDED, (orjson.dumps(rows).decode(),))


def _exceedance_row(reading: Reading, exceedance: Exceedance) -> dict[str, object]:
    return {
        "station_id": reading.station_id,
        "parameter": exceedance.parameter,
        "observed_at": reading.raw.observed_at,
        "period": reading.raw.period,
        "value": exceedance.value,
        "limit_value": exceedance.limit,
        "multiple": exceedance.multiple,
        "basis": exceedance.basis,
    }
