"""The picked value in its surroundings: tests against it, reviews, figures of the courses."""

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.chart_marks import ACCENT, Figure, local, mean_words, trace
from dashboard.parts.charts import Course, course_figure, spoken
from dashboard.parts.icons import icon
from dashboard.parts.measures import (
    flag_word,
    own_name,
    parameter_name,
    result_text,
    unit_of,
    value_text,
)
from dashboard.parts.review_words import (
    detail_words,
    expected_words,
    finding_word,
    test_word,
    verdict_step,
    verdict_word,
)
from dashboard.parts.wording import _
from dashboard.review.layout import HEIGHTS
from dashboard.review.reads import Surroundings, key_text
from data.clock import BUSINESS_ZONE
from data.queries.review.findings import Review, TestFinding
from data.vocabulary import Flag, Parameter
from data.words.review import Finding, Verdict


def nothing_picked(asked: bool) -> html.Div:
    """The hint to pick a value; with ``asked``, the message that the value asked for is missing."""
    sentence = (
        _("There is no such value, or your account may not see it.")
        if asked
        else _("Choose a value from the list to see it in its surroundings.")
    )
    keys = _("Arrows move, K keeps, R rejects, C corrects.")
    return html.Div(
        [
            html.Span(icon("search"), className="rv-sign"),
            html.P(sentence),
            html.P(keys, className="t3 fs12"),
        ],
        className="empty" if asked else "empty qr-idle",
    )


def value_head(around: Surroundings) -> html.Div:
    """The head of the picked value's frame: value, station and time, test findings, reviews."""
    key, value = around.key, around.value
    moment = key.observed_at.astimezone(BUSINESS_ZONE)
    measured = "—"
    if value and value.value is not None:
        measured = result_text(key.parameter, value.value, value.below)
    flag = flag_word(Flag(value.flag)) if value and value.flag else ""
    found = value.found if value else ()
    return html.Div(
        [
            html.Button(
                [icon("left"), _("Back to the list")],
                type="button",
                className="qr-back",
                **attributes(data_quality_back=""),
            ),
            html.Div(
                [
                    html.B(measured),
                    html.Span(unit_of(key.parameter), className="t3"),
                    html.Span(className="sp"),
                    html.Span(flag, className="tag am") if flag else None,
                ],
                className="qr-value num",
            ),
            html.Div(
                f"{parameter_name(key.parameter)} · "
                f"{own_name(around.facts.name, around.facts.name_en)} · {moment:%Y-%m-%d %H:%M}",
                className="t2",
            ),
            html.Ul(
                [against(key.parameter, each, names_of(around)) for each in found],
                className="qr-found",
            ),
            history(around),
        ],
        **attributes(data_quality_shown=key_text(key), data_may="1" if around.may_review else ""),
    )


def names_of(around: Surroundings) -> dict[str, str]:
    """The names of the stations shown, by their codes."""
    shown = (around.facts, around.near_facts)
    return {each.code: own_name(each.name, each.name_en) for each in shown if each}


def against(parameter: Parameter, found: TestFinding, names: Mapping[str, str]) -> html.Li:
    """The line of one quality test: its finding, and the values the test expected."""
    expected = expected_words(parameter, found)
    span = _("expected {span}").format(span=expected) if expected else ""
    return html.Li(
        [
            html.Span(
                finding_word(found.finding),
                className="tag rd" if found.finding is Finding.FAILED else "tag am",
            ),
            html.Span(test_word(found.test)),
            html.Span(" · ".join(filter(None, [span, detail_words(found, names)])), className="t3"),
        ]
    )


def history(around: Surroundings) -> html.Ol | None:
    """The list of reviews, newest first, a button to withdraw the latest; None without reviews."""
    if not around.reviews:
        return None
    newest = around.reviews[-1]
    withdraw = html.Button(
        [icon("undo"), verdict_step(Verdict.WITHDRAW)],
        type="button",
        className="btn s",
        **attributes(data_quality_verdict=Verdict.WITHDRAW.value),
    )
    offered = around.may_review and newest.verdict is not Verdict.WITHDRAW
    lines = [review_line(around.key.parameter, each) for each in reversed(around.reviews)]
    if offered:
        lines[0].children = [*lines[0].children, withdraw]
    return html.Ol(lines, className="qr-history")


def review_line(parameter: Parameter, review: Review) -> html.Li:
    """The line of one review: its verdict, who gave it, when and why."""
    put = (
        f" → {value_text(parameter, review.value)} {unit_of(parameter)}"
        if review.value is not None
        else ""
    )
    at = f"{review.known_from.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
    return html.Li(
        [
            html.Div([html.B(verdict_word(review.verdict) + put), f" · {review.who} · {at}"]),
            html.Div(review.reason, className="t3"),
        ]
    )


def others_of(around: Surroundings) -> list[dict[str, str]]:
    """The options of the second graph: the other parameters that the station measures."""
    return [
        {"value": each.value, "label": f"{parameter_name(each)} {unit_of(each)}".strip()}
        for each in Parameter
        if each in around.facts.latest and each is not around.key.parameter
    ]


def course_of(around: Surroundings, name: str) -> Course | None:
    """The curve of values of the graph ``name`` (own, other, near), None if it has none."""
    return {"own": around.own, "other": around.other, "near": around.near}[name]


def figure_of(around: Surroundings, name: str) -> Figure | None:
    """The Plotly figure of the graph ``name``, the picked value's time marked.

    None where the graph has no curve; ``empty`` is true for a curve without values.
    """
    course = course_of(around, name)
    if course is None:
        return None
    at, line = local(around.key.observed_at.timestamp()), {"color": ACCENT, "width": 1}
    instant = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": at, "x1": at, "line": line}
    over = []
    if name == "own" and around.value and around.value.value is not None:
        ring = {
            "symbol": "circle-open",
            "size": 14,
            "color": ACCENT,
            "line": {"color": ACCENT, "width": 2},
        }
        over = [trace([at], [around.value.value], mode="markers", marker=ring, hoverinfo="skip")]
    figure = course_figure(course, over=over, lines=[instant], height=HEIGHTS[name])
    words = {"empty": _("No readings in this span.")}
    return {**figure, "empty": not len(course.series), "words": words}


def caption_of(around: Surroundings, name: str) -> Any:
    """The caption of the graph ``name``: whose values, their mean and count; or why it has none."""
    course = course_of(around, name)
    if course is None:
        return (
            _("No other station on this river measures it.")
            if name == "near"
            else _("Nothing else is measured here.")
        )
    facts = around.near_facts if name == "near" and around.near_facts else around.facts
    title = f"{own_name(facts.name, facts.name_en)} · {parameter_name(course.parameter)}"
    mean = mean_words(course.parameter, course.series.mean)
    return [html.B(title, title=spoken(course)), html.Span(mean, className="t3")]
