"""When exceedances become a problem: so many in a row, and again only after normal readings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, RowMapping, text

from data.clock import Clock, UtcDatetime
from data.database import transaction
from data.procedure.turns import CLOSING, OPEN, sql_list
from data.quality.exceedances import LEAST_MULTIPLE
from data.quality.limits import UNCHECKED
from data.queries.readings.counting import as_measured
from data.vocabulary import PARAMETERS, Parameter, StationKind
from problem_ledger.cases.reports import report_exceedance
from problem_ledger.cases.rules import ExceedanceRule, Rules
from problem_ledger.record.commands import Done, Exceeded
from problem_ledger.work.isolation import one_by_one

REACH_BACK: Final = timedelta(days=7)
"""What was measured longer ago opens nothing: an archive taken in late is no news."""

CATEGORY: Final[Mapping[str, str]] = {
    StationKind.SECTION.value: "monitoring.quality",
    StationKind.OUTFALL.value: "monitoring.discharge",
}

_SUSPECTS = text(f"""
SELECT exceedance.station_id, station.kind, exceedance.parameter, exceedance.period
FROM exceedance JOIN station ON station.id = exceedance.station_id
WHERE observed_at > :since AND NOT EXISTS (SELECT 1 FROM problem
WHERE problem.station_id = station.id AND parameter IS NOT NULL AND {OPEN})
GROUP BY 1, 2, 3, 4 HAVING count(*) >= :consecutive ORDER BY 1, 3, 4
""")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('ledger_station'), CAST(:station AS integer))")
_LAST = text(f"""
SELECT id, found_at, NOT ({OPEN}) AS is_closed,
(SELECT max(at) FROM problem_event WHERE problem_id = problem.id
    AND action IN {sql_list(CLOSING)}) AS closed_at
FROM problem WHERE station_id = :station AND parameter IS NOT NULL
ORDER BY registered_at DESC, id DESC LIMIT 1
""")
_COVERED = text("""
SELECT max(observed_at) FROM exceedance WHERE station_id = :station
    AND parameter = :parameter AND period = :period AND observed_at BETWEEN :found AND :until
""")


@dataclass(frozen=True, slots=True)
class Measured:
    """A valid reading of a parameter, and how far beyond its limit (if it was)."""

    observed_at: UtcDatetime
    value: float
    is_beyond: bool
    limit: float | None = None
    multiple: float | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """The first and last of consecutive valid readings beyond a limit."""

    first: Measured
    last: Measured


def find_run(measured: Iterable[Measured], rule: ExceedanceRule, *, is_covered: bool) -> Run | None:
    """Returns the first run of readings beyond the limit that needs a new problem, else None. Pure.

    ``is_covered``: the readings follow an exceedance that an earlier problem was about; they need a
    new one only after ``rule.normal`` normal readings in a row.
    """
    normal, run = 0, list[Measured]()
    for each in measured:
        if not each.is_beyond:
            normal, run = normal + 1, []
            is_covered = is_covered and normal < rule.normal
            continue
        normal = 0
        if not is_covered:
            run.append(each)
            if len(run) >= rule.consecutive:
                return Run(run[0], run[-1])
    return None


def open_problems(engine: Engine, clock: Clock, rules: Rules) -> list[Done]:
    """Opens problems for new exceedances, at most one a station, and returns those opened."""
    now = clock()
    with transaction(engine) as connection:
        suspects = connection.execute(
            _SUSPECTS,
            {"since": now - REACH_BACK, "consecutive": rules.exceedance.consecutive},
        ).mappings().all()  # fmt: skip
    by_station: dict[int, list[RowMapping]] = {}
    for row in suspects:
        if row["kind"] in CATEGORY:
            by_station.setdefault(row["station_id"], []).append(row)

    def open_one(station: int) -> Done | None:
        with transaction(engine) as connection:
            return _open(connection, station, by_station[station], clock, rules)

    return one_by_one("exceedances of station", by_station, open_one)


def _open(
    connection: Connection, station: int, rows: Sequence[RowMapping], clock: Clock, rules: Rules
) -> Done | None:
    """Opens a problem for a station's worst new exceedance; None if none is new or one is open."""
    connection.execute(_LOCK, {"station": station})
    last = connection.execute(_LAST, {"station": station}).mappings().one_or_none()
    if last is not None and not last["is_closed"]:
        return None
    since = clock() - REACH_BACK
    found = [
        (run, row)
        for row in rows
        if (run := _new_run(connection, row, last, since, rules.exceedance)) is not None
    ]
    if not found:
        return None
    run, row = max(found, key=lambda each: each[0].last.multiple or 0.0)
    return report_exceedance(connection, _exceeded(row, run, rules.exceedance), clock, rules)


def _new_run(
    connection: Connection,
    row: RowMapping,
    last: RowMapping | None,
    since: datetime,
    rule: ExceedanceRule,
) -> Run | None:
    bound = {name: row[name] for name in ("parameter", "period")} | {"station": row["station_id"]}
    covered: datetime | None = None
    start = since
    if last is not None:
        until = last["closed_at"] or last["found_at"]
        covered = connection.execute(
            _COVERED, {**bound, "found": last["found_at"], "until": until}
        ).scalar()
        start = max(since, until)
    readings = _readings(connection, bound, covered, start, rule.normal)
    return find_run(readings, rule, is_covered=covered is not None)


def _readings(
    connection: Connection,
    bound: Mapping[str, object],
    covered: datetime | None,
    start: datetime,
    few: int,
) -> list[Measured]:
    """Reads valid readings from ``start`` on, and the first ``few`` after ``covered`` if given."""
    parameter = Parameter(str(bound["parameter"]))
    column = PARAMETERS[parameter].column
    value = f"r.{column}" if column else "CAST(r.extra ->> :parameter AS float)"
    valid = (
        f"SELECT r.observed_at, {value} AS value, e.id IS NOT NULL AS is_beyond,"
        " e.limit_value AS \"limit\", e.multiple, coalesce(e.basis, '') AS basis"
        " FROM reading r LEFT JOIN exceedance e ON e.station_id = r.station_id"
        " AND e.parameter = :parameter AND e.observed_at = r.observed_at AND e.period = r.period"
        f" WHERE r.station_id = :station AND r.period = :period AND {value} IS NOT NULL"
        f" AND {as_measured('r')}"
    )
    rows = connection.execute(
        text(
            f"({valid} AND r.observed_at > :covered ORDER BY 1 LIMIT :few)"
            f" UNION ({valid} AND r.observed_at >= :start) ORDER BY 1"
            if covered is not None
            else f"{valid} AND r.observed_at >= :start ORDER BY 1"
        ),
        {**bound, "covered": covered, "start": start, "few": few},
    )
    return [Measured(**row) for row in rows.mappings()]


def _beyond(worst: Measured) -> str:
    """Returns how far the value is beyond its limit, as pages say it: 超标 1.4 倍."""
    if worst.multiple is None:
        return "低于限值" if worst.value < (worst.limit or 0.0) else "超出限值"
    return "超标不足 0.1 倍" if worst.multiple < LEAST_MULTIPLE else f"超标 {worst.multiple:.1f} 倍"


def _exceeded(row: RowMapping, run: Run, rule: ExceedanceRule) -> Exceeded:
    """Returns the report that the system registers for a run of exceedances."""
    parameter = Parameter(row["parameter"])
    facts = PARAMETERS[parameter]
    worst = run.last
    unit = f" {facts.unit}" if facts.unit else ""
    times = f"，{_beyond(worst)}"
    limit = f"限值 {worst.limit:g}{unit}（{worst.basis.removesuffix(UNCHECKED)}）"
    return Exceeded(
        station_id=row["station_id"],
        parameter=parameter.value,
        category=CATEGORY[row["kind"]],
        severity=rule.severity,
        description=(
            f"{facts.name_zh} {worst.value:.{facts.shown_decimals}f}{unit}，"
            f"{limit}{times}；连续 {rule.consecutive} 次有效超标"
        ),
        found_at=run.first.observed_at,
        source_ref=f"{worst.observed_at:%Y-%m-%dT%H:%M:%SZ}",
    )
