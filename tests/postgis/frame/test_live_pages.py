"""Open pages hear every change once they are open, and load anew when their scope changes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from dashboard.frame import live
from dashboard.frame.audience import Piece
from dashboard.frame.auth import User
from dashboard.frame.channel import Listener
from dashboard.frame.deps import Deps
from dashboard.frame.health import Figures
from dashboard.frame.identify import user_of_session
from dashboard.frame.live import Live
from dashboard.map.news import ReadingNews
from data import clock
from data.people.accounts import add_role, create_account
from data.people.role_grants import RoleGrant
from data.people.sessions import open_session
from data.queries.people.accounts import account
from data.queries.scope import EVERYTHING
from data.records import DivisionId
from data.settings import DashboardSettings, QualitySettings
from data.vocabulary import Role
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.map.newest import tell_class


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        return build_small_basin(connection)


@pytest.fixture
def deps(database: Database) -> Deps:
    later = [clock.now()]

    def ticking() -> clock.UtcDatetime:
        """Each look is a minute later, so that nobody is remembered."""
        later[0] = clock.UtcDatetime(later[0] + timedelta(minutes=1))
        return later[0]

    return Deps(database.app, DashboardSettings(), QualitySettings(), ticking)


class Opening(ReadingNews):
    """A page opens just after the newest changes were read."""

    page: Listener
    listeners: set[Listener]

    def read(self) -> list[Piece] | None:
        found = super().read()
        self.listeners.add(self.page)
        return found


def auditor(deps: Deps, division: int) -> tuple[str, User]:
    """The session and user of an auditor of a division."""
    with deps.engine.begin() as connection:
        number = create_account(connection, "auditor", "甲", "qing-he-2046-shui", must_change=False)
        given = RoleGrant(Role.AUDITOR, DivisionId(division))
        add_role(connection, number, given, account(connection, number).version)
        token = open_session(connection, number, 12)
    user = user_of_session(deps, token)
    assert user is not None
    return token, user


def test_a_page_that_opens_while_changes_are_read_hears_them(
    deps: Deps, database: Database, basin: SmallBasin
) -> None:
    token, user = auditor(deps, basin.county)
    opening = Opening(deps, Figures())
    opening.page, opening.listeners = Listener(token, user), set()
    asyncio.run(opening.send_news(opening.listeners))
    assert opening.page.queue.empty()
    tell_class(database.ingest, basin.section_up, 4)
    opening.listeners.clear()
    asyncio.run(opening.send_news(opening.listeners))
    assert opening.page.queue.get_nowait().kind == "change"


async def kinds(stream: AsyncIterator[bytes], count: int) -> list[str]:
    """The kinds of the next events."""
    found: list[str] = []
    async for part in stream:
        found += [line[7:] for line in part.decode().split("\n") if line.startswith("event: ")]
        if len(found) >= count:
            break
    return found


def test_a_page_whose_reader_sees_more_now_loads_anew(
    deps: Deps, basin: SmallBasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.02)
    monkeypatch.setattr(live, "CHECK_SESSION_S", 0.0)
    token, user = auditor(deps, basin.town_up)

    figures = Figures()

    async def follow() -> list[str]:
        stream = Live(deps, figures, [ReadingNews(deps, figures)]).stream(token, user, {})
        first = await kinds(stream, 1)
        with deps.engine.begin() as connection:
            version = account(connection, user.account_id).version
            add_role(
                connection, user.account_id, RoleGrant(Role.AUDITOR, is_everywhere=True), version
            )
        return first + await asyncio.wait_for(kinds(stream, 1), 10)

    assert asyncio.run(follow()) == ["hello", "resync"]
    found = user_of_session(deps, token)
    assert found is not None
    assert found.scope == EVERYTHING
