"""A relay between browsers and a server that counts what passes: workers' requests too."""

from dataclasses import dataclass

from benchmarks.rig.relay import Relay

REQUEST = b" HTTP/1.1\r\n"


@dataclass
class Passed:
    """Requests, those of them for tiles, and bytes that the browser received."""

    requests: int = 0
    tiles: int = 0
    received: int = 0


class CountingRelay(Relay):
    """Carries every connection to a server's port of 127.0.0.1 and back, and counts."""

    def __init__(self, port: int) -> None:
        super().__init__("127.0.0.1", port)
        self.passed = Passed()

    @property
    def url(self) -> str:
        """Where a browser finds the server through the relay."""
        return f"http://127.0.0.1:{self.port}"

    def begin(self) -> None:
        """Counts from nothing on."""
        self.passed = Passed()

    def note_asked(self, data: bytes) -> None:
        """Counts requests."""
        self.passed.requests += data.count(REQUEST)
        self.passed.tiles += data.count(b" /tiles/")

    def note_answered(self, data: bytes) -> None:
        """Counts bytes."""
        self.passed.received += len(data)
