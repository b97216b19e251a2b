"""MQTT topics: the station and channel each stands for."""

import re
from codecs import getincrementaldecoder
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from data.records import StationCode
from data.vocabulary import Refusal
from ingest.codecs.refusal import Unreadable, quoted

PREFIX = "onemap/v1"
BELOW_STATIONS = f"{PREFIX}/+/#"
"""The MQTT subscription filter for all that is written below any station."""

LONGEST_TOPIC = 128
"""A longer one is no topic of ours, and may have 65,535 letters: it is not remembered."""

_BELOW_STATION = re.compile(r"onemap/v1/([A-Za-z0-9_.-]{1,64})/(.*)", re.ASCII | re.DOTALL)


class Channel(StrEnum):
    """The kind of message under a station; the value is the topic's last level."""

    READING = "reading"
    RECEIPT = "receipt"
    HJ212 = "hj212"


_CHANNELS = {channel.value: channel for channel in Channel}


class Address(NamedTuple):
    """The station and the channel (kind of message) that a topic names."""

    station: StationCode
    channel: Channel


def topic_of(station: StationCode, channel: Channel = Channel.READING) -> str:
    """Returns the MQTT topic of a station's channel (kind of message)."""
    return f"{PREFIX}/{station}/{channel}"


def filter_of(channel: Channel) -> str:
    """Returns the MQTT subscription filter for a channel of every station."""
    return f"{PREFIX}/+/{channel}"


@lru_cache(maxsize=65536)
def _place_of(topic: str) -> tuple[StationCode | None, Address | None]:
    below = _BELOW_STATION.fullmatch(topic)
    if below is None:
        return None, None
    station = StationCode(below[1])
    channel = _CHANNELS.get(below[2])
    return station, None if channel is None else Address(station, channel)


def place_of(topic: str) -> tuple[StationCode | None, Address | None]:
    """Returns the station below whose tree a topic lies, and its address if it is one of ours."""
    return _place_of(topic) if len(topic) <= LONGEST_TOPIC else _place_of.__wrapped__(topic)


def address_of(topic: str) -> Address:
    """Parses a topic to station and channel. Raises Unreadable for any other topic."""
    address = place_of(topic)[1]
    if address is None:
        raise Unreadable(Refusal.TOPIC, fault_of(topic))
    return address


def station_in(topic: str) -> StationCode | None:
    """Returns the station below whose tree the topic lies; None for a topic outside of all."""
    return place_of(topic)[0]


def fault_of(topic: str) -> str:
    """Returns what is wrong with a topic that readings can't come on, and the right one."""
    below = _BELOW_STATION.fullmatch(topic)
    if below is None:
        return "not a topic onemap/v1/{station}/{channel}"
    name = below[2].lower()
    meant = Channel.HJ212 if "212" in name or name.startswith("hj") else Channel.READING
    right = topic_of(StationCode(below[1]), meant)
    if below[2] == Channel.RECEIPT:
        return f"a device reads receipts and writes none; the right topic is {right}"
    return f"{quoted(below[2])} is no channel of a station; the right topic is {right}"


def text_of(topic: bytes) -> str:
    """Returns a topic as text; bytes that aren't UTF-8 become replacement marks.

    A long one, none of ours, is cut between letters: its beginning and its checksum tell it apart.
    """
    is_whole = len(topic) <= LONGEST_TOPIC
    decoder = getincrementaldecoder("utf-8")("replace")
    name = decoder.decode(topic[:LONGEST_TOPIC], final=is_whole) or "?"
    return name if is_whole else f"{name}…{crc32(topic):08x}"
