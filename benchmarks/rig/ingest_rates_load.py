"""Messages of 1,000 stations with nine values each, and the publisher that hands them over fast.

The publisher speaks MQTT 3.1.1 over a socket of its own: PUBLISH packets of QoS 1 are built ahead
and written many at once, acknowledgements are counted as they come. So it costs 5 µs a message and
leaves the machine to the side that is measured.
"""

import select
import socket
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

STATIONS: Final = 1000
PARAMETERS: Final = ("temp", "ph", "do", "codmn", "nh3n", "tp", "tn", "ec", "turb")
POLLUTED: Final = 50
"""Every so many stations one is beyond its target: its readings make exceedances."""

WINDOW: Final = 8000
CHUNK: Final = 500
QUIET_S: Final = 30.0


def code(n: int) -> str:
    """Returns the code of the n-th station."""
    return f"RATE-{n:04d}"


def topic(n: int) -> str:
    """Where the n-th station's readings go."""
    return f"onemap/v1/{code(n)}/reading"


def values(n: int) -> tuple[float, ...]:
    """Returns the nine values of message n, in the order of PARAMETERS: clean, wavering water."""
    station, turn = n % STATIONS, n // STATIONS
    waver = (turn * 7 + station) % 23
    ammonia = 1.4 if station % POLLUTED == 0 else 0.25
    return (
        18.2 + waver / 10, 7.1 + waver / 100, 8.4 + waver / 50, 2.1 + waver / 20,
        ammonia + waver / 100, 0.05 + waver / 1000, 0.9 + waver / 100, 310 + waver, 12 + waver / 10,
    )  # fmt: skip


def payload(n: int, at: datetime) -> bytes:
    """Message n in the JSON contract; no id, so nobody is asked for a receipt."""
    told = ",".join(f'"{p}":{v:.6g}' for p, v in zip(PARAMETERS, values(n), strict=True))
    return f'{{"time":"{at.isoformat()}","values":{{{told}}}}}'.encode()


def past(n: int, since: float) -> datetime:
    """Returns when message n of a backlog was measured: a minute between two of a station."""
    return datetime.fromtimestamp(since + 60 * (n // STATIONS), UTC)


def backlog(first: int, end: int, since: float) -> Iterator[tuple[str, bytes]]:
    """Messages ``first`` to ``end`` of a backlog, the stations in turn."""
    for n in range(first, end):
        yield topic(n % STATIONS), payload(n, past(n, since))


class Publisher:
    """A connection that publishes with QoS 1 and counts what the broker took over."""

    def __init__(self, port: int, username: str, password: str, *, host: str = "127.0.0.1") -> None:
        self._socket = socket.create_connection((host, port), timeout=QUIET_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        fields = b"".join(map(_text, (f"load-{time.time_ns()}", username, password)))
        self._socket.sendall(_packet(0x10, _text("MQTT") + b"\x04\xc2\x00\x00" + fields))
        answer = self._socket.recv(4)
        if answer != b"\x20\x02\x00\x00":
            raise ConnectionError(f"the broker answered {answer.hex() or 'nothing'}")
        self._rest = b""
        self.given = self.acknowledged = 0

    def close(self) -> None:
        """Closes the connection."""
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Writes all of them, at most a window ahead of the acknowledgements."""
        packets: list[bytes] = []
        for where, what in messages:
            message_id = (self.given % 65_000 + 1).to_bytes(2, "big")
            packets.append(_packet(0x32, _text(where) + message_id + what))
            self.given += 1
            if len(packets) == CHUNK:
                self._write(packets)
                packets = []
        self._write(packets)

    def finish(self) -> int:
        """Returns how many the broker has taken over once every one is answered for."""
        while self.acknowledged < self.given:
            self._read(QUIET_S)
        return self.acknowledged

    def publish_steadily(self, rate: float, seconds: float, first: int) -> int:
        """Returns how many were published; each says in its time when it was handed over."""
        began = time.perf_counter()
        total = max(1, int(rate * seconds))
        done = 0
        while done < total:
            due = min(total, int((time.perf_counter() - began) * rate) + 1)
            at = datetime.now(UTC)
            self.publish(
                # a microsecond apart: after a hiccup a station has several in one turn
                (topic(n % STATIONS), payload(n, at + timedelta(microseconds=n - first - done)))
                for n in range(first + done, first + due)
            )
            done = due
            time.sleep(max(0.001, min(0.05, 1 / rate)))
            self._read(0)
        self.finish()
        return total

    def _write(self, packets: list[bytes]) -> None:
        while self.given - self.acknowledged > WINDOW:
            self._read(QUIET_S)
        self._socket.sendall(b"".join(packets))
        self._read(0)

    def _read(self, patience_s: float) -> None:
        """Counts the acknowledgements there are. Raises ConnectionError when none comes."""
        if not select.select([self._socket], [], [], patience_s)[0]:
            if patience_s:
                raise ConnectionError(f"the broker took {self.acknowledged} of {self.given}")
            return
        data = self._rest + (got := self._socket.recv(65536))
        if not got:
            raise ConnectionError("the broker closed the connection")
        self.acknowledged += len(data) // 4
        self._rest = data[len(data) // 4 * 4 :]


def _text(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(2, "big") + raw


def _packet(command: int, body: bytes) -> bytes:
    length, left = bytearray(), len(body)
    while True:
        left, digit = left >> 7, left & 127
        length.append(digit | 128 if left else digit)
        if not left:
            return bytes((command, *length)) + body
