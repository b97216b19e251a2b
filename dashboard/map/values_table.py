"""Tables of values: a section's against its target, an outfall's against its permit."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dash import html

from dashboard.parts.marks import class_badge
from dashboard.parts.measures import (
    basis_words,
    class_numeral,
    exceedance_text,
    flag_word,
    limit_text,
    moment_text,
    multiple_text,
    parameter_name,
    result_text,
    unit_of,
)
from dashboard.parts.wording import _
from data.clock import UtcDatetime
from data.quality.exceedances import Exceedance
from data.queries.stations.facts import KeptLimit
from data.queries.stations.outfall import LimitRow, OutfallFacts
from data.queries.stations.section import SectionFacts, ValueRow
from data.records import LatestValue
from data.vocabulary import BodyKind, Flag, Parameter


def section_table(facts: SectionFacts, now: UtcDatetime) -> html.Div:
    """Returns a section's table of parameters: value, limit, class, excess; others in a note."""
    heads = [
        html.Th(_("Parameter"), scope="col"),
        html.Th(_("Measured"), scope="col", className="r"),
        html.Th(_("Limit {n}").format(n=class_numeral(facts.target)), scope="col", className="r"),
        html.Th(_("Class"), scope="col", className="c"),
        html.Th(_("Excess"), scope="col", className="r"),
    ]
    deciding = [row for row in facts.rows if row.is_deciding and row.counts]
    marks = 0 < len(deciding) < len(facts.rows)
    body = [_section_row(row, facts, now, marks=marks) for row in facts.rows]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)], className="dw-values")
    return html.Div([table, *_notes(facts, now)])


def _section_row(row: ValueRow, facts: SectionFacts, now: UtcDatetime, *, marks: bool) -> html.Tr:
    name: list[Any] = [parameter_name(row.parameter)]
    if row.is_deciding and marks:
        name.append(html.Span(_("decides"), className="dw-mark"))
    if row.is_separate:
        name.append(html.Span(_("apart"), className="dw-mark"))
    name += _aside(row.latest, facts.station.observed_at, now)
    number = int(row.water_class) if row.water_class and row.counts else 0
    cells = [
        html.Th(name, scope="row"),
        _value_cell(row.parameter, row.latest),
        html.Td(limit_text(row.parameter, row.low, row.high), className="r t3"),
        html.Td(class_badge(row.water_class) if number else "—", className="c"),
        _excess_cell(row.latest, row.exceedance if row.counts else None),
    ]
    decides = f"dw-decides dw-k{number}" if row.is_deciding and marks and number else ""
    return html.Tr(cells, className=decides)


def _value_cell(parameter: Parameter, latest: LatestValue | None) -> html.Td:
    if latest is None:
        return html.Td(_("missing"), className="r t3")
    shown = result_text(parameter, latest.value, latest.below)
    return html.Td(shown, className="r v", title=f"{shown} {unit_of(parameter)}".strip())


def _aside(
    latest: LatestValue | None, newest: UtcDatetime | None, now: UtcDatetime
) -> list[html.Span]:
    """Returns the value's time if older than the station's newest reading, else an empty list."""
    if latest is None or latest.observed_at == newest:
        return []
    return [html.Span(moment_text(latest.observed_at, now), className="dw-time")]


def _excess_cell(latest: LatestValue | None, beyond: Exceedance | None) -> html.Td:
    if latest is not None and latest.flag is not Flag.NORMAL:
        return html.Td(flag_word(latest.flag), className="r dw-flag")
    if beyond is None:
        return html.Td("—", className="r t3")
    if beyond.multiple is None:
        words = _("too low") if beyond.below else _("out of limits")
        return html.Td(words, className="r b", title=exceedance_text(beyond))
    return html.Td(_("{n} times").format(n=multiple_text(beyond.multiple)), className="r b")


def _notes(facts: SectionFacts, now: UtcDatetime) -> list[html.P]:
    times = {row.latest.observed_at for row in facts.rows if row.latest}
    notes = []
    if facts.others:
        notes.append(
            html.P([_other(each, facts.station.body) for each in facts.others], className="dw-aux")
        )
    parts = []
    if len(times) == 1:
        at = moment_text(next(iter(times)), now)
        parts.append(_("All measured at {time}").format(time=at))
    units = {unit_of(row.parameter) for row in facts.rows} - {""}
    if len(units) == 1:
        parts.append(_("unit {unit}, pH without").format(unit=units.pop()))
    if parts:
        notes.append(html.P(html.Span(" · ".join(parts)), className="dw-aux dw-last"))
    return notes


def _other(each: tuple[Parameter, LatestValue], body: BodyKind) -> html.Span:
    parameter, latest = each
    shown = f"{result_text(parameter, latest.value, latest.below)} {unit_of(parameter)}".strip()
    words = [parameter_name(parameter), shown]
    if parameter is Parameter.TOTAL_NITROGEN and body is BodyKind.RIVER:
        words.append(_("not evaluated"))
    if latest.flag is not Flag.NORMAL:
        words.append(f"({flag_word(latest.flag)})")
    return html.Span(" ".join(words))


def limits_table(facts: OutfallFacts, now: UtcDatetime) -> html.Div:
    """Returns the table of an outfall's permit limits beside the newest values."""
    heads = [
        html.Th(_("Parameter"), scope="col"),
        html.Th(_("Measured"), scope="col", className="r"),
        html.Th(_("Permitted"), scope="col", className="r"),
        html.Th(_("Excess"), scope="col", className="r"),
    ]
    measured = [row for row in facts.rows if row.latest]
    body = [_limit_row(row, facts.station.observed_at, now) for row in measured]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)], className="dw-values")
    notes: list[Any] = []
    if facts.others:
        others = [_other(each, BodyKind.LAKE) for each in facts.others]
        notes.append(html.P(others, className="dw-aux"))
    missing = [row for row in facts.rows if not row.latest]
    if missing:
        names = [
            html.Span(f"{parameter_name(row.limit.parameter)} {_limit(row)}") for row in missing
        ]
        notes.append(html.P([html.Span(_("Not measured on line")), *names], className="dw-aux"))
    return html.Div([table, *notes] if measured else notes)


def _limit(row: LimitRow) -> str:
    return limit_text(row.limit.parameter, row.limit.low, row.limit.high)


def _limit_row(row: LimitRow, newest: UtcDatetime | None, now: UtcDatetime) -> html.Tr:
    parameter = row.limit.parameter
    name: list[Any] = [parameter_name(parameter), *_aside(row.latest, newest, now)]
    return html.Tr(
        [
            html.Th(name, scope="row"),
            _value_cell(parameter, row.latest),
            html.Td(_limit(row), className="r t3"),
            _excess_cell(row.latest, row.exceedance),
        ],
        className="dw-beyond" if row.exceedance else "",
    )


def basis_lines(rows: Sequence[LimitRow]) -> list[tuple[str, str]]:
    """Returns (basis of a limit, dates on which the limit holds), without repeats."""
    return list(
        dict.fromkeys(
            (basis_words(row.limit.basis, with_doubt=True), term_text(row.limit)) for row in rows
        )
    )


def term_text(limit: KeptLimit) -> str:
    """Returns in words the dates on which the limit holds."""
    if limit.valid_to is None:
        return _("from {day}").format(day=limit.valid_from)
    return _("{first} to {last}").format(
        first=limit.valid_from, last=limit.valid_to - timedelta(days=1)
    )
