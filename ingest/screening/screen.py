"""Screens messages: finds the station, decodes, checks the clock, flags; else refuses."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from data.clock import UtcDatetime
from data.logs import FaultLog
from data.moments import EARLIEST, Doubt, Implausible, Window, implausible
from data.quality.detection import DetectionRule, settle_limits
from data.quality.rules import Rules
from data.records import RawReading, Reading, Refused
from data.settings import QualitySettings
from data.tolerances import Tolerance
from data.vocabulary import Refusal
from ingest.codecs.refusal import Unreadable, detail_of, mending_words
from ingest.inbox import Message, part_of
from ingest.screening.checks import Checks
from ingest.screening.decoding import Part, readings_in
from ingest.screening.recent_readings import recent_readings
from ingest.stations import Cursor, StationFacts, StationRegistry
from ingest.topics import address_of, fault_of, place_of

FAULTS = FaultLog(logging.getLogger(__name__))


class Screened(NamedTuple):
    """A reading of a known station, with the message it came in.

    ``remains`` is what quarantine keeps of a message that is stored in part.
    """

    message: Message
    reading: Reading
    station: StationFacts
    remains: Refused | None = None


Entry = Screened | Refused


class Screen:
    """Decodes and checks messages; remembers stations and last values between calls."""

    def __init__(
        self,
        checks: Checks | None = None,
        registry: StationRegistry | None = None,
        *,
        payload_bytes: int = 65536,
        message_readings: int = 1000,
        future: timedelta = timedelta(minutes=10),
        oldest: timedelta | None = None,
        detection: DetectionRule | None = None,
    ) -> None:
        self._checks = checks or Checks()
        self._registry = registry or StationRegistry()
        self._payload_bytes = payload_bytes
        self._message_readings = message_readings
        self._future = future
        self._oldest = oldest
        self._detection = detection or Rules(QualitySettings()).detection

    def sort(self, cursor: Cursor, messages: Sequence[Message]) -> list[Entry]:
        """Returns the readings and refusals of all messages, in the messages' order."""
        return self.sort_marked(cursor, messages)[0]

    def sort_marked(
        self, cursor: Cursor, messages: Sequence[Message]
    ) -> tuple[list[Entry], list[int]]:
        """Returns the readings and refusals of all messages, and where those of each end.

        A message may hold several readings; each counts by itself. Asks the database first and
        remembers only afterwards, so that a failed call can be repeated.
        """
        places = [place_of(message.topic) for message in messages]
        known = self._registry.find(cursor, {code for code, _ in places if code is not None})
        entries: list[Entry] = []
        ends: list[int] = []
        most = self._message_readings
        for message, (code, address) in zip(messages, places, strict=True):
            station = known.get(code) if code is not None else None
            try:
                if address is None:
                    raise Unreadable(Refusal.TOPIC, fault_of(message.topic))
                if message.whole is not None or len(message.payload) > self._payload_bytes:
                    entries.append(_placed(refuse_too_large(message), station))
                else:
                    found = readings_in(
                        message.payload, address, station, message.received_at, most
                    )
                    if isinstance(found, RawReading):
                        entries.append(self._place(message, found, station))
                    else:
                        entries += [self._place_part(message, part, station) for part in found]
            except Unreadable as error:
                entries.append(self._refuse(message, error, station))
            except (ValueError, ArithmeticError, LookupError, TypeError, RecursionError) as error:
                # a fault of ours must cost this message, not those of all stations after it
                FAULTS.met("a decoder failed; its message lies in quarantine", error)
                detail = f"the decoder failed: {type(error).__name__}"
                entries.append(_placed(refuse(message, Refusal.SHAPE, detail), station))
            ends.append(len(entries))
        self._warm(cursor, entries)
        return self._check(entries), ends

    def _place_part(self, message: Message, part: Part, station: StationFacts | None) -> Entry:
        """Returns one reading of a message, or the refusal of the reading's own bytes."""
        payload, raw = part
        message = replace(message, payload=payload)
        if isinstance(raw, Unreadable):
            return self._refuse(message, raw, station)
        return self._place(message, raw, station)

    def _place(self, message: Message, raw: RawReading, station: StationFacts | None) -> Entry:
        """Returns the reading as one of its station, or a refusal of the message."""
        if station is None:
            return refuse(message, Refusal.UNKNOWN_STATION, "no station has this code")
        if raw.below:
            raw = settle_limits(raw, self._detection)
            if not raw.values:
                refused = refuse(message, Refusal.VALUE, detail_of(raw.refused))
                return replace(refused, station_id=station.id)
        received_at = message.received_at
        wrong = self._clock_fault(raw.observed_at, received_at, station)
        if wrong:
            return _placed(refuse(message, Refusal.CLOCK, wrong), station)
        remains = None
        if raw.refused:
            remains = _placed(refuse(message, Refusal.PARTIAL, detail_of(raw.refused)), station)
        return Screened(message, Reading(station.id, raw, received_at, {}), station, remains)

    def _refuse(self, message: Message, error: Unreadable, station: StationFacts | None) -> Refused:
        refused = refuse(message, error.reason, error.wrong)
        if station is None:
            return refused
        mending = self._mending(message, error, station) if error.mendable_by else ()
        detail = error.wrong + mending_words(mending)
        return replace(refused, detail=detail, station_id=station.id, mendable_by=mending)

    def _mending(
        self, message: Message, error: Unreadable, station: StationFacts
    ) -> tuple[Tolerance, ...]:
        """Returns the tolerances with which a reading of the message could be taken in.

        Empty where they would not be enough: a message may have several faults.
        """
        added: list[Tolerance] = []
        needed = error.mendable_by
        while needed is not None and needed not in added:
            added.append(needed)
            lenient = replace(station, tolerances=station.tolerances | set(added))
            try:
                mended = readings_in(
                    message.payload,
                    address_of(message.topic),
                    lenient,
                    message.received_at,
                    self._message_readings,
                )
            except Unreadable as further:
                needed = further.mendable_by
                continue
            found = (
                [mended] if isinstance(mended, RawReading) else [reading for _, reading in mended]
            )
            if any(self._is_possible(each, message.received_at, station) for each in found):
                return tuple(added)
            needed = next((e.mendable_by for e in found if isinstance(e, Unreadable)), None)
        return ()

    def _is_possible(
        self, raw: RawReading | Unreadable, received_at: UtcDatetime, station: StationFacts
    ) -> bool:
        return isinstance(raw, RawReading) and not self._clock_fault(
            raw.observed_at, received_at, station
        )

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
        for _, n, each in readings:
            flags = self._checks.check(each.station.id, each.reading.raw)
            if flags:
                checked[n] = each._replace(reading=each.reading._replace(flags=flags))
        return checked


def _clock_words(wrong: Implausible, received_at: UtcDatetime) -> str:
    """Returns what the quarantine says about a device's clock."""
    match wrong.doubt:
        case Doubt.AHEAD:
            return f"observed {_span(wrong.moment - received_at)} after it arrived"
        case Doubt.UNSET:
            return f"the device's clock was never set: {_utc(wrong.moment)}"
        case Doubt.ROLLED:
            weeks, meant = f"{abs(wrong.weeks):,}", _utc(wrong.corrected)
            if wrong.weeks > 0:
                return f"the receiver's clock is {weeks} weeks behind: {meant} was meant"
            return f"the receiver's clock is {weeks} weeks ahead: {meant} was meant"
        case Doubt.OLD:
            return f"observed {(received_at - wrong.moment).days} days before it arrived"
    return "observed before the station's start"


def _span(length: timedelta) -> str:
    """Returns a length of time as the detail of a refusal writes it: minutes, hours or days."""
    minutes = round(length.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} minutes"
    hours = round(length.total_seconds() / 3600)
    return f"{hours} hours" if hours < 48 else f"{round(hours / 24)} days"


def _utc(moment: datetime | None) -> str:
    """Returns a moment as the detail of a refusal writes it, in UTC; a dash for none."""
    return f"{moment.replace(tzinfo=None).isoformat(' ', 'minutes')} UTC" if moment else "-"


def _placed(refused: Refused, station: StationFacts | None) -> Refused:
    """Returns the refusal with the id of its station, if that is registered."""
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
