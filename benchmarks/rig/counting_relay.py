"""A relay between browsers and servers that counts what passes: workers' requests too."""

import asyncio
import contextlib
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Self

CHUNK = 65_536
REQUEST = b" HTTP/1.1\r\n"


@dataclass
class Passed:
    """Requests, those of them for tiles, and bytes that the browser received."""

    requests: int = 0
    tiles: int = 0
    received: int = 0


class CountingRelay:
    """Listens on 127.0.0.1 and carries every connection to a server's port and back."""

    def __init__(self, port: int) -> None:
        self.url = ""
        self.passed = Passed()
        self._far = port
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="counting", daemon=True)

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

    def begin(self) -> None:
        """Counts from nothing on."""
        self.passed = Passed()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._listening.set()
        await self._ended.wait()
        server.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _carry(self, near: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        try:
            far, far_out = await asyncio.open_connection("127.0.0.1", self._far)
            ways = [
                asyncio.create_task(self._ask(near, far_out)),
                asyncio.create_task(self._answer(far, near_out)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            far_out.close()
        except (OSError, asyncio.CancelledError):
            return
        finally:
            near_out.close()

    async def _ask(self, near: asyncio.StreamReader, far: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await near.read(CHUNK):
                self.passed.requests += data.count(REQUEST)
                self.passed.tiles += data.count(b" /tiles/")
                far.write(data)
                await far.drain()

    async def _answer(self, far: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await far.read(CHUNK):
                self.passed.received += len(data)
                near.write(data)
                await near.drain()
