"""Whose word on a visitor's address is believed: that of configured proxies, from the right."""

import asyncio

import httpx
import pytest
from pydantic import ValidationError

from dashboard.app import create_app
from data.settings import DashboardSettings
from tests.made.database import Database

PEER = "10.9.0.1"


def statuses(proxies: tuple[str, ...], forwarded: list[str], peer: str = PEER) -> list[int]:
    """What a guesser hears who sends these X-Forwarded-For headers, one after another."""

    async def guess() -> list[int]:
        app = create_app(DashboardSettings(proxies=proxies))
        transport = httpx.ASGITransport(app, client=(peer, 1))
        url = "http://127.0.0.1"
        async with httpx.AsyncClient(transport=transport, base_url=url) as client:
            return [
                (
                    await client.post(
                        "/sign-in",
                        data={"login": "nobody", "password": "wrong"},
                        headers={"Origin": url, "X-Forwarded-For": each},
                    )
                ).status_code
                for each in forwarded
            ]

    return asyncio.run(guess())


@pytest.fixture
def own_database(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("ONEMAP_DATABASE__URL", database.urls["app"])
    return database


@pytest.mark.parametrize(
    ("proxies", "peer"), [((), PEER), ((), "127.0.0.1"), (("10.9.0.2",), PEER)]
)
def test_an_untrusted_peer_gains_nothing_by_the_header(
    own_database: Database, proxies: tuple[str, ...], peer: str
) -> None:
    rotating = [f"10.3.0.{number}" for number in range(7)]
    assert statuses(proxies, rotating, peer) == [401] * 5 + [429] * 2


def test_the_addresses_a_proxy_appended_count_from_the_right(own_database: Database) -> None:
    spoofed = [f"10.3.0.{number}, 172.16.0.9, 10.9.0.7" for number in range(7)]
    assert statuses((PEER, "10.9.0.0/28"), spoofed) == [401] * 5 + [429] * 2


def test_visitors_behind_a_proxy_are_told_apart(own_database: Database) -> None:
    visitors = [f"172.16.0.{number}" for number in range(7)]
    assert statuses((PEER,), visitors) == [401] * 7


@pytest.mark.parametrize("wrong", ["*", "proxy.example", "10.0.0.5/33", "", "10.0.0.300"])
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        DashboardSettings(proxies=(wrong,))
