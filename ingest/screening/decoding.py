"""Finds the readings in a message: which codec decodes which channel, and for which station."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from data.clock import UtcDatetime
from data.records import RawReading, StationCode
from data.tolerances import NO_TOLERANCES, Tolerance, Tolerances
from data.vocabulary import Refusal
from ingest.codecs import hj212, json_v1, mapped_json
from ingest.codecs.mapped_json import MappedReading
from ingest.codecs.mapping import PayloadMapping
from ingest.codecs.refusal import Unreadable, detail_of_error
from ingest.codecs.repairs import json_readings, refuse_mendable, stripped
from ingest.stations import StationFacts
from ingest.topics import Address, Channel, fault_of, topic_of

Decoder = Callable[[bytes, StationCode, UtcDatetime, Tolerances], RawReading]
"""Payload, station, arrival and what is tolerated to a reading in our units.

Raises Unreadable and nothing else.
"""

CODECS: Mapping[Channel, Decoder] = MappingProxyType(
    {Channel.READING: json_v1.decode, Channel.HJ212: hj212.decode}
)
"""The channels that are taken in, each with its decoder."""


Part = tuple[bytes, RawReading | Unreadable]
"""The bytes of one of several readings in a message; the reading, or why they are refused."""


def readings_in(
    payload: bytes,
    address: Address,
    station: StationFacts | None,
    received_at: UtcDatetime,
    most: int,
) -> RawReading | list[Part]:
    """Returns the reading in a message's payload, or several in their order, each with its bytes.

    ``station`` is None where no station has the address's code; ``most`` is how many readings a
    message may hold. Raises Unreadable where the message as a whole can't be decoded.
    """
    if station is not None and station.mapping and address.channel is Channel.READING:
        return _mapped(payload, station, station.mapping, received_at, most)
    return _by_contract(payload, address, station, received_at, most)


def _mapped(
    payload: bytes,
    station: StationFacts,
    mapping: PayloadMapping,
    received_at: UtcDatetime,
    most: int,
) -> RawReading | list[Part]:
    """Decodes a message by the mapping of its station's model.

    A message by which the mapping finds nothing may still be one by our own contract, if all of it
    fits that.
    """
    bare = stripped(payload) if Tolerance.STRIP in station.tolerances else payload
    refusal: Unreadable | None = None
    found: list[MappedReading] = []
    try:
        found = mapped_json.decode(bare, station.code, received_at, mapping, most_readings=most)
    except Unreadable as error:
        refusal = error
    if not any(each.reading for each in found):
        own = _whole_by_contract(payload, station, received_at, most)
        if own is not None:
            return own
    if refusal is not None:
        if refusal.reason is Refusal.NOT_JSON and bare is payload and stripped(payload) != payload:
            refuse_mendable(refusal.reason, refusal.wrong, Tolerance.STRIP)
        raise refusal
    if len(found) > 1:
        return [(each.payload, each.reading or _refusal_of(each)) for each in found]
    if found[0].reading is None:
        raise _refusal_of(found[0])
    return found[0].reading


def _refusal_of(found: MappedReading) -> Unreadable:
    """Returns the refusal of a mapped reading, with the words of its faults."""
    detail = " ".join(detail_of_error(fault.error) for fault in found.faults)
    return Unreadable(found.faults[0].reason, detail)


def _whole_by_contract(
    payload: bytes, station: StationFacts, received_at: UtcDatetime, most: int
) -> RawReading | list[Part] | None:
    """Decodes a message by our own contract; None where any part of it doesn't fit that."""
    address = Address(station.code, Channel.READING)
    try:
        own = _by_contract(payload, address, station, received_at, most)
    except Unreadable:
        return None
    readings = [own] if isinstance(own, RawReading) else [reading for _bytes, reading in own]
    is_whole = all(isinstance(each, RawReading) and not each.refused for each in readings)
    return own if is_whole else None


def _by_contract(
    payload: bytes,
    address: Address,
    station: StationFacts | None,
    received_at: UtcDatetime,
    most: int,
) -> RawReading | list[Part]:
    """Decodes a message by the contract of its channel, with what is tolerated of its station."""
    decode = CODECS.get(address.channel)
    if decode is None:
        raise Unreadable(Refusal.TOPIC, fault_of(topic_of(*address)))
    if station is None or not station.tolerances:
        return decode(payload, address.station, received_at, NO_TOLERANCES)
    tolerances = station.tolerances
    bare = stripped(payload) if Tolerance.STRIP in tolerances else payload
    if Tolerance.ARRAY in tolerances and address.channel is Channel.READING:
        found = json_readings(bare, most)
        if found is not None:
            return _each(found, address.station, received_at, tolerances, most)
    return decode(bare, address.station, received_at, tolerances)


def _each(
    payloads: Sequence[bytes],
    station: StationCode,
    received_at: UtcDatetime,
    tolerances: Tolerances,
    most: int,
) -> list[Part]:
    """Decodes the readings of one message; one that can't be decoded costs none of the others."""
    if len(payloads) > most:
        raise Unreadable(Refusal.SHAPE, f"more than {most} readings in a message")
    parts: list[Part] = []
    for payload in payloads:
        try:
            reading: RawReading | Unreadable = json_v1.decode(
                payload, station, received_at, tolerances
            )
        except Unreadable as error:
            reading = error
        parts.append((payload, reading))
    return parts
