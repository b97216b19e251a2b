"""Words for faults of messages that ingest may tolerate, and for what the broker refuses."""

from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Final


class Tolerance(StrEnum):
    """A fault of messages that ingest mends where the office has switched that on."""

    ASSUME_BEIJING = "assume_beijing"
    """A time without offset is Beijing time."""

    EPOCH = "epoch"
    """A time may be a number since 1970, in seconds, milliseconds, microseconds or nanoseconds."""

    HOUR24 = "hour24"
    """24:00 is 0:00 of the next day."""

    STRIP = "strip"
    """NULs, a byte order mark and other padding around a message are cut off."""

    ARRAY = "array"
    """A message may hold several readings: as a JSON array, or one after the other."""

    WHOLE_FRAME = "whole_frame"
    """A frame of HJ 212 that says it is a piece, without saying which, is whole."""

    GBK_TEXT = "gbk_text"
    """Text in a frame of HJ 212 may be GBK."""


Tolerances = AbstractSet[Tolerance]

NO_TOLERANCES: Final[Tolerances] = frozenset()


class BrokerRefusal(StrEnum):
    """What the broker itself refuses; ingest never sees it."""

    TOPIC = "topic"
    """A message to a topic that the account may not write."""

    SIGN_IN = "sign_in"
    """A connection without a known account and its password."""

    TOO_LARGE = "too_large"
    """A packet larger than the broker takes; it ends the connection."""

    PROTOCOL = "protocol"
    """Bytes that are no MQTT; they end the connection."""
