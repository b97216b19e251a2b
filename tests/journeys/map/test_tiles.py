"""Tiles over HTTP: kept and right at once, each reader's own, and refused as everything else is."""

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import text

from dashboard.frame.auth import ALLOWED, Action
from data.cluster import Cluster
from data.database import transaction
from data.people import accounts
from data.people.role_grants import RoleGrant
from data.queries.people.accounts import account
from data.records import DivisionId
from data.vocabulary import Role
from tests.fixtures.served import Served, serve
from tests.made.database import Database
from tests.made.map.newest import tell_class
from tests.running.waiting import until

GROUND = "/tiles/waters/10/831/414.mvt"
SECTIONS = "/tiles/sections/8/207/103.mvt"
LEDGER = ("all", "problems", "patrols", "patrol_ends")
WATERS = ("waters", "divisions", "reaches", "sections")


@pytest.fixture
def reader(served: Served) -> Iterator[httpx.Client]:
    with served.client("auditor") as client:
        yield client


def rename(served: Served, name: str) -> None:
    with served.database.owner.begin() as connection:
        connection.execute(text("UPDATE lake SET name = :name"), {"name": name})


def rename_unheard(served: Served, name: str) -> None:
    """Changes the lake as nothing of ours does: without a word to those who listen."""
    with served.database.owner.begin() as connection:
        connection.execute(text("SET LOCAL onemap.map_bulk = 'on'"))
        connection.execute(text("UPDATE lake SET name = :name"), {"name": name})


def notify(served: Served, payload: str) -> None:
    with served.database.app.begin() as connection:
        connection.execute(text("SELECT pg_notify('onemap_map', :payload)"), {"payload": payload})


def has(client: httpx.Client, name: str, path: str = GROUND) -> bool:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return name.encode() in answer.content


@pytest.mark.parametrize("role", Role)
def test_each_role_reads_the_layers_it_may(shared_served: Served, role: Role) -> None:
    reads = ALLOWED[role]
    with shared_served.client(shared_served.logins[role]) as client:
        for _ in range(2):
            for layers in (*WATERS, *LEDGER):
                needed = Action.READ_LEDGER if layers in LEDGER else Action.READ_WATERS
                answer = client.get(f"/tiles/{layers}/10/831/414.mvt")
                assert answer.status_code == (200 if needed in reads else 403), layers
                if answer.status_code == 403:
                    assert answer.json()["type"] == "urn:onemap:problem:forbidden"


def test_who_reads_the_ledger_reads_waters_and_patrols() -> None:
    """One action opens the layers of ``all``: it must stand for the others."""
    for role, may in ALLOWED.items():
        if Action.READ_LEDGER in may:
            assert {Action.READ_WATERS, Action.READ_PATROLS} <= may, role


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "onemap_session=",
        "onemap_session=x",
        "onemap_session=" + "a" * 43,
        "onemap_session=" + "%00" * 20,
        'onemap_session="' + "a" * 43 + '"',
        "onemap_session=" + "a" * 5000,
        ";;;=;onemap_session",
    ],
)
def test_nobody_gets_a_tile(shared_served: Served, cookie: str) -> None:
    with shared_served.client() as client:
        for layers in (*WATERS, *LEDGER, "people"):
            path = f"/tiles/{layers}/10/831/414.mvt"
            answer = client.get(path, headers={"Cookie": cookie})
            assert (answer.status_code, answer.json()["type"]) == (
                401,
                "urn:onemap:problem:not_signed_in",
            )


def test_who_must_change_the_password_gets_no_tile(served: Served) -> None:
    with served.client("auditor") as client:
        assert client.get(GROUND).status_code == 200
        number = served.office.accounts["auditor"]
        with transaction(served.database.app) as connection:
            connection.execute(
                text("UPDATE account SET must_change_password = true WHERE id = :id"),
                {"id": number},
            )
            version = account(connection, number).version
            accounts.next_version(connection, number, version)
        assert client.get(GROUND).status_code == 403


def test_signing_out_ends_tiles_at_once(served: Served) -> None:
    with served.client() as client:
        client.post("/sign-in", data={"login": "auditor", "password": served.password})
        token = client.cookies["onemap_session"]
        assert client.get(GROUND).status_code == 200
        assert client.post("/sign-out").status_code == 303
        client.cookies.set("onemap_session", token)
        assert client.get(GROUND).status_code == 401


def test_a_locked_account_gets_no_tile_at_once(served: Served, reader: httpx.Client) -> None:
    assert reader.get(GROUND).status_code == 200
    number = served.office.accounts["auditor"]
    with transaction(served.database.app) as connection:
        accounts.set_active(connection, number, False, account(connection, number).version)
    assert reader.get(GROUND).status_code == 401


def test_another_role_sees_another_part_at_once(served: Served) -> None:
    with served.client("office_down") as client:
        assert has(client, "QH-02", SECTIONS)
        assert not has(client, "QH-01", SECTIONS)
        number = served.office.accounts["office_down"]
        given = RoleGrant(Role.OFFICE, DivisionId(served.basin.county))
        with transaction(served.database.app) as connection:
            accounts.add_role(connection, number, given, account(connection, number).version)
        assert has(client, "QH-01", SECTIONS)


def test_two_readers_never_get_each_others_tile(shared_served: Served) -> None:
    with shared_served.client("office_up") as up, shared_served.client("office_down") as down:
        for _ in range(3):
            assert has(up, "QH-01", SECTIONS)
            assert not has(up, "QH-02", SECTIONS)
            assert has(down, "QH-02", SECTIONS)
            assert not has(down, "QH-01", SECTIONS)
            tag = {"If-None-Match": up.get(SECTIONS).headers["etag"]}
            assert up.get(SECTIONS, headers=tag).status_code == 304
            assert down.get(SECTIONS, headers=tag).status_code == 200


def test_a_kept_tile_is_sent_until_its_box_changes(served: Served, reader: httpx.Client) -> None:
    assert has(reader, "镜湖")
    rename_unheard(served, "新镜湖")
    notify(served, "0 0 1000 1000")
    assert not has(reader, "新镜湖"), "a change elsewhere drops nothing"
    notify(served, "12490000 3830000 12491000 3831000")
    assert has(reader, "新镜湖")
    rename_unheard(served, "旧镜湖")
    assert not has(reader, "旧镜湖")
    notify(served, "all")
    assert has(reader, "旧镜湖")


def test_a_change_is_in_the_next_tile_a_hundred_times(served: Served, reader: httpx.Client) -> None:
    missed = []
    for number in range(100):
        rename(served, f"湖{number}号")
        if not has(reader, f"湖{number}号"):
            missed.append(number)
    assert missed == []


def test_a_class_and_a_shape_are_in_the_next_tile(served: Served, reader: httpx.Client) -> None:
    path = "/tiles/waters/11/1662/828.mvt"
    seen = [reader.get(path).headers["etag"]]
    for grade in (2, 6, 3, 5):
        tell_class(served.database.ingest, served.basin.section_down, grade)
        seen.append(reader.get(path).headers["etag"])
    with served.database.owner.begin() as connection:
        connection.execute(text("UPDATE lake SET geom = ST_Translate(geom, 0.001, 0)"))
    seen.append(reader.get("/tiles/lakes/11/1662/828.mvt").headers["etag"])
    with served.database.owner.begin() as connection:
        connection.execute(text("UPDATE lake SET geom = ST_Translate(geom, 0.001, 0)"))
    seen.append(reader.get("/tiles/lakes/11/1662/828.mvt").headers["etag"])
    assert len(set(seen)) == len(seen)


def test_while_nothing_can_be_heard_tiles_are_read_anew(
    served: Served, reader: httpx.Client
) -> None:
    assert has(reader, "镜湖")
    rename_unheard(served, "无声湖")
    assert not has(reader, "无声湖")
    with served.database.app.begin() as connection:
        ended = connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                " current_database() AND application_name = 'onemap-hearing'"
            )
        ).all()
    assert len(ended) == 1
    until(lambda: has(reader, "无声湖"))
    rename(served, "又见湖")
    assert has(reader, "又见湖")


def allow_connections(cluster: Cluster, database: Database, *, allow: bool) -> None:
    cluster.execute(f"ALTER DATABASE {database.name} WITH ALLOW_CONNECTIONS {allow}")


def test_a_lost_database_is_told_and_comes_again(cluster: Cluster, database: Database) -> None:
    for served in serve(database, {"ONEMAP_DASHBOARD__TILE_CONNECTIONS": "2"}):
        with served.client("auditor") as reader:
            assert has(reader, "镜湖")
            allow_connections(cluster, database, allow=False)
            try:
                cluster.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    f" WHERE datname = '{database.name}'"
                )
                until(lambda: reader.get(GROUND).status_code == 503)
                answer = reader.get(GROUND)
                assert answer.json()["type"] == "urn:onemap:problem:service_down"
                assert answer.headers["retry-after"] == "5"
                assert answer.headers["x-content-type-options"] == "nosniff"
            finally:
                allow_connections(cluster, database, allow=True)
            until(lambda: reader.get(GROUND).status_code == 200)
            rename(served, "归来湖")
            assert has(reader, "归来湖")
