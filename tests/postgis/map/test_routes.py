"""The map's routes over HTTP: scope, caching, bounds and refusals."""

import httpx
import pytest
from sqlalchemy import text

from data.vocabulary import Role
from tests.fixtures.served import Served

TILE = "/tiles/all/10/831/414.mvt"


@pytest.fixture(scope="module")
def reader(shared_served: Served) -> httpx.Client:
    return shared_served.client(shared_served.logins[Role.AUDITOR])


def test_a_tile_is_packed_and_asked_for_again_by_its_tag(reader: httpx.Client) -> None:
    first = reader.get(TILE)
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert first.headers["content-encoding"] == "gzip"
    assert "private" in first.headers["cache-control"]
    assert "清河".encode() in first.content
    again = reader.get(TILE, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_new_ground_is_in_the_next_tile(served: Served) -> None:
    with served.client(served.logins[Role.AUDITOR]) as reader:
        before = reader.get(TILE)
        with served.database.owner.begin() as connection:
            connection.execute(text("UPDATE lake SET name = '新镜湖'"))
        after = reader.get(TILE, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert "新镜湖".encode() in after.content


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/all/17/0/0.mvt", 404),
        ("/tiles/people/3/1/1.mvt", 404),
        ("/tiles/all/3/8/1.mvt", 404),
        ("/tiles/all/x/0/0.mvt", 422),
        ("/api/v1/map/state?basis=year", 422),
        ("/api/v1/map/stations?kind=person", 422),
        ("/api/v1/search?q=" + "x" * 65, 422),
        ("/api/v1/search?q=%00", 400),
        ("/api/v1/rivers?q=a%00", 400),
        (f"/api/v1/stations/{10**40}", 404),
    ],
)
def test_what_makes_no_sense_is_a_problem_document(
    reader: httpx.Client, path: str, status: int
) -> None:
    answer = reader.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        TILE,
        "/api/v1/map/state",
        "/api/v1/map/now",
        "/api/v1/map/list?kind=section",
        "/api/v1/map/things/reach/1",
        "/api/v1/map/reach-at?river=1&lon=112&lat=32",
        "/api/v1/map/stations",
        "/api/v1/map/waters",
        "/api/v1/search?q=a",
    ],
)
def test_nobody_and_those_without_waters_see_nothing(shared_served: Served, path: str) -> None:
    assert shared_served.client().get(path).status_code == 401
    administrator = shared_served.client(shared_served.logins[Role.ADMINISTRATOR])
    assert administrator.get(path).status_code == 403


def test_stations_waters_and_hits_are_those_of_the_basin(
    shared_served: Served, reader: httpx.Client
) -> None:
    basin = shared_served.basin
    intakes = reader.get("/api/v1/map/stations?kind=intake").json()
    assert [each["id"] for each in intakes["features"]] == [basin.intake]
    assert reader.get("/api/v1/search", params={"q": "QH-02"}).json()[0]["id"] == basin.section_down
    assert len(reader.get("/api/v1/map/waters").json()) == 3
