"""Messages of devices and the stations they belong to, for tests of ingest."""

from collections.abc import Mapping
from datetime import UTC, datetime

import orjson
from sqlalchemy import Engine, text

from data.clock import UtcDatetime
from data.records import StationCode
from ingest.inbox import Message
from ingest.topics import topic_of
from tests.made.basin import build_station

NOON = UtcDatetime(datetime(2026, 5, 15, 4, tzinfo=UTC))
"""Noon of 15 May 2026 in Beijing."""

GOOD = {"ph": 7.2, "do": 8.1, "codmn": 2.5, "nh3n": 0.3, "tp": 0.06}
"""Class Ⅱ in a river, the required five."""


def register(owner: Engine, *codes: str, kind: str = "section", interval_s: int = 300) -> None:
    """The stations are in the archive."""
    with owner.begin() as connection:
        for code in codes:
            build_station(connection, code, code, kind, lon=112.0, lat=32.5, interval_s=interval_s)


def payload(at: datetime, values: Mapping[str, object] = GOOD, **more: object) -> bytes:
    """A message in the JSON contract."""
    return orjson.dumps({"time": at.isoformat(), "values": values, **more})


def message(
    code: str,
    at: UtcDatetime = NOON,
    values: Mapping[str, object] = GOOD,
    *,
    received_at: UtcDatetime | None = None,
    **more: object,
) -> Message:
    """That message as it arrived, at once unless told."""
    return Message(topic_of(StationCode(code)), payload(at, values, **more), received_at or at)


def rows(owner: Engine, sql: str, **values: object) -> list[tuple[object, ...]]:
    """What a query gives."""
    with owner.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql), values)]


def one(owner: Engine, sql: str, **values: object) -> object:
    """The one value of a query."""
    with owner.connect() as connection:
        return connection.execute(text(sql), values).scalar_one()
