"""MQTT topics: the station and channel each stands for."""

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from data.records import StationCode
from data.vocabulary import Refusal
from ingest.codecs.refusal import Unreadable

PREFIX = "onemap/v1"

_TOPIC = re.compile(r"onemap/v1/([A-Za-z0-9_.-]{1,64})/([a-z0-9]{1,16})", re.ASCII)


class Channel(StrEnum):
    """The kind of message under a station; the value is the topic's last level."""

    READING = "reading"
    RECEIPT = "receipt"
    HJ212 = "hj212"


_BELOW_STATION = re.compile(r"onemap/v1/([A-Za-z0-9_.-]{1,64})/.*", re.ASCII | re.DOTALL)

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
def address_of(topic: str) -> Address:
    """Parses a topic to station and channel. Raises Unreadable for any other topic."""
    match = _TOPIC.fullmatch(topic)
    channel = _CHANNELS.get(match[2]) if match else None
    if match is None or channel is None:
        raise Unreadable(Refusal.TOPIC, "not a topic onemap/v1/{station}/{channel}")
    return Address(StationCode(match[1]), channel)


@lru_cache(maxsize=65536)
def station_in(topic: str) -> StationCode | None:
    """Returns the station below whose tree the topic lies; None for a topic outside of all."""
    match = _BELOW_STATION.fullmatch(topic)
    return StationCode(match[1]) if match else None
