"""What an open map reads beside its tiles: state, list, things, the reach at a place; by scope."""

from datetime import date
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text

from data.clock import now
from data.errors import NotFound
from data.procedure.deadlines import official_calendar
from data.queries.map.list import listed_boards, listed_problems, listed_stations, listed_waters
from data.queries.map.things import line_of, reach_at, station_of
from data.queries.scope import EVERYTHING, Scope
from data.records import DivisionId, StationId
from data.settings import QualitySettings
from data.vocabulary import Role, StationKind
from data.words.ledger import Light
from tests.fixtures.served import Served
from tests.made.map.newest import tell_class, tell_compliance
from tests.made.map.problems import close_problem, four_pins, put_patrol, put_problem

QUALITY = QualitySettings()
TRACK = "LINESTRING(112.201 32.72,112.201 32.70)"


@pytest.fixture(scope="module")
def filled(shared_served: Served) -> Served:
    basin, ingest = shared_served.basin, shared_served.database.ingest
    tell_class(ingest, basin.section_up, 2)
    tell_class(ingest, basin.section_down, 5)
    tell_compliance(ingest, basin.outfall, "exceeding", multiple=0.6)
    return shared_served


@pytest.fixture(scope="module")
def pins(filled: Served) -> dict[Light, int]:
    return four_pins(filled.database.owner, filled.basin)


@pytest.fixture(scope="module")
def reader(filled: Served) -> httpx.Client:
    return filled.client(filled.logins[Role.AUDITOR])


def upper(served: Served) -> Scope:
    return Scope(divisions=frozenset({DivisionId(served.basin.town_up)}))


def border(served: Served) -> Scope:
    return Scope(stations=frozenset({StationId(served.basin.section_down)}))


def ids(answer: dict[str, Any]) -> list[int]:
    return [each["id"] for each in answer["things"]]


def test_the_state_is_small_and_holds_no_list_of_things(
    filled: Served, pins: dict[Light, int], reader: httpx.Client
) -> None:
    answer = reader.get("/api/v1/map/state")
    assert len(answer.content) < 5000
    told = answer.json()
    assert told["bounds"] == pytest.approx([112, 32.4, 112.4, 32.8])
    assert (told["strip"]["sections"], told["strip"]["below"]) == (3, 1)
    assert told["boards"] == 0
    assert told["change_no"] > 0
    assert told["ledger_no"] > 0
    assert "only" not in told
    assert not {"stations", "waters", "problems"} & told.keys()
    off, worked = official_calendar().exceptions(date(now().year - 3, 1, 1))
    assert told["calendar"] == {
        "off": [day.isoformat() for day in off],
        "work": [day.isoformat() for day in worked],
    }


def test_the_state_by_the_month_counts_its_means(reader: httpx.Client) -> None:
    told = reader.get("/api/v1/map/state?basis=month").json()
    assert told["strip"]["below"] == 0, "no reading of this month is kept"
    assert told["strip"]["sections"] == 3
    assert told["strip"]["exceeding"] == 1, "outfalls have no mean"
    assert len(told["month"]) == 2


def test_a_neighbour_with_one_station_is_told_of_it_and_of_no_ledger(served: Served) -> None:
    basin = served.basin
    with served.database.owner.begin() as connection:
        connection.execute(
            text("UPDATE section SET is_border = true WHERE station_id = :id"),
            {"id": basin.section_down},
        )
    with served.client(served.logins[Role.NEIGHBOUR]) as neighbour:
        told = neighbour.get("/api/v1/map/state").json()
        assert told["only"] == {"kind": "section", "id": basin.section_down}
        assert not {"ledger_no", "calendar"} & told.keys()
        address = "/api/v1/map/things/section/{}"
        assert neighbour.get(address.format(basin.section_down)).status_code == 200
        assert neighbour.get(address.format(basin.section_up)).status_code == 404
        assert neighbour.get(f"/api/v1/map/things/reach/{basin.reach_down}").status_code == 404
        listed = neighbour.get("/api/v1/map/list?kind=section").json()
        assert (listed["total"], ids(listed)) == (1, [basin.section_down])
        assert neighbour.get("/api/v1/map/list?kind=water").json() == {"total": 0, "things": []}


def test_who_may_open_the_map_is_told_the_time_and_the_newest_number(
    filled: Served, reader: httpx.Client
) -> None:
    told = reader.get("/api/v1/map/now").json()
    assert told["change_no"] == reader.get("/api/v1/map/state").json()["change_no"]
    assert filled.client().get("/api/v1/map/now").status_code == 401


def test_the_list_begins_with_what_is_most_concerning(filled: Served, reader: httpx.Client) -> None:
    basin = filled.basin
    told = reader.get("/api/v1/map/list?kind=section").json()
    assert told["total"] == 3
    assert ids(told)[:2] == [basin.section_down, basin.section_up]
    first = told["things"][0]
    assert first["properties"]["cls"] == 5
    assert first["geometry"]["coordinates"] == [112.2, 32.5]
    month = reader.get("/api/v1/map/list?kind=section&basis=month").json()
    assert {each["properties"]["state"] for each in month["things"]} == {"none"}


@pytest.mark.parametrize(
    ("kind", "narrowed", "wanted"),
    [
        ("section", "meets", ["section_up"]),
        ("section", "below", ["section_down"]),
        ("section", "unsure", []),
        ("section", "exceeding", []),
        ("outfall", "exceeding", ["outfall"]),
        ("outfall", "below", []),
        ("section", "offline", ["section_lake"]),
        ("intake", "offline", []),
        ("notice_board", "below", []),
    ],
)
def test_the_list_follows_the_filter_of_the_strip(
    filled: Served, reader: httpx.Client, kind: str, narrowed: str, wanted: list[str]
) -> None:
    told = reader.get("/api/v1/map/list", params={"kind": kind, "filter": narrowed}).json()
    assert ids(told) == [getattr(filled.basin, name) for name in wanted]
    assert told["total"] == len(wanted)


def test_the_list_of_waters_begins_with_the_worst(filled: Served, reader: httpx.Client) -> None:
    basin = filled.basin
    told = reader.get("/api/v1/map/list?kind=water").json()
    found = [
        (each["properties"]["kind"], each["id"], each["properties"]["cls"])
        for each in told["things"]
    ]
    assert found == [
        ("reach", basin.reach_down, 5),
        ("reach", basin.reach_up, 2),
        ("lake", basin.lake, -1),
    ], "nothing is known of the lake"
    assert told["total"] == 3


def test_the_list_of_problems_begins_with_the_soonest_deadline(
    pins: dict[Light, int], reader: httpx.Client
) -> None:
    told = reader.get("/api/v1/map/list?kind=problem").json()
    assert told["total"] == len(pins)
    assert ids(told)[0] == pins[Light.RED]
    assert told["things"][0]["properties"]["days"] < 0


def test_a_list_holds_the_scope_alone(filled: Served, pins: dict[Light, int]) -> None:
    basin = filled.basin
    with filled.database.app.connect() as connection:
        seen = listed_stations(
            connection, upper(filled), StationKind.SECTION, now=now(), quality=QUALITY
        )
        assert [each["id"] for each in seen.things] == [basin.section_up]
        waters = listed_waters(connection, upper(filled))
        assert [(each["properties"]["kind"], each["id"]) for each in waters.things] == [
            ("reach", basin.reach_up)
        ]
        total, found = listed_problems(connection, upper(filled), now())
        assert (total, [each.id for each in found]) == (1, [pins[Light.RED]])
        assert listed_problems(connection, border(filled), now()) == (0, ())
        assert listed_boards(connection, border(filled)).total == 0


def test_a_thing_is_a_feature_with_where_it_lies(
    filled: Served, pins: dict[Light, int], reader: httpx.Client
) -> None:
    basin = filled.basin

    def read(kind: str, number: int) -> dict[str, Any]:
        answer = reader.get(f"/api/v1/map/things/{kind}/{number}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        assert (told["type"], told["id"], told["properties"]["kind"]) == ("Feature", number, kind)
        return told

    station = read("section", basin.section_down)
    assert (station["properties"]["cls"], station["geometry"]["type"]) == (5, "Point")
    reach = read("reach", basin.reach_down)
    assert reach["properties"]["name"] == "清河·下游镇段"
    assert reach["geometry"]["coordinates"] == [[112.2, 32.6], [112.2, 32.4]]
    assert read("river", basin.river)["geometry"]["type"].endswith("LineString")
    assert read("lake", basin.lake)["geometry"]["type"].endswith("Polygon")
    assert read("problem", pins[Light.RED])["properties"]["light"] == "red"
    patrol = put_patrol(filled.database.owner, basin.reach_up, TRACK)
    assert read("patrol", patrol)["geometry"]["type"].endswith("LineString")
    closed = put_problem(filled.database.owner, "411381-2026-00041", basin.reach_up, 112.2, 32.7)
    close_problem(filled.database.owner, closed)
    assert read("problem", closed)["properties"]["light"] == "none"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/map/things/section/999999", 404),
        ("/api/v1/map/things/people/1", 422),
        ("/api/v1/map/things/problem/999999", 404),
        ("/api/v1/map/things/patrol/999999", 404),
        ("/api/v1/map/list?kind=people", 422),
        ("/api/v1/map/list?kind=section&filter=none", 422),
        ("/api/v1/map/reach-at?river=999999&lon=112&lat=32", 404),
        ("/api/v1/map/reach-at?river=1&lon=412&lat=32", 422),
        ("/api/v1/map/reach-at?river=1&lon=112", 422),
    ],
)
def test_what_there_isn_t_is_a_problem_document(
    reader: httpx.Client, path: str, status: int
) -> None:
    answer = reader.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_one_kind_is_not_found_by_the_number_of_another(
    filled: Served, reader: httpx.Client
) -> None:
    number = filled.basin.outfall
    assert reader.get(f"/api/v1/map/things/outfall/{number}").status_code == 200
    assert reader.get(f"/api/v1/map/things/section/{number}").status_code == 404


def test_a_thing_outside_the_scope_is_not_found(filled: Served) -> None:
    basin, scope = filled.basin, upper(filled)
    with filled.database.app.connect() as connection:
        assert line_of(connection, scope, "reach", basin.reach_up)["id"] == basin.reach_up
        assert line_of(connection, scope, "river", basin.river)["id"] == basin.river
        for kind, number in (("reach", basin.reach_down), ("lake", basin.lake)):
            with pytest.raises(NotFound):
                line_of(connection, scope, kind, number)
        with pytest.raises(NotFound):
            station_of(connection, scope, basin.section_down, now=now(), quality=QUALITY)


def test_a_place_on_a_river_has_its_nearest_reach(filled: Served, reader: httpx.Client) -> None:
    basin = filled.basin
    asked = {"river": basin.river, "lon": 112.21, "lat": 32.45}
    told = reader.get("/api/v1/map/reach-at", params=asked).json()
    assert told == {"reach": basin.reach_down}
    with filled.database.app.connect() as connection:
        assert reach_at(connection, EVERYTHING, basin.river, 112.19, 32.7) == basin.reach_up
        assert reach_at(connection, upper(filled), basin.river, 112.21, 32.45) == basin.reach_up
        with pytest.raises(NotFound):
            reach_at(connection, border(filled), basin.river, 112.21, 32.45)


def test_a_long_line_is_sent_with_few_points(served: Served) -> None:
    with served.database.owner.begin() as connection:
        connection.execute(
            text(
                "UPDATE river SET geom = (SELECT ST_Multi(ST_MakeLine(ST_SetSRID(ST_MakePoint("
                "112 + n * 0.0001, 32.6 + 0.00002 * (n % 2)), 4490) ORDER BY n))"
                " FROM generate_series(0, 20000) n)"
            )
        )
    with served.database.app.connect() as connection:
        sent = line_of(connection, EVERYTHING, "river", served.basin.river)
    assert len(orjson.dumps(sent)) < 100_000
