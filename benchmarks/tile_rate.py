"""Measures how many warm tiles and 304s a second one process answers, beside ``/healthz``.

``./onemap bench tile-rate [--rounds 3] [--json]`` makes a server of its own on a private cluster. A
second process asks on keep-alive connections, each of which sends its next request once the last is
answered. An empty tile ends the run: it would look fast. Each rate is the median of the rounds, in
which all are measured in turn.
"""

import argparse
import asyncio
import gzip
import json
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Sequence
from typing import cast
from urllib.parse import urlsplit

import httpx
import uvloop
from sqlalchemy import text

from benchmarks.locked_table import served_office
from tests.fixtures.served import Served

TILE = "/tiles/all/12/3324/1656.mvt"
LOGIN = "auditor"
CONNECTIONS = (1, 10)
HEAD_END = b"\r\n\r\n"


class Asking(asyncio.Protocol):
    """A connection that asks the same again and again until the time is over."""

    def __init__(self, request: bytes, end_s: float, expected: bytes) -> None:
        self.request = request
        self.end_s = end_s
        self.expected = b"HTTP/1.1 " + expected
        self.done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.answers = 0
        self.missing = 0
        self.head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for the first time."""
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Counts an answer that is whole, and asks anew."""
        if not self.missing:
            self.head += data
            at = self.head.find(HEAD_END)
            if at < 0:
                return
            if not self.head.startswith(self.expected):
                self.done.set_exception(RuntimeError(self.head[:200].decode("latin-1")))
                self.transport.close()
                return
            self.missing = at + len(HEAD_END) + length_of(self.head[:at]) - len(self.head)
            self.head = b""
        else:
            self.missing -= len(data)
        if self.missing:
            return
        self.answers += 1
        if time.perf_counter() < self.end_s:
            self.transport.write(self.request)
        else:
            self.transport.close()
            self.done.set_result(self.answers)

    def connection_lost(self, error: Exception | None) -> None:
        """Fails where the server ended the connection."""
        if not self.done.done():
            self.done.set_exception(error or RuntimeError("the server ended the connection"))


def length_of(head: bytes) -> int:
    """The length of the body that the headers tell, 0 where they tell none."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def rate(url: str, request: bytes, expected: bytes, connections: int, seconds: float) -> float:
    """Answers a second over so many connections; runs in a process of its own."""

    async def measure() -> float:
        parts = urlsplit(url)
        loop, began_s = asyncio.get_running_loop(), time.perf_counter()
        asking = [Asking(request, began_s + seconds, expected) for _ in range(connections)]
        for each in asking:
            await loop.create_connection(lambda each=each: each, parts.hostname, parts.port)  # type: ignore[misc] # bound now
        counts = await asyncio.gather(*(each.done for each in asking))
        return sum(counts) / (time.perf_counter() - began_s)

    return uvloop.run(measure())


def request_of(url: str, path: str, **headers: str) -> bytes:
    """The bytes of a GET."""
    own = {"Host": urlsplit(url).netloc, "Accept-Encoding": "gzip, deflate, br", **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in own.items())
    return f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()


def fill(served: Served) -> None:
    """Puts names into the tile, so that it weighs what a full one does."""
    put = """
        INSERT INTO place (name, level, geom) SELECT '地名' || n, 'village',
        ST_SetSRID(ST_MakePoint(112.15 + random() * 0.1, 32.45 + random() * 0.1), 4490)
        FROM generate_series(1, 400) AS n
        """
    with served.database.owner.begin() as connection:
        connection.execute(text(put))


def requests_of(served: Served) -> dict[str, tuple[bytes, bytes]]:
    """What is measured: the request and the status that is expected, by name."""
    with served.client(LOGIN) as client:
        answer = client.get(TILE)
        answer.raise_for_status()
        if not answer.content:
            raise SystemExit(f"{TILE} is empty: nothing to measure")
        packed = len(gzip.compress(answer.content, 5))
        print(f"the tile has {packed} bytes packed", file=sys.stderr)
    cookie = f"onemap_session={served.cookies[LOGIN]}; onemap_language=zh"
    etag = answer.headers["etag"]
    return {
        "healthz": (request_of(served.url, "/healthz"), b"200"),
        "tile": (request_of(served.url, TILE, Cookie=cookie), b"200"),
        "304": (request_of(served.url, TILE, Cookie=cookie, If_None_Match=etag), b"304"),
    }


def measure(served: Served, rounds: int, seconds: float) -> dict[str, dict[str, float]]:
    """The median rate by what is asked and by connections."""
    found: dict[str, dict[str, list[float]]] = {}
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        for _ in range(rounds):
            for name, (request, status) in requests_of(served).items():
                for count in CONNECTIONS:
                    one = pool.apply(rate, (served.url, request, status, count, seconds))
                    found.setdefault(name, {}).setdefault(str(count), []).append(one)
    return {
        name: {count: round(statistics.median(rates)) for count, rates in by_count.items()}
        for name, by_count in found.items()
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the rates; returns 0 if warm tiles come at 10,000/s and twice as fast as healthz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with served_office() as served:
        fill(served)
        try:
            rates = measure(served, options.rounds, options.seconds)
        except httpx.HTTPError as error:
            print(served.log.read_text("utf-8"), file=sys.stderr)
            raise SystemExit(str(error)) from error
    load = round(os.getloadavg()[0], 1)
    if options.json:
        print(json.dumps({"answers_per_second": rates, "load": load}))
    else:
        for name, by_count in rates.items():
            for count, one in by_count.items():
                print(f"{name:8} {count:>3} connections {one:>8,.0f} /s")
        print(f"load {load}")
    most = str(CONNECTIONS[-1])
    slowest = min(rates["tile"][most], rates["304"][most])
    return 0 if slowest >= max(10_000, 2 * rates["healthz"][most]) else 1


if __name__ == "__main__":
    sys.exit(main())
