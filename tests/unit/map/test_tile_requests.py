"""Requests for tiles as they come: what isn't usual is left to the guard."""

import pytest

from dashboard.map.tile_requests import Asked, TileRequests, has_tag, takes_gzip
from data.settings import DashboardSettings

TOKEN = b"Zm9vYmFyLWJhei1xdXV4LTEyMzQ1Njc4OTA"
COOKIE = b"onemap_language=en; onemap_session=" + TOKEN
ADDRESS = b"/tiles/all/10/831/414.mvt"


def read(
    address: bytes = ADDRESS, *more: tuple[bytes, bytes], cookie: bytes = COOKIE, host: bytes = b""
) -> Asked | None:
    headers = [(b"host", host or b"127.0.0.1:8050"), (b"cookie", cookie), *more]
    return TileRequests(DashboardSettings()).read(address, headers)


def test_a_usual_request_is_read() -> None:
    asked = read(ADDRESS + b"?basis=month")
    assert asked is not None
    assert (asked.layers, asked.place, asked.basis) == ("all", (10, 831, 414), "month")
    assert asked.token == TOKEN


@pytest.mark.parametrize("query", [b"", b"?", b"?told=12", b"?told=12&basis=now", b"?basis=now"])
def test_the_basis_is_now_unless_told(query: bytes) -> None:
    asked = read(ADDRESS + query)
    assert asked is not None
    assert asked.basis == "now"


@pytest.mark.parametrize(
    "address",
    [
        b"/tiles/",
        b"/tiles/all/10/831/414",
        b"/tiles/all/10/831/414.mvt/",
        b"/tiles/all/-1/0/0.mvt",
        b"/tiles/all/x/0/0.mvt",
        b"/tiles/%61ll/10/831/414.mvt",
        b"/tiles/all/10/831/414.mvt\n",
        b"/tiles/all/10/99999999999/414.mvt",
        b"/tiles/../all/1/0/0.mvt",
        b"/tiles/" + b"a" * 10_000 + b"/1/0/0.mvt",
        ADDRESS + b"?basis=year",
        ADDRESS + b"?basis=now&basis=month",
        ADDRESS + b"?scope=all",
        ADDRESS + b"?told=" + b"1" * 40,
        ADDRESS + b"?\xff\x00",
        b"http://127.0.0.1/tiles/all/10/831/414.mvt",
    ],
)
def test_an_unusual_address_is_left_to_the_guard(address: bytes) -> None:
    assert read(address) is None


@pytest.mark.parametrize(
    "cookie",
    [
        b"",
        b"onemap_session",
        b"onemap_session=",
        b"onemap_session=short",
        b'onemap_session="' + TOKEN + b'"',
        b"onemap_session=" + TOKEN + b"\xff\xfe\x00aaaa",
        b"xonemap_session=" + TOKEN,
        b"onemap_session=" + b"a" * 5_000,
        b"onemap_session=" + TOKEN + b"; onemap_session=" + TOKEN[::-1],
        b"; ; ;=;",
    ],
)
def test_a_cookie_that_is_not_ours_names_nobody(cookie: bytes) -> None:
    assert read(cookie=cookie) is None


@pytest.mark.parametrize(
    "header",
    [
        (b"cookie", COOKIE),
        (b"host", b"elsewhere.example"),
        (b"content-length", b"3"),
        (b"transfer-encoding", b"chunked"),
        (b"expect", b"100-continue"),
        (b"upgrade", b"websocket"),
    ],
)
def test_unusual_headers_are_left_to_the_guard(header: tuple[bytes, bytes]) -> None:
    assert read(ADDRESS, header) is None


def test_another_name_than_the_sites_is_left_to_the_guard() -> None:
    assert read(host=b"elsewhere.example") is None
    assert read(host=b"[::1]:8050") is not None


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip, deflate, br", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("br", False),
        ("", False),
        ("GZIP;Q=1", True),
        ("gzip;q=nonsense", False),
    ],
)
def test_who_takes_gzip(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


@pytest.mark.parametrize(
    ("said", "has"),
    [
        (b'"a"', True),
        (b'W/"a"', True),
        (b'"b", "a"', True),
        (b"*", True),
        (b'"b"', False),
        (b"", False),
    ],
)
def test_who_has_the_tile_already(said: bytes, has: bool) -> None:
    asked = read(ADDRESS, (b"if-none-match", said))
    assert asked is not None
    assert has_tag(asked, b'"a"') is has
