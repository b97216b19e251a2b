"""What goes over an open page's stream, and which change numbers were told already."""

from collections.abc import Sequence
from dataclasses import dataclass

LATE_COMMIT_S = 30.0
"""Numbers are drawn before the commit: one below the highest may still appear for so long."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the stream; ``number`` is the change number of readings it brings the page to.

    An event without a number leaves the page's own as it is.
    """

    kind: str
    number: int | None
    data: bytes = b"{}"

    def encoded(self) -> bytes:
        """The event as it goes over the wire."""
        told = b"" if self.number is None else b"id: %d\n" % self.number
        return told + b"event: %s\ndata: %s\n\n" % (self.kind.encode(), self.data)


class Seen:
    """Which change numbers were told, with room for those that commit late."""

    def __init__(self) -> None:
        self.floor = -1
        self.told: dict[int, float] = {}

    def start(self, newest: int) -> None:
        """Everything up to that number counts as told."""
        self.floor, self.told = newest, {}

    def take(self, numbers: Sequence[int], now_s: float) -> list[int]:
        """The numbers not told yet, told from here on; ``now_s`` is any steady clock."""
        fresh = [number for number in numbers if number > self.floor and number not in self.told]
        self.told.update(dict.fromkeys(fresh, now_s))
        settled = [one for one, at in self.told.items() if now_s - at > LATE_COMMIT_S]
        if settled:
            self.floor = max(settled)
            self.told = {one: at for one, at in self.told.items() if one > self.floor}
        return fresh
