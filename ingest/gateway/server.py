"""The gateway: a TCP server that speaks HJ 212 to loggers and publishes their frames."""

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import Mapping

from data.settings import Hj212Settings, MqttSettings
from ingest.gateway.line import Figures, Line
from ingest.gateway.loggers import Logger
from ingest.gateway.post import Post

LOG = logging.getLogger(__name__)

BACKLOG = 512
HEARTBEAT_S = 60.0


class Gateway:
    """Accepts loggers' TCP connections until stopped; closes those beyond ``most_connections``."""

    def __init__(
        self,
        mqtt: MqttSettings,
        settings: Hj212Settings,
        loggers: Mapping[str, Logger],
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._mqtt, self._settings, self._loggers, self._tls = mqtt, settings, loggers, tls
        secret = settings.sm4_key
        self._key = bytes.fromhex(secret.get_secret_value()) if secret else None
        self._stopping = asyncio.Event()
        self.listening = asyncio.Event()
        self._lines: set[asyncio.Task[None]] = set()
        self.figures = Figures()
        self.port = 0

    async def run(self) -> None:
        """Serves until ``stop`` is called in the same loop. Raises OSError for a port in use."""
        post = Post(self._mqtt, self._settings)

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(reader, writer, post)

        server = await asyncio.start_server(
            accept,
            self._settings.host,
            self._settings.port,
            backlog=BACKLOG,
            limit=65_536,
            ssl=self._tls,
        )
        self.port = server.sockets[0].getsockname()[1]
        self.listening.set()
        LOG.info("serving loggers on %s port %d", self._settings.host, self.port)
        post.start()
        try:
            while not self._stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT_S):
                        await self._stopping.wait()
                LOG.info("%d open; %s", len(self._lines), self.figures)
        finally:
            server.close()
            for line in self._lines:
                line.cancel()
            await asyncio.gather(*self._lines, return_exceptions=True)
            post.stop()

    def stop(self) -> None:
        """Stops serving; loggers repeat later whatever got no answer."""
        self._stopping.set()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, post: Post
    ) -> None:
        if len(self._lines) >= self._settings.most_connections:
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  asyncio runs a handler as a task
        self._lines.add(task)
        self.figures.connections += 1
        began = time.monotonic()
        line = Line(
            reader,
            writer,
            post,
            self._loggers,
            self.figures,
            idle_s=self._settings.idle_seconds,
            key=self._key,
        )
        try:
            why = await line.serve()
            LOG.debug("a connection ended after %.0f s: %s", time.monotonic() - began, why)
        finally:
            self._lines.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, OSError, TimeoutError):
                async with asyncio.timeout(2):
                    await writer.wait_closed()
