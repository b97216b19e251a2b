"""Changes are read once for every scope; each is told once, also one committed late."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from dashboard.frame.auth import User
from dashboard.frame.channel import QUEUE, Listener
from dashboard.frame.deps import Deps
from dashboard.frame.health import Figures
from dashboard.ledger.news import LedgerNews
from dashboard.map.news import MOST_STATIONS, ReadingNews
from data.clock import UtcDatetime, now
from data.queries.people.accounts import Account, HeldRole
from data.queries.scope import EVERYTHING, NOTHING, Scope
from data.records import AccountId, DivisionId, ReachId, StationId
from data.settings import DashboardSettings, QualitySettings
from data.vocabulary import Role
from tests.made.basin import SmallBasin, build_small_basin, build_station
from tests.made.database import Database
from tests.made.map.newest import tell_class
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


class Clock:
    """A clock that can be set forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> UtcDatetime:
        return UtcDatetime(now() + self.ahead)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deps(database: Database, clock: Clock) -> Deps:
    return Deps(database.app, DashboardSettings(), QualitySettings(), clock)


def page(scope: Scope) -> Listener:
    """An open page of an auditor with that scope."""
    account = Account(AccountId(1), "auditor", "甲", False, None, True, 1)
    held = HeldRole(1, Role.AUDITOR, None, None, None, None, None, False)
    return Listener("", User(account, (held,), scope))


def division(number: int) -> Scope:
    return Scope(divisions=frozenset({DivisionId(number)}))


def events(listener: Listener) -> list[tuple[str, dict[str, Any]]]:
    """The events that wait for the page, which are then no longer waiting."""
    found = []
    while not listener.queue.empty():
        event = listener.queue.get_nowait()
        found.append((event.kind, json.loads(event.data)))
    return found


def stations_of(listener: Listener) -> list[int]:
    """The stations told, each as often as it was told."""
    return [one["id"] for _kind, told in events(listener) for one in told["stations"]]


@contextmanager
def drawn_number(database: Database, station: int) -> Iterator[None]:
    """A transaction that has drawn its number, and commits at the end of the block."""
    with database.ingest.begin() as connection:
        connection.execute(
            text(
                "UPDATE latest_reading SET change_no = nextval('latest_reading_change_no')"
                " WHERE station_id = :station"
            ),
            {"station": station},
        )
        yield


def send(news: ReadingNews | LedgerNews, *pages: Listener) -> None:
    asyncio.run(news.send_news(set(pages)))


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


def test_a_late_commit_is_told_once_and_nothing_twice(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    for station in (basin.section_up, basin.section_down, basin.section_lake):
        tell_class(database.ingest, station, 3)
    news, whole = ReadingNews(deps, Figures()), page(EVERYTHING)
    send(news, whole)
    with drawn_number(database, basin.section_up):
        tell_class(database.ingest, basin.section_down, 4)
        send(news, whole)
        assert stations_of(whole) == [basin.section_down]
        tell_class(database.ingest, basin.section_lake, 4)
        send(news, whole)
        assert stations_of(whole) == [basin.section_lake]
        assert news.seen.gaps, "the number that is drawn is waited for"
    send(news, whole)
    assert stations_of(whole) == [basin.section_up]
    for _again in range(3):
        send(news, whole)
    assert events(whole) == []


def test_a_page_that_opens_after_a_late_commit_hears_it(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    """It read its state before the commit, and has a higher number than the commit's."""
    for station in (basin.section_up, basin.section_down):
        tell_class(database.ingest, station, 3)
    news = ReadingNews(deps, Figures())
    send(news)
    with drawn_number(database, basin.section_up):
        tell_class(database.ingest, basin.section_down, 4)
        send(news)
        had = news.seen.newest
    send(news)
    event = asyncio.run(news.opened(page(EVERYTHING), had))
    assert event is not None
    told = json.loads(event.data)
    assert [each["id"] for each in told["stations"]] == [basin.section_up]


def test_a_commit_that_was_under_way_as_the_channel_started_is_told(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    for station in (basin.section_up, basin.section_down):
        tell_class(database.ingest, station, 3)
    news, whole = ReadingNews(deps, Figures()), page(EVERYTHING)
    with drawn_number(database, basin.section_up):
        tell_class(database.ingest, basin.section_down, 4)
        send(news, whole)
        assert events(whole) == []
    send(news, whole)
    assert stations_of(whole) == [basin.section_up]


def test_a_gap_that_nobody_can_fill_is_not_asked_for(
    deps: Deps, database: Database, basin: SmallBasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.frame.channel.BETWEEN_DRAW_AND_WRITE_S", 0.0)
    news = ReadingNews(deps, Figures())
    tell_class(database.ingest, basin.section_up, 3)
    send(news)
    for grade in (1, 2, 3, 4):
        tell_class(database.ingest, basin.section_up, grade)
    send(news)
    send(news)
    assert news.seen.gaps == {}, "these numbers were the row's own until it changed again"


def test_a_page_that_was_away_catches_up_from_memory_and_beyond(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    tell_class(database.ingest, basin.section_up, 3)
    first = ReadingNews(deps, Figures()).newest()
    tell_class(database.ingest, basin.section_down, 4)
    second = ReadingNews(deps, Figures()).newest()
    news = ReadingNews(deps, Figures())
    send(news)
    tell_class(database.ingest, basin.section_lake, 5)
    send(news)

    def missed(scope: Scope, after: int) -> set[int]:
        event = asyncio.run(news.opened(page(scope), after))
        assert event is not None
        return {each["id"] for each in json.loads(event.data).get("stations", [])}

    assert missed(EVERYTHING, second) == {basin.section_lake}
    assert missed(EVERYTHING, first) == {basin.section_down, basin.section_lake}
    assert missed(division(basin.town_up), first) == set()
    assert missed(EVERYTHING, second) == {basin.section_lake}, "what came before is not repeated"
    assert missed(EVERYTHING, first - 1) == {
        basin.section_up,
        basin.section_down,
        basin.section_lake,
    }
    ahead = asyncio.run(news.opened(page(EVERYTHING), 10**9))
    assert ahead is not None
    assert ahead.kind == "resync"


def test_a_page_that_knows_more_than_the_channel_has_read_loads_nothing_anew(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    news = ReadingNews(deps, Figures())
    send(news)
    tell_class(database.ingest, basin.section_up, 3)
    event = asyncio.run(news.opened(page(EVERYTHING), news.newest()))
    assert event is not None
    assert event.kind == "hello"


def test_a_slow_page_loads_anew_and_the_others_hear_all(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    news, slow, quick = ReadingNews(deps, Figures()), page(EVERYTHING), page(EVERYTHING)
    send(news, slow, quick)
    for step in range(QUEUE + 1):
        tell_class(database.ingest, basin.section_up, step % 6 + 1)
        send(news, slow, quick)
        assert stations_of(quick) == [basin.section_up]
    assert [kind for kind, _told in events(slow)] == ["resync"]


def test_a_read_that_fails_loses_nothing(
    deps: Deps, database: Database, basin: SmallBasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    news, whole = ReadingNews(deps, Figures()), page(EVERYTHING)
    send(news, whole)
    tell_class(database.ingest, basin.section_up, 3)
    with monkeypatch.context() as broken:

        def away(connection: Connection, *_: object) -> None:
            connection.execute(text("SELECT * FROM no_such_table"))

        broken.setattr("dashboard.map.news.touched_waters", away)
        with pytest.raises(ProgrammingError):
            send(news, whole)
    assert events(whole) == []
    send(news, whole)
    assert stations_of(whole) == [basin.section_up]


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


def test_a_page_whose_user_sees_something_else_now_moves_to_its_new_scope(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    news, one = ReadingNews(deps, Figures()), page(division(basin.town_up))
    send(news, one)
    one.user = replace(one.user, scope=Scope(stations=frozenset({StationId(basin.section_down)})))
    tell_class(database.ingest, basin.section_up, 2)
    tell_class(database.ingest, basin.section_down, 2)
    send(news, one)
    assert stations_of(one) == [basin.section_down]
    assert len(news.audience.index.scopes) == 1
    send(news)
    assert news.audience.index.scopes == {}


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
