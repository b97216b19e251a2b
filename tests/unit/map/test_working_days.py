"""The map's script counts working days as the server does."""

from datetime import UTC, date, datetime, time, timedelta

import orjson

from data.clock import UtcDatetime, business_date
from data.procedure.deadlines import official_calendar, working_days_between
from tests.scripts.checkers import run_node

SCRIPT = """
import { WorkingDays } from "./dashboard/assets/map/working_days.mjs";
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { calendar, asked } = JSON.parse(Buffer.concat(chunks));
console.log(JSON.stringify(asked.map(([now, due]) => new WorkingDays(calendar, now).left(due))));
"""
SINCE = date(2023, 1, 1)


def moment(day: int, hour: int) -> UtcDatetime:
    """So many days after the first one known, at an hour of UTC."""
    return UtcDatetime(datetime.combine(SINCE + timedelta(days=day), time(hour), tzinfo=UTC))


def test_the_script_counts_as_the_server_does() -> None:
    calendar = official_calendar()
    off, worked = calendar.exceptions(SINCE)
    assert date(2026, 10, 1) in off
    assert all(day.weekday() > 4 for day in worked)
    assert len(worked) > 10
    asked = [
        (moment(now, hour), moment(due, 10))
        for now in (30, 777, 1250, 1426)
        for hour in (2, 17)
        for due in range(1, 1600, 3)
    ]
    given = {
        "calendar": {"off": off, "work": worked},
        "asked": [(now.timestamp(), due.timestamp()) for now, due in asked],
    }
    answer = run_node("--input-type=module", "-e", SCRIPT, given=orjson.dumps(given).decode())
    assert answer.returncode == 0, answer.stderr
    known = orjson.loads(answer.stdout)
    expected = [working_days_between(now, due, calendar) for now, due in asked]
    assert known == expected
    assert business_date(asked[0][0]) != business_date(moment(30, 17)), "the day is China's"
