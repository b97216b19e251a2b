"""Files and answers come packed, tagged by their content, and unpack to themselves."""

import gzip
import re
from collections.abc import Iterator

import brotli
import httpx
import pytest

from data.vocabulary import Role
from tests.fixtures.served import Served, serve
from tests.made.database import Database
from tests.running.folders import ROOT

STYLE = "/assets/frame/shell.css"
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}


@pytest.fixture(scope="module")
def kept(shared_database: Database) -> Iterator[Served]:
    yield from serve(shared_database, {})


@pytest.fixture(scope="module")
def reader(kept: Served) -> Iterator[httpx.Client]:
    with kept.client(kept.logins[Role.OFFICE]) as client:
        yield client


def raw(client: httpx.Client, method: str, path: str, **headers: str) -> httpx.Response:
    """The answer with its body as it came over the line."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with client.stream(method, path, headers={"accept-encoding": "identity", **named}) as answer:
        answer.extensions["wire"] = b"".join(answer.iter_raw())
    return answer


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("gzip; q=0.0, identity", None),
        ("", None),
    ],
)
def test_a_file_comes_in_the_best_coding_accepted_and_unpacks_to_itself(
    reader: httpx.Client, accepted: str, coding: str | None
) -> None:
    answer = raw(reader, "GET", STYLE, accept_encoding=accepted)
    assert answer.headers.get("content-encoding") == coding
    assert "Accept-Encoding" in answer.headers["vary"]
    source = (ROOT / "dashboard" / STYLE[1:]).read_bytes()
    assert UNPACK[coding](answer.extensions["wire"]) == source
    assert int(answer.headers["content-length"]) == len(answer.extensions["wire"])


def test_each_coding_has_a_tag_of_its_own_that_is_answered_unchanged(reader: httpx.Client) -> None:
    tags = {
        coding: raw(reader, "GET", STYLE, accept_encoding=coding).headers["etag"]
        for coding in ("br", "gzip", "identity")
    }
    assert len(set(tags.values())) == 3
    for coding, tag in tags.items():
        same = raw(reader, "GET", STYLE, accept_encoding=coding, if_none_match=f'"x", W/{tag}')
        assert (same.status_code, same.extensions["wire"]) == (304, b"")
        assert same.headers["etag"] == tag
    other = raw(reader, "GET", STYLE, accept_encoding="br", if_none_match=tags["gzip"])
    assert other.status_code == 200


def test_head_and_a_range_of_a_packed_file_are_told_its_whole_length(reader: httpx.Client) -> None:
    whole = raw(reader, "GET", STYLE, accept_encoding="br")
    head = raw(reader, "HEAD", STYLE, accept_encoding="br")
    assert head.extensions["wire"] == b""
    for name in ("content-length", "content-encoding", "etag", "cache-control", "vary"):
        assert head.headers[name] == whole.headers[name]
    part = raw(reader, "GET", STYLE, accept_encoding="br", range="bytes=5-9")
    assert (part.status_code, part.extensions["wire"]) == (200, whole.extensions["wire"])
    assert part.headers["accept-ranges"] == "none"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_file_is_only_read(reader: httpx.Client, method: str) -> None:
    assert raw(reader, method, STYLE).status_code in {403, 405}


@pytest.mark.parametrize("path", ["/assets/", "/assets/frame", "/assets/frame/..%2fx", "/assets/x"])
def test_what_is_no_file_is_answered_404(reader: httpx.Client, path: str) -> None:
    assert raw(reader, "GET", path).status_code == 404


@pytest.mark.parametrize("path", ["/account", "/_dash-dependencies", "/api/openapi.json"])
def test_pages_and_json_come_packed(reader: httpx.Client, path: str) -> None:
    plain = raw(reader, "GET", path)
    assert "content-encoding" not in plain.headers
    for coding in ("br", "gzip"):
        packed = raw(reader, "GET", path, accept_encoding=coding)
        assert packed.headers["content-encoding"] == coding
        assert "Accept-Encoding" in packed.headers["vary"]
        assert UNPACK[coding](packed.extensions["wire"]) == plain.extensions["wire"]


def test_small_answers_and_the_stream_of_events_come_as_they_are(reader: httpx.Client) -> None:
    assert "content-encoding" not in raw(reader, "GET", "/healthz", accept_encoding="br").headers
    with reader.stream("GET", "/events", headers={"accept-encoding": "br, gzip"}) as events:
        assert events.status_code == 200
        assert "content-encoding" not in events.headers
        assert next(events.iter_raw())


def test_pictures_come_as_they_are_and_tiles_as_they_were_packed(reader: httpx.Client) -> None:
    mark = raw(reader, "GET", "/assets/frame/mark.svg", accept_encoding="br")
    assert "content-encoding" not in mark.headers  # it is that small
    tile = raw(reader, "GET", "/tiles/waters/4/12/6.mvt", accept_encoding="br")
    assert "content-encoding" not in tile.headers
    again = raw(reader, "GET", "/tiles/waters/4/12/6.mvt", accept_encoding="br, gzip")
    assert again.headers.get("content-encoding") == "gzip" or again.status_code == 204


def test_an_address_of_another_day_is_answered_and_asked_about_each_time(
    reader: httpx.Client,
) -> None:
    now = re.findall(r'src="(/_dash-component-suites/[^"]+)"', reader.get("/rivers").text)
    assert len(now) > 4
    for address in now:
        assert "immutable" in reader.get(address).headers["cache-control"]
        before = re.sub(r"m\d+\.", "m1.", address)
        assert before != address
        stale = reader.get(before)
        assert stale.status_code == 200
        assert stale.headers["cache-control"] == "private, no-cache"
