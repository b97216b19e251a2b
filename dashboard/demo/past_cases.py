"""Problems and patrols of the made county's months before its last four weeks, by rule.

They are made of the rows of the last four weeks, at other places and times, and have long ended.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from dashboard.demo.past import MONTH, flood_of
from dashboard.demo.stories import FINISHED, Case, cases
from data.clock import UtcDatetime, to_utc
from ingest.simulator.values import chance

RECENT = timedelta(weeks=4)
A_MONTH = 2
"""So many problems are reported in a month of the year before the present one."""
YEAR_MORE = 1
"""So many more in each month of the years before that."""
AFTER_FLOOD = 2
"""So many more in the month of the summer's flood, of what it left in the water."""
DRIFTED = ("surface.floating", "channel.silt", "structure.faulty")


def past_months(months: int) -> range:
    """Returns the numbers of the whole months before the last four weeks, the newest first."""
    return range(1, months)


def past_cases(months: int, end: UtcDatetime) -> Iterator[Case]:
    """Yields the problems reported in those months, each with a story that has long ended."""
    for back in past_months(months):
        newest = to_utc(end - RECENT - (back - 1) * MONTH)
        oldest = to_utc(newest - MONTH)
        count = A_MONTH + YEAR_MORE * (back > 12)
        for number in range(count):
            yield _case(back, number, cases())
        if oldest <= flood_of(newest.year) < newest:
            drifted = [each for each in cases() if each.category in DRIFTED]
            for number in range(count, count + AFTER_FLOOD):
                yield _case(back, number, drifted)


def is_repeated(days: float, back: int, share: float, *key: object) -> bool:
    """Returns whether a row of the last four weeks has its like in the month so far back."""
    return days < RECENT.days and chance("again", back, *key) < share


def _case(back: int, number: int, among: list[Case] | tuple[Case, ...]) -> Case:
    """Returns a problem like one of these, reported some day of the month so far back."""
    like = among[int(chance("like", back, number) * len(among))]
    days = RECENT.days + (back - 1 + chance("day", back, number)) * (MONTH / timedelta(days=1))
    stories = FINISHED if like.requirement else ("refused",)
    return replace(
        like,
        days=days,
        share=round(0.06 + 0.88 * chance("where", back, number), 2),
        story=stories[int(chance("ends", back, number) ** 2 * len(stories))],
    )
