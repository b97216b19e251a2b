"""Wakes a thread that waits in select."""

import socket


class Waker:
    """Has a ``fileno`` to select on; any thread may call ``wake``, any number of times."""

    def __init__(self) -> None:
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)

    def fileno(self) -> int:
        """Returns the file descriptor to select on."""
        return self._read.fileno()

    def wake(self) -> None:
        """Wakes the waiting thread, or its next wait."""
        try:
            self._write.send(b"w")
        except BlockingIOError:  # so many calls wait to be heard already
            return

    def clear(self) -> None:
        """Resets the waker: all calls so far are heard."""
        try:
            while self._read.recv(4096):
                continue
        except BlockingIOError:
            return
