"""Records the patrols in the made county from GPX tracks: all of four weeks, some of before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from heapq import merge

from sqlalchemy import Engine, text

from dashboard.demo.history import WEEKS
from dashboard.demo.office import Office
from dashboard.demo.past import MONTH
from dashboard.demo.past_cases import is_repeated, past_months
from dashboard.demo.stories import Case, cases, found_at
from dashboard.demo.walks import Walk, track_file
from dashboard.demo.watch import made_rows
from data.clock import BUSINESS_ZONE, UtcDatetime, business_date, to_utc
from data.records import AccountId
from data.words.ledger import Source
from ingest.simulator.values import chance
from problem_ledger.patrols.records import Remark, TrackGiven, record
from problem_ledger.patrols.rules import PatrolRules

GAP_S = 600.0
JUMPS = 3
AROUND_M = 2_400.0
"""How far somebody walks who then finds a problem."""
SENT_AFTER = timedelta(minutes=6)
AGAIN_SHARE = 0.12
"""That share of the four weeks' walks that fail no rule has its like in each month before."""
_PERSONS = "SELECT name, min(id) AS id FROM person GROUP BY name"


@dataclass(frozen=True, slots=True)
class Outing:
    """A walk to record as a patrol: the walker, the chief it counts for, remarks."""

    walk: Walk
    who: AccountId
    person_id: int | None
    reason: str = ""
    remark: str = ""


def write(
    engine: Engine, office: Office, rules: PatrolRules, end: UtcDatetime, months: int = 0
) -> int:
    """Records the invented patrols of the last months; returns how many were recorded."""
    with engine.connect() as connection:
        persons = {row.name: row.id for row in connection.execute(text(_PERSONS))}
    count = 0
    planned = (
        _planned(office, persons, end),
        _before_cases(office, end),
        _past(office, persons, end, months),
    )
    by_time = [sorted(each, key=_home) for each in planned]
    for outing in merge(*by_time, key=_home):
        home = _home(outing)
        if home >= end:
            continue
        track = TrackGiven(
            content=track_file(outing.walk),
            file_name=f"{outing.walk.name}.gpx",
            person_id=outing.person_id,
            request_key=f"demo-{outing.walk.name}",
            remarks=(Remark(outing.remark),) if outing.remark else (),
            reason=outing.reason,
            is_confirmed=True,
        )
        record(engine, outing.who, track, lambda home=home: home, rules)  # type: ignore[misc]  # bound at once
        count += 1
    return count


def _home(outing: Outing) -> UtcDatetime:
    return to_utc(outing.walk.ended_at + SENT_AFTER)


def _planned(office: Office, persons: dict[str, int], end: UtcDatetime) -> Iterator[Outing]:
    """Yields the walks that the demo's table of patrols plans for its last weeks."""
    for number, row in enumerate(made_rows("patrols")):
        yield _outing(office, persons, end, row, f"patrol-{number:02d}")


def _past(
    office: Office, persons: dict[str, int], end: UtcDatetime, months: int
) -> Iterator[Outing]:
    """Yields walks like those of the table in the months before the last four weeks."""
    for back in past_months(months):
        for number, row in enumerate(made_rows("patrols")):
            is_plain = not row["fault"] and not row["reason"]
            if is_plain and is_repeated(float(row["days"]), back, AGAIN_SHARE, number):
                before = to_utc(end - back * MONTH)
                yield _outing(office, persons, before, row, f"past-{back:02d}-{number:02d}")


def _outing(
    office: Office, persons: dict[str, int], end: UtcDatetime, row: dict[str, str], name: str
) -> Outing:
    """Returns the walk of a row of the table, in the weeks before ``end``."""
    course = office.reaches[row["reach"]]
    from_m = float(row["from_km"]) * 1000
    day = business_date(to_utc(end - timedelta(days=float(row["days"]))))
    began = datetime.combine(day, time(0), BUSINESS_ZONE)
    walk = Walk(
        course,
        from_m,
        min(from_m + float(row["km"]) * 1000, course.length_m - 20),
        to_utc(began + timedelta(hours=float(row["hour"]))),
        float(row["kmh"]),
        gap_s=GAP_S if row["fault"] == "gap" else 0.0,
        jump_count=JUMPS if row["fault"] == "jump" else 0,
        name=name,
    )
    who = office.accounts[row["login"]]
    return Outing(walk, who, persons[row["person"]], row["reason"], row["remark"])


def _before_cases(office: Office, end: UtcDatetime) -> Iterator[Outing]:
    """Yields the walks on which problems were found, each ended before the problem's report."""
    for number, case in enumerate(cases()):
        if case.source is Source.PATROL and case.reporter != "office" and case.days < WEEKS * 7:
            yield _before(office, number, case, end)


def _before(office: Office, number: int, case: Case, end: UtcDatetime) -> Outing:
    course = office.reaches[case.reach]
    at_m = case.share * course.length_m
    wanted_m = at_m - AROUND_M * (0.3 + 0.4 * chance("before", number))
    from_m = max(0.0, min(wanted_m, course.length_m - AROUND_M))
    to_m = min(course.length_m, from_m + AROUND_M)
    walk = Walk(course, from_m, to_m, end, 4.1, name=f"found-{number:02d}")
    began = to_utc(found_at(case, end) - SENT_AFTER - walk.duration)
    walk = Walk(course, from_m, to_m, began, 4.1, name=walk.name)
    return Outing(walk, office.accounts[case.reporter], None)
