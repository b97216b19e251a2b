"""The figures that go to the browser stay as they are recorded, however they are built."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import orjson
import pytest
from plotly.io.json import to_json_plotly

from dashboard.parts import charts
from dashboard.parts.charts import Course, course_figure
from dashboard.parts.wording import language
from dashboard.review.detail import figure_of
from dashboard.review.reads import Surroundings
from data.clock import Span, UtcDatetime
from data.quality.limits import newest_limits
from data.queries.readings.counting import FAILED
from data.queries.readings.course import FLAG_CODES, RULE_CODES, Series, series_of
from data.vocabulary import BodyKind, Flag, Parameter
from data.words.review import Verdict
from tests.contract.recorded import hold, lines

START = UtcDatetime(datetime(2026, 5, 8, 4, tzinfo=UTC))
SPAN = Span(START, UtcDatetime(START + timedelta(days=7)))
STEP = timedelta(hours=4)
Row = tuple[float, Flag, str]


def series(*rows: Row | float | None) -> Series:
    """A reading every four hours; None is a pause of a day, a bare number a plain value."""
    at, ats, kept = int(START.timestamp()), [], list[Row]()
    for row in rows:
        at += 86_400 if row is None else int(STEP.total_seconds())
        if row is not None:
            ats.append(at)
            kept.append(row if isinstance(row, tuple) else (row, Flag.NORMAL, ""))
    raw = np.array([each[0] for each in kept], dtype=np.float64)
    flag = np.array([FLAG_CODES.index(each[1]) for each in kept], dtype=np.int64)
    rule = np.array([RULE_CODES.index(each[2]) for each in kept], dtype=np.int64)
    corrected = rule == RULE_CODES.index(Verdict.CORRECT.value)
    count = np.where((flag == 0) & (rule == 0), raw, np.nan)
    count[corrected] = raw[corrected] / 2
    none = np.zeros(len(kept), dtype=np.int64)
    return series_of(np.array(ats, dtype=np.int64), raw, count, flag, rule, none, STEP)


def course(parameter: Parameter, found: Series, low: float | None, high: float | None) -> Course:
    classes = newest_limits().surface[BodyKind.RIVER].get(parameter)
    return Course(parameter, SPAN, found, classes, low, high, "目标限值")


NH3N = course(
    Parameter.AMMONIA_NITROGEN,
    series(
        0.5, 0.6, 1.4, 0.5, None, None, 1.8, None, None, (9.0, Flag.MAINTENANCE, ""), 0.5, 1.25,
        (3.0, Flag.NORMAL, Verdict.REJECT.value), 0.7, (1.6, Flag.NORMAL, Verdict.CORRECT.value),
        (4.0, Flag.NORMAL, FAILED), 0.4,
    ),
    None,
    1.0,
)  # fmt: skip
OXYGEN = course(Parameter.DISSOLVED_OXYGEN, series(6.0, 4.0, 0.0, 8.0), 5.0, None)
OUTFALL = replace(course(Parameter.COD, series(30.0, 61.5, 50.0), None, 50.0), classes=None)
COURSES = {
    "gaps, flags, rulings": NH3N,
    "a lower limit": OXYGEN,
    "a range, mostly above it": course(Parameter.PH, series(9.4, 9.2, 7.0), 6.0, 9.0),
    "an outfall's permit": OUTFALL,
    "no class and no limit": course(Parameter.WATER_TEMPERATURE, series(15.0, 15.5), None, None),
    "nothing measured": replace(NH3N, series=series(), archived=(date(2026, 5, 1),)),
}


def around(value: float | None) -> Surroundings:
    """What the figures of a review read of a value's surroundings."""
    at = UtcDatetime(START + timedelta(hours=12))
    told = SimpleNamespace(
        key=SimpleNamespace(observed_at=at), value=SimpleNamespace(value=value),
        own=NH3N, other=OXYGEN, near=None,
    )  # fmt: skip
    return cast(Surroundings, told)


def figures() -> Iterator[tuple[str, Any]]:
    """Every figure under its name."""
    for name, each in COURSES.items():
        yield name, course_figure(each)
    for name in ("own", "other", "near"):
        yield f"review: {name}", figure_of(around(1.4), name)
    yield "review: own, its value left the database", figure_of(around(None), "own")


def told(name: str, figure: Any) -> Iterator[str]:
    """A figure as the browser is sent it: a line a trace, a line a property of the layout."""
    sent = orjson.loads(to_json_plotly(figure))
    yield f"\n== {name}"
    if sent is None:
        yield "none"
        return
    for trace in sent.pop("data"):
        yield f"trace {_sorted(trace)}"
    for key, value in sorted(sent.pop("layout").items()):
        yield from (
            f"{key} {_sorted(each)}" for each in (value if isinstance(value, list) else [value])
        )
    yield f"besides {_sorted(sent)}"


def _sorted(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def test_every_figure_is_the_recorded_one(renewed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = dict(figures())
    monkeypatch.setattr(charts, "MOST_DOTS", 3)
    made["more dots than are drawn"] = course_figure(NH3N)
    made["in English"] = _english(NH3N)
    title = "Figures: a line a trace, a line a property of the layout; colours are names of tokens"
    found = [line for name, figure in made.items() for line in told(name, figure)]
    hold("figures.txt", lines(title, found), renewed)


def _english(each: Course) -> Any:
    chosen = language.set("en")
    try:
        return course_figure(each)
    finally:
        language.reset(chosen)
