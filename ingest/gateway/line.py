"""Serves one logger's connection; answers a frame with a reading only once that is stored."""

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Final

from data.background import watched_task
from data.tolerances import Tolerance
from ingest.codecs.hj212 import Decoded, Refused, answer, opened, read
from ingest.codecs.hj212_frame import Fault
from ingest.codecs.hj212_stream import Splitter
from ingest.gateway.figures import Figures
from ingest.gateway.guesses import Guesses
from ingest.gateway.loggers import Logger
from ingest.gateway.post import Post

LOG = logging.getLogger(__name__)

CHUNK: Final = 16_384
MOST_UNDER_WAY: Final = 64
"""Frames of one connection that wait for their receipts; beyond that its socket isn't read."""

MOST_FAULTS: Final = 20
"""So many bad frames in a row end the connection."""

INTRODUCE_S: Final = 30.0
"""A connection that sent no frame of a known logger by then is ended."""

EVERY: Final = frozenset(Tolerance)
"""All that ingest may tolerate: the gateway doesn't know what it does for a station."""

_MN: Final = re.compile(rb"MN=([^;,&]{1,40})[;,]")
_PW: Final = re.compile(rb"PW=([^;,&]{0,40})[;,]")


class Line:
    """Serves one logger's connection until the logger ends it, is silent or sends bad frames."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        post: Post,
        loggers: Mapping[str, Logger],
        figures: Figures,
        guesses: Guesses,
        *,
        address: str,
        idle_s: float,
        pause_s: float = 1.0,
        key: bytes | None = None,
    ) -> None:
        self._reader, self._writer, self._post = reader, writer, post
        self._loggers, self._figures, self._key = loggers, figures, key
        self._guesses, self._address, self._pause_s = guesses, address, pause_s
        self._idle_s = idle_s
        self._faults = 0
        self._is_known = False
        self._room = asyncio.Semaphore(MOST_UNDER_WAY)
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> str:
        """Serves the connection until it ends; returns the reason why it ended."""
        splitter = Splitter()
        loop = asyncio.get_running_loop()
        introduced_by = loop.time() + INTRODUCE_S
        try:
            while True:
                patience_s = self._idle_s
                if not self._is_known:
                    patience_s = min(self._idle_s, introduced_by - loop.time())
                async with asyncio.timeout(max(0.0, patience_s)):
                    data = await self._reader.read(CHUNK)
                if not data:
                    return "closed by the logger"
                for frame in splitter.feed(data):
                    await self._take(frame)
                    if self._faults >= MOST_FAULTS:
                        return f"{MOST_FAULTS} bad frames in a row"
        except TimeoutError:
            return "silent" if self._is_known else "no known logger"
        except (ConnectionError, OSError) as error:
            return str(error) or type(error).__name__
        finally:
            for task in self._tasks:
                task.cancel()

    async def _take(self, frame: bytes) -> None:
        self._figures.frames += 1
        logger = await self._logger(frame)
        if logger is None:
            return
        decoded = read(frame, self._key)
        if not isinstance(decoded, Decoded):
            self._figures.refused += 1
            self._faults += 1
            await self._take_faulty(logger, frame, decoded)
            return
        self._faults, self._is_known = 0, True
        frame = opened(frame, self._key)
        if not decoded.brings_values:
            self._figures.without_reading += 1
            await self._answer(decoded)
            return
        if decoded.receipt_id is None:
            await self._post.hand_in(logger.station, frame)
            return
        await self._await_receipt(logger, decoded, frame)

    async def _take_faulty(self, logger: Logger, frame: bytes, refused: Refused) -> None:
        """Hands in a frame with a fault; it is answered only if a receipt says that it is kept.

        Ingest sends one where the office tolerates the fault, and none for what it can't read.
        """
        lenient = read(frame, self._key, EVERY) if refused.mendable_by else refused
        if isinstance(lenient, Decoded) and lenient.receipt_id and lenient.values:
            await self._await_receipt(logger, lenient, opened(frame, self._key, EVERY))
        elif refused.fault is not Fault.NOT_A_FRAME:
            await self._post.hand_in(logger.station, frame)

    async def _await_receipt(self, logger: Logger, decoded: Decoded, frame: bytes) -> None:
        await self._room.acquire()
        task = watched_task(self._keep(logger, decoded, frame), "a logger's frame")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._room.release()

    async def _keep(self, logger: Logger, decoded: Decoded, frame: bytes) -> None:
        wanted = decoded.receipt_id or ""
        if await self._post.kept(logger.station, wanted, frame):
            self._figures.kept += 1
            self._faults, self._is_known = 0, True
            await self._answer(decoded)
        else:
            self._figures.unkept += 1

    async def _answer(self, decoded: Decoded) -> None:
        if not decoded.wants_answer:
            return
        try:
            self._writer.write(answer(decoded))
            async with asyncio.timeout(self._idle_s):
                await self._writer.drain()
            self._figures.answered += 1
        except (ConnectionError, OSError, TimeoutError, ValueError):
            self._writer.close()

    async def _logger(self, frame: bytes) -> Logger | None:
        """Returns the logger whose number and password a (partial) frame carries, else None.

        A wrong one pauses the connection, and ends it once it is shut out. An unknown number is
        answered like a wrong password, so that nobody can tell which numbers there are.
        """
        found = _MN.search(frame)
        mn = found[1].decode("ascii", "replace").strip() if found else ""
        if self._guesses.is_shut_out(self._address, mn):
            self._figures.shut_out += 1
            self._faults = MOST_FAULTS
            return None
        password = _PW.search(frame)
        sent = password[1].decode("ascii", "replace") if password else ""
        logger = self._loggers.get(mn)
        if logger is not None and logger.lets_in(sent):
            self._guesses.add_right(self._address, mn)
            return logger
        self._figures.strangers += 1
        self._faults += 1
        if mn:
            self._guesses.add_wrong(self._address, mn, is_known=logger is not None)
            if self._guesses.is_noisy(self._address):
                self._faults = MOST_FAULTS
            await asyncio.sleep(self._pause_s)
        return None
