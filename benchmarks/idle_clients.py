"""Measures how long a user waits while others hold hundreds of idle or slow connections.

python -m benchmarks.idle_clients [--clients 600] [--seconds 30]

Each client opens its connection anew when the server has ended it. ``slow headers`` says a letter
of a request's head every second, ``half open`` begins a request and stops, ``keep-alive`` waits
after an answer, ``silent`` says nothing at all.
"""

import argparse
import asyncio
import contextlib
import resource
import statistics
import threading
import time
from typing import Self
from urllib.parse import urlsplit

import httpx

from benchmarks.locked_table import served_office

PATHS = ("/healthz", "/", "/rivers", "/api/v1/problems")
BEGUN = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
KINDS = ("slow headers", "half open", "keep-alive", "silent")


class Idlers:
    """Clients of one kind, each with a connection at all times inside the block of a ``with``.

    They run in a thread of their own.
    """

    def __init__(self, url: str, kind: str, count: int) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 0
        self._kind, self._count = kind, count
        self.open, self.ended, self.refused = 0, 0, 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()))

    def __enter__(self) -> Self:
        """Waits until all are connected, 20 s at most."""
        self._thread.start()
        deadline = time.monotonic() + 20
        while self.open < self._count and time.monotonic() < deadline:
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    async def _all(self) -> None:
        tasks = [asyncio.create_task(self._one()) for _ in range(self._count)]
        await asyncio.to_thread(self._stopping.wait)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection(self._host, self._port)
            except OSError:
                self.refused += 1
                await asyncio.sleep(0.5)
                continue
            self.open += 1
            try:
                with contextlib.suppress(OSError):
                    await self._hold(reader, writer)
            finally:
                self.open -= 1
                writer.close()
            self.ended += 1

    async def _hold(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Holds the connection until the server ends it."""
        if self._kind == "keep-alive":
            writer.write(WHOLE)
        elif self._kind != "silent":
            writer.write(BEGUN)
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    while await reader.read(65536):
                        pass
                return
            if self._kind == "slow headers":
                writer.write(b"x")
                await writer.drain()


def asked(client: httpx.Client, seconds: float) -> str:
    """Asks for the pages in turn for so long; returns p50, p95, most and what wasn't answered."""
    took: list[float] = []
    failed = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for path in PATHS:
            began = time.perf_counter()
            try:
                failed += client.get(path).status_code != 200
            except httpx.HTTPError:
                failed += 1
            took.append(1000 * (time.perf_counter() - began))
        time.sleep(0.05)
    cut = statistics.quantiles(took, n=20)
    return (
        f"{len(took)} answers, p50 {cut[9]:.0f} ms, p95 {cut[18]:.0f} ms, "
        f"most {max(took):.0f} ms, not 200: {failed}"
    )


def main() -> None:
    """Prints one user's waits alone, then beside each kind of idle client."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=600)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with served_office() as served, served.client("office") as client:
        asked(client, 3)
        print(f"alone: {asked(client, 10)}", flush=True)
        for kind in KINDS:
            with Idlers(served.url, kind, options.clients) as crowd:
                held = crowd.open
                waits = asked(client, options.seconds)
                ended, refused = crowd.ended, crowd.refused
            print(f"{held} {kind}: {waits}; ended {ended}, refused {refused}", flush=True)


if __name__ == "__main__":
    main()
