"""The made county at one fixed instant: the pictures show it, today and next year."""

from datetime import UTC, datetime
from typing import Final

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from dashboard.app import create_app
from dashboard.demo import basin
from data.clock import UtcDatetime
from ingest.qc.watch import Watch
from tests.made.database import Database
from tests.made.office import PASSWORD

PRESENT: Final = UtcDatetime(datetime(2026, 3, 19, 2, tzinfo=UTC))
"""A Thursday, ten in the morning in the business zone: week, month and year are under way."""

CHOSEN: Final = {
    "section": "SELECT id FROM station WHERE code = 'QC-S06'",
    "river": "SELECT id FROM river WHERE name = '清川河'",
    "problem": "SELECT id FROM problem WHERE number = '990101-2026-00034'",
    "patrol": "SELECT patrol.id FROM patrol JOIN person ON person.id = person_id"
    " WHERE name = '清川河县级河长' ORDER BY started_at DESC LIMIT 1",
    "value": "SELECT concat_ws('.', station_id, (extract(epoch FROM observed_at) * 1e6)::bigint,"
    " period, parameter) FROM reading_finding WHERE test = 'neighbour'"
    " ORDER BY observed_at DESC, station_id, parameter LIMIT 1",
}
"""Things that pages show, told by what they are: an id may change with the order of writing."""


def clock() -> UtcDatetime:
    """The instant at which the county stands still."""
    return PRESENT


def app() -> FastAPI:
    """The dashboard whose clock stands still: a factory for uvicorn."""
    return create_app(clock=clock)


def fill(database: Database) -> None:
    """The demo's county is in the database, its readings looked at twice; all share a password."""
    basin.fill(database.owner, lambda _line: None, clock, lambda _login: PASSWORD)
    Watch(database.ingest, clock=clock).turn()


def chosen(database: Database) -> dict[str, str]:
    """What stands for each of the chosen things in an address."""
    with database.owner.connect() as connection:
        return {
            name: str(connection.execute(text(query)).scalar_one())
            for name, query in CHOSEN.items()
        }


def sign_in(url: str, login: str) -> str:
    """The token of a new session of that account."""
    with httpx.Client(base_url=url, headers={"Origin": url}, timeout=60) as client:
        answer = client.post("/sign-in", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client.cookies["onemap_session"]


def settle_sign_ins(database: Database) -> None:
    """The access log knows the administrator's sign-in alone, at the instant.

    So the page of accounts shows the same whichever pages were looked at before.
    """
    with database.owner.begin() as connection:
        connection.execute(text("ALTER TABLE access_log DISABLE TRIGGER USER"))
        connection.execute(
            text(
                "DELETE FROM access_log WHERE action = 'sign_in' AND account_id <>"
                " (SELECT id FROM account WHERE login = 'admin')"
            )
        )
        signed = text("UPDATE access_log SET at = :at WHERE action = 'sign_in'")
        connection.execute(signed, {"at": PRESENT})
        connection.execute(text("ALTER TABLE access_log ENABLE TRIGGER USER"))
