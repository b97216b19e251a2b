"""Requests for tiles of every kind: tags, heads, odd addresses, several at once; all counted."""

import socket
from urllib.parse import urlsplit

import pytest

from tests.fixtures.served import Served

GROUND, FAR = "/tiles/waters/10/831/414.mvt", "/tiles/waters/12/1/1.mvt"
SECURITY = (
    *("content-security-policy", "x-content-type-options", "x-frame-options"),
    *("referrer-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"),
)


def test_tags_heads_and_plain_answers(shared_served: Served) -> None:
    with shared_served.client("auditor") as reader:
        for _ in range(2):
            whole = reader.get(GROUND)
            assert whole.headers["content-encoding"] == "gzip"
            assert whole.headers["cache-control"] == "private, no-cache"
            assert "cookie" in whole.headers["vary"].lower()
            head = reader.head(GROUND)
            assert (head.status_code, head.content) == (200, b"")
            for name in ("etag", "content-length", "content-type", *SECURITY):
                assert head.headers[name] == whole.headers[name]
            again = reader.get(GROUND, headers={"If-None-Match": whole.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == whole.headers["etag"]
            assert again.headers["cache-control"] == "private, no-cache"
            assert "content-security-policy" not in again.headers, "the kept tile has its own"
            plain = reader.get(GROUND, headers={"Accept-Encoding": "identity"})
            assert "content-encoding" not in plain.headers
            assert plain.content == whole.content
            tag = {"Accept-Encoding": "identity", "If-None-Match": plain.headers["etag"]}
            assert reader.get(GROUND, headers=tag).status_code == 304
        elsewhere = reader.get("/api/v1/rivers")
        assert [whole.headers[name] for name in SECURITY] == [
            elsewhere.headers[name] for name in SECURITY
        ]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/waters/17/0/0.mvt", 404),
        ("/tiles/people/3/1/1.mvt", 404),
        ("/tiles/waters/3/8/1.mvt", 404),
        ("/tiles/waters/3/1", 404),
        ("/tiles/waters/x/0/0.mvt", 422),
        ("/tiles/waters/3/1/99999999999999999999.mvt", 404),
        ("/tiles/waters/10/831/414.mvt?basis=year", 422),
        ("/tiles/waters/10/831/414.mvt?scope=all", 400),
        ("/tiles/waters/10/831/414.mvt?basis=now&basis=month", 400),
        ("/tiles/waters/10/831/414.mvt?told=-1", 422),
        ("/tiles/%77aters/10/831/414.mvt", 200),
        ("/tiles/waters/10/831/414.mvt?basis=month&told=3", 200),
        ("/tiles/waters/10/831/414.mvt?told=3&basis=month", 200),
        ("/tiles/%00/1/1/1.mvt", 404),
    ],
)
def test_odd_addresses_are_answered_as_elsewhere(
    shared_served: Served, path: str, status: int
) -> None:
    with shared_served.client("auditor") as reader:
        answer = reader.get(path)
        assert answer.status_code == status, answer.text
        if status != 200:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_nothing_but_reading_is_let_in(shared_served: Served) -> None:
    with shared_served.client("auditor") as reader:
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert reader.request(method, GROUND).status_code == 403
        drawn_for = {"X-OneMap-Account": "999999 zh"}
        assert reader.get(GROUND, headers=drawn_for).status_code == 412
        foreign = {"Host": "elsewhere.example"}
        assert reader.get(GROUND, headers=foreign).status_code == 421


def test_answers_are_counted(shared_served: Served) -> None:
    def counted(status: int) -> float:
        with shared_served.client("administrator") as client:
            lines = client.get("/metrics").text.splitlines()
        wanted = f'onemap_http_requests_total{{area="tiles",method="GET",status="{status}"}}'
        return next((float(line.rsplit(" ", 1)[1]) for line in lines if wanted in line), 0.0)

    with shared_served.client("auditor") as reader:
        etag = reader.get(GROUND).headers["etag"]
        whole, unchanged = counted(200), counted(304)
        for _ in range(3):
            reader.get(GROUND)
            reader.get(GROUND, headers={"If-None-Match": etag})
    assert (counted(200), counted(304)) == (whole + 3, unchanged + 3)


def test_requests_sent_together_are_answered_in_their_order(shared_served: Served) -> None:
    with shared_served.client("auditor") as reader:
        assert reader.get(GROUND).status_code == 200
        cookie = f"Cookie: onemap_session={shared_served.cookies['auditor']}"
    address = urlsplit(shared_served.url)
    one = f"GET {{}} HTTP/1.1\r\nHost: {address.netloc}\r\nAccept-Encoding: gzip\r\n{cookie}\r\n"
    paths = (GROUND, "/healthz", GROUND, FAR, GROUND)
    last = one.format(GROUND) + "Connection: close\r\n\r\n"
    asked = "".join(one.format(path) + "\r\n" for path in paths) + last
    for parts in (1, 7):
        with socket.create_connection((address.hostname, address.port), 20) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            whole = asked.encode()
            size = len(whole) // parts + 1
            for at in range(0, len(whole), size):
                line.sendall(whole[at : at + size])
            answer = b"".join(iter(lambda: line.recv(65536), b""))
        assert answer.count(b"HTTP/1.1 200 OK") == len(paths) + 1
        assert answer.count(b"mapbox-vector-tile") == len(paths)
        assert answer.index(b"mapbox") < answer.index(b'{"status":"ok"}')
