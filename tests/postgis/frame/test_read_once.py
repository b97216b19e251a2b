"""Changes are read once; each is told once, also one committed late, and none is lost."""

import asyncio
import json
from dataclasses import replace

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import ProgrammingError

from dashboard.frame.channel import QUEUE, Listener
from dashboard.frame.deps import Deps
from dashboard.frame.health import Figures
from dashboard.map.news import ReadingNews
from data.queries.scope import EVERYTHING, Scope
from data.records import DivisionId, StationId
from data.settings import DashboardSettings, QualitySettings
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.map.listening import Clock, division, drawn_number, events, page, send, stations_of
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
    opening = asyncio.run(news.opened(page(EVERYTHING), had))
    assert opening is not None
    told = json.loads(opening.data)
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
        opening = asyncio.run(news.opened(page(scope), after))
        assert opening is not None
        return {each["id"] for each in json.loads(opening.data).get("stations", [])}

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
    opening = asyncio.run(news.opened(page(EVERYTHING), news.newest()))
    assert opening is not None
    assert opening.kind == "hello"


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


def test_the_database_is_asked_as_often_for_many_scopes_as_for_one(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    asked: list[str] = []
    event.listen(
        database.app, "before_cursor_execute", lambda _c, _cursor, said, *_: asked.append(said)
    )
    divisions = [frozenset({DivisionId(basin.town_up), DivisionId(10**6 + n)}) for n in range(60)]

    def statements(*pages: Listener) -> int:
        news = ReadingNews(deps, Figures())
        send(news, *pages)
        tell_class(database.ingest, basin.section_up, 3)
        asked.clear()
        send(news, *pages)
        assert all(stations_of(each) == [basin.section_up] for each in pages)
        return len(asked)

    many = statements(*(page(Scope(divisions=each)) for each in divisions))
    assert many == statements(page(EVERYTHING)) > 0
