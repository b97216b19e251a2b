"""Values that a station measured, what tests found of them and what the office said."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from data.clock import UtcDatetime
from data.people.reviews import NewReview, ValueKey, record
from data.records import AccountId
from data.vocabulary import Parameter, Period
from data.words.review import Finding, Verdict
from ingest.running.pipeline import Pipeline
from tests.made.database import Database
from tests.made.readings.messages import GOOD, NOON, message, one, register

NH3N = Parameter.AMMONIA_NITROGEN


def later(minutes: float) -> UtcDatetime:
    """So many minutes after noon."""
    return UtcDatetime(NOON + timedelta(minutes=minutes))


def reviewer(database: Database) -> AccountId:
    """An account of whom the reviews tell."""
    made = (
        "INSERT INTO account (login, display_name, password_hash)"
        " VALUES ('reviewer', '审核员', '-') RETURNING id"
    )
    with database.owner.begin() as connection:
        return AccountId(connection.execute(text(made)).scalar_one())


def take_in(database: Database, values: list[float], **flags: str) -> int:
    """A station that measured these of ammonia, five minutes apart from noon on."""
    register(database.owner, "S1")
    told: dict[str, Any] = {"flags": flags} if flags else {}
    made = [
        message("S1", later(5 * at), GOOD | {"nh3n": value}, **told)
        for at, value in enumerate(values)
    ]
    now = later(5 * len(values))
    assert Pipeline(database.ingest, now=lambda: now).commit(made).refused == 0
    return int(str(one(database.owner, "SELECT id FROM station")))


def key_at(station: int, place: int) -> ValueKey:
    """The ammonia of the reading at that place."""
    return ValueKey(station, later(5 * place), Period.INSTANT, NH3N)


def find(database: Database, key: ValueKey, finding: Finding, at: UtcDatetime = NOON) -> None:
    """A test says so of the value."""
    with database.ingest.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO reading_finding (station_id, observed_at, period, parameter, test,"
                " finding, value, expected_high, found_at) VALUES (:station, :at, :period,"
                " :parameter, 'spike', :finding, 9, 2, :found)"
            ),
            {
                "station": key.station_id,
                "at": key.observed_at,
                "period": key.period.value,
                "parameter": key.parameter.value,
                "finding": finding.value,
                "found": at,
            },
        )


def say(
    database: Database,
    office: AccountId,
    key: ValueKey,
    verdict: Verdict,
    *,
    value: float | None = None,
    seen: int = 0,
    at: UtcDatetime = NOON,
) -> int:
    """The id of a review that says so."""
    with database.app.begin() as connection:
        review = NewReview(key, verdict, "比对", value, seen)
        (made,) = record(connection, office, [review], lambda: at)
    return made
