"""SQL for the value that counts: what was measured, with flags, the second look and reviews.

One rule for curves, files, means, loads and classes. Of a value measured (``reading``), as of a
moment:

1. its newest review known by then decides: ``reject`` leaves it out, ``correct`` puts the
   review's value in its place, ``keep`` counts it as measured whatever stands against it;
2. without a review, or where the newest one is ``withdraw``, it is left out when a test of the
   second look found by then that it ``failed``, or when it carries a flag (``suspect`` counts);
3. else it counts as measured.

A reading that arrived after the moment was not known then. Raw readings are never changed.
"""

from datetime import datetime
from typing import Final

from data.columns import measured
from data.vocabulary import Parameter
from data.words.review import Finding, Verdict

FAILED: Final = Finding.FAILED.value
"""The ruling on a value that no review speaks of and a test failed."""

RULINGS: Final = f"""
SELECT station_id, observed_at, period, parameter,
    CASE WHEN review.verdict <> '{Verdict.WITHDRAW}' THEN review.verdict
        ELSE '{FAILED}' END AS rule,
    review.value AS value,
    CASE WHEN review.verdict <> '{Verdict.WITHDRAW}' THEN review.id END AS review_id
FROM (
    SELECT DISTINCT ON (station_id, observed_at, period, parameter)
        station_id, observed_at, period, parameter, verdict, value, id
    FROM reading_review
    WHERE station_id = ANY(:ids) AND observed_at >= :start AND observed_at < :end
        AND known_from <= CAST(:as_of AS timestamptz)
    ORDER BY station_id, observed_at, period, parameter, known_from DESC, id DESC
) AS review
FULL JOIN (
    SELECT DISTINCT station_id, observed_at, period, parameter
    FROM reading_finding
    WHERE station_id = ANY(:ids) AND observed_at >= :start AND observed_at < :end
        AND finding = '{FAILED}' AND found_at <= CAST(:as_of AS timestamptz)
) AS failed USING (station_id, observed_at, period, parameter)
WHERE review.verdict <> '{Verdict.WITHDRAW}' OR failed.station_id IS NOT NULL
"""
"""What was ruled on values: a row for each with a standing review or a failed test.

``rule`` is keep, reject, correct or failed; ``review_id`` is null for failed. Binds ``ids`` (the
stations), ``start``, ``end`` and ``as_of``: see ``bound``.
"""

RULED_READINGS: Final = f"""
reading LEFT JOIN (
    SELECT station_id, observed_at, period, jsonb_object_agg(
        parameter, jsonb_build_object('rule', rule, 'value', value, 'review', review_id)) AS by_key
    FROM ({RULINGS}) AS ruling GROUP BY station_id, observed_at, period
) AS ruled ON ruled.station_id = reading.station_id
    AND ruled.observed_at = reading.observed_at AND ruled.period = reading.period
"""
"""What a query reads FROM: ``reading`` with the rulings beside it. ``WHERE`` needs ``KNOWN``."""

UNRULED_READINGS: Final = "reading CROSS JOIN (SELECT CAST(NULL AS jsonb) AS by_key) AS ruled"
"""The same where nothing was ruled on the parameter asked for: no ruling is looked up."""

KNOWN: Final = """(reading.station_id = ANY(:ids) AND reading.observed_at >= :start
    AND reading.observed_at < :end AND reading.received_at <= CAST(:as_of AS timestamptz))"""
"""The readings of the stations and the span that were known at the moment."""


def bound(
    station_ids: list[int], start: datetime, end: datetime, as_of: datetime | None = None
) -> dict[str, object]:
    """Returns the values of the SQL's parameters; without ``as_of``, for all that is known now."""
    return {"ids": station_ids, "start": start, "end": end, "as_of": as_of or "infinity"}


def ruled(parameter: Parameter) -> str:
    """Returns SQL for what a review or a failed test makes of the value, over RULED_READINGS.

    It is keep, reject, correct, failed or null.
    """
    return f"(ruled.by_key #>> '{{{parameter.value},rule}}')"


def reviewed_by(parameter: Parameter) -> str:
    """Returns SQL for the id of the review behind the value's ruling, or null."""
    return f"CAST(ruled.by_key #>> '{{{parameter.value},review}}' AS bigint)"


def corrected(parameter: Parameter) -> str:
    """Returns SQL for the value by which a review replaced the raw one, or null."""
    return f"CAST(ruled.by_key #>> '{{{parameter.value},value}}' AS float8)"


def counted(parameter: Parameter) -> str:
    """Returns SQL for the parameter's value that counts after reviews, tests and flags, or null."""
    raw = measured(parameter)
    unflagged = f"CASE WHEN reading.flags ->> '{parameter.value}' IS NULL THEN {raw} END"
    return (
        f"CASE WHEN ruled.by_key IS NULL THEN {unflagged}"
        f" ELSE CASE {ruled(parameter)} WHEN '{Verdict.KEEP}' THEN {raw}"
        f" WHEN '{Verdict.CORRECT}' THEN {corrected(parameter)}"
        f" WHEN '{Verdict.REJECT}' THEN NULL WHEN '{FAILED}' THEN NULL ELSE {unflagged} END END"
    )


def as_measured(reading: str) -> str:
    """Returns an SQL condition: the value of ``:parameter`` counts as measured, unflagged.

    A corrected value counts, but not as measured: it is evidence neither for nor against.
    """
    here = (
        f"{{of}}.station_id = {reading}.station_id AND {{of}}.observed_at = {reading}.observed_at"
        f" AND {{of}}.period = {reading}.period AND {{of}}.parameter = :parameter"
    )
    return (
        f"NOT coalesce(jsonb_exists({reading}.flags, :parameter), false)"
        f" AND coalesce((SELECT CASE review.verdict WHEN '{Verdict.KEEP}' THEN true"
        f" WHEN '{Verdict.WITHDRAW}' THEN NULL ELSE false END FROM reading_review review"
        f" WHERE {here.format(of='review')} ORDER BY review.known_from DESC, review.id DESC"
        f" LIMIT 1), NOT EXISTS (SELECT 1 FROM reading_finding found"
        f" WHERE {here.format(of='found')} AND found.finding = '{FAILED}'))"
    )
