"""The drawer of a section: class and reason, values, chart, problems, chiefs."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.map.chart_frame import chart_frame
from dashboard.map.drawer_parts import (
    facts_list,
    finding,
    foot_at,
    head,
    live,
    spoken_place,
    tabs,
    whole,
)
from dashboard.map.values_table import section_table
from dashboard.parts.marks import class_badge, class_word, target_tag
from dashboard.parts.measures import (
    age_text,
    class_numeral,
    duration_text,
    finding_words,
    moment_text,
    own_name,
    parameter_name,
    result_text,
)
from dashboard.parts.wording import _, language
from dashboard.waters.chiefs import chief_row, chiefs_block
from data.clock import BUSINESS_ZONE, UtcDatetime
from data.queries.stations.facts import StationFacts
from data.queries.stations.section import SectionFacts
from data.queries.waters.answering import Chiefs
from data.vocabulary import BodyKind, EvaluationState, Parameter

TILES = 4


def section_drawer(
    facts: SectionFacts, chiefs: Chiefs, now: UtcDatetime, ledger: Sequence[Any] = ()
) -> html.Article:
    """Returns the map's drawer of a section; ``ledger`` is the block of problems and patrol."""
    station = facts.station
    key = f"section:{station.id}"
    measured = [row.parameter for row in facts.rows if row.latest]
    measured += [parameter for parameter, _latest in facts.others]
    overview = [
        live("values", key, [tiles(facts), section_table(facts, now)]),
        chart_frame(station.id, "now", measured, facts.first_parameter, 150) if measured else None,
        chiefs_block(chiefs),
        *ledger,
    ]
    trend: Any = html.P(_("Nothing has been measured yet."), className="dw-none")
    if measured:
        trend = chart_frame(station.id, "trend", measured, facts.first_parameter, 320)
    panels = [
        ("now", _("Overview"), [each for each in overview if each is not None]),
        ("trend", _("Trend"), [trend, aids()]),
        ("file", _("File"), [section_file(facts), *earlier(chiefs)]),
    ]
    top = live("head", key, section_head(facts, now))
    return whole(key, [top, tabs(panels), foot_at(station.where)])


def section_head(facts: SectionFacts, now: UtcDatetime) -> html.Header:
    """Returns the head of a section's drawer: name, water-quality class, target and finding."""
    station, evaluation = facts.station, facts.evaluation
    grade = evaluation.grade
    marks = [
        class_badge(evaluation.water_class, big=True),
        html.Span(class_word(grade.water_class), className="dw-word") if grade else None,
        html.Span(className="sp"),
        target_tag(facts.target, evaluation.meets_target, is_set=station.target is not None),
    ]
    words, about = section_finding(facts, now)
    aid = _("Automatic data, as it comes in, for reference only.")
    name = own_name(station.name, station.name_en)
    place = spoken_place(station.where)
    return head(_("Monitoring section"), place, name, marks, finding(words, about, aid=aid))


def section_finding(facts: SectionFacts, now: UtcDatetime) -> tuple[str, str]:
    """Returns (whether a section meets its target or why that is unknown, when), in words."""
    evaluation, at = facts.evaluation, facts.station.observed_at
    if at is None or evaluation.state is EvaluationState.NONE:
        return _("No data yet"), ""
    when = _("measured {time}, {age}").format(time=moment_text(at, now), age=age_text(at, now))
    if evaluation.state is EvaluationState.STALE:
        silent = now - (facts.station.received_at or at)
        words = _("Device offline for {duration}").format(duration=duration_text(silent))
        if evaluation.last_grade:
            last = class_numeral(evaluation.last_grade.water_class)
            when = _("last class {n}, {time}").format(n=last, time=moment_text(at, now))
        return words, when
    if evaluation.state is EvaluationState.PARTIAL:
        gap = "、" if language.get() == "zh" else ", "
        missing = gap.join(parameter_name(each) for each in evaluation.missing)
        words = _("Incomplete {have}/{need}: no {missing}")
        return words.format(
            have=evaluation.have, need=evaluation.required_count, missing=missing
        ), when
    return finding_words(evaluation.exceedances) or _("Target met"), when


def tiles(facts: SectionFacts) -> html.Div:
    """Returns tiles with the section's most important values in large type, for phones."""
    rows = sorted(
        (row for row in facts.rows if row.latest and row.parameter is not Parameter.PH),
        key=lambda row: (not row.is_deciding, row.is_separate),
    )[:TILES]
    made = []
    for row in rows:
        number = int(row.water_class) if row.water_class and row.counts else 0
        decides = row.is_deciding and number > int(facts.target)
        newest = row.latest
        shown = result_text(row.parameter, newest.value, newest.below) if newest else ""
        made.append(
            html.Div(
                [
                    html.Span(parameter_name(row.parameter), className="dw-tile-name"),
                    html.B(shown),
                    class_badge(row.water_class if number else None),
                ],
                className="dw-tile" + (f" dw-k{number} on" if decides else ""),
            )
        )
    return html.Div(made, className="dw-tiles")


def aids() -> html.P:
    """Returns the hints on how to zoom the chart and what its hollow points mean."""
    words = _(
        "Drag across the chart to look closer, double-click to come back. Hollow grey points"
        " are flagged and not evaluated."
    )
    return html.P(words, className="dw-aid")


def section_file(facts: SectionFacts) -> html.Div:
    """Returns the list of facts on record about the section."""
    station = facts.station
    target = class_numeral(facts.target)
    if station.target is None:
        target = _("{n}, none given").format(n=target)
    body = _("Lake or reservoir limits") if station.body is BodyKind.LAKE else _("River limits")
    gap = "、" if language.get() == "zh" else ", "
    required = [parameter_name(row.parameter) for row in facts.rows if row.is_required]
    pairs = [
        *place_pairs(station),
        (_("Kind of section"), station.own.get("attribute")),
        (_("Border section"), _("yes") if station.own.get("is_border") else None),
        (_("Target class"), target),
        (_("Standard"), f"GB 3838-2002 · {body}"),
        (_("A class needs"), gap.join(required)),
        *device_pairs(station),
    ]
    return html.Div(facts_list(pairs), className="dw-block")


def place_pairs(station: StationFacts) -> list[tuple[str, Any]]:
    """Returns (name, value) pairs on a station's code and place."""
    where = station.where
    off = "" if where.offset_m is None else f"{where.offset_m:.0f} m"
    return [
        (_("Code"), station.code),
        (_("Where it is"), " · ".join(spoken_place(where))),
        (_("Reach"), own_name(where.reach, where.reach_en)),
        (_("From the river"), off),
        (_("Longitude, latitude"), f"{station.lon:.5f}, {station.lat:.5f} (CGCS2000)"),
    ]


def device_pairs(station: StationFacts) -> list[tuple[str, Any]]:
    """Returns (name, value) pairs on a station's device: interval, since when it reports."""
    since = station.started_at
    return [
        (_("Reports every"), duration_text(station.interval)),
        (_("In service since"), since and f"{since.astimezone(BUSINESS_ZONE):%Y-%m-%d}"),
    ]


def earlier(chiefs: Chiefs) -> list[Any]:
    """Returns the block of earlier chiefs with their terms; empty if there are none."""
    if not chiefs.earlier:
        return []
    rows = [chief_row(each, with_term=True) for each in chiefs.earlier]
    title = html.H3(_("Earlier chiefs"), className="sec-t")
    return [html.Section([title, html.Ul(rows, className="dw-who")], className="dw-block")]
