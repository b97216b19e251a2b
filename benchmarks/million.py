"""Whether the accounts add up to the last message when three in a hundred can't be read.

    python -m benchmarks.million [--messages 1000000] [--workers 1]

Messages of 1,000 stations through the broker and ingest. In every hundred: three malformed ones, of
all kinds in turn, one of no known station, one that comes twice, one that says a value otherwise,
one that brings a value that was lacking. What is expected is counted before anything is sent; what
is found is read from the accounts, the archive and the quarantine, which must agree.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import orjson
from sqlalchemy import Engine, text

from benchmarks.rig.ingest_rates_ground import LOADER, Ground, ground
from benchmarks.rig.ingest_rates_load import STATIONS, Publisher, payload, topic
from data.database import engine
from ingest.broker.mosquitto import INGEST
from tests.made.readings.poison import KINDS, bad_payload
from tests.running.ingest_process import IngestProcess

MESSAGES: Final = 1_000_000
CHUNK: Final = 5_000
LEAD: Final = 40_000
"""Published and not yet received at most: the broker's queue, not its memory, is used."""

GIVEN_UP_S: Final = 60.0
BEFORE: Final = 7
"""What comes twice, otherwise or fuller refers to the message so many before it."""

REASONS: Final = (
    "not_json", "not_json", "not_json", "not_json", "not_json", "not_json",
    "shape", "shape", "shape", "parameter",
    "value", "value", "value", "not_json", "not_json",
    "time", "time", "time", "clock", "clock",
    "value", "shape", "value", "shape", "too_large",
)  # fmt: skip
"""Why each kind of malformed message is refused, in the order of KINDS."""

_FATES: Final = ("received", "stored", "filled", "duplicate", "conflict", "refused")
_ACCOUNT: Final = f"SELECT {', '.join(f'sum({fate})' for fate in _FATES)} FROM hour_account"
_RECEIVED: Final = "SELECT coalesce(sum(received), 0) FROM hour_account"
_WRONG: Final = (
    "SELECT count(*) FROM hour_account"
    " WHERE received <> stored + filled + duplicate + conflict + refused"
)
_REASONS: Final = "SELECT reason, sum(seen_count)::int FROM quarantine GROUP BY 1"
_ROWS: Final = "SELECT count(*), count(DISTINCT (station_id, observed_at)) FROM reading"


@dataclass(frozen=True)
class Account:
    """Messages by fate, the refused by reason, and the rows of the archive."""

    fates: Mapping[str, int]
    reasons: Mapping[str, int]
    rows: int


def fate_of(n: int) -> str:
    """Returns the fate of message n."""
    place = n % 100
    return {
        17: "malformed", 50: "malformed", 83: "malformed", 30: "unknown_station",
        20: "duplicate", 40: "conflict", 60: "filled",
    }.get(place, "stored")  # fmt: skip


def message(n: int, since: float) -> tuple[str, bytes]:
    """Topic and bytes of message n."""
    fate = fate_of(n)
    if fate == "malformed":
        return topic(n % STATIONS), bad_payload(_bad(n))
    if fate == "unknown_station":
        return f"onemap/v1/NOBODY-{n % 50}/reading", payload(n, _at(n, since))
    if fate == "stored":
        return topic(n % STATIONS), payload(n, _at(n, since))
    meant = n - BEFORE
    where, when = topic(meant % STATIONS), _at(meant, since)
    if fate == "duplicate":
        return where, payload(meant, when)
    values = {"ph": 6.0} if fate == "conflict" else {"orp": 310.0}
    return where, orjson.dumps({"time": when.isoformat(), "values": values})


def expect(count: int) -> Account:
    """Returns the tally expected of the first ``count`` messages."""
    fates = Counter(map(fate_of, range(count)))
    reasons = Counter(
        REASONS[_bad(n) % len(KINDS)] for n in range(count) if fate_of(n) == "malformed"
    )
    reasons["unknown_station"] = fates["unknown_station"]
    told = {fate: fates[fate] for fate in ("stored", "filled", "duplicate", "conflict")}
    refused = fates["malformed"] + fates["unknown_station"]
    return Account({"received": count, **told, "refused": refused}, dict(+reasons), fates["stored"])


def read_account(owner: Engine) -> Account:
    """Returns the tally, quarantine and rows as stored. Raises ValueError for a wrong line."""
    with owner.connect() as connection:
        sums = connection.execute(text(_ACCOUNT)).one()
        wrong = connection.execute(text(_WRONG)).scalar_one()
        reasons = {str(row[0]): int(row[1]) for row in connection.execute(text(_REASONS))}
        rows, distinct = connection.execute(text(_ROWS)).one()
    if wrong or rows != distinct:
        raise ValueError(f"{wrong} accounts don't add up, {rows - distinct} rows stand twice")
    return Account(dict(zip(_FATES, map(int, sums), strict=True)), reasons, rows)


def publish(port: int, owner: Engine, count: int) -> float:
    """Returns the seconds it took until all have been received; the broker holds a few at a time.

    Raises TimeoutError when nothing more is received.
    """
    began = time.monotonic()
    since = time.time() - count // STATIONS - 60
    publisher = Publisher(port, LOADER, LOADER)
    for first in range(0, count, CHUNK):
        end = min(first + CHUNK, count)
        publisher.publish(_messages(first, end, since))
        _await_received(owner, end - LEAD)
    publisher.finish()
    publisher.close()
    _await_received(owner, count)
    return time.monotonic() - began


def _messages(first: int, end: int, since: float) -> Iterator[tuple[str, bytes]]:
    return (message(n, since) for n in range(first, end))


def _await_received(owner: Engine, count: int) -> None:
    received, changed_at = -1, time.monotonic()
    while True:
        with owner.connect() as connection:
            found = connection.execute(text(_RECEIVED)).scalar_one()
        if found >= count:
            return
        if found != received:
            received, changed_at = found, time.monotonic()
        elif time.monotonic() - changed_at > GIVEN_UP_S:
            raise TimeoutError(f"{found} of {count} were received")
        time.sleep(0.1)


def _bad(n: int) -> int:
    """Returns which malformed payload message n carries: 250 of them, each kind ten times."""
    return n // 100 * 3 % 250 + {17: 0, 50: 1, 83: 2}[n % 100]


def _at(n: int, since: float) -> datetime:
    return datetime.fromtimestamp(since + n // STATIONS, UTC)


def run(made: Ground, count: int, workers: int) -> tuple[Account, float]:
    """Returns the account after so many messages, and the seconds they took."""
    with made.place() as place:
        owner = engine(place.cluster.url("owner", place.database))
        password = place.broker.accounts[INGEST]
        ingest = IngestProcess(place.broker, password, place.url, place.folder / "ingest.log")
        ingest.environment["ONEMAP_INGEST__WORKERS"] = str(workers)
        ingest.start()
        try:
            ingest.await_subscription()
            took = publish(place.broker.port, owner, count)
        finally:
            ingest.kill()
        account = read_account(owner)
        owner.dispose()
        return account, took


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args(arguments)
    with ground() as made:
        found, took = run(made, args.messages, args.workers)
    expected = expect(args.messages)
    print(f"published {args.messages:,} with {args.workers} workers, {took:.0f} s")
    for name, told in (("expected", expected), ("found   ", found)):
        print(f"{name} {dict(told.fates)}, rows {told.rows}")
        print(f"         refused: {dict(sorted(told.reasons.items()))}")
    print("adds up to the last message" if found == expected else "DOES NOT ADD UP")
    return 0 if found == expected else 1


if __name__ == "__main__":
    sys.exit(main())
