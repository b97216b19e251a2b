"""Screens messages: decodes, finds the station, checks the clock, flags; else refuses."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from data.clock import UtcDatetime
from data.moments import Doubt, Implausible, Window, implausible
from data.records import RawReading, Reading, Refused, StationCode
from data.vocabulary import Refusal
from ingest.codecs.refusal import Unreadable
from ingest.inbox import Message, part_of
from ingest.screening.checks import Checks
from ingest.screening.decoding import CODECS
from ingest.screening.recent_readings import recent_readings
from ingest.stations import Cursor, StationFacts, StationRegistry
from ingest.topics import address_of

LOG = logging.getLogger(__name__)

EARLIEST = UtcDatetime(datetime(1990, 1, 1, tzinfo=UTC))
"""A clock that says less has never been set; and every month read makes a partition."""


class Screened(NamedTuple):
    """A reading of a known station, with the message it came in."""

    message: Message
    reading: Reading
    station: StationFacts


Entry = Screened | Refused


class Screen:
    """Decodes and checks messages; remembers stations and last values between calls."""

    def __init__(
        self,
        checks: Checks | None = None,
        registry: StationRegistry | None = None,
        *,
        payload_bytes: int = 65536,
        future: timedelta = timedelta(minutes=10),
        oldest: timedelta | None = None,
    ) -> None:
        self._checks = checks or Checks()
        self._registry = registry or StationRegistry()
        self._payload_bytes = payload_bytes
        self._future = future
        self._oldest = oldest

    def sort(self, cursor: Cursor, messages: Sequence[Message]) -> list[Entry]:
        """Returns a reading or a refusal for each message, in the same order.

        Asks the database first and remembers only afterwards, so that a failed call can be
        repeated.
        """
        decoded = [self._decode(message) for message in messages]
        known = self._registry.find(cursor, {code for each in decoded if (code := _code(each))})
        entries: list[Entry] = [
            self._place(message, each, known)
            if isinstance(each, RawReading)
            else _placed(each, known)
            for message, each in zip(messages, decoded, strict=True)
        ]
        self._warm(cursor, entries)
        return self._check(entries)

    def _decode(self, message: Message) -> RawReading | Refused:
        try:
            address = address_of(message.topic)
            decode = CODECS.get(address.channel)
            if decode is None:
                raise Unreadable(Refusal.TOPIC, f"nothing is read from {address.channel}")
            if message.whole is not None or len(message.payload) > self._payload_bytes:
                return refuse_too_large(message)
            return decode(message.payload, address.station, message.received_at)
        except Unreadable as error:
            return refuse(message, error.reason, error.detail)
        except (ValueError, ArithmeticError, LookupError, TypeError, RecursionError) as error:
            # a fault of ours must cost this message, not those of all stations after it
            LOG.exception("a decoder failed; its message lies in quarantine")
            return refuse(message, Refusal.SHAPE, f"the decoder failed: {type(error).__name__}")

    def _place(
        self, message: Message, raw: RawReading, known: Mapping[StationCode, StationFacts]
    ) -> Entry:
        station = known.get(raw.station)
        if station is None:
            return refuse(message, Refusal.UNKNOWN_STATION, "no station has this code")
        received_at = message.received_at
        wrong = self._clock_fault(raw.observed_at, received_at, station)
        if wrong:
            return replace(refuse(message, Refusal.CLOCK, wrong), station_id=station.id)
        return Screened(message, Reading(station.id, raw, received_at, {}), station)

    def _clock_fault(
        self, observed_at: UtcDatetime, received_at: UtcDatetime, station: StationFacts
    ) -> str:
        """Returns why a reading's time is impossible; an empty string when the time is possible.

        Without ``oldest`` the messages are a declared history, such as a demo makes.
        """
        start = max(station.started_at or EARLIEST, EARLIEST)
        window = Window(received_at, start, self._oldest, self._future)
        wrong = implausible(observed_at, window)
        if wrong is not None:
            return _clock_words(wrong, received_at)
        if station.ended_at is not None and observed_at >= station.ended_at:
            return "observed after the station's end"
        return ""

    def _warm(self, cursor: Cursor, entries: Iterable[Entry]) -> None:
        arrivals = {
            each.station.id: each.message.received_at
            for each in entries
            if isinstance(each, Screened)
        }
        strangers = self._checks.strangers(arrivals)
        if not strangers:
            return
        past = recent_readings(
            cursor,
            strangers,
            self._checks.remembered,
            depth=self._checks.depth,
            before=UtcDatetime(max(arrivals.values()) + self._future),
        )
        for station, readings in past.items():
            self._checks.warm(station, readings)

    def _check(self, entries: list[Entry]) -> list[Entry]:
        """Returns the entries with the checks' flags, checked in order of observation."""
        checked = list(entries)
        readings = [
            (each.reading.raw.observed_at, n, each)
            for n, each in enumerate(entries)
            if isinstance(each, Screened)
        ]
        readings.sort(key=itemgetter(0))
        for _, n, (message, reading, station) in readings:
            flags = self._checks.check(station.id, reading.raw)
            if flags:
                checked[n] = Screened(message, reading._replace(flags=flags), station)
        return checked


def _clock_words(wrong: Implausible, received_at: UtcDatetime) -> str:
    """Returns what the quarantine says about a device's clock."""
    match wrong.doubt:
        case Doubt.AHEAD:
            return f"observed {wrong.moment - received_at} after it arrived"
        case Doubt.UNSET:
            return f"the device's clock was never set: {wrong.moment:%Y-%m-%d %H:%M} UTC"
        case Doubt.ROLLED:
            way = "behind" if wrong.weeks > 0 else "ahead"
            return (
                f"the receiver's clock is {abs(wrong.weeks):,} weeks {way}:"
                f" {wrong.corrected:%Y-%m-%d %H:%M} UTC was meant"
            )
        case Doubt.OLD:
            return f"observed {(received_at - wrong.moment).days} days before it arrived"
    return "observed before the station's start"


def _code(decoded: RawReading | Refused) -> StationCode | None:
    """Returns the station that a message names, whether decoded or refused; None if it has none."""
    if isinstance(decoded, RawReading):
        return decoded.station
    try:
        return address_of(decoded.topic).station
    except Unreadable:
        return None


def _placed(refused: Refused, known: Mapping[StationCode, StationFacts]) -> Refused:
    """Returns the refusal with its station's id, if that station is registered."""
    code = _code(refused)
    station = known.get(code) if code is not None else None
    return replace(refused, station_id=station.id) if station else refused


def refuse_too_large(message: Message) -> Refused:
    """Makes the refusal of a message too large to be read: its beginning, length and hash."""
    part, whole = (message.payload, message.whole) if message.whole else part_of(message.payload)
    detail = f"{whole.length} bytes"
    refused = refuse(replace(message, payload=part), Refusal.TOO_LARGE, detail)
    return replace(refused, whole=whole)


def refuse(message: Message, reason: Refusal, detail: str) -> Refused:
    """Makes the refusal of a message from its reason and detail."""
    return Refused(
        message.topic, message.payload, message.received_at, reason, detail, whole=message.whole
    )
