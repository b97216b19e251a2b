"""The filters over the list of values in doubt; changing one reads the list at once."""

import json
from datetime import timedelta
from typing import Final

import dash_mantine_components as dmc
from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.kit import filter_pill
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
            _choice("station", _("Station"), stations, str(chosen.station_id or "")),
            _choice(
                "parameter",
                _("Parameter"),
                [(each.value, parameter_name(each)) for each in Parameter],
                chosen.parameter.value if chosen.parameter else "",
            ),
            _choice(
                "test",
                _("Test"),
                [(each.value, test_word(each)) for each in QualityTest],
                chosen.test.value if chosen.test else "",
            ),
            _choice(
                "finding",
                _("Finding of the test"),
                [(each.value, finding_word(each)) for each in Finding],
                chosen.finding.value if chosen.finding else "",
            ),
            _choice("month", _("Month"), months(shown), _month(shown)),
        ],
        id="quality-filters",
        className="om-filters qr-filters",
        role="search",
        **attributes(data_now=json.dumps(values_now(shown))),
    )


def values_now(shown: Shown) -> dict[str, str]:
    """Returns what each filter is drawn with, by its name: what differs later was just chosen."""
    chosen = shown.chosen
    return {
        "station": str(chosen.station_id or ""),
        "parameter": chosen.parameter.value if chosen.parameter else "",
        "test": chosen.test.value if chosen.test else "",
        "finding": chosen.finding.value if chosen.finding else "",
        "month": _month(shown),
    }


def _choice(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> dmc.Select:
    return filter_pill(
        {"type": "quality-filter", "index": name},
        label,
        [{"value": value, "label": word} for value, word in options],
        value=chosen or None,
        searchable=name == "station",
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
