"""The map's legend: classes always in sight, every mark beside or behind a button."""

from dash import html

from dashboard.ledger.line_words import light_word
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.marks import class_line
from dashboard.parts.measures import class_numeral
from dashboard.parts.wording import _
from data.vocabulary import WaterClass
from data.words.ledger import Light


def legend(*, with_ledger: bool = False) -> html.Div:
    """Returns the legend; a script folds its marks where there is little room, and unfolds them."""
    return html.Div(
        [
            html.Div(
                [
                    *(class_line(each, class_numeral(each)) for each in WaterClass),
                    class_line(None, _("No data")),
                    html.Button(
                        [html.Span(_("Marks")), icon("left")],
                        type="button",
                        className="mp-lgb",
                        title=_("All marks of the map"),
                        **attributes(
                            data_map_action="legend",
                            aria_label=_("All marks of the map"),
                            aria_controls="one-map-marks",
                            aria_expanded="false",
                        ),
                    ),
                ],
                className="mp-lgr",
            ),
            html.Div(
                [*_stations(), *(_problems() if with_ledger else ())],
                id="one-map-marks",
                className="mp-lgr mp-marks",
            ),
        ],
        id="one-map-legend",
        className="mp-legend mp-float",
        role="group",
        **attributes(aria_label=_("Legend")),
    )


def _mark(look: str, label: str, meaning: str, text: str = "") -> html.Span:
    """Returns one entry: a mark with what is written in it, its name, and on hover its meaning."""
    drawn = html.I(text, className=look, **attributes(aria_hidden="true"))
    return html.Span([drawn, label], className="mp-lg", title=meaning)


def _stations() -> list[html.Span]:
    return [
        _mark("mp-mark-ring", _("Target not met"), _("A ring: the section misses its target")),
        _mark(
            "mp-mark-part",
            _("Incomplete"),
            _("4 of the 5 parameters that a class needs have a value"),
            "4/5",
        ),
        _mark(
            "mp-mark-stale",
            _("No class now"),
            _("No valid values, or the last ones are too old; the last class stands in the disc"),
            "–",
        ),
        _mark(
            "mp-mark-many",
            _("Several sections"),
            _("How many miss their target, and the worst class"),
            "6",
        ),
        _mark("mp-mark-ok", _("Outfall"), _("Within its limits, or not measured"), "↑"),
        _mark("mp-mark-over", _("Exceeding"), _("An outfall beyond its limits"), "↑"),
        _mark("mp-mark-in", _("Intake"), _("Water is taken here")),
    ]


def _problems() -> list[html.Span]:
    counted = _("From afar counted on a chip, which a leader joins to the place")
    lights = (
        ("r", light_word(Light.RED), counted),
        ("a", light_word(Light.AMBER), counted),
        ("g", light_word(Light.GREEN), _("Drawn close by")),
        ("x", _("Not accepted, paused"), _("No deadline runs; drawn close by")),
    )
    return [
        html.Span(className="mp-lgv"),
        *(
            html.Span(
                [
                    *([html.I(className=f"mp-chip mp-chip-{shape}")] if shape in "ra" else ()),
                    html.I(className=f"mp-pin mp-pin-{shape}"),
                    word,
                ],
                className="mp-lg",
                title=meaning,
            )
            for shape, word, meaning in lights
        ),
    ]
