"""Wakes a thread that waits in select."""

import socket


class Waker:
    """Wakes a thread that selects on ``fileno``; ``wake`` may be called from any thread."""

    def __init__(self) -> None:
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)

    def fileno(self) -> int:
        """Returns the file descriptor that becomes readable on ``wake``, to select on."""
        return self._read.fileno()

    def wake(self) -> None:
        """Wakes the waiting thread, or makes its next wait return at once."""
        try:
            self._write.send(b"w")
        except BlockingIOError:  # so many calls wait to be heard already
            return

    def clear(self) -> None:
        """Resets the waker, so that only later calls of ``wake`` count."""
        try:
            while self._read.recv(4096):
                continue
        except BlockingIOError:
            return
