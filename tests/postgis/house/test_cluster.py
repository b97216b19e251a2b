"""The private cluster: what it keeps, what it heals, whom it lets in."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from data.cluster import ROLES, Cluster
from data.errors import BadInput
from tests.running.folders import open_folder

PASSWORDS = {role: f"secret-{role}" for role in ROLES}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A path with a space and Chinese in it, as users have them."""
    with open_folder("cluster") as made:
        yield made / "一河 一档" / "postgres"


def one(url: str, sql: str) -> object:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            return connection.execute(text(sql)).scalar()
    finally:
        engine.dispose()


def test_data_survives_a_stop_and_a_killed_server(folder: Path) -> None:
    cluster = Cluster(folder, PASSWORDS)
    cluster.start()
    owner = cluster.url("owner")
    cluster.execute("CREATE TABLE kept AS SELECT 1 AS id", "onemap")
    cluster.execute("GRANT ALL ON kept TO onemap_owner", "onemap")
    cluster.stop()
    cluster.start()
    one(owner, "INSERT INTO kept VALUES (2) RETURNING id")
    pid = cluster.daemon.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    again = Cluster(folder, PASSWORDS, port=cluster.port)
    again.start()
    assert one(again.url("owner"), "SELECT count(*) FROM kept") == 2
    again.stop()
    assert again.daemon.pid() is None


def test_a_server_left_by_another_run_is_replaced(folder: Path) -> None:
    left = Cluster(folder, PASSWORDS)
    left.start()
    old = left.daemon.pid()
    left.daemon.record.unlink()
    new = Cluster(folder, PASSWORDS)
    new.start()
    assert new.daemon.pid() not in {None, old}
    assert one(new.url("app"), "SELECT 1") == 1
    new.stop()


def test_a_lock_file_of_a_foreign_process_is_no_hindrance(folder: Path) -> None:
    cluster = Cluster(folder, PASSWORDS)
    cluster.start()
    cluster.stop()
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n")
    cluster.start()
    assert one(cluster.url("app"), "SELECT 1") == 1
    cluster.stop()


def test_it_is_utf8_and_speaks_utc(cluster: Cluster) -> None:
    assert one(cluster.url("app"), "SHOW server_encoding") == "UTF8"
    assert one(cluster.url("app"), "SHOW timezone") == "UTC"
    assert one(cluster.url("app"), "SELECT ST_SRID(ST_Point(112, 32, 4490))") == 4490


@pytest.mark.parametrize("role", ROLES)
def test_no_role_is_a_superuser_or_may_make_tables_unless_owner(
    cluster: Cluster, role: str
) -> None:
    url = cluster.url(role)
    assert one(url, "SELECT current_user") == f"onemap_{role}"
    assert one(url, "SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles "
                    "WHERE rolname = current_user") is False  # fmt: skip
    may = one(url, "SELECT has_schema_privilege('public', 'CREATE')")
    assert may is (role == "owner")


def test_a_wrong_password_is_refused(cluster: Cluster) -> None:
    url = cluster.url("app").replace(":test-app@", ":guess@")
    with pytest.raises(OperationalError, match="password authentication failed"):
        one(url, "SELECT 1")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")
def test_a_folder_the_account_cannot_enter_is_told(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(BadInput, match="can't reach"):
        Cluster(closed / "postgres", PASSWORDS).start()
