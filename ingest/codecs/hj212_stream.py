"""Cuts a byte stream of HJ 212 into frames, however it was split, and joins pieces."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from data.clock import UtcDatetime
from ingest.codecs.hj212 import Decoded
from ingest.codecs.hj212_frame import CRC_DIGITS, HEAD, HEADER_BYTES, LONGEST_SEGMENT, crc

LONGEST_FRAME: Final = HEADER_BYTES + LONGEST_SEGMENT + CRC_DIGITS + 2
_BLANK: Final = b" \t\r\n"


class Splitter:
    """Splits a stream of bytes into candidates for frames.

    A frame ends where its length says, when its CRC stands there; else with its line, or where the
    next ``##`` begins: a wrong length costs one frame, never its neighbours. At most one frame's
    bytes are held.
    """

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Adds bytes; yields each candidate for a frame now complete, with junk between frames."""
        self._held += data
        while (cut := self._cut()) is not None:
            candidate, self._held = self._held[:cut], self._held[cut:].lstrip(_BLANK)
            if candidate.strip(_BLANK):
                yield candidate.strip(_BLANK)

    def end(self) -> Iterator[bytes]:
        """Yields the bytes left over at the end of the stream, cut where a frame begins."""
        while self._held.strip(_BLANK):
            cut = self._cut() or self._next_head(len(HEAD)) or len(self._held)
            candidate, self._held = self._held[:cut], self._held[cut:]
            yield candidate.strip(_BLANK)
        self._held = b""

    def _cut(self) -> int | None:
        """Returns the index at which the first candidate ends, None while it isn't known."""
        self._held = self._held.lstrip(_BLANK)
        if len(self._held) < HEADER_BYTES:
            return None
        digits = self._held[len(HEAD) : HEADER_BYTES]
        if not self._held.startswith(HEAD) or not digits.isdigit():
            return self._by_line()
        stop = HEADER_BYTES + int(digits) + CRC_DIGITS
        if len(self._held) >= stop and _is_sound(self._held[HEADER_BYTES:stop]):
            return stop
        if len(self._held) >= stop or b"\n" in self._held[:stop]:
            return self._by_line()
        return None

    def _by_line(self) -> int | None:
        line = self._held.find(b"\n") + 1
        head = self._next_head(len(HEAD))
        ends = [each for each in (line, head) if each]
        if ends:
            return min(ends)
        return len(self._held) if len(self._held) > LONGEST_FRAME else None

    def _next_head(self, start: int) -> int:
        return max(0, self._held.find(HEAD, start))


class Joiner:
    """Joins messages that were split into packets; holds a bounded number of unfinished ones."""

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._pieces: dict[tuple[str, str, int, UtcDatetime | None], dict[int, Decoded]] = {}

    def take(self, piece: Decoded) -> Decoded | None:
        """Adds a packet of a split message; returns the message if now complete, else None.

        A message that isn't split is returned at once.
        """
        if piece.packet is None or piece.packet[1] == 1:
            return piece
        number, count = piece.packet
        message = (piece.station, piece.request, piece.command, piece.observed_at)
        pieces = self._pieces.setdefault(message, {})
        pieces[number] = piece
        if len(pieces) < count:
            while len(self._pieces) > self._most:
                self._pieces.pop(next(iter(self._pieces)))
            return None
        del self._pieces[message]
        return joined([pieces[each] for each in sorted(pieces)])


def joined(pieces: list[Decoded]) -> Decoded:
    """Joins packets into one message; a parameter on which two packets differ is doubtful."""
    whole = replace(pieces[0], packet=None)
    for piece in pieces[1:]:
        differing = {
            parameter: "two pieces give different values"
            for parameter, value in piece.values.items()
            if parameter in whole.values
            and (whole.values[parameter], whole.below.get(parameter))
            != (value, piece.below.get(parameter))
        }
        doubtful = {**whole.doubtful, **piece.doubtful, **differing}
        merged = {**whole.values, **piece.values}
        below = {**whole.below, **piece.below}
        whole = replace(
            whole,
            values={each: value for each, value in merged.items() if each not in doubtful},
            flags={**whole.flags, **piece.flags},
            statistics={**whole.statistics, **piece.statistics},
            doubtful=doubtful,
            others={**whole.others, **piece.others},
            below={p: limit for p, limit in below.items() if p not in doubtful},
            unread={**whole.unread, **piece.unread},
        )
    return whole


def _is_sound(rest: bytes) -> bool:
    try:
        return int(rest[-CRC_DIGITS:], 16) == crc(rest[:-CRC_DIGITS])
    except ValueError:
        return False
