"""The cards of a chief's month: its days with patrols, and how much of each reach was walked."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.blocks import empty
from dashboard.parts.icons import icon
from dashboard.parts.measures import own_name, stretch_text
from dashboard.parts.wording import _, language
from dashboard.patrols.words import basis_words, times_words
from dashboard.waters.words import kilometres, level_word
from data.queries.patrols.records import ChiefMonth, Month, PatrolRow, ReachCoverage
from problem_ledger.patrols.rules import TrackRule

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
SATURDAY = 5


def mark(kind: str) -> html.Span:
    """The sign of a day: tick (counted or too soon), cross (invalid), empty ring (suggested)."""
    signs = {"valid": "tick", "soon": "tick", "invalid": "close"}
    inner = icon(signs[kind]) if kind in signs else None
    return html.Span(inner, className=f"pt-mark is-{kind}")


def month_card(chief: ChiefMonth, month: Month, patrols: Sequence[PatrolRow]) -> html.Section:
    """The calendar of a chief's month, with the patrols that the chief still has to make."""
    by_day: dict[date, list[PatrolRow]] = {}
    for patrol in patrols:
        by_day.setdefault(patrol.day, []).append(patrol)
    days = [
        _day(day, by_day.get(day, []), month, chief.next_on == day)
        for day in (month.first_on + timedelta(days=n) for n in range(month.day_count))
    ]
    return html.Section(
        [
            html.Header(
                [
                    html.H2(_("Patrols of {month}").format(month=month.key)),
                    html.Span(owed_words(chief, month), className="t3"),
                ],
                className="pt-title",
            ),
            html.Div(html.Ol(days, className="pt-days"), className="pt-days-box"),
            html.Div(
                [
                    html.Span([mark("valid"), _("valid")]),
                    html.Span([mark("soon"), _("valid · not counted")]),
                    html.Span([mark("invalid"), _("not valid")]),
                    html.Span([mark("asked"), _("suggested day")]),
                    html.Span(className="sp"),
                    html.Span(
                        _("By {basis}").format(basis=basis_words(chief.duty_source)),
                        className="t3",
                    ),
                ],
                className="pt-legend",
            ),
        ],
        className="card pt-card",
    )


def owed_words(chief: ChiefMonth, month: Month) -> str:
    """The sentence on a chief's duty: patrols asked for, done, still to be made, and until when."""
    span = _("every {n} months").format(n=chief.duty_months)
    span = span if chief.duty_months > 1 else _("a month")
    done = _("{level}: at least {duty} {span}, {counted} counted").format(
        level=level_word(chief.level),
        duty=times_words(chief.duty_count),
        span=span,
        counted=chief.counted_count,
    )
    left = chief.duty_count - chief.counted_count
    if left <= 0:
        return _("{said}; duty done").format(said=done)
    if month.today > chief.due_on:
        return _("{said}; {left} short").format(said=done, left=left)
    is_this_year = chief.due_on.year == month.today.year
    day = f"{chief.due_on:%m-%d}" if is_this_year else chief.due_on.isoformat()
    return _("{said}; {left} more by {day}").format(said=done, left=left, day=day)


def _day(day: date, patrols: list[PatrolRow], month: Month, is_asked: bool) -> html.Li:
    """A day of the calendar, marked by the best patrol of the day."""
    classes = ["pt-day"]
    classes += ["is-weekend"] if day.weekday() >= SATURDAY else []
    classes += ["is-ahead"] if day > month.today else []
    classes += ["is-today"] if day == month.today else []
    kind = ""
    if patrols:
        kind = "soon" if any(patrol.is_valid for patrol in patrols) else "invalid"
        kind = "valid" if any(patrol.is_counted for patrol in patrols) else kind
    elif is_asked:
        kind = "asked"
    weekday = (WEEKDAYS_ZH if language.get() == "zh" else WEEKDAYS_EN)[day.weekday()]
    names = {
        "valid": _("valid"),
        "soon": _("valid · not counted"),
        "invalid": _("not valid"),
        "asked": _("suggested day"),
    }
    label = {"aria_label": f"{day:%m-%d} {names[kind]}"} if kind else {}
    current = {"aria_current": "date"} if day == month.today else {}
    return html.Li(
        [html.Span(weekday), html.Span(str(day.day)), html.Span(mark(kind) if kind else None)],
        className=" ".join(classes),
        **attributes(**label, **current),
    )


def coverage_card(
    coverage: Sequence[ReachCoverage],
    problems: Mapping[int, Sequence[float]],
    walked_by: TrackRule,
) -> html.Section:
    """A card with a bar for each reach that shows the stretches walked on valid patrols."""
    walked = sum(each.walked_m for each in coverage)
    whole = sum(each.length_m for each in coverage)
    return html.Section(
        [
            html.Header(
                [
                    html.H2(_("Coverage of the reaches")),
                    html.Span(_("by chainage, all valid patrols of the month"), className="t3"),
                    html.Span(className="sp"),
                    html.Span(
                        [
                            html.B(f"{100 * walked / whole:.0f} %"),
                            html.Span(f"{walked / 1000:.1f} / {kilometres(whole)}", className="t3"),
                        ],
                        className="pt-whole",
                    )
                    if whole
                    else None,
                ],
                className="pt-title",
            ),
            html.Ul(
                [_reach(each, problems.get(each.reach_id, ())) for each in coverage],
                className="pt-reaches",
            )
            if coverage
            else empty(_("No reach is assigned to this chief.")),
            _legend(walked_by),
        ],
        className="card pt-card",
    )


def _reach(reach: ReachCoverage, problems: Sequence[float]) -> html.Li:
    """The line of one reach: name, bar of walked stretches, share walked."""

    def across(metres: float) -> str:
        return f"{(metres - reach.from_m) / reach.length_m:.2%}"

    def part(stretch: tuple[float, float], name: str | None) -> html.I:
        width = f"{(stretch[1] - stretch[0]) / reach.length_m:.2%}"
        return html.I(className=name, style={"left": across(stretch[0]), "width": width})

    whole = own_name(reach.reach, reach.reach_en)
    name = whole if language.get() == "zh" else reach.river_en or whole
    share = reach.walked_m / reach.length_m
    bar: list[Any] = [part(stretch, "is-invalid") for stretch in reach.invalid_stretches]
    bar += [part(stretch, None) for stretch in reach.stretches]
    bar += [html.U(className="pt-tip", style={"left": across(at)}) for at in problems]
    label = _("{river}: {share} covered").format(river=whole, share=f"{share:.0%}")
    return html.Li(
        [
            html.Span(
                [
                    html.B(name, title=whole),
                    html.Span(stretch_text(reach.from_m, reach.to_m), className="t3 fs11"),
                ]
            ),
            html.Div(bar, className="pt-strip", role="img", **attributes(aria_label=label)),
            html.Span(
                [
                    html.B(f"{share * 100:.0f}"),
                    " %",
                    html.Span(
                        f"{reach.walked_m / 1000:.1f} / {kilometres(reach.length_m)}",
                        className="t3 fs11",
                    ),
                ],
                className="pt-share",
            ),
        ]
    )


def _legend(walked_by: TrackRule) -> html.Div:
    """The legend of the bars: how near the reach, in metres, counts as walked."""
    within = _("walked within {n} m on either bank").format(n=f"{walked_by.buffer_m:g}")
    return html.Div(
        [
            html.Span(
                [html.I(className="pt-key is-walked"), within], title=basis_words(walked_by.source)
            ),
            html.Span([html.I(className="pt-key is-left"), _("not walked")]),
            html.Span([html.I(className="pt-key is-invalid"), _("not valid, not counted")]),
            html.Span([html.I(className="pt-tip"), _("open problem")]),
        ],
        className="pt-legend",
    )
