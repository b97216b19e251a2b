"""Patrols over HTTP: a track sent in, the judgement told, the reason given."""

import json
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from data import clock
from tests.fixtures.served import Served
from tests.made.patrols.walks import walk

PATROLS = "/api/v1/patrols"
START = (clock.now() - timedelta(days=3)).replace(microsecond=0)


@pytest.fixture
def chief(shared_served: Served) -> Iterator[httpx.Client]:
    with shared_served.client("chief_up") as client:
        yield client


def send(
    client: httpx.Client, content: bytes, key: str, name: str = "晨巡.gpx", **fields: str
) -> httpx.Response:
    """Hands a track in, whatever month it is of: on the first of a month ``START`` is before it."""
    files = {"file": (name, content, "application/gpx+xml")}
    data = {"confirmed": "true", **fields}
    return client.post(PATROLS, files=files, data=data, headers={"Idempotency-Key": key})


def remark(at: str) -> str:
    return json.dumps([{"text": "公示牌完好", "at": at}])


def test_a_track_is_one_patrol_however_often_it_is_sent(chief: httpx.Client) -> None:
    content = walk(START)
    remarks = json.dumps([{"text": "公示牌完好", "lon": 112.2, "lat": 32.79}])
    first = send(chief, content, "http-first-one", remarks=remarks)
    assert first.status_code == 201, first.text
    done = first.json()
    assert done["is_valid"]
    assert {each["rule"] for each in done["judgements"]} == {
        "minutes", "metres", "interval", "coverage", "top_speed", "gaps"
    }  # fmt: skip
    assert first.headers["location"] == f"{PATROLS}/{done['patrol_id']}"
    again = send(chief, content, "http-first-one", remarks=remarks)
    assert (again.status_code, again.json()) == (200, {**done, "is_new": False})
    other = send(chief, walk(START, metres=3_000), "http-first-one")
    assert other.status_code == 409
    assert other.headers["content-type"] == "application/problem+json"
    one = chief.get(f"{PATROLS}/{done['patrol_id']}").json()
    assert (one["file_name"], one["who"]) == ("晨巡.gpx", "chief_up 甲")
    assert one["remarks"][0]["text"] == "公示牌完好"
    assert one["track"]["type"] == "MultiLineString"
    assert one["reaches"][0]["walked_m"] == pytest.approx(2_600, abs=15)
    month = START.astimezone(clock.BUSINESS_ZONE).strftime("%Y-%m")
    rows = chief.get(PATROLS, params={"month": month}).json()["rows"]
    assert done["patrol_id"] in [row["id"] for row in rows]


def test_a_body_too_deep_is_refused_in_the_readers_words(chief: httpx.Client) -> None:
    for content in (b"[" * 100_000, b'{"text":' * 100_000):
        answer = chief.post(
            f"{PATROLS}/1/reason", content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (400, 422)
        assert "error" not in answer.json()["detail"]
        assert "请求无法识别" in answer.json()["detail"]


def test_a_reason_is_given_once_and_by_nobody_else(
    chief: httpx.Client, shared_served: Served
) -> None:
    made = send(chief, walk(START - timedelta(days=9), minutes=12), "http-short-one")
    assert made.status_code == 201
    assert not made.json()["is_valid"]
    place = f"{PATROLS}/{made.json()['patrol_id']}"
    with shared_served.client("office") as office:
        refused = office.post(f"{place}/reason", json={"version": 1, "text": "代填"})
        assert refused.status_code == 403
    with shared_served.client("office_down") as elsewhere:
        assert elsewhere.get(place).status_code == 404
        hidden = elsewhere.post(f"{place}/reason", json={"version": 1, "text": "代填"})
        assert hidden.status_code == 404
    given = chief.post(f"{place}/reason", json={"version": 1, "text": "暴雨中断"})
    assert given.json() == {"patrol_id": made.json()["patrol_id"], "version": 2}
    again = chief.post(f"{place}/reason", json={"version": 2, "text": "改口"})
    assert again.status_code == 409
    assert chief.get(place).json()["reason"] == "暴雨中断"


@pytest.mark.parametrize(
    ("content", "fields", "status", "sentence"),
    [
        (b"", {}, 400, "空"),
        (b"<gpx/>", {}, 400, "没有轨迹"),
        (walk(START).replace(b"time>", b"name>"), {}, 400, "没有时间"),
        (walk(START), {"crs": "nowhere"}, 400, "nowhere"),
        (walk(START), {"remarks": "[{}]"}, 400, "备注"),
        (walk(START), {"remarks": f'[{{"text": "{"长" * 1001}"}}]'}, 400, "1001 个字，最多 1000"),
        (walk(START), {"remarks": remark("0001-01-01T00:00:00+08:00")}, 400, "备注"),
        (walk(START), {"remarks": remark("9999-12-31T20:00:00Z")}, 400, "备注的时间"),
        (walk(START), {"remarks": remark("2020-01-01T20:00:00Z")}, 400, "备注的时间"),
        (walk(START, metres=2_900), {"person_id": "999999"}, 404, "河长"),
        (walk(START), {"person_id": "x"}, 422, ""),
    ],
    ids=[
        "empty",
        "no track",
        "no times",
        "datum",
        "remarks",
        "long remark",
        "no time",
        "ahead",
        "long before",
        "nobody",
        "not a number",
    ],
)
def test_what_cannot_be_taken_is_refused_in_the_readers_words(
    chief: httpx.Client, content: bytes, fields: dict[str, str], status: int, sentence: str
) -> None:
    answer = send(chief, content, f"http-bad-{status}-{sentence}".encode().hex(), **fields)
    assert answer.status_code == status, answer.text
    assert sentence in answer.json()["detail"]


def test_no_key_no_file_and_too_large_a_file_are_refused(chief: httpx.Client) -> None:
    files = {"file": ("a.gpx", walk(START), "application/gpx+xml")}
    assert chief.post(PATROLS, files=files).status_code == 422
    assert chief.post(PATROLS, headers={"Idempotency-Key": "http-no-file"}).status_code == 422
    large = send(chief, b"<gpx>" + b" " * (21 * 1024 * 1024), "http-too-large")
    assert large.status_code == 413
