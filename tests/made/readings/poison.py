"""Two hundred messages that can't be read, of two dozen kinds, and good ones between them."""

from collections.abc import Callable
from datetime import timedelta

import orjson

from data.clock import now

_START = now()


def good_payload(n: int) -> bytes:
    """The n-th good message; each has a time of its own in the last hours."""
    at = _START - timedelta(seconds=n + 1)
    return orjson.dumps({"time": at.isoformat(), "values": {"ph": 7 + n % 10 / 100, "do": 8.0}})


def bad_payload(n: int) -> bytes:
    """The n-th bad message; no two are equal."""
    return KINDS[n % len(KINDS)](n)


def _wrapped(values: str, *, more: str = "", time: str | None = None) -> bytes:
    at = time or f'"{(_START - timedelta(days=1)).isoformat()}"'
    return f'{{"time": {at}, "values": {values}{more}}}'.encode()


KINDS: tuple[Callable[[int], bytes], ...] = (
    lambda n: b"" if n == 0 else b"\n" * n,
    lambda n: f"ph=7.{n}".encode(),
    lambda n: bytes([0xFF, 0xFE, n]),
    lambda n: b'{"time": "\xc3\x28", "n": ' + str(n).encode() + b"}",
    lambda n: b"[" * (100_000 // 2 + n),
    lambda n: _wrapped('{"ph": 7' + "0" * n)[:-1],
    lambda n: f"[{n}]".encode(),
    lambda n: _wrapped("{}", more=f', "id": "{n}"'),
    lambda n: _wrapped(f'{{"ph": 7, "ph": {n}}}'),
    lambda n: _wrapped(f'{{"PH": {n}}}'),
    lambda n: _wrapped(f'{{"ph": "{n}"}}'),
    lambda n: _wrapped('{"ph": true}', more=f', "id": "{n}"'),
    lambda n: _wrapped('{"ph": null}', more=f', "id": "{n}"'),
    lambda n: _wrapped(f'{{"ph": 1e{400 + n}}}'),
    lambda n: _wrapped('{"ph": NaN}', more=f', "id": "{n}"'),
    lambda n: _wrapped(f'{{"ph": {n}}}', time='"2026-05-01T08:00:00"'),
    lambda n: _wrapped(f'{{"ph": {n}}}', time='"soon"'),
    lambda n: _wrapped(f'{{"ph": {n}}}', time="1777593600"),
    lambda n: _wrapped(f'{{"ph": {n}}}', time='"2999-01-01T00:00:00Z"'),
    lambda n: _wrapped(f'{{"ph": {n}}}', time='"1970-01-01T00:00:00Z"'),
    lambda n: _wrapped(f'{{"ph": {n}}}', more=', "flags": {"ph": "OK"}'),
    lambda n: _wrapped(f"[{n}]"),
    lambda n: _wrapped(f'{{"ph": "{n}x"}}', more=', "id": "a\\u0000b"'),
    lambda n: _wrapped(f'{{"ph": {n}}}', more=', "fw": "1.2"'),
    lambda n: _wrapped(f'{{"ph": {n}}}' + " " * 70_000),
)
