"""The queue of messages that arrived and wait for their lane, bounded in number and bytes."""

import hashlib
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zlib import crc32

from data.clock import UtcDatetime
from data.records import Whole
from ingest.topics import LONGEST_TOPIC

MOST_TOPICS = 200_000


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it arrived from the broker.

    ``message_id`` is the transport's id, 0 where nothing is to be acknowledged; it is valid only on
    the connection that ``generation`` counts. ``whole`` tells of a payload too large to be held.
    """

    topic: str
    payload: bytes
    received_at: UtcDatetime
    message_id: int = 0
    generation: int = 0
    whole: Whole | None = None


SHARE = 0.5
"""So much of a batch one station gets at most while more messages wait than a batch holds."""

SHARE_BYTES = 4_000_000
"""And so many bytes, which are read in a tenth of a second."""

LOOK_AHEAD = 4
"""So many batches of a backlog are looked through for other stations."""

PART_BYTES = 1024
"""So much is kept of the beginning of a message that is too large to be read."""


def part_of(payload: bytes) -> tuple[bytes, Whole]:
    """Returns the beginning of a payload that is too large, and what the whole of it was."""
    return payload[:PART_BYTES], Whole(len(payload), hashlib.sha256(payload).digest())


def lane_of(topic: str, lanes: int) -> int:
    """Returns the number of a topic's lane (writer), the same for all of a station's topics."""
    return crc32(station_of(topic).encode("utf-8", "replace")) % lanes


def station_of(topic: str) -> str:
    """Returns the level of a topic that names its station; of another topic its last level."""
    levels = topic.split("/", 3)
    return levels[min(2, len(levels) - 1)]


@dataclass(slots=True)
class _Queue:
    """The messages that wait for one lane (writer), and how many the lane wants before it wakes."""

    changed: threading.Condition
    wanted: int = 1
    messages: deque[Message] = field(default_factory=deque)

    def pop(self, most: int) -> list[Message]:
        """Removes and returns up to ``most`` messages, the order of each station kept.

        What fits into one batch is returned as it came. Of a backlog a station gets SHARE of the
        batch and SHARE_BYTES at most, and what waits behind its messages moves up; a station that
        waits alone may fill the batch.
        """
        waiting = self.messages
        if len(waiting) <= most and sum(len(each.payload) for each in waiting) <= SHARE_BYTES:
            self.messages = deque()
            return list(waiting)
        share = max(1, int(most * SHARE))
        counts: dict[str, int] = {}
        sizes: dict[str, int] = {}
        batch: list[Message] = []
        later: list[Message] = []
        while waiting and len(batch) < most and len(batch) + len(later) < LOOK_AHEAD * most:
            message = waiting.popleft()
            station = station_of(message.topic)
            count, size = counts.get(station, 0), sizes.get(station, 0)
            (batch if count < share and size < SHARE_BYTES else later).append(message)
            counts[station], sizes[station] = count + 1, size + len(message.payload)
        if len(counts) == 1 and max(sizes.values()) < SHARE_BYTES:
            more = most - len(batch)
            batch, later = batch + later[:more], later[more:]
        waiting.extendleft(reversed(later))
        return batch


class Inbox:
    """Bounded queues between the network's thread and the thread of each lane (writer).

    It never drops and never blocks on ``put``: the caller asks ``accepts`` before reading more from
    the socket, and is called through ``on_room`` when there is room again. The bounds are for all
    lanes together.
    """

    def __init__(self, most_messages: int, most_bytes: int, *, lanes: int = 1) -> None:
        self._most_messages = most_messages
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._lanes = [_Queue(threading.Condition(self._lock)) for _ in range(lanes)]
        self._count = 0
        self._bytes = 0
        self._numbers: dict[str, int] = {}
        self.on_room: Callable[[], None] = _nobody

    def __len__(self) -> int:
        return self._count

    @property
    def accepts(self) -> bool:
        """Whether there is room for more messages."""
        return self._count < self._most_messages and self._bytes < self._most_bytes

    def waiting(self, lane: int = 0) -> int:
        """Returns how many messages wait for a lane, one of the parallel writers."""
        return len(self._lanes[lane].messages)

    def put(self, message: Message) -> None:
        """Queues the message; wakes its lane (writer) once enough messages wait there."""
        self.put_all([message])

    def put_all(self, messages: Sequence[Message]) -> None:
        """Queues messages in order, each for its lane (writer); may exceed bounds by one burst."""
        with self._lock:
            if len(self._lanes) == 1:
                self._lanes[0].messages.extend(messages)
            else:
                for message in messages:
                    self._lanes[self._number(message.topic)].messages.append(message)
            self._count += len(messages)
            self._bytes += sum(len(message.payload) for message in messages)
            is_full = not self.accepts
            for each in self._lanes:
                if each.messages and (is_full or len(each.messages) >= each.wanted):
                    each.changed.notify()

    def take(self, most: int, *, fill_s: float, idle_s: float, lane: int = 0) -> list[Message]:
        """Removes and returns up to ``most`` messages of a lane (writer), each station's in order.

        Waits ``idle_s`` for the first, and from then ``fill_s`` for the rest. Empty when none came.
        """
        queue = self._lanes[lane]
        with queue.changed:
            self._await(queue, 1, idle_s)
            if queue.messages:
                self._await(queue, most, fill_s)
            was_full = not self.accepts
            batch = queue.pop(most)
            self._count -= len(batch)
            self._bytes -= sum(len(message.payload) for message in batch)
        if was_full and batch:
            self.on_room()
        return batch

    def _await(self, queue: "_Queue", count: int, patience_s: float) -> None:
        """Waits for ``count`` messages, or for some in a full inbox, ``patience_s`` at most."""
        queue.wanted = count
        deadline = time.monotonic() + patience_s
        while len(queue.messages) < count and (self.accepts or not queue.messages):
            rest = deadline - time.monotonic()
            if rest <= 0 or not queue.changed.wait(rest):
                break
        queue.wanted = 1

    def _number(self, topic: str) -> int:
        number = self._numbers.get(topic)
        if number is None:
            number = lane_of(topic, len(self._lanes))
            if len(self._numbers) >= MOST_TOPICS:
                self._numbers.clear()
            if len(topic) <= LONGEST_TOPIC:
                self._numbers[topic] = number
        return number


def _nobody() -> None:
    """Does nothing; the default of ``on_room``, called when a full inbox has room again."""
