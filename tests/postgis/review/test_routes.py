"""Reviews over HTTP: who may say what, of which version, and what reads show afterwards."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from data import clock
from data.clock import UtcDatetime
from tests.fixtures.served import Served
from tests.made.readings.courses import hours_before, take_in, wave

REVIEWS = "/api/v1/readings/reviews"
NOW = UtcDatetime(clock.now().replace(minute=0, second=0, microsecond=0))
TIMES = hours_before(NOW, 6)


@pytest.fixture(scope="module", autouse=True)
def readings(shared_served: Served) -> None:
    """Six hours of the upper section."""
    take_in(shared_served.database.ingest, wave("QH-01", TIMES), NOW)


def review(station: int, place: int, verdict: str, **more: object) -> dict[str, Any]:
    at = TIMES[place].isoformat()
    one = {"station_id": station, "observed_at": at, "parameter": "nh3n", "verdict": verdict}
    return {"reviews": [{**one, "reason": "电极故障", **more}]}


def read(client: httpx.Client, station: int, **asked: str) -> dict[str, Any]:
    query = {"parameter": "nh3n", "to": (NOW + timedelta(minutes=1)).isoformat(), **asked}
    answer = client.get(f"/api/v1/stations/{station}/series", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_review_changes_what_counts_and_not_what_was_known_before(
    clerk: httpx.Client, shared_served: Served
) -> None:
    station = shared_served.basin.section_up
    before = read(clerk, station)
    assert [point["counted"] for point in before["points"]] == [
        point["value"] for point in before["points"]
    ]
    moment = clock.now().isoformat()
    made = clerk.post(REVIEWS, json=review(station, 1, "reject"))
    assert made.status_code == 201, made.text
    (number,) = made.json()["ids"]
    corrected = clerk.post(REVIEWS, json=review(station, 2, "correct", value=0.5))
    assert corrected.status_code == 201
    after = read(clerk, station)
    assert [point["verdict"] for point in after["points"]] == [
        None,
        "reject",
        "correct",
        *3 * [None],
    ]
    assert [point["value"] for point in after["points"]] == [
        point["value"] for point in before["points"]
    ]
    assert after["points"][1]["counted"] is None
    assert after["points"][2]["counted"] == 0.5
    assert (before["mean"]["count"], after["mean"]["count"]) == (6, 5)
    assert after["mean"]["valid_share"] == pytest.approx(5 / 42)
    assert read(clerk, station, as_of=moment)["points"] == before["points"]
    again = clerk.post(REVIEWS, json=review(station, 1, "keep"))
    assert again.status_code == 409, "somebody has spoken since"
    assert (
        clerk.post(REVIEWS, json=review(station, 1, "withdraw", seen_id=number)).status_code == 201
    )
    asked = {"station": station, "observed_at": TIMES[1].isoformat(), "parameter": "nh3n"}
    told = clerk.get(REVIEWS, params=asked).json()["reviews"]
    assert [each["verdict"] for each in told] == ["reject", "withdraw"]
    assert clerk.get(REVIEWS, params={**asked, "as_of": moment}).json() == {"reviews": []}


def test_the_file_holds_raw_and_counted_side_by_side(
    clerk: httpx.Client, shared_served: Served
) -> None:
    station = shared_served.basin.section_up
    assert clerk.post(REVIEWS, json=review(station, 4, "correct", value=0.25)).status_code == 201
    for login, who in (("office", "office 甲"), ("patroller", "河长办")):
        with shared_served.client(login) as client:
            query = {"parameter": "nh3n", "to": (NOW + timedelta(minutes=1)).isoformat()}
            file = client.get(f"/api/v1/stations/{station}/series.csv", params=query)
        rows = list(csv.DictReader(StringIO(file.content.decode("utf-8-sig"))))
        (row,) = [row for row in rows if row["采用值"] == "0.25"]
        assert row["审核结论"] == "修正"
        assert row["审核人"] == who
        assert float(row["氨氮 (mg/L)"]) > 1


def test_only_the_office_of_that_division_reviews(shared_served: Served) -> None:
    station = shared_served.basin.section_up
    for login, status in (
        ("auditor", 403),
        ("patroller", 403),
        ("administrator", 403),
        ("office_down", 404),
    ):
        with shared_served.client(login) as client:
            assert client.post(REVIEWS, json=review(station, 0, "reject")).status_code == status
    with shared_served.client("office") as client:
        client.headers["Origin"] = "https://elsewhere.example"
        assert client.post(REVIEWS, json=review(station, 0, "reject")).status_code == 403
    with shared_served.database.owner.connect() as connection:
        told = connection.execute(
            text("SELECT count(*) FROM reading_review WHERE observed_at = :at"), {"at": TIMES[0]}
        )
        assert told.scalar_one() == 0


def test_what_can_not_be_read_is_refused(clerk: httpx.Client, shared_served: Served) -> None:
    station = shared_served.basin.section_up
    for body, status in (
        (review(station, 0, "reject", reason=" "), 400),
        (review(station, 0, "correct"), 400),
        (review(station, 0, "praise"), 422),
        (review(station, 0, "reject", observed_at="2026-05-01T00:00:00"), 422),
        ({"reviews": []}, 422),
        (review(10**9, 0, "reject"), 404),
    ):
        assert clerk.post(REVIEWS, json=body).status_code == status, body
    assert clerk.get("/api/v1/readings/findings", params={"month": "2026-13"}).status_code == 400
    assert clerk.get("/api/v1/readings/findings").json() == {"total": 0, "rows": []}


def test_months_and_times_beyond_all_years_are_refused(clerk: httpx.Client) -> None:
    for month in ("9999-12", "0001-01"):
        answer = clerk.get("/api/v1/readings/findings", params={"month": month})
        assert answer.status_code == 400, answer.text
    first = "0001-01-01T00:00:00Z"
    assert clerk.get("/api/v1/accounting", params={"to": first}).status_code == 400
    asked = {"parameter": "nh3n", "to": first}
    assert clerk.get("/api/v1/stations/1/series", params=asked).status_code == 400
