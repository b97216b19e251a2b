"""Pages that listen to ``/events``, as sockets of one process; asked over standard input.

They come back as the map's script does. The first line names the port and the pages; ``"state"``
is answered by counts, ``"heard"`` by the moments at which readings were made and heard.
"""

import asyncio
import contextlib
import random
import sys
import time
from collections import Counter
from datetime import datetime
from typing import Any

import orjson

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 2.5
"""As in dashboard/assets/map/live.mjs."""


class Pages:
    """All pages, what they have heard, and how often a stream ended or was refused."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.open = 0
        self.counts: Counter[str] = Counter()
        self.heard: list[tuple[float, float]] = []

    async def stay_open(self, page: dict[str, Any]) -> None:
        """Holds one page's stream, and opens it again whenever it has ended."""
        attempt = 0
        while True:
            is_open = False
            try:
                is_open = await self.follow(page)
            except (OSError, asyncio.IncompleteReadError):
                self.counts["failed"] += 1
            attempt = 1 if is_open else attempt + 1
            wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (attempt - 1))
            await asyncio.sleep(wait_s * random.uniform(0.6, 1.4))  # noqa: S311 - no secret

    async def follow(self, page: dict[str, Any]) -> bool:
        """Follows the stream until it ends; returns whether it was opened."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**24)
        is_open = False
        try:
            writer.write(
                b"GET /events?since=%d&ledger=0 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                b"Cookie: onemap_session=%b\r\n\r\n"
                % (page["since"], self.port, page["token"].encode())
            )
            if b" 200 " not in await reader.readline():
                self.counts["refused"] += 1
                return False
            kind = b""
            async for line in reader:
                if line.startswith(b"event: "):
                    kind = line[7:].strip()
                    if not is_open and kind in (b"hello", b"change", b"resync"):
                        is_open = True
                        self.open += 1
                elif line.startswith(b"data: "):
                    self.take(page, kind, line[6:])
        finally:
            if is_open:
                self.open -= 1
                self.counts["ended"] += 1
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        return is_open

    def take(self, page: dict[str, Any], kind: bytes, data: bytes) -> None:
        """Notes what an event says, with the moment at which it came."""
        at = time.time()
        self.counts["resyncs"] += kind == b"resync"
        if kind != b"change":
            return
        told = orjson.loads(data)
        page["since"] = told["change_no"]
        for station in told["stations"]:
            made = datetime.fromisoformat(station["properties"]["at"]).timestamp()
            self.heard.append((made, at))

    def answer(self, asked: Any) -> Any:
        """Returns what is asked for."""
        if asked == "state":
            counted = {name: self.counts[name] for name in ("ended", "refused", "resyncs")}
            return {"open": self.open, **counted}
        heard, self.heard = self.heard, []
        return heard


async def main() -> None:
    """Follows until standard input ends."""
    loop = asyncio.get_running_loop()
    asking = asyncio.StreamReader(limit=2**24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asking), sys.stdin)
    first = orjson.loads(await asking.readline())
    pages = Pages(first["port"])
    tasks = [asyncio.create_task(pages.stay_open(page)) for page in first["pages"]]
    print("{}", flush=True)
    async for line in asking:
        print(orjson.dumps(pages.answer(orjson.loads(line))).decode(), flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
