"""Device models and which stations they hold for, as rows; mappings as they are stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.errors import NotFound
from data.queries.rows import row_as, rows_as
from data.records import DivisionId, StationId


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A device model with the version of its mapping that holds, and how many stations use it."""

    id: int
    code: str
    name: str
    name_en: str | None
    is_shipped: bool
    version: int
    mapping: Mapping[str, Any]
    station_count: int


@dataclass(frozen=True, slots=True)
class StationOfModel:
    """A station with its model, None for our own contract, and what waits in quarantine.

    ``waiting_count`` are refused messages kept whole; of the last replay that was asked for by hand
    ``replay_done_at`` is None while it waits, ``taken_count`` and ``refused_count`` its results.
    """

    id: StationId
    code: str
    name: str
    name_en: str | None
    division_id: DivisionId | None
    version: int
    started_at: UtcDatetime | None
    ended_at: UtcDatetime | None
    model: str | None
    waiting_count: int
    replay_asked_at: UtcDatetime | None
    replay_done_at: UtcDatetime | None
    taken_count: int | None
    refused_count: int | None


_MODELS = """
SELECT m.id, m.code, m.name, m.name_en, m.is_shipped, m.version, v.mapping,
    (SELECT count(*) FROM station WHERE station.device_model_id = m.id) AS station_count
FROM device_model m JOIN device_model_version v ON v.model_id = m.id AND v.version = m.version
"""


def device_models(connection: Connection) -> list[StoredModel]:
    """Returns all device models, those of the office first, then the shipped examples, by code."""
    rows = connection.execute(text(f"{_MODELS} ORDER BY m.is_shipped, m.code"))
    return rows_as(StoredModel, rows)


def device_model(connection: Connection, code: str) -> StoredModel:
    """Returns the device model of that code. Raises NotFound."""
    row = connection.execute(text(f"{_MODELS} WHERE m.code = :code"), {"code": code}).first()
    if row is None:
        raise NotFound("There is no device model {code}.", code=code)
    return row_as(StoredModel, row)


def station_of_model(
    connection: Connection, *, station_id: StationId | None = None, code: str = ""
) -> StationOfModel:
    """Returns the station of that id or code with its model. Raises NotFound."""
    row = connection.execute(
        text(
            """
            SELECT s.id, s.code, s.name, s.name_en, s.division_id, s.version,
                s.started_at, s.ended_at, m.code AS model,
                (SELECT count(*) FROM quarantine q WHERE q.station_id = s.id
                    AND q.replayed_at IS NULL AND NOT q.is_sum
                    AND length(q.payload) = q.payload_length) AS waiting_count,
                r.asked_at AS replay_asked_at, r.done_at AS replay_done_at, r.taken_count,
                r.refused_count
            FROM station s
            LEFT JOIN device_model m ON m.id = s.device_model_id
            LEFT JOIN LATERAL (SELECT * FROM replay_request WHERE station_id = s.id
                ORDER BY id DESC LIMIT 1) r ON true
            WHERE s.id = :id OR s.code = :code
            """
        ),
        {"id": station_id, "code": code},
    ).first()
    if row is None:
        raise NotFound("There is no such station.")
    return row_as(StationOfModel, row)


def divisions_of_model(connection: Connection, code: str) -> set[DivisionId | None]:
    """Returns the divisions in which stations of a model lie; None for one that lies in none."""
    rows = connection.execute(
        text(
            """
            SELECT DISTINCT s.division_id FROM station s
            JOIN device_model m ON m.id = s.device_model_id WHERE m.code = :code
            """
        ),
        {"code": code},
    )
    return {None if row[0] is None else DivisionId(row[0]) for row in rows}
