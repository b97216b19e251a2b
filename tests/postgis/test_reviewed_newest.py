"""The newest values of a station after a review or a failed test."""

import pytest
from sqlalchemy import text

from data.records import AccountId
from data.review_words import Finding, Verdict
from ingest.assessment import Assessor
from ingest.sweep import Sweep
from tests.fixtures.database import Database
from tests.readings import one
from tests.reviews import find, key_at, later, reviewer, say, take_in


@pytest.fixture
def office(database: Database) -> AccountId:
    return reviewer(database)


def test_a_rejected_newest_value_keeps_no_section_red(
    database: Database, office: AccountId
) -> None:
    station = take_in(database, [0.3, 2.5])
    state = "SELECT water_class FROM latest_reading"
    told = "SELECT latest -> 'nh3n' ->> 'f' FROM latest_reading"
    assert one(database.owner, state) == 6
    sweeping = Sweep(database.ingest, Assessor())
    assert sweeping.reviewed(later(11)) == 0
    rejected = say(database, office, key_at(station, 1), Verdict.REJECT)
    assert sweeping.reviewed(later(11)) == 1
    assert one(database.owner, told) == "rejected"
    assert one(database.owner, "SELECT state FROM latest_reading") == "partial"
    kept = say(database, office, key_at(station, 1), Verdict.CORRECT, value=0.3, seen=rejected)
    assert sweeping.reviewed(later(11)) == 1
    assert (one(database.owner, state), one(database.owner, told)) == (2, "N")
    say(database, office, key_at(station, 1), Verdict.WITHDRAW, seen=kept)
    assert sweeping.reviewed(later(11)) == 1
    assert (one(database.owner, state), one(database.owner, told)) == (6, "N")
    assert sweeping.reviewed(later(11)) == 0


def test_a_newest_value_that_failed_is_told_so_at_the_next_sweep(database: Database) -> None:
    station = take_in(database, [0.3, 2.5])
    find(database, key_at(station, 1), Finding.FAILED)
    swept = Sweep(database.ingest, Assessor()).turn(later(11))
    assert swept is not None
    assert swept.changed == 1
    assert one(database.owner, "SELECT latest -> 'nh3n' ->> 'f' FROM latest_reading") == "failed"
    with database.owner.begin() as connection:
        connection.execute(text("DELETE FROM reading_finding"))
    Sweep(database.ingest, Assessor()).turn(later(11))
    assert one(database.owner, "SELECT water_class FROM latest_reading") == 6
