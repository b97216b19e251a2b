"""The stations as ingest needs them, read from the database and cached for a few seconds."""

import json
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import psycopg

from data.clock import UtcDatetime
from data.errors import BadInput
from data.quality.compliance import OutfallLimit
from data.records import StationCode, StationId
from data.tolerances import NO_TOLERANCES, Tolerance, Tolerances
from data.vocabulary import BodyKind, Parameter, StationKind, WaterClass
from ingest.codecs.mapping import PayloadMapping, read_mapping

LOG = logging.getLogger(__name__)

FORGET_AFTER_S = 5.0
"""So long a changed target, limit, start, tolerance or mapping may go unnoticed."""

Cursor = psycopg.Cursor[tuple[Any, ...]]

_SELECT = """
SELECT s.id, s.code, s.kind, s.body, s.interval_s, s.started_at, s.ended_at,
    c.target_class, c.required,
    CASE WHEN s.kind = 'outfall' THEN (
        SELECT json_agg(json_build_array(parameter, lower, upper, basis, valid_from, valid_to))
        FROM outfall_limit l WHERE l.station_id = s.id) END,
    (SELECT array_agg(DISTINCT t.kind) FROM tolerance t
        WHERE t.ended_at IS NULL AND (t.station_id = s.id OR t.station_id IS NULL)),
    v.mapping::text
FROM station s LEFT JOIN section c ON c.station_id = s.id
LEFT JOIN device_model m ON m.id = s.device_model_id
LEFT JOIN device_model_version v ON v.model_id = m.id AND v.version = m.version
"""


@dataclass(frozen=True, slots=True)
class DatedLimit:
    """A limit of an outfall and the days on which it holds, ``[valid_from, valid_to)``."""

    limit: OutfallLimit
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class StationFacts:
    """Facts of a station. ``required`` None: the parameters required by the settings.

    ``tolerances`` are what the office has switched on for its messages; ``mapping`` is that of its
    device model, None for messages by our own contract.
    """

    id: StationId
    code: StationCode
    kind: StationKind
    body: BodyKind
    interval: timedelta
    started_at: UtcDatetime | None
    ended_at: UtcDatetime | None
    target: WaterClass | None
    required: tuple[Parameter, ...] | None
    limits: tuple[DatedLimit, ...]
    tolerances: Tolerances = NO_TOLERANCES
    mapping: PayloadMapping | None = None

    def limits_on(self, day: date) -> tuple[OutfallLimit, ...]:
        """Returns the outfall's limits that hold on a day."""
        return tuple(
            each.limit
            for each in self.limits
            if each.valid_from <= day and (each.valid_to is None or day < each.valid_to)
        )


class StationRegistry:
    """A cache of stations' facts; reads stations from the database when not read lately."""

    def __init__(self, forget_after_s: float = FORGET_AFTER_S) -> None:
        self._forget_after_s = forget_after_s
        self._known: dict[StationCode, tuple[float, StationFacts]] = {}

    def find(
        self, cursor: Cursor, codes: Iterable[StationCode]
    ) -> Mapping[StationCode, StationFacts]:
        """Returns, by code, the facts of the registered stations among these codes."""
        oldest = time.monotonic() - self._forget_after_s
        wanted = set(codes)
        asked = [c for c in wanted if c not in self._known or self._known[c][0] < oldest]
        if asked:
            for code in asked:
                self._known.pop(code, None)
            cursor.execute(f"{_SELECT} WHERE s.code = ANY(%s)", (asked,))
            read_at = time.monotonic()
            for row in cursor.fetchall():
                facts = _facts(row)
                self._known[facts.code] = (read_at, facts)
        return {code: self._known[code][1] for code in wanted if code in self._known}


def find_by_id(cursor: Cursor, ids: Iterable[StationId]) -> Mapping[StationId, StationFacts]:
    """Reads the stations' facts from the database, by id; unknown ids are left out."""
    cursor.execute(f"{_SELECT} WHERE s.id = ANY(%s)", (list(ids),))
    return {facts.id: facts for facts in map(_facts, cursor.fetchall())}


def _facts(row: tuple[Any, ...]) -> StationFacts:
    return StationFacts(
        id=StationId(row[0]),
        code=StationCode(row[1]),
        kind=StationKind(row[2]),
        body=BodyKind(row[3]),
        interval=timedelta(seconds=row[4]),
        started_at=row[5],
        ended_at=row[6],
        target=WaterClass(row[7]) if row[7] is not None else None,
        required=tuple(Parameter(key) for key in row[8] if key in _KEYS) if row[8] else None,
        limits=tuple(
            DatedLimit(
                OutfallLimit(Parameter(key), low, high, basis),
                date.fromisoformat(since),
                date.fromisoformat(until) if until else None,
            )
            for key, low, high, basis, since, until in row[9] or ()
            if key in _KEYS
        ),
        tolerances=frozenset(map(Tolerance, row[10])) if row[10] else NO_TOLERANCES,
        mapping=_mapping(row[11]) if row[11] else None,
    )


@lru_cache(maxsize=1024)
def _mapping(stored: str) -> PayloadMapping | None:
    """Returns the mapping of a stored document; None, and a line in the log, if it can't be read.

    Then the station's messages lie in quarantine, those of the others go on.
    """
    try:
        return read_mapping(json.loads(stored))
    except BadInput as error:
        LOG.error("a device model's mapping can't be read: %s", error)
        return None


_KEYS = frozenset(parameter.value for parameter in Parameter)
