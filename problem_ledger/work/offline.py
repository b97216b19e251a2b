"""When silent devices become problems: one for each silence, again only after a value came."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from sqlalchemy import Connection, Engine, RowMapping, text

from data.clock import BUSINESS_ZONE, Clock, UtcDatetime, to_utc
from data.database import transaction
from data.procedure.turns import OPEN
from data.quality.freshness import max_age
from problem_ledger.cases.reports import report_silence
from problem_ledger.cases.rules import OfflineRule, Rules
from problem_ledger.record.commands import Done, Silent
from problem_ledger.work.isolation import one_by_one

LOG = logging.getLogger(__name__)

CATEGORY: Final = "monitoring.offline"
FEW: Final = 10
"""So many devices may fall silent at once whatever share of all they are."""

HOLE: Final = timedelta(hours=6)
"""Longer without a message of any of many devices, it was we who did not listen."""

REACH_BACK: Final = timedelta(days=10)
LONG_AGO: Final = to_utc(datetime.min.replace(tzinfo=UTC))

_AGE: Final = "greatest(make_interval(hours => :hours), :intervals * interval_s * interval '1 s')"
_WATCHED: Final = f"""
SELECT station.id, station.interval_s, latest_reading.observed_at,
    coalesce(latest_reading.observed_at, started_at) AS began_at,
    greatest(coalesce(latest_reading.observed_at, started_at), CAST(:heard AS timestamptz))
        <= :now - {_AGE} AS is_silent
FROM station LEFT JOIN latest_reading ON latest_reading.station_id = station.id
WHERE (ended_at IS NULL OR ended_at > :now)
    AND (latest_reading.observed_at IS NOT NULL OR started_at <= :now AND kind <> 'intake')
"""
"""The stations whose device is to be heard of: those that ever sent something, and those that were
to begin, but for intakes, which mostly have no device."""

_NEW: Final = f"""
SELECT * FROM ({_WATCHED}) AS watched WHERE is_silent AND NOT EXISTS
    (SELECT FROM offline_spell WHERE station_id = watched.id
        AND (offline_spell.ended_at IS NULL OR offline_spell.began_at >= watched.began_at))
"""
_COUNT: Final = text(f"SELECT count(*) FROM ({_WATCHED}) AS watched")
_END: Final = text(f"""
UPDATE offline_spell SET ended_at =
    CASE WHEN station.ended_at <= :now THEN greatest(station.ended_at, began_at)
        ELSE greatest(latest_reading.received_at, began_at) END
FROM station LEFT JOIN latest_reading ON latest_reading.station_id = station.id
WHERE offline_spell.station_id = station.id AND offline_spell.ended_at IS NULL
    AND (station.ended_at <= :now OR latest_reading.observed_at > began_at
        AND latest_reading.observed_at > :now - {_AGE})
""")
_HEARD: Final = text("""
SELECT at FROM generate_series(date_trunc('hour', CAST(:now AS timestamptz)),
    CAST(:since AS timestamptz), interval '-1 hour') AS listened (at)
WHERE EXISTS (SELECT FROM hour_account WHERE hour = at AND received > 0)
""")
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtext('offline'), CAST(:id AS integer))")
_OPEN_PROBLEM: Final = text(f"""
SELECT problem.id FROM offline_spell JOIN problem ON problem.id = problem_id
WHERE offline_spell.station_id = :id AND {OPEN}
ORDER BY began_at DESC LIMIT 1
""")
_BEGIN: Final = text("""
INSERT INTO offline_spell (station_id, began_at, noticed_at, problem_id)
VALUES (:id, :began, :now, :problem)
""")


def open_silences(engine: Engine, clock: Clock, rules: Rules) -> list[Done]:
    """Opens problems for newly silent devices, ends silences that are over; returns those opened.

    Run again at once, or twice at the same time, it opens none again. Time in which nothing came
    from any device counts for none of them. When more than FEW devices and more than the rule's
    ``most_percent`` of all are newly silent at once, none is opened and the log says so.
    """
    now, rule = clock(), rules.offline
    bound = {"now": now, "hours": rule.hours, "intervals": rule.intervals, "heard": LONG_AGO}
    with transaction(engine) as connection:
        connection.execute(_END, bound)
        found = _found(connection, bound)
        watched = int(connection.execute(_COUNT, bound).scalar_one()) if found else 0
        if found and watched > FEW:
            bound["heard"] = heard_since(connection, now)
            found = _found(connection, bound)
    if len(found) > max(FEW, watched * rule.most_percent / 100):
        LOG.warning("%d of %d devices are newly silent: is the fault ours?", len(found), watched)
        return []

    def open_one(station: int) -> Done | None:
        with transaction(engine) as connection:
            return _open(connection, {**bound, "id": station}, rules)

    return one_by_one("silence of station", found, open_one)


def heard_since(connection: Connection, now: UtcDatetime) -> UtcDatetime:
    """Returns since when messages have come without an outage; now if none come at present.

    An outage is more than HOLE without a message of any device; LONG_AGO if REACH_BACK had none.
    """
    hours = connection.execute(_HEARD, {"now": now, "since": now - REACH_BACK}).scalars()
    since = now
    for hour in hours:
        if since - hour > HOLE + timedelta(hours=1):
            break
        since = to_utc(hour)
    return LONG_AGO if since <= now - REACH_BACK + HOLE else since


def _found(connection: Connection, bound: Mapping[str, object]) -> list[int]:
    return list(connection.execute(text(_NEW + " ORDER BY id"), bound).scalars())


def _open(connection: Connection, bound: Mapping[str, object], rules: Rules) -> Done | None:
    """Opens a problem for a silent station; None if it has one or was heard meanwhile."""
    connection.execute(_LOCK, bound)
    query = text(_NEW + " AND watched.id = :id")
    row = connection.execute(query, bound).mappings().one_or_none()
    if row is None:
        return None
    known = connection.execute(_OPEN_PROBLEM, bound).scalar()
    done = None
    if known is None:
        now = to_utc(cast(datetime, bound["now"]))
        done = report_silence(connection, _silent(row, rules.offline), lambda: now, rules)
        known = done.problem_id
    connection.execute(_BEGIN, {**bound, "began": row["began_at"], "problem": known})
    return done


def _silent(row: RowMapping, rule: OfflineRule) -> Silent:
    """Returns the report that the system registers for a silent station."""
    interval = timedelta(seconds=row["interval_s"])
    age = max_age(interval, fresh_hours=rule.hours, fresh_intervals=rule.intervals)
    at = f"{row['began_at'].astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
    last = f"最近一次数据为 {at}" if row["observed_at"] else f"自 {at} 启用以来没有数据"
    return Silent(
        station_id=row["id"],
        category=CATEGORY,
        severity=rule.severity,
        description=(
            f"测站离线：{last}，已超过 {age.total_seconds() / 3600:g} 小时"
            f"（上报间隔 {_minutes(interval)}）"
        ),
        found_at=row["began_at"],
    )


def _minutes(interval: timedelta) -> str:
    minutes = interval.total_seconds() / 60
    return f"{minutes / 60:g} 小时" if minutes >= 60 else f"{minutes:g} 分钟"
