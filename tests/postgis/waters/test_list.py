"""The list of rivers and lakes: counts, scope, search, filters, order, pages; over HTTP too."""

from typing import Any

import pytest

from data.clock import now
from data.queries.scope import EVERYTHING, NOTHING, Scope
from data.queries.waters.list import Listing, river_list
from data.records import DivisionId
from data.settings import QualitySettings
from data.vocabulary import Role
from tests.fixtures.served import Served
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.waters.newest import CLEAN, tell_small_basin, tell_values


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        made = build_small_basin(connection)
    tell_small_basin(database.ingest, made.section_up, made.section_down, made.outfall)
    return made


def listed(database: Database, scope: Scope = EVERYTHING, **chosen: Any) -> Listing:
    with database.app.connect() as connection:
        return river_list(connection, scope, now=now(), quality=QualitySettings(), **chosen)


def names(listing: Listing) -> list[str]:
    return [each.name for each in listing.rows]


def test_a_river_is_as_bad_as_its_worst_section(database: Database, basin: SmallBasin) -> None:
    river, lake = listed(database).rows
    assert (river.name, river.worst_class, river.reach_count) == ("清河", 4, 2)
    assert (river.section_count, river.met_count, river.below_count) == (2, 1, 1)
    assert (river.outfall_count, river.exceeding_count) == (1, 1)
    assert (lake.name, lake.worst_class, lake.unsure_count) == ("镜湖", None, 1)


def test_a_reader_of_one_town_sees_the_counts_of_that_town(
    database: Database, basin: SmallBasin
) -> None:
    (river,) = listed(database, Scope(divisions=frozenset({DivisionId(basin.town_up)}))).rows
    assert (river.worst_class, river.section_count, river.exceeding_count) == (2, 1, 0)
    assert listed(database, NOTHING).all_count == 0


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"phrase": "清"}, ["清河"]),
        ({"phrase": "%"}, []),
        ({"phrase": "_"}, []),
        ({"kind": "reservoir"}, ["镜湖"]),
        ({"standing": "below"}, ["清河"]),
        ({"standing": "exceeding"}, ["清河"]),
        ({"standing": "unsure"}, ["镜湖"]),
        ({"standing": "met"}, []),
        ({"sort": "name"}, ["清河", "镜湖"]),
        ({"sort": "met"}, ["镜湖", "清河"]),
        ({"start": 1, "limit": 1}, ["镜湖"]),
    ],
    ids=str,
)
def test_search_filters_and_order(
    database: Database, basin: SmallBasin, chosen: dict[str, Any], expected: list[str]
) -> None:
    found = listed(database, **chosen)
    assert names(found) == expected
    assert found.all_count == 2


def test_all_met_once_the_lake_is_told(database: Database, basin: SmallBasin) -> None:
    tell_values(database.ingest, basin.section_lake, CLEAN, water_class=3)
    assert names(listed(database, standing="met")) == ["镜湖"]


def test_files_over_http(served: Served) -> None:
    basin, database = served.basin, served.database
    tell_small_basin(database.ingest, basin.section_up, basin.section_down, basin.outfall)
    with served.client(served.logins[Role.AUDITOR]) as auditor:
        page = auditor.get("/api/v1/rivers", params={"sort": "worst"}).json()
        assert [row["name"] for row in page["rows"]] == ["清河", "镜湖"]
        file = auditor.get(f"/api/v1/rivers/{basin.river}").json()
        assert file["facts"]["name"] == "清河"
        assert [reach["water_class"] for reach in file["reaches"]] == [2, 4]
        worst = next(each for each in file["stations"] if each["code"] == "QH-02")
        assert worst["exceedances"][0]["parameter"] == "nh3n"
        assert auditor.get(f"/api/v1/lakes/{basin.lake}").json()["facts"]["kind"] == "reservoir"
        missing = auditor.get("/api/v1/rivers/999999")
        assert (missing.status_code, missing.json()["type"]) == (
            404,
            "urn:onemap:problem:not_found",
        )
        assert auditor.get("/api/v1/rivers", params={"sort": "colour"}).status_code == 422
        assert auditor.get("/api/v1/rivers/0").status_code == 422
    with served.client(served.logins[Role.NEIGHBOUR]) as neighbour:
        assert neighbour.get(f"/api/v1/rivers/{basin.river}").status_code == 404
        assert neighbour.get("/api/v1/rivers").json()["all_count"] == 0
