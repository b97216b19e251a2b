"""Problems over HTTP: reported once, read with their story, refused in one form."""

import json
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from data.words.ledger import Status
from tests.fixtures.served import Served
from tests.made.ledger.acts import problem
from tests.made.ledger.pictures import photo
from tests.made.office import Office
from tests.running.folders import ROOT

PROBLEMS = "/api/v1/problems"
REPORT = {
    "place": {"x": 112.2003, "y": 32.7, "crs": "EPSG:4326", "accuracy_m": 5},
    "category": "bank.building_waste",
    "severity": "serious",
    "source": "patrol",
    "description": "岸边堆放建筑垃圾约 12 立方米",
}


def report(client: httpx.Client, key: str, **other: object) -> httpx.Response:
    return client.post(PROBLEMS, json={**REPORT, **other}, headers={"Idempotency-Key": key})


def test_a_report_with_photos_is_one_problem_however_often_it_is_sent(
    patroller: httpx.Client,
) -> None:
    uploaded = [
        patroller.post("/api/v1/photos", files={"photo": ("a.jpg", photo(seed), "image/jpeg")})
        for seed in (21, 22)
    ]
    ids = [each.json()["id"] for each in uploaded]
    first = report(patroller, "one-and-only", photo_ids=ids)
    assert first.status_code == 201, first.text
    done = first.json()
    assert re.fullmatch(r"411381-\d{4}-\d{5}", done["number"])
    assert first.headers["location"] == f"{PROBLEMS}/{done['id']}"
    again = report(patroller, "one-and-only", photo_ids=ids)
    assert again.status_code == 200
    assert again.json() == {**done, "is_new": False}
    other = report(patroller, "one-and-only", description="别的内容")
    assert other.status_code == 409
    assert other.json()["type"] == "urn:onemap:problem:conflict"
    told = patroller.get(f"{PROBLEMS}/{done['id']}").json()
    assert (told["number"], told["status"], told["version"]) == (done["number"], "registered", 1)
    assert told["where"]["river"] == "清河"
    assert told["where"]["bank"] == "left"
    assert told["where"]["offset_m"] == pytest.approx(28, abs=1)
    assert (told["source_x"], told["source_y"], told["source_crs"]) == (112.2003, 32.7, "EPSG:4326")
    assert [each["id"] for each in told["photos"]] == ids
    assert {each["stage"] for each in told["photos"]} == {"before"}
    assert told["events"][0]["photo_ids"] == ids
    assert told["events"][0]["hash"] == done["hash"]
    assert told["events"][0]["prev_hash"] == "0" * 64


TWICE = json.loads((ROOT / "tests" / "cases" / "report-twice" / "in.json").read_text("utf-8"))


def test_what_is_reported_twice_is_suggested_before_and_told_after(
    patroller: httpx.Client,
) -> None:
    there = {"x": 112.2004, "y": 32.61, "crs": "EPSG:4490"}
    same = {**TWICE, "place": there}
    asked = {"lon": there["x"], "lat": there["y"], "category": same["category"]}
    similar = f"{PROBLEMS}/similar"
    assert patroller.get(similar, params=asked).json() == []
    first = patroller.post(PROBLEMS, json=same, headers={"Idempotency-Key": "twice-one"}).json()
    assert first["similar"] == []
    (found,) = patroller.get(similar, params=asked).json()
    assert (found["id"], found["number"], found["away_m"]) == (first["id"], first["number"], 0)
    assert found["url"] == f"/ledger/{first['id']}"
    assert found["words"].startswith("0 m 外有一件")
    second = patroller.post(PROBLEMS, json=same, headers={"Idempotency-Key": "twice-two"})
    assert second.status_code == 201
    assert [each["id"] for each in second.json()["similar"]] == [first["id"]]
    page = patroller.get(f"/ledger/{second.json()['id']}")
    assert page.status_code == 200
    near = {**asked, "lat": 32.6125}
    assert len(patroller.get(similar, params=near).json()) == 2, "277 m north"
    kin = {**asked, "category": "dumping.solid_waste"}
    assert len(patroller.get(similar, params=kin).json()) == 2
    for other in ({"lat": 32.6135}, {"category": "water_body.colour"}):
        assert patroller.get(similar, params={**asked, **other}).json() == []
    unknown = patroller.get(similar, params={**asked, "category": "no.such"})
    assert unknown.status_code == 422
    assert "no.such" in unknown.json()["detail"]
    long_ago = (datetime.now(UTC) - timedelta(days=31)).isoformat()
    late = {**same, "found_at": long_ago}
    told = patroller.post(PROBLEMS, json=late, headers={"Idempotency-Key": "twice-late"}).json()
    assert told["similar"] == []


@pytest.mark.parametrize(
    "wrong", [{"lon": "x"}, {"lat": 91}, {"lon": "nan"}, {"category": "x" * 65}]
)
def test_where_nothing_can_lie_nothing_similar_is_looked_for(
    patroller: httpx.Client, wrong: dict[str, str | int]
) -> None:
    there: dict[str, str | float] = {"lon": 112.2, "lat": 32.6, "category": "dumping.rubbish"}
    assert patroller.get(f"{PROBLEMS}/similar", params={**there, **wrong}).status_code == 422


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"place": {"x": 121.5, "y": 31.2}}, 400),
        ({"place": {"x": 32.5, "y": 112.2}}, 400),
        ({"place": {"x": 112.2, "y": 32.5, "crs": "EPSG:2154x"}}, 400),
        ({"place": {"x": 112.2}}, 422),
        ({"category": "no.such"}, 400),
        ({"severity": "dreadful"}, 422),
        ({"description": " "}, 400),
        ({"description": "x" * 2001}, 422),
        ({"description": "zero \0 byte"}, 422),
        ({"found_at": "2026-11-09T08:00:00"}, 422),
        ({"found_at": "2199-01-01T00:00:00+08:00"}, 400),
        ({"found_at": "0001-01-01T00:00:00+08:00"}, 422),
        ({"found_at": "9999-12-31T23:59:59-08:00"}, 422),
        ({"photo_ids": [1, 2, 3, 4, 5, 6]}, 422),
        ({"photo_ids": [2**53]}, 400),
        ({"photo_ids": [2**63]}, 422),
        ({"patrol_id": 2**53}, 400),
        ({"number": "411381-2026-00001"}, 422),
    ],
)
def test_what_is_wrong_with_a_report_is_told(
    patroller: httpx.Client, wrong: dict[str, object], status: int
) -> None:
    answer = report(patroller, "wrong-report", **wrong)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:onemap:problem:bad_input"


@pytest.mark.parametrize("key", [None, "", "short", "x" * 201])
def test_a_report_needs_its_key(patroller: httpx.Client, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    assert patroller.post(PROBLEMS, json=REPORT, headers=headers).status_code == 422


def test_of_two_at_once_one_is_told_what_the_other_did(
    served_office: Office, clerk: httpx.Client, shared_served: Served
) -> None:
    done = problem(served_office, Status.REGISTERED)
    given = {"version": done.version, "severity": "serious", "category": "bank.building_waste"}
    path = f"{PROBLEMS}/{done.problem_id}/actions"
    first = clerk.post(f"{path}/accept", json=given)
    assert first.status_code == 200
    assert first.json()["status"] == "accepted"
    with shared_served.client("office_up") as other:
        late = other.post(f"{path}/refuse", json={"version": done.version, "text": "重复"})
    assert late.status_code == 409
    assert "office 甲" in late.json()["detail"]
    assert "受理" in late.json()["detail"]


@pytest.mark.parametrize("action", ["dance", "sign-off", "1"])
def test_steps_nobody_knows(served_office: Office, clerk: httpx.Client, action: str) -> None:
    done = problem(served_office, Status.REGISTERED)
    path = f"{PROBLEMS}/{done.problem_id}/actions/{action}"
    assert clerk.post(path, json={"version": 1}).status_code == 422


def test_what_a_step_lacks_is_told(served_office: Office, shared_served: Served) -> None:
    done = problem(served_office, Status.RECTIFYING)
    with shared_served.client("member") as member:
        path = f"{PROBLEMS}/{done.problem_id}/actions/submit"
        answer = member.post(path, json={"version": done.version, "text": "已清运"})
        assert answer.status_code == 400
        assert "照片" in answer.json()["detail"]
        offered = member.get(f"{PROBLEMS}/{done.problem_id}").json()["allowed"]
    submit = next(each for each in offered if each["action"] == "submit")
    assert submit == {
        "action": "submit",
        "target": "submitted",
        "needs": ["after_photo", "text"],
        "takes_photos": "after",
    }


def test_the_list_takes_the_pages_filters(served_office: Office, clerk: httpx.Client) -> None:
    for status in (Status.ACCEPTED, Status.RECTIFYING, Status.SIGNED_OFF):
        problem(served_office, status)
    every = clerk.get(f"{PROBLEMS}?view=all&limit=200").json()
    assert every["found_count"] == len(every["rows"]) > 3
    rectifying = clerk.get(f"{PROBLEMS}?view=all&status=rectifying&sort=-number").json()["rows"]
    assert {each["status"] for each in rectifying} == {"rectifying"}
    numbers = [each["number"] for each in rectifying]
    assert numbers == sorted(numbers, reverse=True)
    waiting = clerk.get(f"{PROBLEMS}?view=waiting&limit=200").json()["rows"]
    assert all(each["is_waiting"] for each in waiting)
    assert clerk.get(f"{PROBLEMS}?limit=201").status_code == 422
    page = clerk.get(f"{PROBLEMS}?view=all&start=1&limit=1").json()
    assert (
        page["rows"][0]["id"] == clerk.get(f"{PROBLEMS}?view=all&limit=2").json()["rows"][1]["id"]
    )


def test_nobody_reads_what_lies_outside_their_duty(
    served_office: Office, shared_served: Served
) -> None:
    done = problem(served_office, Status.REGISTERED)
    with shared_served.client("office_down") as stranger:
        assert stranger.get(f"{PROBLEMS}/{done.problem_id}").status_code == 404
        seen = stranger.get(f"{PROBLEMS}?view=all&limit=200").json()["rows"]
        assert done.problem_id not in {each["id"] for each in seen}
        assert stranger.get(f"{PROBLEMS}/{2**52}").status_code == 404


def test_findings_about_the_photos_are_told(
    served_office: Office, shared_served: Served, patroller: httpx.Client, clerk: httpx.Client
) -> None:
    def taken(client: httpx.Client, seed: int, at: datetime, **tags: float) -> int:
        clock = (at + timedelta(hours=8)).strftime("%Y:%m:%d %H:%M:%S")
        given = photo(
            seed,
            clock=clock,
            gps_day=at.strftime("%Y:%m:%d"),
            gps_time=(at.hour, at.minute, at.second),
            **tags,
        )
        sent = client.post("/api/v1/photos", files={"photo": ("p.jpg", given, "image/jpeg")})
        return int(sent.json()["id"])

    now = datetime.now(UTC)
    before = taken(patroller, 31, now - timedelta(hours=1), lon=112.2003, lat=32.7, bearing=48)
    done = report(patroller, "with-findings", photo_ids=[before]).json()
    path = f"{PROBLEMS}/{done['id']}"
    judged = {"version": 1, "severity": "serious", "category": "bank.building_waste"}
    clerk.post(f"{path}/actions/accept", json=judged).raise_for_status()
    assigned = {"version": 2, "unit_id": served_office.units["station"], "requirement": "清运"}
    clerk.post(f"{path}/actions/assign", json=assigned).raise_for_status()
    with shared_served.client("member") as member:
        member.post(f"{path}/actions/sign_for", json={"version": 3}).raise_for_status()
        after = taken(member, 31, datetime.now(UTC), lon=112.20035, lat=32.7, bearing=100)
        submitted = {"version": 4, "text": "已清运", "photo_ids": [after]}
        member.post(f"{path}/actions/submit", json=submitted).raise_for_status()
    flags = clerk.get(path).json()["flags"]
    found = {each["check"]: each for each in flags if each["stage"] == "after"}
    assert found["apart"]["ok"] is True
    assert found["apart"]["measured"] == pytest.approx(4.7, abs=0.2)
    assert (found["bearing"]["ok"], found["bearing"]["measured"]) == (False, 52)
    assert found["taken"]["ok"] is True
    assert found["place"]["ok"] is True
    assert found["clock"]["ok"] is True
    assert (found["likeness"]["ok"], found["likeness"]["measured"]) == (False, 0)
    assert found["likeness"]["like_id"] == before
    assert found["likeness"]["like_number"] == done["number"]
    assert [each["check"] for each in flags if each["stage"] == "before"] == [
        "taken",
        "place",
        "likeness",
        "clock",
    ]


def test_a_like_photo_of_a_problem_elsewhere_is_told_without_its_number(
    patroller: httpx.Client, served_office: Office, shared_served: Served
) -> None:
    def reported(client: httpx.Client, key: str, **other: object) -> dict[str, object]:
        sent = client.post("/api/v1/photos", files={"photo": ("p.jpg", photo(77), "image/jpeg")})
        made = report(client, key, photo_ids=[sent.json()["id"]], **other)
        assert made.status_code == 201, made.text
        return dict(made.json())

    def likeness(client: httpx.Client, problem: dict[str, object]) -> dict[str, object]:
        flags = client.get(f"{PROBLEMS}/{problem['id']}").json()["flags"]
        return next(each for each in flags if each["check"] == "likeness")

    with shared_served.client("patroller_down") as elsewhere:
        first = reported(elsewhere, "like-elsewhere", place={"x": 112.2003, "y": 32.41})
        here = reported(patroller, "like-here")
        assert patroller.get(f"{PROBLEMS}/{first['id']}").status_code == 404
        told = likeness(patroller, here)
        assert (told["ok"], told["measured"]) == (False, 0)
        assert (told["like_id"], told["like_number"]) == (None, None)
    with shared_served.client("office") as both:
        assert likeness(both, here)["like_number"] == first["number"]


def test_choices_are_worded(clerk: httpx.Client) -> None:
    told = clerk.get("/api/v1/ledger/choices").json()
    assert sum(len(group["categories"]) for group in told["groups"]) == 44
    assert told["severities"][0]["working_days"] == 10
    assert {"id", "name"} == set(told["units"][0])
    assert told["most_photos"] == 5
