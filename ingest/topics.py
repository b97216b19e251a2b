"""MQTT topics: the station and channel each stands for."""

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from data.records import StationCode
from data.vocabulary import Refusal
from ingest.codecs.refusal import Unreadable

PREFIX = "onemap/v1"

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
def place_of(topic: str) -> tuple[StationCode | None, Address | None]:
    """Returns the station below whose tree a topic lies, and its address if it is one of ours."""
    below = _BELOW_STATION.fullmatch(topic)
    if below is None:
        return None, None
    station = StationCode(below[1])
    channel = _CHANNELS.get(below[2])
    return station, None if channel is None else Address(station, channel)


def address_of(topic: str) -> Address:
    """Parses a topic to station and channel. Raises Unreadable for any other topic."""
    address = place_of(topic)[1]
    if address is None:
        raise Unreadable(Refusal.TOPIC, "not a topic onemap/v1/{station}/{channel}")
    return address


def station_in(topic: str) -> StationCode | None:
    """Returns the station below whose tree the topic lies; None for a topic outside of all."""
    return place_of(topic)[0]
