"""Figures of a course: bands and axis by the standard's limits, gaps, flags, words."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import orjson
import pytest

from dashboard.frame.deps import Deps
from dashboard.map.chart_frame import Asked, drawn, window_of
from dashboard.map.drawer import chosen, drawer
from dashboard.parts.chart_marks import trace
from dashboard.parts.charts import Course, axis_range, bands_of, course_figure, spoken
from dashboard.parts.measures import (
    age_text,
    basis_words,
    dated_text,
    finding_words,
    limit_text,
    moment_text,
    multiple_text,
    named_exceedance,
    plain_cell,
    value_text,
)
from dashboard.parts.wording import language
from data.clock import Span, UtcDatetime
from data.database import engine
from data.errors import BadInput
from data.quality.exceedances import Exceedance
from data.quality.limits import newest_limits
from data.queries.scope import EVERYTHING
from data.settings import DashboardSettings, QualitySettings
from data.vocabulary import BodyKind, Parameter
from tests.made.readings.courses import unreviewed
from tests.running.folders import ROOT

NOW = UtcDatetime(datetime(2026, 5, 15, 4, tzinfo=UTC))
SPAN = Span(UtcDatetime(NOW - timedelta(days=7)), NOW)
NH3N, OXYGEN, PH = (
    Parameter.AMMONIA_NITROGEN,
    Parameter.DISSOLVED_OXYGEN,
    Parameter.PH,
)
TOKENS = ROOT / "dashboard" / "assets" / "frame" / "tokens.css"
Rows = list[tuple[int, float, str | None]]


def rows_of(*values: float, step_h: int = 4) -> Rows:
    start = int(SPAN.start.timestamp())
    return [(start + at * step_h * 3600, value, None) for at, value in enumerate(values)]


def course(parameter: Parameter, rows: Rows, limit: float | None = 1.0) -> Course:
    classes = newest_limits().surface[BodyKind.RIVER].get(parameter)
    low, high = (limit, None) if parameter is OXYGEN else (None, limit)
    found = unreviewed(rows, timedelta(hours=4))
    return Course(parameter, SPAN, found, classes, low, high, "目标限值")


def test_bands_cover_the_axis_without_a_gap() -> None:
    for parameter, order in ((NH3N, "123456"), (OXYGEN, "654321"), (PH, "616")):
        drawn = course(parameter, rows_of(0.4, 7.2, 12.0), None)
        low, high = axis_range(drawn)
        assert drawn.classes is not None
        bands = bands_of(drawn.classes, low, high)
        assert "".join(str(int(band.water_class)) for band in bands) == order
        assert (bands[0].low, bands[-1].high) == (low, high)
        assert all(a.high == b.low for a, b in pairwise(bands))


def test_the_axis_reaches_class_five_or_a_tenth_above_the_largest() -> None:
    assert axis_range(course(NH3N, rows_of(0.1, 0.2))) == (0.0, 2.0)
    assert axis_range(course(NH3N, rows_of(0.1, 5.0)))[1] == pytest.approx(5.5)
    assert axis_range(course(NH3N, [])) == (0.0, 2.0)
    assert axis_range(course(PH, rows_of(7.1, 7.4))) == (5.0, 10.0)


def test_gaps_break_the_line_and_flags_stand_apart() -> None:
    rows = rows_of(0.5, 0.6, 1.4, 0.5, 0.7)
    rows += [(at + 2 * 86_400, value, None) for at, value, _flag in rows_of(0.8, 0.9)]
    rows[1] = (rows[1][0], 9.0, "M")
    line, beyond, flagged, newest = course_figure(course(NH3N, rows))["data"]
    assert line["y"] == [0.5, 1.4, 0.5, 0.7, None, 0.8, 0.9]
    assert beyond["y"] == [1.4]
    assert (flagged["y"], flagged["text"]) == ([9.0], ["仪器维护"])
    assert newest["y"] == [0.9]
    assert line["x"][0] == "2026-05-08 12:00:00"


def test_oxygen_below_its_limit_is_beyond_it() -> None:
    figure = course_figure(course(OXYGEN, rows_of(6.0, 4.0, 0.0, 8.0), 5.0))
    assert figure["data"][1]["y"] == [4.0, 0.0]


def test_every_colour_is_a_token_of_both_schemes() -> None:
    figures = [course_figure(course(each, rows_of(1.0, 7.0))) for each in (NH3N, OXYGEN, PH)]
    used = set(re.findall(r"var\((--[\w-]+)\)", orjson.dumps(figures).decode()))
    assert {"--om-class-6-soft", "--om-class-1"} <= used
    light, dark = TOKENS.read_text("utf-8").split('[data-mantine-color-scheme="dark"]{', 1)
    for name in used - {"--om-font"}:
        assert f"{name}:" in light
        assert f"{name}:" in dark
    assert "--om-font:" in light


def test_a_property_that_plotly_does_not_know_is_refused() -> None:
    drawn = course(NH3N, rows_of(0.4))
    with pytest.raises(ValueError, match="hight"):
        course_figure(drawn, hight=120)
    with pytest.raises(ValueError, match="fillcolour"):
        course_figure(drawn, lines=[{"type": "line", "fillcolour": "var(--om-accent)"}])
    with pytest.raises(ValueError, match="colour"):
        trace([], [], marker={"colour": "var(--om-accent)"})


def test_a_label_keeps_clear_of_the_line() -> None:
    for values, place in (((1.5, 1.4, 1.6), "top"), ((0.5, 0.4, 0.6), "bottom")):
        notes = course_figure(course(NH3N, rows_of(*values)))["layout"]["annotations"]
        assert notes[-1]["text"] == "目标限值 1.0"
        assert notes[-1]["yanchor"] == place


def test_the_figure_is_told_in_words() -> None:
    assert spoken(course(NH3N, rows_of(0.5, 1.25))) == (
        "共 2 个监测值，最低 0.500，最高 1.250 mg/L"
    )
    assert spoken(course(NH3N, [])) == "该时段没有监测数据。"


def test_a_zoomed_window_is_cut_to_what_is_asked() -> None:
    window = {"from": "2026-05-10 08:00:00", "to": "2026-05-20 00:00", "of": "nh3n/7"}
    cut = window_of(Asked(1, "nh3n", "7", window), NOW)
    assert cut == Span(UtcDatetime(datetime(2026, 5, 10, tzinfo=UTC)), NOW)
    for other in ({**window, "of": "tp/7"}, {"of": "nh3n/7"}, {**window, "from": "x"}, None):
        assert window_of(Asked(1, "nh3n", "7", other), NOW) == SPAN


def test_words_of_measures() -> None:
    def beyond(parameter: Parameter, multiple: float | None, *, below: bool = False) -> str:
        return named_exceedance(Exceedance(parameter, 1.0, 1.0, multiple, below, ""))

    assert beyond(NH3N, 0.3) == "超标 0.3 倍（氨氮）"
    assert beyond(NH3N, 0.018) == "超标不足 0.1 倍（氨氮）"
    assert beyond(OXYGEN, None, below=True) == "低于限值（溶解氧）"
    assert beyond(PH, None) == "超出限值（pH）"
    assert multiple_text(1.26) == "1.3"
    several = [
        Exceedance(OXYGEN, 4.0, 5.0, None, True, ""),
        Exceedance(Parameter.TOTAL_PHOSPHORUS, 0.28, 0.2, 0.4, False, ""),
        Exceedance(NH3N, 2.0, 1.0, 1.0, False, ""),
    ]
    every = "超标 1.0 倍（氨氮），超标 0.4 倍（总磷），低于限值（溶解氧）"
    assert finding_words(several) == every
    assert finding_words([]) == ""


@pytest.mark.parametrize(
    ("code", "plain", "listed"),
    [
        ("zh", "GB 18918-2002 表1 一级A", "GB 18918-2002 表1 一级A（未核实）"),
        (
            "en",
            "GB 18918-2002 table 1 grade 1A",
            "GB 18918-2002 table 1 grade 1A (original not checked)",
        ),
    ],
)
def test_a_limits_basis_is_plain_in_a_sentence_and_doubted_in_a_list(
    code: str, plain: str, listed: str
) -> None:
    before = language.set(code)
    basis = "GB 18918-2002 表1 一级A（未核实）"
    assert basis_words(basis) == plain
    assert basis_words(basis, with_doubt=True) == listed
    language.reset(before)


def test_limits_and_values_are_written_with_their_digits() -> None:
    assert limit_text(NH3N, None, 1.0) == "≤ 1.0"
    assert limit_text(OXYGEN, 5.0, None) == "≥ 5"
    assert limit_text(PH, 6.0, 9.0) == "6–9"
    assert value_text(NH3N, 1234.5) == "1,234.500"


def test_times_are_told_in_the_business_zone() -> None:
    def hours(count: float) -> UtcDatetime:
        return UtcDatetime(NOW - timedelta(hours=count))

    told = [moment_text(hours(count), NOW) for count in (2, 20, 60, 24 * 200)]
    assert told == ["10:00", "昨日 16:00", "05-13 00:00", "2025-10-27 12:00"]
    dated = [dated_text(hours(count), NOW) for count in (2, 20, 24 * 200)]
    assert dated == ["05-15 10:00", "05-14 16:00", "2025-10-27 12:00"]
    ages = [age_text(hours(count), NOW) for count in (0, 0.4, 9, 72)]
    assert ages == ["刚刚", "24 分钟前", "9 小时前", "3 天前"]


def test_no_cell_begins_a_formula() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1"):
        assert plain_cell(text) == "'" + text
    assert plain_cell("城关下") == "城关下"


def test_without_a_database_the_chart_and_the_drawer_say_so_and_offer_a_retry() -> None:
    away = engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    deps = Deps(away, DashboardSettings(), QualitySettings(), lambda: NOW)
    failed = drawn(deps, EVERYTHING, Asked(1, "nh3n", "7", None))
    assert failed == ({"failed": True}, "", "", "")
    shown = str(drawer(deps, EVERYTHING, {"kind": "section", "id": 1}))
    assert "数据库没有响应。" in shown
    assert "data-select-kind" in shown


@pytest.mark.parametrize(
    "thing", [None, {}, {"kind": "person", "id": 1}, {"kind": "lake", "id": "1"}, {"kind": []}]
)
def test_what_is_no_thing_of_the_map_is_refused(thing: object) -> None:
    with pytest.raises(BadInput):
        chosen(thing)
