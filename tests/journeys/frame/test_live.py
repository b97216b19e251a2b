"""What an open page is told: each reading that it may see, and that for its account alone."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from sqlalchemy import text

from data.database import transaction
from data.people import accounts
from data.queries.people.accounts import credentials
from data.vocabulary import ChiefLevel, Role
from tests.fixtures.served import Served
from tests.made.office import Post, add_account

PUT = text(
    "INSERT INTO latest_reading (station_id, observed_at, received_at, latest, state, water_class,"
    " have_count, required_count, meets_target, fresh_until) VALUES (:station, now(), now(),"
    " '{}', 'graded', :grade, 5, 5, false, now() + interval '1 day') ON CONFLICT (station_id)"
    " DO UPDATE SET water_class = :grade, observed_at = now(), received_at = now(),"
    " change_no = nextval('latest_reading_change_no') RETURNING change_no"
)
PATIENCE_S = 30.0


class Followed:
    """The events of one open stream, as they come."""

    def __init__(self) -> None:
        self.events: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        self.is_open = threading.Event()
        self.answer: httpx.Response | None = None

    def next(self, patience_s: float = PATIENCE_S) -> tuple[str, dict[str, Any]]:
        return self.events.get(timeout=patience_s)

    def read(self, client: httpx.Client, path: str) -> None:
        try:
            with client.stream("GET", path, timeout=None) as answer:
                self.answer = answer
                assert answer.headers["content-type"].startswith("text/event-stream")
                kind = ""
                for line in answer.iter_lines():
                    if line.startswith("event: "):
                        kind = line.removeprefix("event: ")
                    elif line.startswith("data: "):
                        self.events.put((kind, json.loads(line.removeprefix("data: "))))
        except (httpx.StreamError, httpx.TransportError):
            return


@contextmanager
def following(served: Served, role: Role, path: str = "/events") -> Iterator[Followed]:
    with following_as(served, served.logins[role], path) as followed:
        yield followed


@contextmanager
def following_as(served: Served, login: str, path: str = "/events") -> Iterator[Followed]:
    followed = Followed()
    client = served.client(login)
    thread = threading.Thread(target=followed.read, args=(client, path), daemon=True)
    thread.start()
    try:
        yield followed
    finally:
        client.close()


def put(served: Served, station: int, grade: int) -> int:
    with served.database.owner.begin() as connection:
        number = connection.execute(PUT, {"station": station, "grade": grade}).scalar_one()
        connection.execute(text("NOTIFY onemap_reading"))
    return int(number)


def test_a_change_is_told_to_those_who_may_see_it(shared_served: Served) -> None:
    served = shared_served
    with following(served, Role.CHIEF) as chief, following(served, Role.NEIGHBOUR) as neighbour:
        assert chief.next()[0] == "hello"
        assert neighbour.next()[0] == "hello"
        number = put(served, served.basin.section_up, 4)
        kind, payload = chief.next()
        assert kind == "change"
        assert payload["change_no"] == number
        told = [feature["id"] for feature in payload["stations"]]
        assert told == [served.basin.section_up]
        put(served, served.basin.section_down, 5)
        assert served.basin.section_down in [
            feature["id"] for feature in chief.next()[1]["stations"]
        ]
        assert neighbour.events.empty()


def test_a_page_that_was_away_catches_up(shared_served: Served) -> None:
    served = shared_served
    first = put(served, served.basin.section_up, 2)
    number = put(served, served.basin.section_lake, 3)
    with following(served, Role.OFFICE, f"/events?since={first}") as page:
        kind, payload = page.next()
        assert kind == "change"
        assert payload["change_no"] == number
        assert served.basin.section_lake in [one["id"] for one in payload["stations"]]
    with following(served, Role.OFFICE, "/events?since=99999999") as page:
        assert page.next()[0] == "resync"


def test_a_lost_database_connection_loses_no_change(shared_served: Served) -> None:
    served = shared_served
    with following(served, Role.AUDITOR) as page:
        page.next()
        with served.database.app.begin() as connection:
            ended = connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                    " current_database() AND application_name = 'onemap-live'"
                )
            )
            assert ended.scalars().all() == [True]
        number = put(served, served.basin.section_up, 6)
        kinds = set()
        while (told := page.next())[1].get("change_no") != number:
            kinds.add(told[0])
        assert kinds <= {"change", "lost", "live"}, "an earlier test's change may come late"


def test_the_stream_of_an_account_that_is_disabled_ends_at_once(shared_served: Served) -> None:
    """Long before its next look at the session, which comes every minute."""
    login, post = "chief.leaving", Post(Role.CHIEF, level=ChiefLevel.COUNTY)
    with shared_served.database.owner.begin() as connection:
        units = shared_served.office.units
        left = add_account(connection, login, post, basin=shared_served.basin, units=units)
    with following_as(shared_served, login) as page, following(shared_served, Role.OFFICE) as other:
        assert page.next()[0] == "hello"
        assert other.next()[0] == "hello"
        with transaction(shared_served.database.app) as connection:
            found = credentials(connection, login)
            assert found is not None
            accounts.set_active(connection, left, False, found.account.version)
        assert page.next()[0] == "signed_out"
        put(shared_served, shared_served.basin.section_up, 4)
        assert other.next()[0] == "change"
        assert page.events.empty()


def test_the_figures_count_pages(shared_served: Served) -> None:
    served = shared_served
    with following(served, Role.CHIEF) as page:
        page.next()
        with served.client(served.logins[Role.ADMINISTRATOR]) as client:
            figures = client.get("/metrics").text
    listeners = next(
        line for line in figures.splitlines() if line.startswith("onemap_live_listeners ")
    )
    assert float(listeners.split()[1]) >= 1
    assert 'onemap_http_requests_total{area="events"' in figures


def test_a_page_drawn_for_another_account_changes_and_reads_nothing(
    shared_served: Served,
) -> None:
    """A page says for whom it was drawn; a program that says nothing is not asked."""
    with shared_served.client(shared_served.logins[Role.OFFICE]) as client:
        own = shared_served.office.accounts[shared_served.logins[Role.OFFICE]]
        for drawn_for, status in ((str(own), 422), (str(own + 1), 412), ("", 412), (None, 422)):
            headers = {} if drawn_for is None else {"X-OneMap-Account": drawn_for}
            answer = client.post("/api/v1/problems/999999/actions/press", json={}, headers=headers)
            assert answer.status_code == status, (drawn_for, answer.text)
            callback = client.post("/_dash-update-component", json={}, headers=headers)
            assert (callback.status_code == 412) == (status == 412)
            for path in ("/api/v1/notices", "/api/v1/ledger/news", "/_dash-layout"):
                read = client.get(path, headers=headers).status_code
                assert read == (412 if status == 412 else 200), (drawn_for, path)
        for tongue, said in (("zh", "本页由另一账号打开"), ("en", "opened by another account")):
            told = client.get("/api/v1/notices", headers={"X-OneMap-Account": f"0 {tongue}"})
            assert said in told.json()["detail"]


def test_what_a_page_asks_for_comes_in_the_language_of_the_page(shared_served: Served) -> None:
    """Another tab may have chosen another language since; one that isn't known is the account's."""
    login = shared_served.logins[Role.OFFICE]
    own, none = shared_served.office.accounts[login], "该地址没有内容"
    with shared_served.client(login) as client:
        for tongue, said in (("en", "nothing at this address"), ("zh", none), ("../en", none)):
            headers = {"X-OneMap-Account": f"{own} {tongue}"}
            assert said in client.get("/api/v1/none", headers=headers).json()["detail"]
            chosen = client.get("/api/v1/ledger/choices", headers=headers).text
            assert ("Occupation" in chosen) == (tongue == "en")
            layout = client.get("/_dash-layout", headers=headers).text
            assert ("Skip to content" in layout) == (tongue == "en")
