"""Which codec decodes which channel: one row a channel."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from data.clock import UtcDatetime
from data.records import RawReading, StationCode
from ingest.codecs import hj212, json_v1
from ingest.topics import Channel

Decoder = Callable[[bytes, StationCode, UtcDatetime], RawReading]
"""Payload, station and arrival to a reading in our units; raises Unreadable and nothing else."""

CODECS: Mapping[Channel, Decoder] = MappingProxyType(
    {Channel.READING: json_v1.decode, Channel.HJ212: hj212.decode}
)
"""The channels that are taken in, each with its decoder."""
