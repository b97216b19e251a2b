"""A relay between two parts whose cable can be pulled, and what it carried is lost."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

CHUNK = 65_536
LINGER_NOT = struct.pack("ii", 1, 0)
"""Close by a reset: what waits to be sent is thrown away."""


class Relay:
    """Listens on ``port`` of 127.0.0.1 and carries every connection to the target and back.

    While it is cut nothing passes and nobody is told, as with a pulled cable; when it is mended
    all connections of before are reset and what they carried is gone. A relay that watches what
    passes overrides ``note_asked`` and ``note_answered``.
    """

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self._target = host, port
        self._loop = asyncio.new_event_loop()
        self._passes = asyncio.Event()
        self._ended = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._listening.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    def cut(self) -> None:
        """Lets nothing pass."""
        self._loop.call_soon_threadsafe(self._passes.clear)

    def mend(self) -> None:
        """Resets what was connected; lets new connections pass."""
        self._loop.call_soon_threadsafe(self._reset)

    def note_asked(self, data: bytes) -> None:
        """Sees what goes to the target, before it goes."""

    def note_answered(self, data: bytes) -> None:
        """Sees what comes from the target, before it is passed on."""

    def _reset(self) -> None:
        for writer in self._writers:
            sock = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            writer.transport.abort()
        self._passes.set()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._passes.set()
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        await self._ended.wait()
        server.close()
        self._reset()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        far: asyncio.StreamWriter | None = None
        try:
            await self._passes.wait()
            far_reader, far = await asyncio.open_connection(*self._target)
            self._writers.add(far)
            ways = [
                asyncio.create_task(self._pump(reader, far, self.note_asked)),
                asyncio.create_task(self._pump(far_reader, writer, self.note_answered)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            return  # cancelled as the relay ends: there is nobody left to pass it on to
        finally:
            for each in (writer, far):
                if each is not None:
                    self._writers.discard(each)
                    each.close()

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        note: Callable[[bytes], None],
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._passes.wait()
                note(data)
                if writer.is_closing():
                    return
                writer.write(data)
                await writer.drain()
