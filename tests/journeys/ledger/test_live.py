"""A step in the ledger reaches every open map that may know of it, and the bells it rings."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from data.vocabulary import Role
from data.words.ledger import Light
from tests.fixtures.served import Served
from tests.journeys.frame.test_live import Followed, following
from tests.made.map.problems import close_problem, four_pins, put_notice, put_patrol, put_problem

TRACK = "LINESTRING(112.201 32.72,112.201 32.70)"


@pytest.fixture(scope="module")
def filled(shared_served: Served) -> Served:
    """The basin with a problem of each light and a patrol of today."""
    four_pins(shared_served.database.owner, shared_served.basin)
    put_patrol(shared_served.database.owner, shared_served.basin.reach_up, TRACK)
    return shared_served


def pins_told(page: Followed) -> Iterator[tuple[dict[int, str], list[int]]]:
    """The events as they come: the light of each problem, and those no longer open.

    A page that opens between a step and its telling is told again what it has already read.
    """
    while True:
        kind, told = page.next()
        assert kind == "ledger"
        lights = {each["id"]: each["properties"]["light"] for each in told["problems"]}
        yield lights, told["gone"]


def test_a_step_is_told_to_those_who_may_know_of_the_problem(filled: Served) -> None:
    owner, basin = filled.database.owner, filled.basin
    with (
        following(filled, Role.OFFICE) as office,
        following(filled, Role.NEIGHBOUR) as neighbour,
    ):
        assert office.next()[0] == "hello"
        assert neighbour.next()[0] == "hello"
        number = put_problem(owner, "411381-2026-00021", basin.reach_up, 112.2, 32.7, Light.GREEN)
        told = pins_told(office)
        assert next(lights[number] for lights, _gone in told if number in lights) == "green"
        close_problem(owner, number)
        assert next(gone for _lights, gone in told if gone) == [number]
        assert neighbour.events.empty()


def test_a_page_that_was_away_catches_up_with_the_ledger(filled: Served) -> None:
    owner, basin = filled.database.owner, filled.basin
    with filled.client(filled.logins[Role.OFFICE]) as client:
        before = client.get("/api/v1/map/state").json()["ledger_no"]
    number = put_problem(owner, "411381-2026-00022", basin.reach_down, 112.2, 32.5)
    with following(filled, Role.OFFICE, f"/events?ledger={before}") as office:
        assert office.next()[0] == "hello"
        assert any(number in lights for lights, _gone in pins_told(office))


def test_a_notice_rings_its_own_bell_only(filled: Served) -> None:
    owner = filled.database.owner
    with owner.connect() as connection:
        problem = connection.execute(text("SELECT min(id) FROM problem")).scalar_one()
    with following(filled, Role.CHIEF) as chief, following(filled, Role.OFFICE) as office:
        assert chief.next()[0] == "hello"
        assert office.next()[0] == "hello"
        put_notice(owner, problem, filled.logins[Role.CHIEF])
        while (kind := chief.next()[0]) != "notice":
            assert kind == "ledger", "an earlier test's step may come late"
        assert "notice" not in [kind for kind, _told in office.events.queue]
    with filled.client(filled.logins[Role.CHIEF]) as client:
        told = client.get("/api/v1/notices").json()
        assert told["unread_count"] == 1
        assert told["notices"][0]["words"] == "问题已逾期"
        read = client.post("/api/v1/notices/read", json={"ids": [told["notices"][0]["id"]]})
        assert read.json() == {"read_count": 1}
        assert client.get("/api/v1/ledger/news").json()["unread"] == 0
        foreign = client.post(
            "/api/v1/notices/read", json={}, headers={"Origin": "https://elsewhere.example"}
        )
        assert foreign.status_code == 403


def test_the_counts_are_the_readers_own(filled: Served) -> None:
    with filled.client(filled.logins[Role.AUDITOR]) as client:
        news = client.get("/api/v1/ledger/news").json()
        assert (news["overdue"], news["waiting"], news["patrols"]) == (1, 0, 1)
        assert news["longest"] >= 4
    with filled.client(filled.logins[Role.OFFICE]) as client:
        assert client.get("/api/v1/ledger/news").json()["waiting"] >= 1


@pytest.mark.parametrize("role", [Role.NEIGHBOUR, Role.ADMINISTRATOR])
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/map/things/problem/1",
        "/api/v1/map/things/patrol/1",
        "/api/v1/map/list?kind=problem",
        "/api/v1/ledger/news",
        "/api/v1/notices",
        "/tiles/patrols/4/13/6.mvt",
    ],
)
def test_who_reads_no_ledger_is_refused(filled: Served, role: Role, path: str) -> None:
    with filled.client(filled.logins[role]) as client:
        assert client.get(path).status_code == 403


def test_a_neighbours_page_speaks_of_no_problem(filled: Served) -> None:
    with filled.client(filled.logins[Role.NEIGHBOUR]) as client:
        hits = client.get("/api/v1/search", params={"q": "411381-2026"}).json()
        assert [hit for hit in hits if hit["kind"] == "problem"] == []
