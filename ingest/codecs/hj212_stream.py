"""Cuts a byte stream of HJ 212 into frames, however it was split, and joins pieces."""

from collections.abc import Iterator
from typing import Final

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


def _is_sound(rest: bytes) -> bool:
    try:
        return int(rest[-CRC_DIGITS:], 16) == crc(rest[:-CRC_DIGITS])
    except ValueError:
        return False
