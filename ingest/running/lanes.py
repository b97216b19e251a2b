"""Lanes: processes that share the stations behind one session at the broker.

All messages of a station go to one lane, in their order. The session is the parent's alone: with
more or fewer lanes than before nothing waits at the broker for one that isn't there.
"""

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from data.background import WatchedThread
from data.errors import ServiceDown
from ingest.inbox import Inbox, Message
from ingest.running.lane_process import Answer, Batch, Setup
from ingest.running.outage import FIRST_PAUSE_S, LONGEST_PAUSE_S

LOG = logging.getLogger(__name__)

MOST_IN_HAND: Final = 2
"""Batches with a lane at most: one at work and one to go on with."""

IDLE_S: Final = 0.25
LISTEN_S: Final = 0.02
FINISH_S: Final = 20.0
"""So long a lane may take for the batches in its hands when it is to end; they come again."""

ROOT: Final = Path(__file__).parents[2]
COMMAND: Final = "from ingest.running.lane_process import main; main()"
"""Not as ``__main__``: what is pickled there bears a name that the parent doesn't know."""

Committed = Callable[[Sequence[Message], Answer, float], None]
"""Told of each committed batch with the seconds since it was given, from the lane's thread."""


class Lane:
    """A lane: a process that writes batches, and the thread here that feeds and restarts it."""

    def __init__(self, setup: Setup, inbox: Inbox, committed: Committed) -> None:
        self.setup = setup
        self.fault = ""
        self.process: subprocess.Popen[bytes] | None = None
        self._inbox = inbox
        self._committed = committed
        self._in_hand: deque[tuple[float, list[Message]]] = deque()
        self._stopping = threading.Event()
        self._thread = WatchedThread(f"lane-{setup.number}", self._run)
        self._line: socket.socket
        self._connection: Connection

    @property
    def alive(self) -> bool:
        """Whether the lane's thread runs; the thread ends only when stopped or after a fault."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Starts the lane's process, which writes batches, and the thread that feeds it."""
        self._open()
        self._thread.start()

    def stop(self) -> None:
        """Makes the lane send no new batches to its process; ``join`` waits for the others."""
        self._stopping.set()

    def join(self) -> None:
        """Waits until the lane's batches are committed and reported, and its process has ended.

        What it can't finish stays unacknowledged, and comes again.
        """
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        try:
            while not self._stopping.is_set():
                try:
                    if self._turn():
                        pause_s = FIRST_PAUSE_S
                except (EOFError, OSError):
                    if not self._open_again(pause_s):
                        break
                    pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        finally:
            self._close()

    def _turn(self) -> bool:
        """Sends waiting messages to the process and reads an answer; returns whether any came."""
        waiting = self._inbox.waiting(self.setup.number)
        most = self.setup.ingest.batch_messages
        if not self._in_hand or (len(self._in_hand) < MOST_IN_HAND and waiting >= most):
            messages = self._inbox.take(
                most,
                fill_s=self.setup.ingest.batch_wait_ms / 1000,
                idle_s=IDLE_S,
                lane=self.setup.number,
            )
            if messages:
                self._in_hand.append((time.monotonic(), messages))
                self._connection.send(Batch.of(messages))
        return bool(self._in_hand) and self._hear(LISTEN_S)

    def _hear(self, patience_s: float) -> bool:
        """Waits for an answer; returns whether any came. Raises EOFError if the process ended."""
        if not self._connection.poll(patience_s):
            return False
        answer: Answer = self._connection.recv()
        since, messages = self._in_hand.popleft()
        self._committed(messages, answer, time.monotonic() - since)
        return True

    def _open(self) -> None:
        """Starts the process; sends its settings and the batches that are still unanswered."""
        self._line, theirs = socket.socketpair()
        path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-c", COMMAND, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
            )
        self._connection = Connection(os.dup(self._line.fileno()))
        self._connection.send(self.setup)
        for _since, messages in self._in_hand:
            self._connection.send(Batch.of(messages))

    def _open_again(self, pause_s: float) -> bool:
        """Starts a new process if the old one was killed; returns whether the lane can go on.

        A process that ended of itself has met a fault that a new one would meet again.
        """
        code = self._end(0.5)
        if code >= 0 and not self._stopping.is_set():
            self.fault = f"lane {self.setup.number} ended with {code}"
        if code >= 0 or self._stopping.wait(pause_s):
            return False
        LOG.error("lane %d was killed (%d); starting it again", self.setup.number, -code)
        try:
            self._open()
        except OSError as error:
            LOG.warning("lane %d does not start: %s", self.setup.number, error)
        return True

    def _close(self) -> None:
        """Tells the process that no more batches come, reads its last answers and ends it."""
        deadline = time.monotonic() + FINISH_S
        try:
            self._line.shutdown(socket.SHUT_WR)
            while self._in_hand and time.monotonic() < deadline:
                self._hear(LISTEN_S)
        except (EOFError, OSError):
            LOG.debug("lane %d has ended before its last answer", self.setup.number)
        self._end(deadline - time.monotonic())

    def _end(self, patience_s: float) -> int:
        """Waits for the process, kills it after ``patience_s``; returns its exit code."""
        assert self.process is not None  # noqa: S101  opened before it is ended
        self._line.close()
        self._connection.close()
        try:
            return self.process.wait(max(0.0, patience_s))
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class Lanes:
    """All lanes (processes that write batches) of one worker."""

    def __init__(self, setups: Sequence[Setup], inbox: Inbox, committed: Committed) -> None:
        self.lanes = [Lane(setup, inbox, committed) for setup in setups]

    def start(self) -> None:
        """Starts every lane, a process that writes batches."""
        for lane in self.lanes:
            lane.start()

    def check(self) -> None:
        """Raises ServiceDown when a lane's process or thread has ended by a fault."""
        for lane in self.lanes:
            if not lane.alive:
                reason = lane.fault or f"lane {lane.setup.number}"
                raise ServiceDown("A worker process ended by a fault: {reason}", reason=reason)

    def stop(self) -> None:
        """Ends every lane, a process that writes batches, once its present batches are written.

        What can't be written stays unacknowledged and comes again.
        """
        for lane in self.lanes:
            lane.stop()
        for lane in self.lanes:
            lane.join()
