"""The account over HTTP: as JSON, as a file, to those who may, each with their own stations."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from data import clock
from data.vocabulary import Role
from ingest.inbox import Message
from ingest.running.pipeline import Pipeline
from tests.fixtures.served import Served
from tests.made.readings.messages import message, one

ACCOUNT = "/api/v1/accounting"
FATES = ("stored", "filled", "duplicate", "conflict", "refused")


@pytest.fixture(scope="module")
def told(shared_served: Served) -> Served:
    """The small basin after four messages of its section and one of a stranger."""
    now = clock.to_utc(clock.now() - timedelta(hours=2))
    messages = [message("QH-01", clock.to_utc(now - n * timedelta(minutes=1))) for n in range(3)]
    messages += [messages[0], Message("onemap/v1/QH-01/reading", b"{", now)]
    Pipeline(shared_served.database.ingest).commit([*messages, message("nobody", now)])
    return shared_served


def test_the_account_adds_up_for_whoever_reads_it(told: Served) -> None:
    administrator = told.client(told.logins[Role.ADMINISTRATOR]).get(ACCOUNT).json()
    office = told.client(told.logins[Role.OFFICE]).get(ACCOUNT).json()
    for body in (administrator, office):
        assert body["adds_up"]
        assert body["sum"]["received"] == 5 == sum(body["sum"][fate] for fate in FATES)
        assert sum(each["received"] for each in body["buckets"]) == 5
        assert body["stations"][0]["code"] == "QH-01"
    assert administrator["unknown"]["received"] == 1
    assert office["unknown"] is None
    assert {each["reason"] for each in office["reasons"]} == {"not_json"}
    reasons = {each["reason"]: each["count"] for each in administrator["reasons"]}
    assert reasons == {"not_json": 1, "unknown_station": 1}


def test_one_station_by_day(told: Served) -> None:
    client = told.client(told.logins[Role.AUDITOR])
    asked = {"station": told.basin.section_up, "by": "day"}
    body = client.get(ACCOUNT, params=asked).json()
    assert (body["by"], body["station_count"], body["unknown"]) == ("day", 1, None)
    assert client.get(ACCOUNT, params={"station": 999_999}).status_code == 404
    turned = {"from": "2026-05-02T00:00:00Z", "to": "2026-05-01T00:00:00Z"}
    assert client.get(ACCOUNT, params=turned).status_code == 400


def test_the_file_is_logged_and_holds_no_formula(told: Served) -> None:
    with told.database.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE station SET name = '=1+1' WHERE code = 'QH-01'")
    answer = told.client(told.logins[Role.OFFICE]).get(f"{ACCOUNT}.xlsx")
    assert answer.status_code == 200
    with ZipFile(BytesIO(answer.content)) as book:
        assert "=1+1" in book.read("xl/sharedStrings.xml").decode()
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 4
        assert not any(b"<f>" in book.read(name) for name in sheets)
    logged = "SELECT count(*) FROM access_log WHERE object = 'accounting.xlsx'"
    assert one(told.database.owner, logged) == 1
