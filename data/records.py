"""What crosses floors: ids and records that don't change. Raw and checked readings differ in type.

Those that ingest makes for every message are named tuples: a third of a frozen dataclass's cost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple, NewType

from data.clock import UtcDatetime
from data.vocabulary import Flag, Parameter, Period, Refusal

StationId = NewType("StationId", int)
ReachId = NewType("ReachId", int)
RiverId = NewType("RiverId", int)
LakeId = NewType("LakeId", int)
DivisionId = NewType("DivisionId", int)
AccountId = NewType("AccountId", int)
StationCode = NewType("StationCode", str)

_NONE: Final[Mapping[Any, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ValueRange:
    """Smallest, largest and cumulative value of a period, where a device sends them."""

    minimum: float | None = None
    maximum: float | None = None
    cumulative: float | None = None


class RawReading(NamedTuple):
    """One message of a device, decoded and in our units, not yet checked.

    ``values`` holds at least one parameter, finite; ``flags`` only what the device sent.
    ``position`` is (longitude, latitude) in WGS 84/CGCS2000 degrees.
    """

    station: StationCode
    observed_at: UtcDatetime
    values: Mapping[Parameter, float]
    period: Period = Period.INSTANT
    flags: Mapping[Parameter, Flag] = _NONE
    statistics: Mapping[Parameter, ValueRange] = _NONE
    position: tuple[float, float] | None = None
    message_id: str | None = None


class Reading(NamedTuple):
    """A raw reading of a known station with every flag set that our checks ask for.

    ``flags`` names only the values that are not normal.
    """

    station_id: StationId
    raw: RawReading
    received_at: UtcDatetime
    flags: Mapping[Parameter, Flag]


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that can't be read, as it came, with the reason; its station where known."""

    topic: str
    payload: bytes
    received_at: UtcDatetime
    reason: Refusal
    detail: str
    station_id: StationId | None = None


class LatestValue(NamedTuple):
    """The newest value of one parameter at a station."""

    value: float
    observed_at: UtcDatetime
    flag: Flag = Flag.NORMAL
