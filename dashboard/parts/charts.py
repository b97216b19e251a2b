"""Figures of one parameter's course, whose colours are names from tokens.css.

The browser puts the colours in (``drawer.js``), so a switch to the dark redraws without a request.
``go.Scatter`` and ``go.Layout`` refuse a property or a value that plotly doesn't know. No
``go.Figure`` holds them: it would add the template, which has colours of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from dashboard.parts.chart_marks import (
    INK,
    PALE,
    SURFACE,
    Figure,
    Properties,
    apart,
    below_limits,
    corrections,
    dots,
    local,
    mean_words,
    result_at,
    shown_value,
    trace,
)
from dashboard.parts.measures import class_numeral, limit_number, unit_of
from dashboard.parts.wording import _
from data.clock import Span
from data.quality.limits import Bound, ClassLimits
from data.queries.readings.course import Series
from data.vocabulary import Parameter, WaterClass

MOST_DOTS: Final = 120
"""More dots than this on one line would only thicken it."""

LEAST_NUMERAL: Final = 0.055
"""A band lower than this share of the plot has no room for its numeral."""


@dataclass(frozen=True, slots=True)
class Band:
    """A water-quality class's band from value ``low`` to ``high``, both cut to the axis."""

    water_class: WaterClass
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Course:
    """What a chart draws: a parameter over a span, with its class limits or its permit's limit.

    ``low`` and ``high`` are the limit that must be kept; ``limit_label`` says whose it is;
    ``archived`` are the months of the span whose readings were moved to files.
    """

    parameter: Parameter
    span: Span
    series: Series
    classes: ClassLimits | None
    low: float | None
    high: float | None
    limit_label: str
    archived: tuple[date, ...] = ()


def axis_range(course: Course) -> tuple[float, float]:
    """Returns the lower and upper end of the chart's value axis.

    With limits from 0, far enough to show the limits and all values; pH at least from 5 to 10.
    Without limits from 0 too, unless the values are negative or vary little: then around them.
    """
    values = np.concatenate([course.series.value, course.series.raw])
    top = float(values.max()) if len(values) else 0.0
    bottom = float(values.min()) if len(values) else 0.0
    if course.parameter is Parameter.PH:
        return min(5.0, bottom - 0.5) if len(values) else 5.0, max(10.0, top + 0.5)
    if course.classes:
        limits = course.classes.limits
        highest = 1.1 * limits[0] if course.classes.bound is Bound.LOWER else limits[-1]
        return 0.0, max(highest, 1.1 * top)
    if course.high is not None:
        return 0.0, max(1.25 * course.high, 1.1 * top)
    if bottom < 0 or bottom > 0.6 * top:
        room = 0.15 * (top - bottom) or 1.0
        return bottom - room, top + room
    return 0.0, 1.1 * top or 1.0


def bands_of(limits: ClassLimits, low: float, high: float) -> list[Band]:
    """Returns the bands of classes between the values ``low`` and ``high``, the lowest first.

    Dissolved oxygen's worst class lies lowest; pH is Ⅰ within its range and 劣Ⅴ on either side.
    """
    classes = list(WaterClass)
    if limits.bound is Bound.RANGE:
        first, last = limits.limits
        edges = [low, first, last, high]
        order = [WaterClass.WORSE_THAN_V, WaterClass.I, WaterClass.WORSE_THAN_V]
    elif limits.bound is Bound.LOWER:
        edges = [low, *reversed(limits.limits), high]
        order = classes[::-1]
    else:
        edges = [low, *limits.limits, high]
        order = classes
    pairs = zip(order, edges[:-1], edges[1:], strict=True)
    cut = [(each, max(start, low), min(end, high)) for each, start, end in pairs]
    return [Band(each, start, end) for each, start, end in cut if end > start]


def course_figure(
    course: Course,
    *,
    over: Sequence[go.Scatter] = (),
    lines: Sequence[Properties] = (),
    **more: Any,
) -> Figure:
    """Returns the plotly figure of a course: class bands, limits, line with gaps, marked points.

    ``over`` and ``lines`` are drawn above it; ``more`` are further properties of the layout.
    Raises ValueError for a property that plotly doesn't know.
    """
    low, high = axis_range(course)
    bands = bands_of(course.classes, low, high) if course.classes else []
    shapes, notes = band_marks(bands, high - low)
    limit_shapes, limit_notes = limit_marks(course, low, high)
    layout = go.Layout(
        shapes=[*shapes, *limit_shapes, *lines],
        annotations=notes + limit_notes,
        xaxis=_time_axis(course.span),
        yaxis={
            "range": [low, high],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "nticks": 5,
            "tickfont": {"size": 11, "color": PALE},
        },
        margin={"l": 36, "r": 30 if bands else 8, "t": 6, "b": 22},
        hovermode="x unified",
        hoverlabel={
            "bgcolor": SURFACE,
            "bordercolor": "var(--om-border-strong)",
            "font": {"size": 12, "color": INK},
        },
        showlegend=False,
        dragmode="zoom",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "var(--om-font)", "size": 11, "color": PALE},
        **more,
    )
    drawn = [*traces(course), *over]
    return {"data": [each.to_plotly_json() for each in drawn], "layout": layout.to_plotly_json()}


def _time_axis(span: Span) -> Properties:
    day_ms = 86_400_000
    return {
        "type": "date",
        "range": [local(each.timestamp()) for each in (span.start, span.end)],
        "nticks": 8,
        "showgrid": True,
        "gridcolor": "var(--om-border)",
        "zeroline": False,
        "showline": True,
        "linecolor": "var(--om-border-strong)",
        "tickfont": {"size": 11, "color": PALE},
        "ticklabelmode": "instant",
        "hoverformat": "%Y-%m-%d %H:%M",
        "tickformatstops": [
            {"dtickrange": [None, day_ms - 1], "value": "%H:%M"},
            {"dtickrange": [day_ms, "M1"], "value": _("%-m-%-d")},
            {"dtickrange": ["M1", None], "value": "%Y-%m"},
        ],
    }


def band_marks(bands: list[Band], height: float) -> tuple[list[Properties], list[Properties]]:
    """Returns the soft class bands with a solid strip at the right edge, and the class numerals."""
    shapes: list[Properties] = []
    notes: list[Properties] = []
    for band in bands:
        number = int(band.water_class)
        area = {"type": "rect", "yref": "y", "y0": band.low, "y1": band.high, "line": {"width": 0}}
        soft = f"var(--om-class-{number}-soft)"
        shapes.append(
            {**area, "xref": "paper", "x0": 0, "x1": 1, "layer": "below", "fillcolor": soft}
        )
        strip = {"xref": "paper", "xsizemode": "pixel", "xanchor": 1, "x0": 1, "x1": 4}
        shapes.append({**area, **strip, "fillcolor": f"var(--om-class-{number})"})
        if band.high - band.low >= LEAST_NUMERAL * height:
            notes.append(
                {
                    "xref": "paper",
                    "x": 1,
                    "xshift": 7,
                    "xanchor": "left",
                    "y": (band.low + band.high) / 2,
                    "text": class_numeral(band.water_class),
                    "showarrow": False,
                    "font": {"size": 11, "color": "var(--om-text-2)"},
                }
            )
    return shapes, notes


def limit_marks(
    course: Course, low: float, high: float
) -> tuple[list[Properties], list[Properties]]:
    """Returns a dashed line at each limit, and each limit's label in the plot."""
    shapes: list[Properties] = []
    notes: list[Properties] = []
    for limit in (course.low, course.high):
        if limit is None or not low <= limit <= high:
            continue
        line = {"color": INK, "width": 1.2, "dash": "4px,3px"}
        edge = {"xref": "paper", "x0": 0, "x1": 1, "y0": limit, "y1": limit}
        shapes.append({"type": "line", **edge, "line": line})
        notes.append(
            {
                "xref": "paper",
                "x": 0,
                "xshift": 4,
                "xanchor": "left",
                "y": limit,
                "yanchor": "top" if _is_crowded_above(course, limit) else "bottom",
                "text": f"{course.limit_label} {limit_number(course.parameter, limit)}",
                "showarrow": False,
                "font": {"size": 11, "color": INK},
            }
        )
    return shapes, notes


def _is_crowded_above(course: Course, limit: float) -> bool:
    """Returns whether most of the line's first third, where the limit's label is, runs above it."""
    values = course.series.value[: max(1, len(course.series) // 3)]
    return bool(len(values)) and float((values > limit).mean()) > 0.5


def traces(course: Course) -> list[go.Scatter]:
    """Returns the line with gaps, then marks: beyond a limit, not counted, corrected, newest."""
    found = course.series
    shown = shown_value(course.parameter)
    times: list[str | None] = []
    values: list[float | None] = []
    marked: list[int] = []
    normal = [at for at in range(len(found)) if found.run[at] >= 0]
    for place, at in enumerate(normal):
        after = normal[place + 1] if place + 1 < len(normal) else None
        starts = place == 0 or found.run[normal[place - 1]] != found.run[at]
        ends = after is None or found.run[after] != found.run[at]
        times.append(local(found.at_s[at]))
        values.append(float(found.value[at]))
        if ends and after is not None:
            times.append(times[-1])
            values.append(None)
        if _is_beyond(course, values[-1] or found.value[at]) or (starts and ends):
            marked.append(at)
    if len(normal) > MOST_DOTS:
        marked = []
    line = {"color": INK, "width": 1.8}
    drawn = [
        trace(times, values, mode="lines", line=line, hovertemplate=f"{shown}<extra></extra>"),
        dots(found, marked, {"size": 3.8, "color": INK}),
    ]
    drawn += apart(found, course.parameter)
    drawn += corrections(found, course.parameter)
    drawn += below_limits(found, course.parameter)
    newest = {"color": SURFACE, "line": {"color": INK, "width": 2}, "size": 8}
    drawn.append(dots(found, normal[-1:], newest))
    return drawn


def _is_beyond(course: Course, value: float) -> bool:
    return (course.low is not None and value < course.low) or (
        course.high is not None and value > course.high
    )


def spoken(course: Course) -> str:
    """Returns a sentence that describes the chart to readers who can't see it."""
    if not len(course.series):
        return _("No readings in this span.")
    values = course.series.value
    summary = _("{count} readings, lowest {low}, highest {high} {unit}").format(
        count=course.series.measured_count,
        low=result_at(course.series, course.parameter, int(values.argmin())),
        high=result_at(course.series, course.parameter, int(values.argmax())),
        unit=unit_of(course.parameter),
    )
    return " · ".join(filter(None, [summary, mean_words(course.parameter, course.series.mean)]))
