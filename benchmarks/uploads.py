"""What others wait for while one account uploads junk tracks: ``python -m benchmarks.uploads URL``.

The memory of the process ``--pid`` is printed too. ``sender``
and ``reader`` are logins of a patroller and of somebody who reads the ledger.
"""

import argparse
import statistics
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx

JUNK = b'{"type": "LineString", "coordinates": [' + b",".join([b"[1,2]"] * 3_000_000) + b"]}"
POINT = (
    '<trkpt lat="32.7" lon="112.2">'
    "<time>2026-11-{day:02}T{hour:02}:{minute:02}:{s:02}Z</time></trkpt>"
)
LONG = (
    '<?xml version="1.0"?><gpx version="1.1" creator="x"><trk><trkseg>'
    + "".join(
        POINT.format(
            day=1 + n * 5 // 86400, hour=n * 5 // 3600 % 24, minute=n * 5 // 60 % 60, s=n * 5 % 60
        )
        for n in range(99_000)
    )
    + "</trkseg></trk></gpx>"
).encode()


def client(url: str, login: str, password: str) -> httpx.Client:
    """A client that is signed in."""
    made = httpx.Client(base_url=url, headers={"Origin": url}, timeout=120)
    answer = made.post("/sign-in", data={"login": login, "password": password})
    if answer.status_code != 303:
        raise SystemExit(f"{login} can't sign in")
    return made


def waits(reader: httpx.Client, goes_on: Callable[[], bool]) -> list[float]:
    """The milliseconds of each of the reader's requests, one after the other."""
    found = []
    while goes_on():
        began = time.perf_counter()
        reader.get("/api/v1/ledger/news").raise_for_status()
        found.append(1000 * (time.perf_counter() - began))
        time.sleep(0.05)
    return found


def described(name: str, found: list[float]) -> str:
    """One line of figures."""
    cut = statistics.quantiles(found, n=20)
    most = f"p50 {cut[9]:.0f} ms, p95 {cut[18]:.0f} ms, max {max(found):.0f} ms"
    return f"{name}: n {len(found)}, {most}"


def memory_mb(pid: int | None) -> str:
    """The resident memory of the process."""
    if pid is None:
        return ""
    line = next(
        each
        for each in Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
        if each.startswith("VmRSS")
    )
    return f", RSS {int(line.split()[1]) // 1024} MB"


def send(sender: httpx.Client, name: str, content: bytes, number: int, ends: list[str]) -> None:
    """Uploads the file; notes how that ended, and after how long."""
    began = time.perf_counter()
    answer = sender.post(
        "/api/v1/patrols",
        files={"file": (name, content)},
        headers={"Idempotency-Key": f"bench-{name}-{number}"},
    )
    ends.append(f"{answer.status_code} after {time.perf_counter() - began:.1f} s")


def any_alive(threads: list[threading.Thread]) -> bool:
    """Whether one of the threads still runs."""
    return any(thread.is_alive() for thread in threads)


def main() -> None:
    """Prints what the reader waits before and during uploads, and how each upload ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--sender", default="patroller")
    parser.add_argument("--reader", default="office")
    parser.add_argument("--password", required=True)
    parser.add_argument("--pid", type=int)
    args = parser.parse_args()
    reader = client(args.url, args.reader, args.password)
    end = time.monotonic() + 10
    before = waits(reader, lambda: time.monotonic() < end)
    out = sys.stdout.write
    out(described("before", before) + memory_mb(args.pid) + "\n")
    for name, content in (("junk.geojson", JUNK), ("long.gpx", LONG)):
        sender = client(args.url, args.sender, args.password)
        ends: list[str] = []
        threads = [
            threading.Thread(target=send, args=(sender, name, content, number, ends))
            for number in range(6)
        ]
        for thread in threads:
            thread.start()
        during = waits(reader, partial(any_alive, threads))
        out(
            described(f"during {name}", during)
            + memory_mb(args.pid)
            + "; "
            + ", ".join(ends)
            + "\n"
        )


if __name__ == "__main__":
    main()
