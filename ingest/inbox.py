"""Messages that arrived and wait for the worker, bounded in number and bytes."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from data.clock import UtcDatetime


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it arrived.

    ``message_id`` is the transport's id, 0 where nothing is to be acknowledged; it means something
    only on the connection that ``generation`` counts.
    """

    topic: str
    payload: bytes
    received_at: UtcDatetime
    message_id: int = 0
    generation: int = 0


class Inbox:
    """A queue between the network's thread and the worker's.

    It never drops and never blocks the one who puts: he asks ``accepts`` before he reads more from
    his socket, and is called through ``on_room`` when there is room again.
    """

    def __init__(self, most_messages: int, most_bytes: int) -> None:
        self._most_messages = most_messages
        self._most_bytes = most_bytes
        self._waiting: deque[Message] = deque()
        self._bytes = 0
        self._wanted = 1
        self._changed = threading.Condition()
        self.on_room: Callable[[], None] = _nobody

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def accepts(self) -> bool:
        """Whether there is room for more."""
        return len(self._waiting) < self._most_messages and self._bytes < self._most_bytes

    def put(self, message: Message) -> None:
        """The message waits; the worker is woken when it has as many as it wants."""
        with self._changed:
            self._waiting.append(message)
            self._bytes += len(message.payload)
            if len(self._waiting) >= self._wanted:
                self._changed.notify()

    def put_all(self, messages: Sequence[Message]) -> None:
        """They wait in their order; room is overrun by one burst at most."""
        with self._changed:
            self._waiting.extend(messages)
            self._bytes += sum(len(message.payload) for message in messages)
            if len(self._waiting) >= self._wanted:
                self._changed.notify()

    def take(self, most: int, *, fill_s: float, idle_s: float) -> list[Message]:
        """Up to ``most`` messages in their order of arrival, removed; none when none came.

        Waits ``idle_s`` for the first, and from then ``fill_s`` for the rest.
        """
        with self._changed:
            self._await(1, idle_s)
            if self._waiting:
                self._await(most, fill_s)
            was_full = not self.accepts
            count = min(most, len(self._waiting))
            taken = [self._waiting.popleft() for _ in range(count)]
            self._bytes -= sum(len(message.payload) for message in taken)
        if was_full:
            self.on_room()
        return taken

    def _await(self, count: int, patience_s: float) -> None:
        """Wait for so many messages, or until no more are let in."""
        self._wanted = count
        deadline = time.monotonic() + patience_s
        while len(self._waiting) < count and self.accepts:
            rest = deadline - time.monotonic()
            if rest <= 0 or not self._changed.wait(rest):
                break
        self._wanted = 1


def _nobody() -> None:
    """Called when there is room and nobody asked to know."""
