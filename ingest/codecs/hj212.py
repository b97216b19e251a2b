"""Decodes and encodes HJ 212: frames of loggers in the editions of 2005, 2017 and 2025.

``read`` returns everything about one frame; ``decode`` turns one into a reading of a station.
Values that can't be read without guessing are reported as doubtful, never guessed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from data.clock import UtcDatetime
from data.records import RawReading, StationCode, ValueRange
from data.tolerances import NO_TOLERANCES, Tolerance, Tolerances
from data.vocabulary import Flag, Parameter, Period, Refusal
from ingest.codecs.hj212_cipher import deciphered, is_cipher
from ingest.codecs.hj212_frame import BadFrame, Fault, framed, unframed
from ingest.codecs.hj212_items import Items
from ingest.codecs.hj212_segment import Segment, Version, moment, take_apart, with_items
from ingest.codecs.refusal import LONGEST_ID, RefusedParts, Unreadable
from ingest.codecs.repairs import stripped

PERIODS: Final[Mapping[int, Period]] = {
    2011: Period.INSTANT,
    2051: Period.MINUTE,
    2061: Period.HOUR,
    2031: Period.DAY,
    2041: Period.DAY,
}
"""The commands that bring data, and what span their values stand for."""

DATA_ANSWER: Final = 9014


@dataclass(frozen=True, slots=True)
class Refused:
    """A frame that was refused, with the reason, and the tolerance that would mend it."""

    fault: Fault
    detail: str
    mendable_by: Tolerance | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded frame whose length and CRC are right.

    ``values`` are in our units; ``below`` holds the detection limit of those that lie below one.
    ``doubtful`` are parameters of ours that can't be read without guessing (with the reason),
    ``unread`` further items of theirs (a smallest value, a flag without a value), ``others`` the
    items that are none of ours, as sent. Cumulative values stay as sent: m³ for flow, the load in
    kg or g for the rest.
    """

    version: Version
    station: str
    command: int
    request: str
    packet: tuple[int, int] | None
    wants_answer: bool
    observed_at: UtcDatetime | None
    period: Period | None
    values: Mapping[Parameter, float] = field(default_factory=dict)
    flags: Mapping[Parameter, Flag] = field(default_factory=dict)
    statistics: Mapping[Parameter, ValueRange] = field(default_factory=dict)
    doubtful: Mapping[Parameter, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    below: Mapping[Parameter, float] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)

    @property
    def brings_values(self) -> bool:
        """Whether the frame says something of a parameter of ours, readable or not."""
        return self.period is not None and bool(self.values or self.doubtful or self.unread)

    @property
    def receipt_id(self) -> str | None:
        """The id that a receipt for the frame names: QN with CN, as several frames may share a QN.

        A piece of a message has an id of its own. None without a QN, as in 2005, or with one that
        is no printable text of an id's length.
        """
        piece = f".{self.packet[0]}" if self.packet else ""
        named = f"{self.request}.{self.command}{piece}"
        is_id = bool(self.request) and len(named) <= LONGEST_ID and named.isprintable()
        return named if is_id else None


def read(
    data: bytes, key: bytes | None = None, tolerances: Tolerances = NO_TOLERANCES
) -> Decoded | Refused:
    """Decodes one frame or returns why not; never raises. ``key`` deciphers encrypted bodies."""
    if Tolerance.STRIP in tolerances:
        data = stripped(data)
    try:
        segment = take_apart(unframed(data).segment, tolerances)
        body = segment.body
        if segment.version is Version.V2025 and is_cipher(body):
            body = deciphered(body, key)
        return _decoded(with_items(segment, body), tolerances)
    except BadFrame as error:
        return Refused(error.fault, error.detail, error.mendable_by)


def opened(data: bytes, key: bytes | None, tolerances: Tolerances = NO_TOLERANCES) -> bytes:
    """Returns the frame deciphered, so that ``read`` accepts it without the key.

    A frame that isn't encrypted is returned as it is, and any frame without a key. Raises BadFrame.
    """
    if key is None:
        return data
    segment = unframed(stripped(data) if Tolerance.STRIP in tolerances else data).segment
    split = take_apart(segment, tolerances)
    if split.version is not Version.V2025 or not is_cipher(split.body):
        return data
    body, plain = split.body.encode(), deciphered(split.body, key).encode()
    before, _, after = segment.rpartition(body)
    return framed(before + plain + after)


def decode(
    payload: bytes,
    station: StationCode,
    _received_at: UtcDatetime,
    tolerances: Tolerances = NO_TOLERANCES,
) -> RawReading:
    """Returns the reading in an HJ 212 frame.

    Raises Unreadable: frame, crc, cipher, time, parameter or value. The station is the one whose
    topic it came on. A value that can't be read without guessing is refused and named beside the
    others, so that nothing is silently left out; where no other is there, the frame is refused.
    """
    decoded = read(payload, tolerances=tolerances)
    if isinstance(decoded, Refused):
        raise Unreadable(
            _REASONS.get(decoded.fault, Refusal.FRAME),
            f"{decoded.fault}: {decoded.detail}",
            decoded.mendable_by,
        )
    refused = RefusedParts()
    for what, why in chain(decoded.doubtful.items(), decoded.unread.items()):
        refused.add(Refusal.VALUE, what, why)
    if refused and not decoded.values:
        raise refused.as_error()
    if decoded.period is None or not decoded.values:
        raise Unreadable(Refusal.PARAMETER, f"CN={decoded.command} brings no value of ours")
    if decoded.request and decoded.receipt_id is None:
        refused.add(Refusal.VALUE, "QN", "not printable, or too long")
    if decoded.observed_at is None:
        raise Unreadable(Refusal.TIME, "DataTime is missing")
    return RawReading(
        station=station,
        observed_at=decoded.observed_at,
        values=decoded.values,
        period=decoded.period,
        flags=decoded.flags,
        statistics=decoded.statistics,
        message_id=decoded.receipt_id,
        below=decoded.below,
        refused=refused.why,
    )


_REASONS: Final = {
    Fault.CRC: Refusal.CRC,
    Fault.CRC_MODBUS: Refusal.CRC,
    Fault.CIPHER: Refusal.CIPHER,
    Fault.CIPHER_KEY: Refusal.CIPHER,
    Fault.TIME: Refusal.TIME,
}


def answer(decoded: Decoded, password: str = "") -> bytes:
    """Returns the data answer (9014) a logger awaits, with its request's number and version."""
    versions = {Version.V2005: 0, Version.V2017: 4, Version.V2025: 8}
    return encode(
        {
            "QN": decoded.request,
            "ST": "91",
            "CN": str(DATA_ANSWER),
            "PW": password,
            "MN": decoded.station,
            "Flag": str(versions.get(decoded.version, 4)),
        }
    )


def encode(fields: Mapping[str, str], items: Mapping[str, str] | None = None) -> bytes:
    """Returns the frame of a command or an answer; fields and items keep their order.

    Fields with an empty value are left out. Raises ValueError for a text that would end a field, an
    item or the body early, and for a frame that gets too long.
    """
    texts = [*fields.items(), *(items or {}).items()]
    for name, value in texts:
        if re.search(r"[;,&=\r\n]", name) or re.search(r"[;,\r\n]|&&", value):
            raise ValueError(f"{name} can't be written in a frame")
    head = "".join(f"{name}={value};" for name, value in fields.items() if value)
    body = ";".join(f"{name}={value}" for name, value in (items or {}).items())
    return framed(f"{head}CP=&&{body}&&".encode())


def _decoded(segment: Segment, tolerances: Tolerances) -> Decoded:
    command = segment.command
    period = PERIODS.get(command)
    times = segment.items.get("DataTime", ())
    if len(set(times)) > 1:
        raise BadFrame(Fault.TIME, "DataTime is there twice and differs")
    observed_at = moment(times[0], tolerances) if times else None
    values = Items(segment, period)
    return Decoded(
        version=segment.version,
        station=segment.fields.get("MN", ""),
        command=command,
        request=segment.fields.get("QN", ""),
        packet=segment.packet(tolerances),
        wants_answer=segment.wants_answer,
        observed_at=observed_at,
        period=period,
        values=values.values,
        flags=values.flags,
        statistics=values.statistics,
        doubtful=values.doubtful,
        others=values.others,
        below=values.below,
        unread=values.unread,
    )
