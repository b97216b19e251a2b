"""Each scope hears which problems and patrols changed, and where they were before."""

import asyncio
import json

import pytest
from sqlalchemy import text

from dashboard.frame.deps import Deps
from dashboard.frame.health import Figures
from dashboard.ledger.news import LedgerNews
from data.queries.scope import EVERYTHING, NOTHING
from data.settings import DashboardSettings, QualitySettings
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.map.listening import Clock, division, events, page, send
from tests.made.map.problems import close_problem, put_patrol, put_problem

TRACK = "LINESTRING(112.201 32.72,112.201 32.70)"


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        made = build_small_basin(connection)
        connection.execute(
            text(
                "INSERT INTO account (login, display_name, password_hash) VALUES ('jia', '甲', 'x')"
            )
        )
        return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deps(database: Database, clock: Clock) -> Deps:
    return Deps(database.app, DashboardSettings(), QualitySettings(), clock)


def test_the_ledger_is_told_by_scope_with_boxes(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    news = LedgerNews(deps, Figures())
    whole, up = page(EVERYTHING), page(division(basin.town_up))
    down, stranger = page(division(basin.town_down)), page(NOTHING)
    pages = (whole, up, down, stranger)
    send(news, *pages)
    number = put_problem(database.owner, "411381-2026-00001", basin.reach_up, 112.2, 32.7)
    put_patrol(database.owner, basin.reach_up, TRACK)
    send(news, *pages)
    for each in (whole, up):
        ((kind, told),) = events(each)
        assert (kind, told["patrols"], told["gone"]) == ("ledger", 1, [])
        assert [one["id"] for one in told["problems"]] == [number]
        assert sorted(told["boxes"]) == [
            pytest.approx([112.2, 32.7, 112.2, 32.7], abs=1e-4),
            pytest.approx([112.201, 32.70, 112.201, 32.72], abs=1e-4),
        ]
    close_problem(database.owner, number)
    send(news, *pages)
    ((_kind, told),) = events(up)
    assert (told["problems"], told["gone"], told["patrols"]) == ([], [number], 0)
    assert len(told["boxes"]) == 1
    assert events(down) == events(stranger) == []


def test_a_problem_that_moves_is_gone_for_those_who_saw_it(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    number = put_problem(database.owner, "411381-2026-00001", basin.reach_up, 112.2, 32.7)
    news = LedgerNews(deps, Figures())
    whole, up = page(EVERYTHING), page(division(basin.town_up))
    down = page(division(basin.town_down))
    send(news, whole, up, down)
    before = news.seen.newest
    with database.owner.begin() as connection:
        connection.execute(
            text(
                "UPDATE problem SET division_id = :town, reach_id = :reach,"
                " geom = ST_SetSRID(ST_MakePoint(112.2, 32.45), 4490) WHERE id = :id"
            ),
            {"town": basin.town_down, "reach": basin.reach_down, "id": number},
        )
    send(news, whole, up, down)
    ((_kind, left),) = events(up)
    assert (left["problems"], left["gone"]) == ([], [number])
    assert left["boxes"] == [pytest.approx([112.2, 32.7, 112.2, 32.7], abs=1e-4)]
    ((_kind, came),) = events(down)
    assert ([one["id"] for one in came["problems"]], came["gone"]) == ([number], [])
    ((_kind, told),) = events(whole)
    assert ([one["id"] for one in told["problems"]], told["gone"]) == ([number], [])
    assert len(told["boxes"]) == 2
    late = asyncio.run(news.opened(page(division(basin.town_up)), before))
    assert late is not None
    assert json.loads(late.data)["gone"] == [number]
    close_problem(database.owner, number)
    send(news, whole, up, down)
    closed = asyncio.run(news.opened(page(division(basin.town_down)), before))
    assert closed is not None
    assert (json.loads(closed.data)["problems"], json.loads(closed.data)["gone"]) == ([], [number])
