"""Records reviews of single values; rows are only added, never over a newer one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from data.clock import Clock, UtcDatetime
from data.columns import measured
from data.errors import BadInput, Conflict, NotFound
from data.records import AccountId
from data.texts import fit
from data.vocabulary import Parameter, Period
from data.words.review import Verdict

MOST_AT_ONCE: Final = 500
MOST_LETTERS: Final = 500


class ValueKey(NamedTuple):
    """The key of one measured value: station, time, period and parameter."""

    station_id: int
    observed_at: UtcDatetime
    period: Period
    parameter: Parameter


@dataclass(frozen=True, slots=True)
class NewReview:
    """A review to store, by somebody who saw ``seen_id`` as the value's newest review (0: none)."""

    key: ValueKey
    verdict: Verdict
    reason: str
    value: float | None = None
    seen_id: int = 0


_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('reading_review'), :station)")
_NEWEST = text(
    """
    SELECT id, verdict, known_from FROM reading_review WHERE station_id = :station
    AND observed_at = :at AND period = :period AND parameter = :parameter
    ORDER BY known_from DESC, id DESC LIMIT 1
    """
)
_INSERT = text(
    """
    INSERT INTO reading_review (station_id, observed_at, period, parameter, verdict, value,
    reason, account_id, known_from) VALUES (:station, :at, :period, :parameter, :verdict,
    :value, :reason, :account, :known_from) RETURNING id
    """
)


def record(
    connection: Connection, account_id: AccountId, reviews: Sequence[NewReview], clock: Clock
) -> list[int]:
    """Stores reviews of measured values, all or none, and returns their ids.

    The caller has checked that the account may review these stations. Raises BadInput for a review
    without reason or with a value that doesn't fit it, NotFound where nothing was measured,
    Conflict where the value has a newer review than the one that was seen.
    """
    _check(reviews)
    for station in sorted({each.key.station_id for each in reviews}):
        connection.execute(_LOCK, {"station": station % 2**31})
    now = clock()
    return [_one(connection, account_id, each, now) for each in reviews]


def _check(reviews: Sequence[NewReview]) -> None:
    if not reviews:
        raise BadInput("Choose a value first.")
    if len(reviews) > MOST_AT_ONCE:
        raise BadInput("At most {most} values at a time.", most=MOST_AT_ONCE)
    if len({each.key for each in reviews}) < len(reviews):
        raise BadInput("A value is named twice.")
    for each in reviews:
        if len(each.reason) > MOST_LETTERS:
            raise BadInput("The reason is longer than {most} characters.", most=MOST_LETTERS)
        if not fit(each.reason):
            raise BadInput("Give the reason.")
        if (each.verdict is Verdict.CORRECT) != (each.value is not None):
            raise BadInput("Only a correction has a value, and always one.")
        if each.value is not None and not math.isfinite(each.value):
            raise BadInput("The value is not a number.")


def _one(connection: Connection, account_id: AccountId, review: NewReview, now: UtcDatetime) -> int:
    key = review.key
    bound = {
        "station": key.station_id,
        "at": key.observed_at,
        "period": key.period.value,
        "parameter": key.parameter.value,
    }
    there = connection.execute(
        text(
            f"""
            SELECT {measured(key.parameter)} FROM reading WHERE station_id = :station
            AND observed_at = :at AND period = :period
            """
        ),
        bound,
    ).scalar_one_or_none()
    if there is None:
        raise NotFound("The station measured no such value.")
    newest = connection.execute(_NEWEST, bound).one_or_none()
    if (newest.id if newest else 0) != review.seen_id:
        raise Conflict("Somebody else has reviewed this value meanwhile; look again.")
    if review.verdict is Verdict.WITHDRAW and (newest is None or newest.verdict == "withdraw"):
        raise BadInput("There is no review to withdraw.")
    added = connection.execute(
        _INSERT,
        {
            **bound,
            "verdict": review.verdict.value,
            "value": review.value,
            "reason": fit(review.reason),
            "account": account_id,
            "known_from": max(now, newest.known_from) if newest else now,
        },
    )
    return int(added.scalar_one())
