"""Loggers that speak HJ 212 to the gateway and keep each frame until it is answered."""

import asyncio
import contextlib
import re
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ingest.codecs.hj212_frame import framed
from ingest.codecs.hj212_segment import BEIJING

MOST_UNANSWERED = 50
TICK_S = 0.02
_ANSWER = re.compile(rb"QN=(\d{17}).*CN=9014")


@dataclass
class Logger:
    """One logger: frames made, sent, unanswered with when they were sent, and answered."""

    number: int
    unanswered: dict[str, tuple[int, float]] = field(default_factory=dict)
    given: int = 0
    sent: int = 0
    answered: set[int] = field(default_factory=set)
    again: int = 0


class Fleet:
    """Loggers M0 … of the stations G0 …; frame ``n`` is of ``n`` seconds after ``first``."""

    def __init__(
        self, port: int, count: int, first: datetime, *, rate: float, again_s: float
    ) -> None:
        self.loggers = [Logger(number) for number in range(count)]
        self._port, self._first, self._again_s = port, first.replace(microsecond=0), again_s
        self._rate = rate / count
        self._began = time.monotonic()
        self.seconds = 0.0
        self._enough = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run()), name="loggers", daemon=True
        )

    @property
    def given(self) -> int:
        """Frames that have been made; those beyond the window wait to be sent."""
        return sum(each.given for each in self.loggers)

    @property
    def again(self) -> int:
        """How often a frame was sent again."""
        return sum(each.again for each in self.loggers)

    @property
    def promised(self) -> set[str]:
        """The frames that were answered, as ``station@number``."""
        return {f"G{each.number}@{n}" for each in self.loggers for n in each.answered}

    def start(self) -> None:
        """Starts sending frames."""
        self._began = time.monotonic()
        self._thread.start()

    def rest(self) -> None:
        """Makes no new frames."""
        self._enough.set()

    def waits_before(self, number: int) -> bool:
        """Returns whether one of the first ``number`` frames of the fleet is unanswered."""
        each = number // len(self.loggers)
        return any(
            one.sent < each or any(n < each for n, _at in list(one.unanswered.values()))
            for one in self.loggers
        )

    def finish(self, patience_s: float) -> int:
        """Waits, making no new frames; returns how many frames the loggers still hold."""
        self._enough.set()
        deadline = time.monotonic() + patience_s
        while self._held() and time.monotonic() < deadline:
            time.sleep(TICK_S)
        self._over.set()
        self._thread.join(10)
        return self._held()

    def _held(self) -> int:
        return sum(each.given - each.sent + len(each.unanswered) for each in self.loggers)

    async def _run(self) -> None:
        tasks = [asyncio.create_task(self._serve(each)) for each in self.loggers]
        while not self._over.is_set():
            await asyncio.sleep(TICK_S)
            if not self._enough.is_set():
                self.seconds = time.monotonic() - self._began
                for each in self.loggers:
                    each.given = int(self.seconds * self._rate)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, logger: Logger) -> None:
        """Serves one connection after the other; sends again what was unanswered on the last.

        Each time an answer is long in coming the logger waits twice as long for the next.
        """
        again_s = self._again_s
        while True:
            answered = len(logger.answered)
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(5):
                    reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                hearing = asyncio.create_task(self._hear(logger, reader))
                try:
                    await self._send(logger, writer, hearing, again_s)
                finally:
                    hearing.cancel()
                    writer.transport.abort()
                again_s = self._again_s if len(logger.answered) > answered else 2 * again_s
            await asyncio.sleep(0.5)

    async def _send(
        self,
        logger: Logger,
        writer: asyncio.StreamWriter,
        hearing: "asyncio.Task[None]",
        again_s: float,
    ) -> None:
        for number, _at in list(logger.unanswered.values()):
            if writer.is_closing():
                return
            writer.write(self._frame(logger, number))
            logger.again += 1
        while not (hearing.done() or writer.is_closing()):
            moment = time.monotonic()
            room = MOST_UNANSWERED - len(logger.unanswered)
            for _ in range(min(logger.given - logger.sent, room)):
                writer.write(self._frame(logger, logger.sent))
                logger.sent += 1
            oldest = next(iter(logger.unanswered.values()), (0, moment))[1]
            if moment - oldest > again_s:
                return
            async with asyncio.timeout(again_s):
                await writer.drain()
            await asyncio.sleep(min(TICK_S, 1 / self._rate))

    async def _hear(self, logger: Logger, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while line := await reader.readline():
                told = _ANSWER.search(line)
                found = logger.unanswered.pop(told[1].decode(), None) if told else None
                if found:
                    logger.answered.add(found[0])

    def _frame(self, logger: Logger, number: int) -> bytes:
        at = (self._first + timedelta(seconds=number)).astimezone(BEIJING)
        request = f"{at:%Y%m%d%H%M%S}000"
        logger.unanswered[request] = number, time.monotonic()
        segment = (
            f"QN={request};ST=21;CN=2011;PW=1;MN=M{logger.number};Flag=5;"
            f"CP=&&DataTime={at:%Y%m%d%H%M%S};w01001-Rtd=7.1,w01001-Flag=N&&"
        )
        return framed(segment.encode())
