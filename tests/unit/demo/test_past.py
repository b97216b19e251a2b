"""What the made county's history of 26 months holds: counted, graded, compared, never stored."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import fmean

import pytest

from dashboard.commands.demo import MONTHS
from dashboard.demo import watch
from dashboard.demo.history import PAST_STEP, WEEKS, made_messages, past_instants
from dashboard.demo.past import MONTH, Past, flood_of, made_events
from dashboard.demo.past_cases import past_cases
from dashboard.demo.stories import FINISHED, STORIES, times
from data.clock import UtcDatetime, to_utc
from data.quality.classes import grade
from data.quality.compliance import limits_from_grade
from data.quality.limits import DischargeGrade
from data.vocabulary import BodyKind, Parameter, WaterClass
from data.words.ledger import Action
from ingest.simulator.devices import Device

END = UtcDatetime(datetime(2026, 11, 29, 9, tzinfo=UTC))
DENSE = to_utc(END - timedelta(weeks=WEEKS))


def past(code: str) -> Past:
    """The device of that station before the last four weeks."""
    made: dict[str, Device] = {each.code: each.device for each in watch.sections()}
    made |= {each.code: each.device for each in watch.outfalls()}
    return Past(made[code], DENSE, END)


def water_class(code: str, first: datetime, days: int) -> WaterClass:
    """The class of a section by its means over those days."""
    device = past(code)
    seen = [device.measure(first + each * PAST_STEP) for each in range(days * 6)]
    means = {key: fmean(values[key] for values in seen) for key in seen[0]}
    found = grade(means, BodyKind.RIVER)
    assert found is not None
    return found.water_class


def test_every_month_of_26_has_its_readings() -> None:
    instants = list(past_instants(END, MONTHS))
    by_month = Counter((each.year, each.month) for each in instants)
    assert len(by_month) == 27, "26 months end in the middle of one"
    whole = sorted(by_month)[1:-1]
    assert all(by_month[month] in (28 * 6, 29 * 6, 30 * 6, 31 * 6) for month in whole[:-1])
    stations = len(watch.sections()) + len(watch.outfalls())
    assert 170_000 < len(instants) * stations < 185_000
    assert instants[0] - (END - MONTHS * MONTH) < PAST_STEP
    assert DENSE - instants[-1] < 2 * PAST_STEP


def test_messages_come_in_order_without_a_hole_at_the_last_four_weeks() -> None:
    begins, ends = (to_utc(DENSE + side * timedelta(days=2)) for side in (-1, 1))
    near: list[UtcDatetime] = []
    for each in made_messages(END, 1):
        if each.received_at > ends:
            break
        if each.received_at > begins:
            near.append(each.received_at)
    assert near == sorted(near)
    assert max(after - before for before, after in pairwise(near)) <= PAST_STEP


def test_a_section_improved_by_a_class() -> None:
    before = water_class("QC-S14", END - timedelta(days=600), 30)
    after = water_class("QC-S14", END - timedelta(days=300), 30)
    assert after == before - 1


def test_an_outfall_had_a_bad_winter() -> None:
    device = past("QC-P05")
    [grade_of] = [each.grade for each in watch.outfalls() if each.code == device.code]
    limits = limits_from_grade(DischargeGrade(grade_of), date(2026, 1, 15))
    [limit] = [each.high for each in limits if each.parameter is Parameter.AMMONIA_NITROGEN]
    assert limit is not None
    winter = device.measure(datetime(2026, 1, 15, 4, tzinfo=UTC))
    spring = device.measure(datetime(2026, 4, 15, 4, tzinfo=UTC))
    assert spring[Parameter.AMMONIA_NITROGEN] < limit < winter[Parameter.AMMONIA_NITROGEN]


@pytest.mark.parametrize("year", [2025, 2026])
def test_each_summer_had_a_flood(year: int) -> None:
    device, height = past("QC-S10"), flood_of(year)
    assert date(year, 6, 20) < height.date() < date(year, 8, 10)
    flooded, calm = device.measure(height), device.measure(height - timedelta(days=9))
    assert flooded[Parameter.TURBIDITY] > 4 * calm[Parameter.TURBIDITY]
    assert flooded[Parameter.CONDUCTIVITY] < calm[Parameter.CONDUCTIVITY]


def test_the_seasons_differ() -> None:
    cold = past("QC-S13")
    winter = [cold.measure(datetime(2026, 1, 20, 1, tzinfo=UTC) + each * PAST_STEP)
              for each in range(120)]  # fmt: skip
    autumn = [cold.measure(datetime(2025, 9, 1, 1, tzinfo=UTC) + each * PAST_STEP)
              for each in range(120)]  # fmt: skip
    for parameter, sign in ((Parameter.AMMONIA_NITROGEN, 1), (Parameter.WATER_TEMPERATURE, -1)):
        colder, warmer = (fmean(each[parameter] for each in some) for some in (winter, autumn))
        assert sign * colder > sign * warmer


def test_the_events_are_of_stations_that_are_there_and_over_before_the_last_four_weeks() -> None:
    codes = {each.code for each in watch.sections()} | {each.code for each in watch.outfalls()}
    for event in made_events():
        assert event.station in codes
        if event.began[2:3] != "-":
            [(began, ended)] = event.spells(END, 1)
            assert began < ended <= DENSE + timedelta(hours=1)


def test_the_years_problems_have_ended_and_can_be_compared() -> None:
    made = list(past_cases(MONTHS, END))
    assert 60 < len(made) < 90
    for case in made:
        reported = to_utc(END - timedelta(days=case.days))
        taken = times(STORIES[case.story], reported, END, case.reach)
        assert case.story in FINISHED
        assert taken[-1] < END
        assert STORIES[case.story][-1].action in {Action.SIGN_OFF, Action.REFUSE}
    by_year = Counter((END - timedelta(days=case.days)).year for case in made)
    assert min(by_year[2025], by_year[2026]) >= 20
    assert by_year[2025] > by_year[2026]
