"""What the office does about refused messages: sees their cure, switches it on, and who may not."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from dashboard.frame.deps import Deps
from dashboard.tally.refused_actions import read_refused, tolerate, untolerate
from dashboard.tally.refused_page import refused_body
from data import clock
from data.errors import BadInput, Forbidden, NotFound
from data.records import StationId
from data.vocabulary import Role
from ingest.inbox import Message
from ingest.running.pipeline import Pipeline
from ingest.running.waiting import take_in_waiting
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database
from tests.made.pages import sign_in
from tests.made.readings.messages import one, rows

NOW = clock.now()
LOCAL = NOW.astimezone(clock.BUSINESS_ZONE).strftime("%Y-%m-%dT%H:%M:%S")
PAYLOAD = f'{{"time":"{LOCAL}","values":{{"ph":7.1}}}}'.encode()


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    """The small basin with an office, and two messages that lack their offset."""
    with database.owner.begin() as connection:
        connection.execute(
            text("INSERT INTO account (login, display_name, password_hash) VALUES ('a1', '甲', '')")
        )
        made = build_small_basin(connection)
    topic = "onemap/v1/QH-01/reading"
    messages = [Message(topic, each, NOW) for each in (PAYLOAD, PAYLOAD + b"\0")]
    Pipeline(database.ingest).commit(messages)
    return made


def test_the_office_sees_the_cure_and_what_it_would_bring_and_switches_it_on(
    deps: Deps, basin: SmallBasin, database: Database
) -> None:
    sign_in(Role.OFFICE)
    shown = read_refused(deps)
    assert [(each.code, each.kinds, each.count) for each, _ in shown.waiting] == [
        ("QH-01", ("assume_beijing",), 1),
        ("QH-01", ("assume_beijing", "strip"), 1),
    ]
    for _, (reading,) in shown.waiting:
        assert reading.observed_at == NOW.replace(microsecond=0)
    drawn = str(refused_body(shown).to_plotly_json())
    assert f"{basin.section_up} assume_beijing strip" in drawn
    assert PAYLOAD.decode() in drawn
    assert "时间没有时区偏移（如 +08:00 或 Z）" in drawn
    assert "time has no offset" not in drawn
    tolerate(deps, StationId(basin.section_up), ["assume_beijing"])
    assert take_in_waiting(Pipeline(database.ingest)) == 1
    shown = read_refused(deps)
    assert [each.kinds for each, _ in shown.waiting] == [("strip",)]
    ((row),) = shown.tolerated
    assert (row.code, row.kind, row.started_by, row.taken_in) == (
        "QH-01", "assume_beijing", "甲", 1,
    )  # fmt: skip
    untolerate(deps, StationId(basin.section_up), ["assume_beijing"])
    assert not read_refused(deps).tolerated
    kept = "SELECT started_by, ended_by, ended_at IS NOT NULL FROM tolerance"
    assert rows(database.owner, kept) == [(1, 1, True)]
    logged = "SELECT object FROM access_log WHERE action = 'station' ORDER BY at, id"
    assert rows(database.owner, logged) == [
        ("tolerate QH-01 assume_beijing",), ("untolerate QH-01 assume_beijing",),
    ]  # fmt: skip


def test_an_office_acts_in_its_own_divisions_alone(
    deps: Deps, basin: SmallBasin, database: Database
) -> None:
    station = StationId(basin.section_up)
    with database.ingest.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO broker_refusal (account, kind, hour, seen_count)"
                " VALUES ('', 'sign_in', date_trunc('hour', now()), 3)"
            )
        )
    sign_in(Role.OFFICE, basin.town_up)
    assert len(read_refused(deps).waiting) == 2
    assert not read_refused(deps).denied
    with pytest.raises(Forbidden):
        tolerate(deps, None, ["strip"])
    with pytest.raises(BadInput):
        tolerate(deps, station, ["wrong"])
    with pytest.raises(BadInput):
        tolerate(deps, station, [])
    with pytest.raises(NotFound):
        tolerate(deps, StationId(999_999), ["strip"])
    sign_in(Role.OFFICE, basin.town_down)
    assert not read_refused(deps).waiting
    with pytest.raises(Forbidden):
        tolerate(deps, station, ["strip"])
    for role in (Role.AUDITOR, Role.CHIEF, Role.ADMINISTRATOR):
        sign_in(role)
        with pytest.raises(Forbidden):
            read_refused(deps)
        with pytest.raises(Forbidden):
            tolerate(deps, station, ["strip"])
    assert one(database.owner, "SELECT count(*) FROM tolerance") == 0
    sign_in(Role.OFFICE)
    assert [each.count for each in read_refused(deps).denied] == [3]
    drawn = str(refused_body(read_refused(deps)).to_plotly_json())
    assert "3" in drawn
    assert NOW - read_refused(deps).now < timedelta(minutes=1)
