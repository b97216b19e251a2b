"""What no document of the API tells: ids of people, request keys, and what a camera wrote."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text

from data import clock
from tests.fixtures.routes import api_routes_of, whole_app
from tests.fixtures.served import Served
from tests.made.ledger.pictures import photo
from tests.made.office import LOGINS
from tests.made.patrols.walks import walk

PERSONAL = re.compile(
    r"account|reporter|handler|checker|signer|uploader|walker|person|login|request|sha\d|hash|token"
)
"""What the name of a field that tells of people or of requests holds."""

ALLOWED = {
    "hash": "the chain's own: a sign-off sheet shows it, so that it can be compared",
    "prev_hash": "the chain's own",
    "sha256": "a photo's, by which a file at hand is known to be the evidence",
    "file_sha256": "a track's, likewise",
    "person_id": "of the chief whom a patrol counts for, who is named beside it; a filter takes it",
}
KEY = "key-of-one-request"
PHONE = "138-0013-8000"
LINE = "0377-12345"
EXIF = ("longitude", "latitude", "bearing", "camera_clock", "gps_at")


@pytest.fixture(scope="module")
def samples(shared_served: Served) -> dict[str, str]:
    """Ids for the addresses, of things that were reported, walked and answered for."""
    with shared_served.client("patroller_up") as client:
        content = photo(71, lon=112.2003, lat=32.7, bearing=48.0, clock="2026:11:09 08:45:00")
        kept = client.post("/api/v1/photos", files={"photo": ("a.jpg", content, "image/jpeg")})
        body = {
            "place": {"x": 112.2003, "y": 32.7, "crs": "EPSG:4326"},
            "category": "bank.building_waste",
            "description": "岸边堆放建筑垃圾",
            "photo_ids": [kept.json()["id"]],
        }
        made = client.post("/api/v1/problems", json=body, headers={"Idempotency-Key": KEY})
        assert made.status_code == 201, made.text
    with shared_served.client("chief_up") as client:
        track = walk((clock.now() - timedelta(days=2)).replace(microsecond=0))
        walked = client.post(
            "/api/v1/patrols",
            files={"file": ("a.gpx", track, "application/gpx+xml")},
            data={"confirmed": "true"},
            headers={"Idempotency-Key": "key-of-one-walk"},
        )
        assert walked.status_code == 201, walked.text
    basin = shared_served.basin
    with shared_served.database.owner.begin() as connection:
        connection.execute(text("UPDATE person SET phone = :phone || id"), {"phone": PHONE})
        connection.execute(
            text(
                "INSERT INTO responsibility (person_id, level, lake_id, valid_from)"
                " SELECT min(id), 'county', :lake, '2026-01-01' FROM person"
            ),
            {"lake": basin.lake},
        )
        connection.execute(
            text(
                "INSERT INTO notice_board (code, name, reach_id, division_id, chainage_m, bank,"
                " phone, geom) VALUES ('B7', '清河公示牌', :reach, :up, 5000, 'left', :line,"
                " ST_SetSRID(ST_MakePoint(112.2, 32.75), 4490))"
            ),
            {"reach": basin.reach_up, "up": basin.town_up, "line": LINE},
        )
    return {
        "problem_id": str(made.json()["id"]),
        "patrol_id": str(walked.json()["patrol_id"]),
        "photo_id": str(kept.json()["id"]),
        "river_id": str(basin.river),
        "lake_id": str(basin.lake),
        "station_id": str(basin.section_up),
        "kind": "section",
        "number": str(basin.section_up),
        "layer": "all",
        **dict.fromkeys("zxy", "0"),
    }


@pytest.fixture(scope="module")
def reads() -> list[APIRoute]:
    """Every read of the API but the endless one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONEMAP_DATABASE__URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
        routes = [each for each in api_routes_of(whole_app()) if each.include_in_schema]
    return [each for each in routes if "GET" in each.methods and each.path != "/events"]


def asked(client: httpx.Client, route: APIRoute, samples: dict[str, str]) -> httpx.Response:
    needed = {
        "parameter": "nh3n",
        "station": samples["station_id"],
        "observed_at": "2026-11-01T08:00:00+08:00",
    }
    names = {each.alias for each in route.dependant.query_params}
    query = {name: value for name, value in needed.items() if name in names}
    return client.get(route.path.format(**samples), params=query)


def keys_in(document: Any) -> Iterator[str]:
    """Every name of a field, at any depth."""
    if isinstance(document, dict):
        yield from document
        for value in document.values():
            yield from keys_in(value)
    if isinstance(document, list):
        for value in document:
            yield from keys_in(value)


@pytest.mark.parametrize("login", LOGINS.values())
def test_no_document_tells_who_somebody_is_by_a_number_or_a_request_by_its_key(
    login: str, shared_served: Served, samples: dict[str, str], reads: list[APIRoute]
) -> None:
    read = 0
    with shared_served.client(login) as client:
        for route in reads:
            answer = asked(client, route, samples)
            assert KEY.encode() not in answer.content, route.path
            assert b"request_key" not in answer.content, route.path
            if answer.headers.get("content-type") != "application/json":
                continue
            read += answer.status_code == 200
            found = {key for key in keys_in(answer.json()) if PERSONAL.search(key)}
            assert found <= set(ALLOWED), (route.path, found)
    assert read > (10 if login not in ("neighbour", "administrator") else 0)


def test_a_story_tells_what_was_changed(shared_served: Served, samples: dict[str, str]) -> None:
    with shared_served.client("patroller_up") as client:
        told = client.get(f"/api/v1/problems/{samples['problem_id']}").json()
    changed = told["events"][0]["changed"]
    assert (changed["category"], changed["description"]) == (
        "bank.building_waste",
        "岸边堆放建筑垃圾",
    )


@pytest.mark.parametrize(
    ("login", "sees"),
    [
        ("patroller_up", False),
        ("member_above", False),
        ("office_up", True),
        ("chief", True),
        ("auditor", True),
    ],
)
def test_what_a_camera_wrote_is_for_those_who_may_open_the_original(
    login: str, sees: bool, shared_served: Served, samples: dict[str, str]
) -> None:
    with shared_served.client(login) as client:
        original = client.get(f"/api/v1/photos/{samples['photo_id']}?size=original")
        assert original.status_code == (200 if sees else 403)
        told = client.get(f"/api/v1/problems/{samples['problem_id']}").json()
    (picture,) = told["photos"]
    known = [name for name in EXIF if picture[name] is not None]
    assert known == (["longitude", "latitude", "bearing", "camera_clock"] if sees else [])
    place = next(flag for flag in told["flags"] if flag["check"] == "place")
    assert place["ok"] is True


@pytest.mark.parametrize(
    ("login", "sees"),
    [
        ("patroller", False),
        ("member_above", False),
        ("neighbour", False),
        ("auditor", False),
        ("office_up", True),
        ("chief_up", True),
    ],
)
def test_chiefs_telephones_are_for_the_office_and_chiefs_of_the_area(
    login: str, sees: bool, shared_served: Served, samples: dict[str, str], reads: list[APIRoute]
) -> None:
    with shared_served.client(login) as client:
        for route in reads:
            content = asked(client, route, samples).text
            if route.path in ("/api/v1/rivers/{river_id}", "/api/v1/lakes/{lake_id}"):
                continue
            assert PHONE not in content, route.path
        file = client.get(f"/api/v1/rivers/{samples['river_id']}")
        if login == "neighbour":
            assert PHONE not in file.text
            return
        chiefs = file.json()["chiefs"]
        assert chiefs
        assert {each["phone"].startswith(PHONE) for each in chiefs} == {sees}
        assert [each["phone"] for each in file.json()["boards"]] == [LINE]
