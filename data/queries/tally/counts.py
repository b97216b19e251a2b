"""The tally of stations: messages by their fate, and readings due but missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from data.errors import BadInput
from data.quality.rhythm import HOUR_S, ZONE_S, Seconds, expected, slot_s
from data.queries.scope import STATION_VISIBLE, Scope
from data.queries.tally.stations import TallyStation
from data.queries.tally.window import Window
from data.records import StationId
from data.vocabulary import Refusal

Counts = NDArray[np.int64]

_FATES: Final = (
    "received", "stored", "filled", "duplicate", "conflict", "refused", "late", "partial",
)  # fmt: skip
_SUMS: Final = ", ".join(f"sum({name})" for name in _FATES)
_BUCKET: Final = "width_bucket(CAST(extract(epoch FROM hour) AS float8), CAST(:edges AS float8[]))"
_ARRIVED: Final = f"""
SELECT station_id, {{bucket}}, {_SUMS} FROM hour_account
WHERE hour >= :start AND hour < :end {{those}} GROUP BY 1, 2
"""
_THOSE: Final = "AND station_id = ANY(:ids)"
MANY: Final = 500
"""So many stations are found faster by reading everybody's hours than one by one."""

MOST_CELLS: Final = 1_500_000
"""20,000 stations by the hour for three days: some 200 MB while they are added up."""

_UNKNOWN: Final = text(
    f"SELECT {_SUMS} FROM hour_account WHERE hour >= :start AND hour < :end AND station_id IS NULL"
)
_ASKED: Final = """
FROM unnest(CAST(:ids AS bigint[]), CAST(:interval AS float8[]), CAST(:slot AS float8[]),
    CAST(:began AS float8[]), CAST(:until AS float8[]))
    AS asked (id, interval_s, slot_s, began_s, until_s)
"""
_HOURS: Final = """(SELECT station_id, CAST(extract(epoch FROM hour) AS float8) AS hour_s,
    greatest(instants, minutes, hours) AS measured FROM hour_account
    WHERE hour >= :start AND hour < :reach AND greatest(instants, minutes, hours) > 0 {those})"""
_THERE: Final = """sum(least(measured, greatest(0,
    floor((least(at_s + slot_s, until_s) - greatest(at_s, began_s)) / interval_s))))"""
_HOURLY: Final = f"""
SELECT id, {{bucket}}, {_THERE.replace("at_s", "hour_s")}
{_ASKED} JOIN {_HOURS} AS told ON station_id = id GROUP BY 1, 2
"""
_SLOW: Final = f"""
SELECT id, {{bucket}}, {_THERE} {_ASKED} JOIN (
    SELECT station_id, floor((hour_s + {ZONE_S:g}) / slot) * slot - {ZONE_S:g} AS at_s,
        sum(measured) AS measured
    FROM {_HOURS} AS told
    JOIN unnest(CAST(:ids AS bigint[]), CAST(:slot AS float8[])) AS its (number, slot)
        ON number = station_id GROUP BY 1, 2
) AS slots ON station_id = id WHERE at_s >= :first_s AND at_s < :last_s GROUP BY 1, 2
"""
_SLOT_BUCKET: Final = "width_bucket(at_s, CAST(:edges AS float8[]))"
_REASONS: Final = """
SELECT reason, sum(CASE WHEN is_sum THEN seen_count ELSE 1 END) FROM quarantine
WHERE last_received_at >= :start AND last_received_at < :end AND replayed_at IS NULL {mine}
GROUP BY 1 ORDER BY 2 DESC, 1
"""
_MINE: Final = (
    "AND split_part(topic, '/', 3) IN (SELECT code FROM station"
    f" WHERE {STATION_VISIBLE} AND (CAST(:id AS bigint) IS NULL OR station.id = :id))"
)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of received messages by their fate, and of readings that were due.

    ``late`` are some of those stored, ``partial`` some of all but the refused: stored without some
    of their values. ``measured`` of the ``expected`` are there, in each hour (or
    each interval, where that is longer) as many as are due at most.
    """

    received: int = 0
    stored: int = 0
    filled: int = 0
    duplicate: int = 0
    conflict: int = 0
    refused: int = 0
    late: int = 0
    partial: int = 0
    expected: int = 0
    measured: int = 0

    @property
    def missing(self) -> int:
        """The number of readings that were due but are missing."""
        return max(0, self.expected - self.measured)

    @property
    def missing_share(self) -> float | None:
        """The share of due readings that is missing; None if no reading was due."""
        return self.missing / self.expected if self.expected else None

    @property
    def adds_up(self) -> bool:
        """Whether the counts by fate add up to the number of messages received."""
        met = self.stored + self.filled + self.duplicate + self.conflict + self.refused
        return self.received == met

    @classmethod
    def of(cls, fates: Sequence[Any], due: int = 0, measured: int = 0) -> Self:
        """Returns a tally of counts given in the order of the fates of messages."""
        counts = [int(each or 0) for each in (*fates, due, measured)]
        return cls(*counts)


@dataclass(frozen=True, slots=True)
class TallyTable:
    """Counts of messages and due readings: arrays of shape (stations, hours or days[, fates])."""

    stations: tuple[TallyStation, ...]
    window: Window
    fates: Counts
    expected: Counts
    measured: Counts

    def of_stations(self) -> list[Tally]:
        """Returns the tally of each station over the whole window."""
        each = zip(
            self.fates.sum(axis=1), self.expected.sum(axis=1), self.measured.sum(axis=1),
            strict=True,
        )  # fmt: skip
        return [Tally.of(*counts) for counts in each]

    def of_buckets(self) -> list[Tally]:
        """Returns the tally of each hour or day over all stations."""
        each = zip(
            self.fates.sum(axis=0), self.expected.sum(axis=0), self.measured.sum(axis=0),
            strict=True,
        )  # fmt: skip
        return [Tally.of(*counts) for counts in each]

    def sum(self) -> Tally:
        """Returns the tally of all stations over the whole window."""
        return Tally.of(
            self.fates.sum(axis=(0, 1)), int(self.expected.sum()), int(self.measured.sum())
        )


def tally_table(
    connection: Connection, stations: Sequence[TallyStation], window: Window, *, whole: bool
) -> TallyTable:
    """Counts the stations' messages by fate, and their due readings, by hour or day.

    ``whole`` makes the window one bucket, which is all some callers need. Raises BadInput for more
    than ``MOST_CELLS`` stations times hours or days.
    """
    edges = window.edges_s
    edges = edges[[0, -1]] if whole else edges
    shape = len(stations), len(edges) - 1
    if shape[0] * shape[1] > MOST_CELLS:
        raise BadInput(
            "{count} stations for so long are too many at once.",
            mend="Choose a shorter span, days for hours, or one station.",
            count=len(stations),
        )
    rows = {station.id: row for row, station in enumerate(stations)}
    fates = np.zeros((*shape, len(_FATES)), np.int64)
    measured = np.zeros(shape, np.int64)
    if stations:
        those = _THOSE if len(stations) < MANY else ""
        arrived = _ARRIVED.format(bucket="1" if whole else _BUCKET, those=those)
        for row in connection.execute(text(arrived), _bound(stations, window, edges)):
            if row[0] in rows:
                fates[rows[row[0]], row[1] - 1] = row[2:]
        for row in _there(connection, stations, window, edges, those):
            measured[rows[row[0]], row[1] - 1] = row[2]
    due = expected(*rhythms(stations, window), edges)
    return TallyTable(tuple(stations), window, fates, due, measured)


def _there(
    connection: Connection,
    stations: Sequence[TallyStation],
    window: Window,
    edges: Seconds,
    those: str,
) -> Iterator[Any]:
    """Yields (station, hour or day, count of due readings that are stored)."""
    bucket = "1" if len(edges) == 2 else _SLOT_BUCKET
    for query, is_slow, place in (
        (_HOURLY, False, bucket.replace("at_s", "hour_s")),
        (_SLOW, True, bucket),
    ):
        some = [each for each in stations if (slot_s(each.interval_s) > HOUR_S) is is_slow]
        if some:
            asked = query.format(bucket=place, those=those)
            yield from connection.execute(text(asked), _bound(some, window, edges))


def rhythms(stations: Sequence[TallyStation], window: Window) -> tuple[Seconds, Seconds, Seconds]:
    """Returns, by station, in seconds: the interval, begin and end of the readings due.

    A begin of nan means that nothing is due.
    """
    interval = np.array([each.interval_s for each in stations], float)
    began = np.array([each.began_s for each in stations], float)
    until = np.array([each.until_s(window.until) for each in stations], float)
    return interval, began, until


def unknown(connection: Connection, scope: Scope, window: Window) -> Tally | None:
    """Returns the tally of messages of unknown stations; None for a scope that is limited."""
    if not scope.everything:
        return None
    row = connection.execute(_UNKNOWN, {"start": window.start, "end": window.end}).one()
    return Tally.of(row)


def reasons(
    connection: Connection, scope: Scope, window: Window, station: StationId | None = None
) -> list[tuple[Refusal, int]]:
    """Returns (reason, count) of the messages in quarantine that last came within the window.

    The commonest first; without those taken in since, and only of the scope's stations.
    """
    everything = scope.everything and station is None
    bound: Mapping[str, object] = {
        "start": window.start, "end": window.end, "id": station, **scope.bound
    }  # fmt: skip
    rows = connection.execute(text(_REASONS.format(mine="" if everything else _MINE)), bound)
    return [(Refusal(reason), int(count)) for reason, count in rows]


def _bound(stations: Sequence[TallyStation], window: Window, edges: Seconds) -> dict[str, object]:
    interval, began, until = rhythms(stations, window)
    slots = [slot_s(each) for each in interval]
    return {
        "ids": [each.id for each in stations],
        "interval": interval.tolist(),
        "slot": slots,
        "began": np.where(np.isnan(began), np.inf, began).tolist(),
        "until": until.tolist(),
        "edges": edges.tolist(),
        "start": window.start,
        "end": window.end,
        "reach": window.after(max(slots) - HOUR_S),
        "first_s": float(edges[0]),
        "last_s": float(edges[-1]),
    }
