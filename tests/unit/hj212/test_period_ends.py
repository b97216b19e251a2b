"""The smallest, largest and cumulative value of a period, and what is refused of them."""

import pytest

from data.records import ValueRange
from data.vocabulary import Parameter, Period
from ingest.codecs.hj212 import decode
from tests.unit.hj212.test_codec import ARRIVAL, STATION, frame, told


@pytest.mark.parametrize(
    ("cn", "period"), [(2051, Period.MINUTE), (2061, Period.HOUR), (2031, Period.DAY)]
)
def test_a_period_has_its_mean_ends_and_sum(cn: int, period: Period) -> None:
    body = (
        "DataTime=20260301080000;w00000-Avg=10,w00000-Min=8,w00000-Max=12,w00000-Cou=36,"
        "w00000-Flag=N;w01001-Rtd=7"
    )
    found = told(frame(body, cn=cn))
    assert found.period is period
    assert found.values == {Parameter.FLOW: 0.01}
    assert found.statistics == {Parameter.FLOW: ValueRange(0.008, 0.012, 36.0)}
    assert found.others == {"w01001-Rtd": "7"}, "a momentary value is no mean of the hour"


def test_a_bad_end_of_a_period_costs_that_end_alone() -> None:
    body = "DataTime=20260301080000;w01001-Avg=7,w01001-Min=--,w01001-Max=7.5"
    reading = decode(frame(body, cn=2061), STATION, ARRIVAL)
    assert reading.values == {Parameter.PH: 7.0}
    assert reading.statistics == {Parameter.PH: ValueRange(None, 7.5, None)}
    assert reading.refused == {"w01001-Min": "'--' is no number"}


@pytest.mark.parametrize(
    ("items", "kept", "refused"),
    [
        ("Avg=0.5,{0}Min=0.6,{0}Max=0.4,{0}Cou=3", (None, None, 3.0), {"Min", "Max"}),
        ("Avg=0.5,{0}Min=0.6,{0}Max=0.9", (None, 0.9, None), {"Min"}),
        ("Avg=0.5,{0}Min=0.1,{0}Max=0.4", (0.1, None, None), {"Max"}),
        ("Avg=0.5,{0}Min=0.6", None, {"Min"}),
        ("Avg=0.5,{0}Min=0.9,{0}Max=0.8", None, {"Min", "Max"}),
        ("Avg=0.5,{0}Min=0.503,{0}Max=0.503", (0.503, 0.503, None), set()),
        ("Avg=0.503,{0}Min=0.5,{0}Max=0.5", (0.5, 0.5, None), set()),
        ("Avg=0.5,{0}Min=0.5,{0}Max=0.5", (0.5, 0.5, None), set()),
        ("Avg=<0.02,{0}Min=0.01,{0}Max=0.03", (0.01, 0.03, None), set()),
    ],
)
def test_ends_that_contradict_the_mean_are_refused_alone(
    items: str, kept: tuple[float | None, ...] | None, refused: set[str]
) -> None:
    body = f"DataTime=20260301080000;w21003-{items.format('w21003-')};w01001-Avg=7"
    reading = decode(frame(body, cn=2061), STATION, ARRIVAL)
    assert set(reading.values) == {Parameter.AMMONIA_NITROGEN, Parameter.PH}
    assert reading.statistics == ({Parameter.AMMONIA_NITROGEN: ValueRange(*kept)} if kept else {})
    assert set(reading.refused) == {f"w21003-{each}" for each in refused}
