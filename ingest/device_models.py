"""Writes device models and which station's messages are read by which, in versions."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects import postgresql

from data.errors import Conflict, NotFound
from data.queries.stations.device_models import StoredModel
from data.records import AccountId, StationId
from data.tables.devices import device_model, device_model_version, replay_request
from data.tables.stations import station
from ingest.codecs.device_model import DeviceModel
from ingest.codecs.mapping import mapping_document, read_mapping


class ModelOutcome(StrEnum):
    """What became of a model that was to be written."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class WrittenModel:
    """A written device model: its id, the version that holds now, and what was done."""

    id: int
    version: int
    outcome: ModelOutcome


def model_of(stored: StoredModel) -> DeviceModel:
    """Returns the stored model with its mapping read. Raises BadInput where it can't be."""
    return DeviceModel(stored.code, stored.name, stored.name_en, read_mapping(stored.mapping))


def write_model(
    connection: Connection,
    model: DeviceModel,
    *,
    by: AccountId | None,
    expected_version: int | None = None,
) -> WrittenModel:
    """Writes a device model by its code; the same again changes nothing, another is a new version.

    ``expected_version`` is the version that was looked at, 0 for a code that was to be new; None
    writes whatever is there. Raises Conflict for a shipped model and for another version.
    """
    document = mapping_document(model.mapping)
    new_id = connection.execute(
        postgresql.insert(device_model)
        .values(code=model.code, name=model.name, name_en=model.name_en)
        .on_conflict_do_nothing(index_elements=["code"])
        .returning(device_model.c.id)
    ).scalar()
    if new_id is not None:
        if expected_version:
            raise Conflict("The device model {code} is no longer there.", code=model.code)
        _write_version(connection, new_id, 1, document, by)
        return WrittenModel(new_id, 1, ModelOutcome.CREATED)
    now = connection.execute(
        select(device_model, device_model_version.c.mapping)
        .join(
            device_model_version,
            (device_model_version.c.model_id == device_model.c.id)
            & (device_model_version.c.version == device_model.c.version),
        )
        .where(device_model.c.code == model.code)
        .with_for_update(of=device_model)
    ).one()
    if (now.name, now.name_en, now.mapping) == (model.name, model.name_en, document):
        return WrittenModel(now.id, now.version, ModelOutcome.UNCHANGED)
    _refuse_change(model.code, now.is_shipped, now.version, expected_version)
    connection.execute(
        update(device_model)
        .where(device_model.c.id == now.id)
        .values(
            name=model.name,
            name_en=model.name_en,
            version=now.version + 1,
            changed_at=func.now(),
        )
    )
    _write_version(connection, now.id, now.version + 1, document, by)
    return WrittenModel(now.id, now.version + 1, ModelOutcome.CHANGED)


def _refuse_change(code: str, is_shipped: bool, version: int, expected: int | None) -> None:
    if is_shipped:
        raise Conflict(
            "The device model {code} comes with OneMap and is never changed.",
            mend="Save it under another code.",
            code=code,
        )
    if expected == 0:
        raise Conflict(
            "There is already a device model {code}.", mend="Choose another code.", code=code
        )
    if expected not in (None, version):
        raise Conflict(
            "Somebody else changed the device model {code} in the meantime.",
            mend="Look at it again.",
            code=code,
        )


def _write_version(
    connection: Connection, model_id: int, version: int, document: object, by: AccountId | None
) -> None:
    connection.execute(
        insert(device_model_version).values(
            model_id=model_id, version=version, mapping=document, account_id=by
        )
    )


def set_model(
    connection: Connection,
    station_id: StationId,
    model_id: int | None,
    *,
    expected_version: int | None = None,
) -> bool:
    """Says by which model a station's messages are read, None: by our own contract.

    Returns whether that changed anything. ``expected_version`` is the station's version that was
    looked at. Raises NotFound, or Conflict where somebody else changed the station.
    """
    now = connection.execute(
        select(station.c.code, station.c.version, station.c.device_model_id)
        .where(station.c.id == station_id)
        .with_for_update()
    ).first()
    if now is None:
        raise NotFound("There is no such station.")
    if now.device_model_id == model_id:
        return False
    if expected_version not in (None, now.version):
        raise Conflict(
            "Somebody else changed the station {code} in the meantime.",
            mend="Look at it again.",
            code=now.code,
        )
    connection.execute(
        update(station)
        .where(station.c.id == station_id)
        .values(device_model_id=model_id, version=now.version + 1, changed_at=func.now())
    )
    return True


def ask_for_replay(connection: Connection, station_id: StationId, by: AccountId) -> bool:
    """Asks ingest to take in what it can of a station's quarantine; False if that waits already."""
    asked = connection.execute(
        postgresql.insert(replay_request)
        .values(station_id=station_id, account_id=by)
        .on_conflict_do_nothing(
            index_elements=["station_id"], index_where=replay_request.c.done_at.is_(None)
        )
        .returning(replay_request.c.id)
    ).scalar()
    return asked is not None
