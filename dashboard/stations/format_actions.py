"""How a station's messages are read: what the office looks up, tries and saves."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from dashboard.frame.auth import NOWHERE, Action, User, may, require
from dashboard.frame.deps import Deps
from data.database import transaction
from data.errors import BadInput, Forbidden, NotFound
from data.moments import EARLIEST, Implausible, Window, implausible
from data.people.access_log import Logged, log
from data.queries.readings.quarantine import quarantined
from data.queries.stations.device_models import (
    StationOfModel,
    StoredModel,
    device_model,
    device_models,
    divisions_of_model,
    station_of_model,
)
from data.records import StationCode, StationId
from data.settings import IngestSettings
from data.vocabulary import Parameter
from ingest.codecs.device_model import DeviceModel, new_model
from ingest.codecs.mapping import PayloadMapping, read_mapping
from ingest.codecs.trial import Trial, try_payload
from ingest.device_models import ModelOutcome, ask_for_replay, set_model, write_model
from ingest.topics import topic_of

OWN: Final = "-own"
"""The choice of our own contract: no model's code begins with a hyphen."""

MOST_ROWS: Final = len(Parameter)


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row of the form as filled in: a path, its parameter, factor and offset."""

    path: str = ""
    parameter: str = ""
    factor: str = ""
    offset: str = ""


@dataclass(frozen=True, slots=True)
class FilledFormat:
    """The form of a message format as filled in; ``model`` is the choice it was opened with."""

    model: str
    code: str = ""
    name: str = ""
    every: str = ""
    time_format: str = ""
    time_path: str = ""
    id_path: str = ""
    rows: tuple[FilledRow, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedFormat:
    """What saving did: the station as it is now, and what became of the model, if there is one."""

    station: StationOfModel
    outcome: ModelOutcome | None


@dataclass(frozen=True, slots=True)
class TriedFormat:
    """What a mapping makes of a message; ``doubts`` say of each reading why its time can't be true.

    None where it can: ingest would take the reading in.
    """

    trial: Trial
    doubts: tuple[Implausible | None, ...]


def open_format(deps: Deps, station_id: StationId) -> tuple[StationOfModel, list[StoredModel]]:
    """Reads a station with its model and what waits, and all models. Raises NotFound, Forbidden."""
    user = require(Action.WRITE_STATIONS)
    with transaction(deps.engine) as connection:
        return _station_at(connection, user, station_id), device_models(connection)


def stored_model(deps: Deps, code: str) -> StoredModel:
    """Reads the device model of that code. Raises NotFound."""
    require(Action.WRITE_STATIONS)
    with transaction(deps.engine) as connection:
        return device_model(connection, code)


def newest_waiting(deps: Deps, station_id: StationId) -> str:
    """Reads the newest message of the station that waits in quarantine. Raises NotFound if none."""
    user = require(Action.WRITE_STATIONS)
    with transaction(deps.engine) as connection:
        station = _station_at(connection, user, station_id)
        topic = topic_of(StationCode(station.code))
        most = IngestSettings().payload_bytes
        found = quarantined(connection, topic=topic, limit=1, payload_bytes=most)
    if not found or not found[0].is_whole:
        raise NotFound("No message of this station waits in quarantine.")
    return found[0].payload.decode("utf-8", "replace")


def try_format(
    deps: Deps, station_id: StationId, filled: FilledFormat, message: str
) -> TriedFormat:
    """Reads a message by the form's mapping as ingest would; nothing is stored.

    Raises BadInput for a mapping that can't be one, and for a message too large or missing.
    """
    user = require(Action.WRITE_STATIONS)
    mapping = mapping_of(filled)
    settings = IngestSettings()
    payload = message.encode("utf-8", "replace")
    if not message.strip():
        raise BadInput("Paste a message first.")
    if len(payload) > settings.payload_bytes:
        raise BadInput("A message has at most {most} bytes.", most=settings.payload_bytes)
    with transaction(deps.engine) as connection:
        station = _station_at(connection, user, station_id)
    now = deps.clock()
    trial = try_payload(
        payload,
        StationCode(station.code),
        now,
        mapping,
        most_readings=settings.message_readings,
    )
    window = Window(
        now,
        max(station.started_at or EARLIEST, EARLIEST),
        timedelta(days=settings.oldest_days) if settings.oldest_days else None,
        timedelta(minutes=settings.future_minutes),
    )
    doubts = (
        implausible(each.reading.observed_at, window) if each.reading else None
        for each in trial.readings
    )
    return TriedFormat(trial, tuple(doubts))


def save_format(
    deps: Deps,
    station_id: StationId,
    filled: FilledFormat,
    *,
    station_version: int | None,
    model_version: int | None,
) -> SavedFormat:
    """Writes the form's model and sets it for the station, or sets our own contract.

    Raises BadInput, Conflict, NotFound or Forbidden, also where the model is changed and stations
    outside of one's divisions use it; nothing is written then.
    """
    user = require(Action.WRITE_STATIONS)
    with transaction(deps.engine) as connection:
        station = _station_at(connection, user, station_id)
        outcome, model_id = None, None
        if filled.model != OWN:
            model = _model_of(connection, filled)
            expected = model_version if filled.code.strip() == filled.model else 0
            written = write_model(connection, model, by=user.account_id, expected_version=expected)
            outcome, model_id = written.outcome, written.id
            if outcome is ModelOutcome.CHANGED:
                _require_all(connection, user, model.code)
        is_set = set_model(connection, station_id, model_id, expected_version=station_version)
        if is_set or outcome in (ModelOutcome.CREATED, ModelOutcome.CHANGED):
            name = OWN if model_id is None else filled.code.strip()
            about = f"model {name} for {station.code}"
            log(connection, Logged.STATION, account_id=user.account_id, about=about)
        return SavedFormat(_station_at(connection, user, station_id), outcome)


def ask_replay(deps: Deps, station_id: StationId) -> bool:
    """Asks ingest to take in what it can of the station's quarantine; False if that waits."""
    user = require(Action.WRITE_STATIONS)
    with transaction(deps.engine) as connection:
        station = _station_at(connection, user, station_id)
        asked = ask_for_replay(connection, station_id, user.account_id)
        if asked:
            about = f"replay of {station.code}"
            log(connection, Logged.STATION, account_id=user.account_id, about=about)
    return asked


def mapping_of(filled: FilledFormat) -> PayloadMapping:
    """Returns the mapping of the filled form, its empty rows left out. Raises BadInput."""
    rows = [row for row in filled.rows if row.path.strip() or row.parameter]
    if len(rows) > MOST_ROWS:
        raise BadInput("A mapping has at most {most} values.", most=MOST_ROWS)
    values = [
        {key: text for key, text in _columns(row) if text or key in ("path", "parameter")}
        for row in rows
    ]
    time = {"format": filled.time_format, "path": filled.time_path.strip()}
    return read_mapping(
        {
            "time": {key: text for key, text in time.items() if text},
            "id": filled.id_path.strip(),
            "list": filled.every.strip(),
            "value": values,
        }
    )


def _columns(row: FilledRow) -> list[tuple[str, str]]:
    return [
        ("path", row.path.strip()),
        ("parameter", row.parameter),
        ("factor", row.factor.strip()),
        ("offset", row.offset.strip()),
    ]


def _model_of(connection: Connection, filled: FilledFormat) -> DeviceModel:
    """Returns the form's model; one saved under the code it was opened with keeps its English."""
    name_en = None
    if filled.code.strip() == filled.model:
        name_en = device_model(connection, filled.model).name_en
    return new_model(filled.code.strip(), filled.name, name_en, mapping_of(filled))


def _station_at(connection: Connection, user: User, station_id: StationId) -> StationOfModel:
    """Returns the station, if the user may change it. Raises NotFound or Forbidden."""
    found = station_of_model(connection, station_id=station_id)
    if not may(user, Action.WRITE_STATIONS, found.division_id or NOWHERE):
        raise Forbidden("This place is outside of the divisions you answer for.")
    return found


def _require_all(connection: Connection, user: User, code: str) -> None:
    """Raises Forbidden if stations that the user may not change are read by the model."""
    for division in divisions_of_model(connection, code):
        if not may(user, Action.WRITE_STATIONS, division or NOWHERE):
            raise Forbidden(
                "The device model {code} also reads stations outside of your divisions.",
                mend="Save it under another code.",
                code=code,
            )
