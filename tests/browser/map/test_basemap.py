"""A raster base map is off until a setting names one, and then only its host may be asked."""

import struct
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page

from data.vocabulary import Role
from tests.fixtures.served import Served, serve
from tests.made.database import Database
from tests.running.pages import until_in_page

ASKED: list[str] = []


def one_pixel() -> bytes:
    """A whole PNG of one grey pixel."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00\x80"))
        + chunk(b"IEND", b"")
    )


class Tiles(BaseHTTPRequestHandler):
    """A tile server that remembers what it was asked for."""

    def do_GET(self) -> None:
        ASKED.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(one_pixel())

    def log_message(self, *_args: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def tile_server() -> Iterator[str]:
    """A stranger's tile server, on loopback."""
    ASKED.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def served_with_basemap(database: Database, tile_server: str) -> Iterator[Served]:
    """The app with the setting made."""
    yield from serve(
        database,
        {
            "ONEMAP_DASHBOARD__BASEMAP": tile_server + "/{z}/{x}/{y}.png",
            "ONEMAP_DASHBOARD__BASEMAP_ATTRIBUTION": "某底图 GS(2026)0001号",
        },
    )


def test_the_base_map_comes_when_switched_on(served_with_basemap: Served, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    served = served_with_basemap
    page.goto(f"{served.url}/sign-in")
    page.fill("input[name=login]", served.logins[Role.CHIEF])
    page.fill("input[name=password]", served.password)
    page.press("input[name=password]", "Enter")
    until_in_page(page, "() => window.onemap?.ready")
    assert ASKED == [], "the base map is asked only when it is wanted"
    with page.expect_response(lambda answer: answer.url.endswith(".png")):
        page.locator("[data-layer=basemap]").click()
    until_in_page(page, "() => window.onemap.map.areTilesLoaded()")
    assert ASKED
    assert page.get_by_text("某底图 GS(2026)0001号").first.is_visible()
    assert said == []
