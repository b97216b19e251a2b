"""Clients that say too little, too slowly: they are closed, and everybody else is served."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import httpx
import pytest

from data.database import transaction
from data.people import accounts
from data.queries.people.accounts import credentials
from data.vocabulary import ChiefLevel, Role
from tests.fixtures.served import Served, serve
from tests.made.database import Database
from tests.made.office import Post, add_account

LIMITS = {
    "ONEMAP_DASHBOARD__HEADER_SECONDS": "1",
    "ONEMAP_DASHBOARD__BODY_SECONDS": "3",
    "ONEMAP_DASHBOARD__PAUSE_SECONDS": "1",
    "ONEMAP_DASHBOARD__KEEP_ALIVE_SECONDS": "1",
    "ONEMAP_DASHBOARD__CONNECTIONS": "40",
    "ONEMAP_DASHBOARD__ACCOUNT_STREAMS": "2",
    "ONEMAP_DASHBOARD__METRICS_TOKEN": "a-secret-of-prometheus",
    "ONEMAP_DASHBOARD__HOSTS": '["127.0.0.1", ".example.cn"]',
}


@pytest.fixture(scope="module")
def strict(shared_database: Database) -> Iterator[Served]:
    yield from serve(shared_database, LIMITS)


def opened(served: Served, said: bytes) -> socket.socket:
    """A connection on which that much was said."""
    parts = urlsplit(served.url)
    made = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10)
    made.sendall(said)
    return made


def closed_after(connection: socket.socket, said: bytes = b"", every_s: float = 0.2) -> float:
    """The seconds until the server ended it, while ``said`` is said again and again."""
    began = time.monotonic()
    connection.settimeout(every_s)
    while time.monotonic() - began < 10:
        try:
            if not connection.recv(65536):
                break
        except TimeoutError:
            pass
        except OSError:
            break
        try:
            connection.sendall(said)
        except OSError:
            break
    return time.monotonic() - began


def test_half_open_requests_are_closed_and_others_served(strict: Served) -> None:
    half_open = [
        opened(strict, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX") for _ in range(60)
    ]
    try:
        began = time.monotonic()
        with strict.client() as client:
            assert client.get("/healthz").status_code == 200
            assert client.get("/sign-in").status_code == 200
        assert time.monotonic() - began < 1
        assert all(closed_after(each) < 3 for each in half_open)
    finally:
        for each in half_open:
            each.close()


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
        b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99000000\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ],
    ids=["silent", "empty lines", "head", "body", "chunk", "refused", "kept alive"],
)
def test_whoever_pauses_is_closed(strict: Served, head: bytes) -> None:
    with opened(strict, head) as connection:
        assert closed_after(connection) < 3


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
        b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /healthz HTTP/1.1\r\nX-Slow: ",
    ],
    ids=["head", "body", "second head"],
)
def test_whoever_dribbles_is_closed(strict: Served, head: bytes) -> None:
    with opened(strict, head) as connection:
        assert closed_after(connection, b"x") < 5


def test_an_account_has_so_many_streams(strict: Served) -> None:
    with strict.client("office") as client, ExitStack() as opened_streams:
        streams = [opened_streams.enter_context(client.stream("GET", "/events")) for _ in range(2)]
        lines = [stream.iter_lines() for stream in streams]
        assert [next(each) for each in lines] == ["retry: 2000"] * 2
        refused = opened_streams.enter_context(client.stream("GET", "/events"))
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        refused.read()
        assert refused.json()["detail"] == "打开的页面过多，无法再接收实时消息。请关闭一些页面。"


@pytest.mark.parametrize("end", ["disabled", "new password"])
def test_an_open_stream_ends_with_its_account_s_sessions(strict: Served, end: str) -> None:
    login = f"chief.{end.replace(' ', '-')}"
    with strict.database.owner.begin() as connection:
        post = Post(Role.CHIEF, level=ChiefLevel.COUNTY)
        add_account(connection, login, post, basin=strict.basin, units=strict.office.units)
    with strict.client(login) as client, client.stream("GET", "/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "retry: 2000"
        began = time.monotonic()
        with transaction(strict.database.app) as connection:
            found = credentials(connection, login)
            assert found is not None
            if end == "disabled":
                accounts.set_active(connection, found.account.id, False, found.account.version)
            else:
                new = "another-Tall-7-stork"
                accounts.set_password(connection, found.account.id, new, must_change=False)
        with suppress(httpx.RemoteProtocolError):
            for _line in lines:
                pass
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("token", "status"),
    [("Bearer a-secret-of-prometheus", 200), ("Bearer another", 401), ("", 401)],
)
def test_a_program_reads_the_figures_by_its_token(strict: Served, token: str, status: int) -> None:
    answer = httpx.get(strict.url + "/metrics", headers={"Authorization": token})
    assert answer.status_code == status
    assert (
        httpx.get(strict.url + "/api/v1/rivers", headers={"Authorization": token}).status_code
        == 401
    )


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:1", 200),
        ("a.example.cn", 200),
        ("example.cn", 421),
        ("evil.test", 421),
        ("", 421),
    ],
)
def test_a_foreign_host_is_refused(strict: Served, host: str, status: int) -> None:
    assert httpx.get(strict.url + "/sign-in", headers={"Host": host}).status_code == status
    assert httpx.get(strict.url + "/healthz", headers={"Host": host}).status_code == 200
