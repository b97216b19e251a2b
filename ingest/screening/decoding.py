"""Finds the readings in a message: which codec decodes which channel, and for which station."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from data.clock import UtcDatetime
from data.records import RawReading, StationCode
from data.vocabulary import Refusal
from ingest.codecs import hj212, json_v1
from ingest.codecs.refusal import Unreadable
from ingest.stations import StationFacts
from ingest.topics import Address, Channel

Decoder = Callable[[bytes, StationCode, UtcDatetime], RawReading]
"""Payload, station and arrival to a reading in our units; raises Unreadable and nothing else."""

CODECS: Mapping[Channel, Decoder] = MappingProxyType(
    {Channel.READING: json_v1.decode, Channel.HJ212: hj212.decode}
)
"""The channels that are taken in, each with its decoder."""


class Part(NamedTuple):
    """The bytes of one reading in a message, and the reading, or why these bytes are refused.

    Of a message that is one reading the bytes are the message's own.
    """

    payload: bytes
    reading: RawReading | Unreadable


def readings_in(
    payload: bytes, address: Address, station: StationFacts | None, received_at: UtcDatetime
) -> Sequence[Part]:
    """Returns the readings in a message's payload, at least one, in the order of the message.

    ``station`` is None where no station has the address's code. Raises Unreadable where the message
    as a whole can't be decoded.
    """
    decode = CODECS.get(address.channel)
    if decode is None:
        raise Unreadable(Refusal.TOPIC, f"nothing is read from {address.channel}")
    return (Part(payload, decode(payload, address.station, received_at)),)
