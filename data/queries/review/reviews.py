"""The reviews of single values, their stations and divisions, and the reviewers."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.errors import NotFound
from data.people.reviews import ValueKey
from data.queries.review.findings import FindingFilter, Review
from data.queries.rows import rows_as
from data.queries.scope import STATION_VISIBLE, Scope
from data.records import DivisionId

_SAID = text(
    """
    SELECT review.id, review.verdict, review.value, review.reason, review.known_from,
    account.display_name AS who FROM reading_review review
    JOIN account ON account.id = review.account_id WHERE review.station_id = :station
    AND review.observed_at = :at AND review.period = :period AND review.parameter = :parameter
    AND review.known_from <= CAST(:as_of AS timestamptz)
    ORDER BY review.known_from, review.id
    """
)
_DIVISIONS = text(
    f"""
    SELECT station.id, station.division_id FROM station
    WHERE station.id = ANY(:wanted) AND {STATION_VISIBLE}
    """
)
_STATIONS = text(
    f"""
    SELECT station.id, station.code, station.name, station.name_en FROM station
    WHERE {STATION_VISIBLE} AND (station.id = :chosen
        OR EXISTS (SELECT 1 FROM reading_finding f WHERE f.station_id = station.id)
        OR EXISTS (SELECT 1 FROM reading_review r WHERE r.station_id = station.id))
    ORDER BY station.name LIMIT 2000"""
)
_NAMES = text(
    """
    SELECT review.id, account.display_name, review.known_from, review.reason
    FROM reading_review review JOIN account ON account.id = review.account_id
    WHERE review.id = ANY(:ids)
    """
)


def reviews_of(
    connection: Connection, scope: Scope, key: ValueKey, as_of: UtcDatetime | None = None
) -> list[Review]:
    """Returns a value's reviews up to ``as_of`` (None: all), the oldest first.

    Raises NotFound for a station outside the scope.
    """
    divisions_of(connection, scope, [key.station_id])
    rows = connection.execute(
        _SAID,
        {
            "station": key.station_id,
            "at": key.observed_at,
            "period": key.period.value,
            "parameter": key.parameter.value,
            "as_of": as_of or "infinity",
        },
    )
    return rows_as(Review, rows)


def divisions_of(
    connection: Connection, scope: Scope, station_ids: Iterable[int]
) -> dict[int, DivisionId | None]:
    """Returns the division of each station. Raises NotFound if one is outside the scope."""
    wanted = set(station_ids)
    rows = connection.execute(_DIVISIONS, {**scope.bound, "wanted": sorted(wanted)})
    found = {row.id: row.division_id for row in rows}
    if wanted - found.keys():
        raise NotFound("There is no such station.")
    return found


def doubted_stations(
    connection: Connection, scope: Scope, chosen: FindingFilter
) -> list[tuple[int, str, str, str | None]]:
    """Returns (id, code, name, English name) of stations with findings or reviews, or chosen."""
    bound = {**scope.bound, "chosen": chosen.station_id or 0}
    return [tuple(row) for row in connection.execute(_STATIONS, bound)]


def signatures(
    connection: Connection, review_ids: Iterable[int]
) -> dict[int, tuple[str, UtcDatetime, str]]:
    """Returns, by id of the review, who gave it, when and for what reason."""
    rows = connection.execute(_NAMES, {"ids": sorted(set(review_ids))})
    return {row.id: (row.display_name, UtcDatetime(row.known_from), row.reason) for row in rows}
