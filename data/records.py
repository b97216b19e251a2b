"""Ids and immutable records shared by all floors; raw and checked readings are different types.

Records made for every message are named tuples: a third of the cost of a frozen dataclass.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple, NewType

from data.clock import UtcDatetime
from data.tolerances import Tolerance
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
    """The smallest, largest and cumulative value in a period, where a device sends them."""

    minimum: float | None = None
    maximum: float | None = None
    cumulative: float | None = None


class RawReading(NamedTuple):
    """One decoded message of a device, in our units, not yet checked.

    ``values`` holds at least one parameter, all finite; ``flags`` only those the device sent.
    ``position`` is (longitude, latitude) in WGS 84/CGCS2000 degrees. ``below`` holds the detection
    limit of each value that lies below one; the value itself is what counts in its place.
    ``refused`` names what the message said beside its values that could not be read, and why: it is
    bounded and printable.
    """

    station: StationCode
    observed_at: UtcDatetime
    values: Mapping[Parameter, float]
    period: Period = Period.INSTANT
    flags: Mapping[Parameter, Flag] = _NONE
    statistics: Mapping[Parameter, ValueRange] = _NONE
    position: tuple[float, float] | None = None
    message_id: str | None = None
    below: Mapping[Parameter, float] = _NONE
    refused: Mapping[str, str] = _NONE


class Reading(NamedTuple):
    """A checked reading of a registered station.

    ``flags`` names only the values that are not normal, by the device or by our checks.
    """

    station_id: StationId
    raw: RawReading
    received_at: UtcDatetime
    flags: Mapping[Parameter, Flag]


class Whole(NamedTuple):
    """What a payload was of which only the beginning is kept: its length in bytes and its hash."""

    length: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused message: its bytes, the reason and, where known, its station.

    ``whole`` tells of a payload that is here in part only. One that ``is_counted_only`` lies beyond
    its station's budget: nothing of what it said is kept. ``mendable_by`` are the tolerances with
    which the message could be taken in, empty where none would do.
    """

    topic: str
    payload: bytes
    received_at: UtcDatetime
    reason: Refusal
    detail: str
    station_id: StationId | None = None
    whole: Whole | None = None
    is_counted_only: bool = False
    mendable_by: tuple[Tolerance, ...] = ()

    @property
    def length(self) -> int:
        """The length of the message as it came, in bytes."""
        return self.whole.length if self.whole else len(self.payload)

    @property
    def is_kept_whole(self) -> bool:
        """Whether every byte of the message is kept, so that a replay can take it in."""
        return not self.is_counted_only and self.length == len(self.payload)


class LatestValue(NamedTuple):
    """The newest value of one parameter at a station.

    ``below`` is the detection limit it lies below, None for a value that was measured.
    """

    value: float
    observed_at: UtcDatetime
    flag: Flag = Flag.NORMAL
    below: float | None = None
