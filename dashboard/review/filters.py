"""The filters over the list of values in doubt; changing one reads the list at once."""

from datetime import timedelta
from typing import Final

from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.measures import own_name, parameter_name
from dashboard.parts.review_words import finding_word, standing_word, test_word
from dashboard.parts.wording import _
from dashboard.review.reads import Shown
from data.queries.review.findings import Standing
from data.vocabulary import Parameter
from data.words.review import Finding, QualityTest

MONTHS: Final = 24


def filters(shown: Shown) -> html.Form:
    """The form that filters the list of doubted values, a choice for each filter."""
    chosen = shown.chosen
    stations = [
        (str(number), f"{own_name(name, english)} {code}")
        for number, code, name, english in shown.stations
    ]
    standings = html.Div(
        [
            html.Button(
                standing_word(each),
                type="button",
                className="is-on" if each is chosen.standing else "",
                **attributes(
                    data_quality_standing=each.value,
                    aria_pressed=str(each is chosen.standing).lower(),
                ),
            )
            for each in Standing
        ],
        className="om-segments qr-standing",
        role="group",
        **attributes(aria_label=_("Which values are listed")),
    )
    return html.Form(
        [
            standings,
            _select("station", _("Station"), stations, str(chosen.station_id or "")),
            _select(
                "parameter",
                _("Parameter"),
                [(each.value, parameter_name(each)) for each in Parameter],
                chosen.parameter.value if chosen.parameter else "",
            ),
            _select(
                "test",
                _("Test"),
                [(each.value, test_word(each)) for each in QualityTest],
                chosen.test.value if chosen.test else "",
            ),
            _select(
                "finding",
                _("Finding of the test"),
                [(each.value, finding_word(each)) for each in Finding],
                chosen.finding.value if chosen.finding else "",
            ),
            _select("month", _("Month"), months(shown), _month(shown)),
        ],
        id="quality-filters",
        className="qr-filters",
        role="search",
    )


def _select(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> html.Label:
    offered = [("", _("All")), *options]
    return html.Label(
        [
            html.Span(label),
            html.Select(
                [
                    html.Option(word, value=value, selected="selected" if value == chosen else None)
                    for value, word in offered
                ],
                **attributes(data_quality_filter=name),
            ),
        ],
        className="on" if chosen else "",
    )


def _month(shown: Shown) -> str:
    return f"{shown.chosen.month:%Y-%m}" if shown.chosen.month else ""


def months(shown: Shown) -> list[tuple[str, str]]:
    """The options for the month: the last 24 months, newest first, and the chosen month."""
    first = shown.today.replace(day=1)
    offered = []
    for _number in range(MONTHS):
        offered.append(f"{first:%Y-%m}")
        first = (first - timedelta(days=1)).replace(day=1)
    if _month(shown):
        offered = sorted({*offered, _month(shown)}, reverse=True)
    return [(each, each) for each in offered]
