"""The newest values of a station after a review or a failed test."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from data.clock import UtcDatetime
from data.people.reviews import MOST_AT_ONCE
from data.records import AccountId
from data.words.review import Finding, Verdict
from ingest.running.pipeline import Pipeline
from ingest.running.sweep import Sweep
from ingest.screening.assessment import Assessor
from tests.made.database import Database
from tests.made.readings.messages import NOON, message, one, register
from tests.made.review.values import find, key_at, later, reviewer, say, take_in


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


def test_what_was_ruled_out_stays_so_however_old_it_is(
    database: Database, office: AccountId
) -> None:
    station = take_in(database, [0.3, 2.5])
    sweeping = Sweep(database.ingest, Assessor())
    say(database, office, key_at(station, 1), Verdict.REJECT)
    assert sweeping.reviewed(later(11)) == 1
    register(database.owner, "S-NEW")
    long_after = UtcDatetime(NOON + timedelta(days=30))
    Pipeline(database.ingest, now=lambda: long_after).commit([message("S-NEW", long_after)])
    swept = sweeping.turn(UtcDatetime(long_after + timedelta(days=10)))
    assert swept is not None
    assert swept.changed == 2, "both have grown old"
    told = "SELECT latest -> 'nh3n' ->> 'f' FROM latest_reading WHERE station_id = :id"
    assert one(database.owner, told, id=station) == "rejected"


def test_many_reviews_that_commit_after_a_later_one_are_still_heard(
    database: Database, office: AccountId
) -> None:
    station = take_in(database, [0.3, 2.5])
    sweeping = Sweep(database.ingest, Assessor())
    assert sweeping.reviewed(later(11)) == 0
    add = text(
        "INSERT INTO reading_review (station_id, observed_at, period, parameter, verdict, reason,"
        " account_id, known_from) SELECT :station, CAST(:at AS timestamptz) - n * interval '1 day',"
        " 'instant', 'nh3n', 'reject', 'sensor', :account, now() FROM generate_series(1, :n) n"
    )
    bound = {"at": later(5) + timedelta(days=1), "account": office}
    register(database.owner, "S2")
    other = one(database.owner, "SELECT id FROM station WHERE code = 'S2'")
    with database.owner.connect() as slow, database.owner.connect() as quick:
        slow.execute(add, {**bound, "station": station, "n": 1})
        slow.execute(add, {**bound, "station": other, "n": MOST_AT_ONCE - 1})
        quick.execute(add, {**bound, "station": other, "n": 1, "at": NOON})
        quick.commit()
        assert sweeping.reviewed(later(11)) == 0
        slow.commit()
    assert sweeping.reviewed(later(11)) == 1
