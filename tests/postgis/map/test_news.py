"""Each scope hears which stations and waters changed, with its own strip and boxes."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from dashboard.frame.deps import Deps
from dashboard.frame.health import Figures
from dashboard.map.news import MOST_STATIONS, ReadingNews
from data.queries.scope import EVERYTHING, NOTHING, Scope
from data.records import ReachId
from data.settings import DashboardSettings, QualitySettings
from tests.made.basin import SmallBasin, build_small_basin, build_station
from tests.made.database import Database
from tests.made.map.listening import Clock, division, events, page, send
from tests.made.map.newest import tell_class


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


def test_each_scope_hears_what_it_may_see_with_its_own_strip(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    news = ReadingNews(deps, Figures())
    whole, up, stranger = page(EVERYTHING), page(division(basin.town_up)), page(NOTHING)
    beside = page(Scope(reaches=frozenset({ReachId(basin.reach_down)})))
    pages = (whole, up, stranger, beside)
    send(news, *pages)
    tell_class(database.ingest, basin.section_up, 2)
    tell_class(database.ingest, basin.section_down, 5)
    send(news, *pages)
    ((kind, told),) = events(whole)
    assert kind == "change"
    assert {each["id"] for each in told["stations"]} == {basin.section_up, basin.section_down}
    assert told["waters"]["reach"][str(basin.reach_down)]["cls"] == 5
    assert (told["strip"]["meets"], told["strip"]["below"]) == (1, 1)
    ((_kind, above),) = events(up)
    assert [each["id"] for each in above["stations"]] == [basin.section_up]
    assert set(above["waters"]["reach"]) == {str(basin.reach_up)}
    assert (above["strip"]["meets"], above["strip"]["below"]) == (1, 0)
    ((_kind, below),) = events(beside)
    assert [each["id"] for each in below["stations"]] == [basin.section_down]
    assert events(stranger) == []


def test_boxes_hold_the_stations_and_the_waters_they_stand_for(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    with database.owner.begin() as connection:
        connection.execute(
            text("INSERT INTO section_represents VALUES (:up, :down)"),
            {"up": basin.section_up, "down": basin.reach_down},
        )
    news, whole, up = ReadingNews(deps, Figures()), page(EVERYTHING), page(division(basin.town_up))
    send(news, whole, up)
    tell_class(database.ingest, basin.section_up, 2)
    send(news, whole, up)
    ((_kind, told),) = events(whole)
    assert sorted(told["boxes"], key=lambda box: box[3]) == [
        pytest.approx([112.2, 32.4, 112.2, 32.6], abs=1e-4),
        pytest.approx([112.2, 32.7, 112.2, 32.7], abs=1e-4),
    ]
    ((_kind, above),) = events(up)
    assert above["boxes"] == [pytest.approx([112.2, 32.7, 112.2, 32.7], abs=1e-4)]


def test_a_device_that_falls_silent_is_told_when_the_time_comes(
    deps: Deps, clock: Clock, database: Database, basin: SmallBasin
) -> None:
    tell_class(database.ingest, basin.section_up, 5)
    news, whole = ReadingNews(deps, Figures()), page(EVERYTHING)
    send(news, whole)
    clock.ahead = timedelta(hours=23)
    send(news, whole)
    assert events(whole) == []
    clock.ahead = timedelta(hours=25)
    send(news, whole)
    ((_kind, told),) = events(whole)
    assert [each["properties"]["state"] for each in told["stations"]] == ["stale"]
    assert told["waters"]["reach"][str(basin.reach_up)]["cls"] == 0
    assert (told["strip"]["below"], told["strip"]["unsure"], told["strip"]["offline"]) == (0, 1, 3)
    send(news, whole)
    assert events(whole) == []


def test_a_station_that_moves_is_told_on_both_sides(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    tell_class(database.ingest, basin.section_up, 5)
    news = ReadingNews(deps, Figures())
    up, down = page(division(basin.town_up)), page(division(basin.town_down))
    send(news, up, down)
    with database.owner.begin() as connection:
        connection.execute(
            text(
                "UPDATE station SET reach_id = :reach, division_id = :town,"
                " geom = ST_SetSRID(ST_MakePoint(112.2, 32.45), 4490) WHERE id = :id"
            ),
            {"reach": basin.reach_down, "town": basin.town_down, "id": basin.section_up},
        )
    news.doubt()
    send(news, up, down)
    ((_kind, left),) = events(up)
    assert (left["stations"], left["strip"]["sections"]) == ([], 0)
    assert left["waters"]["reach"][str(basin.reach_up)]["cls"] == 0, "no section is left there"
    assert pytest.approx([112.2, 32.7, 112.2, 32.7], abs=1e-4) in left["boxes"]
    ((_kind, came),) = events(down)
    assert [each["id"] for each in came["stations"]] == [basin.section_up]
    assert came["waters"]["reach"][str(basin.reach_down)]["cls"] == 5


def test_a_station_that_is_added_is_found_without_a_reading(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    news, whole = ReadingNews(deps, Figures()), page(EVERYTHING)
    send(news, whole)
    with database.owner.begin() as connection:
        added = build_station(
            connection, "NEW-1", "新断面", "section", lon=112.2, lat=32.5, reach=basin.reach_down
        )
    news.looked_s -= 3600
    send(news, whole)
    ((_kind, told),) = events(whole)
    assert [each["id"] for each in told["stations"]] == [added]
    assert told["strip"]["sections"] == 4


def test_where_too_much_changed_pages_load_anew_and_strips_are_right(
    deps: Deps, database: Database, basin: SmallBasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_STATIONS > 1
    monkeypatch.setattr("dashboard.map.news.MOST_STATIONS", 1)
    news, whole = ReadingNews(deps, Figures()), page(EVERYTHING)
    send(news, whole)
    tell_class(database.ingest, basin.section_up, 2)
    tell_class(database.ingest, basin.section_down, 5)
    send(news, whole)
    assert [kind for kind, _told in events(whole)] == ["resync"]
    assert news.book.strip(EVERYTHING)["meets"] == 1
