"""How far a problem's deadline may be extended: the days that a unit may ask for. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from data.clock import UtcDatetime, business_date
from data.errors import BadInput
from problem_ledger.cases.rules import Rules
from problem_ledger.record.events import Row


@dataclass(frozen=True, slots=True)
class Reach:
    """The days to which a deadline may be extended now, both included; ``proposed`` is one."""

    first: date
    last: date
    proposed: date


def reach_of(due_at: UtcDatetime | None, now: UtcDatetime, rules: Rules) -> Reach:
    """Returns the days to which a deadline may be extended, counted in working days.

    They are counted from the deadline, or from now once that has passed.
    """
    start = now if due_at is None else max(due_at, now)
    rule = rules.extension
    return Reach(
        first=business_date(start) + timedelta(days=1),
        last=business_date(rules.due(start, rule.working_days).at),
        proposed=business_date(rules.due(start, rule.proposed).at),
    )


def check_day(
    day: date,
    due_at: UtcDatetime | None,
    now: UtcDatetime,
    rules: Rules,
    asked: date | None = None,
) -> None:
    """Raises BadInput for a day to which the deadline may not be extended.

    Up to ``asked``, the day of the request that waits, it may: the rule it was asked under held.
    """
    if due_at is not None and day <= business_date(due_at):
        raise BadInput("The new deadline has to be later than the old one.")
    reach = reach_of(due_at, now, rules)
    if day < reach.first:
        raise BadInput("The new deadline has to lie ahead: {first} at the earliest.",
                       first=reach.first.isoformat())  # fmt: skip
    if day > max(reach.last, asked or reach.last):
        raise BadInput(
            "An extension adds at most {days} working days: {last} at the latest.",
            days=rules.extension.working_days,
            last=reach.last.isoformat(),
        )


def closed_request(row: Row, due_at: UtcDatetime) -> dict[str, object]:
    """Returns the change that ends the request that waits, where a new deadline is as late as it.

    Empty where none waits, or one for a later day.
    """
    asked = row["asked_due_on"]
    if asked is None or asked > business_date(due_at):
        return {}
    return {"asked_due_on": None}
