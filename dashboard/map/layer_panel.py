"""The panel beside the map: spread of classes, switches of layers, basis of classes, list."""

from dash import html

from dashboard.map.strip import further_counts
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.marks import icon_button
from dashboard.parts.measures import class_numeral
from dashboard.parts.wording import _
from data.vocabulary import WaterClass


def layer_panel(*, with_basemap: bool, with_ledger: bool = False) -> html.Section:
    """Returns the map's panel of layers; a script fills in the counts."""
    rows = [
        _row("reaches", _("Reaches"), note=_("by class")),
        _row("lakes", _("Lakes"), note=_("by class")),
        _row("sections", _("Sections")),
        _row("outfalls", _("Outfalls")),
        _row("intakes", _("Intakes")),
        *(_ledger_rows() if with_ledger else ()),
        _row("boards", _("Notice boards"), on=False),
        _row("names", _("Boundaries and names"), note=""),
    ]
    if with_basemap:
        rows.append(_row("basemap", _("Base map"), note="", on=False))
    return html.Section(
        [
            html.Div(
                [
                    icon("layers"),
                    html.H2(_("Layers")),
                    icon_button("left", _("Fold the layers"), data_map_action="fold"),
                ],
                className="mp-ph",
            ),
            html.Div(
                [
                    _spread(with_ledger=with_ledger),
                    html.Ul(rows, className="mp-layers"),
                    _basis(),
                    _foot(),
                ],
                className="mp-pb",
            ),
        ],
        id="one-map-panel",
        className="mp-panel mp-float",
        **attributes(aria_label=_("Layers")),
    )


def _spread(*, with_ledger: bool) -> html.Div:
    bars = [
        html.Span(
            className=f"mp-k{number} mp-bar",
            hidden=True,
            **attributes(data_class=str(number), data_label=label),
        )
        for number, label in [
            *((int(each), class_numeral(each)) for each in WaterClass),
            (0, _("No data")),
        ]
    ]
    return html.Div(
        [
            html.Div(
                [
                    html.Span(_("Sections by class")),
                    html.Span(className="mp-t3", **attributes(data_note="sections")),
                ],
                className="mp-between",
            ),
            html.Div(bars, className="mp-dist", role="img", **attributes(aria_label=_("Spread"))),
            html.Div(
                [
                    html.Span(**attributes(data_note="good")),
                    html.Span(**attributes(data_note="poor")),
                    html.Span(className="mp-t3", **attributes(data_note="none")),
                ],
                className="mp-between mp-dsl",
            ),
            *([further_counts()] if with_ledger else ()),
        ],
        className="mp-spread",
    )


def _ledger_rows() -> list[html.Li]:
    return [
        _row("problems", _("Open problems"), counted="data_ledger_number"),
        html.Li(_("From afar only overdue and due soon"), className="mp-from-afar mp-t3"),
        _row("patrols", _("Patrol tracks"), counted="data_ledger_number"),
    ]


def _row(
    layer: str,
    label: str,
    *,
    note: str | None = None,
    on: bool = True,
    counted: str = "data_number",
) -> html.Li:
    count = html.Span(
        note,
        className="mp-t3",
        **attributes(**({} if note is not None else {counted: layer})),
    )
    return html.Li(
        [
            html.Span(className=f"mp-sy mp-sy-{layer}", **attributes(aria_hidden="true")),
            html.Span(label, className="mp-ln"),
            count,
            html.Button(
                type="button",
                className="mp-sw",
                role="switch",
                **attributes(
                    aria_checked="true" if on else "false",
                    aria_label=label,
                    data_layer=layer,
                ),
            ),
        ]
    )


def _basis() -> html.Div:
    def choice(key: str, label: str, *, pressed: bool) -> html.Button:
        return html.Button(
            label,
            type="button",
            **attributes(data_basis=key, aria_pressed="true" if pressed else "false"),
        )

    return html.Div(
        [
            html.Div(
                [
                    html.Span(_("Basis")),
                    html.Span(
                        [
                            choice("now", _("Live"), pressed=True),
                            choice("month", _("Monthly mean"), pressed=False),
                        ],
                        className="mp-seg",
                        role="group",
                        **attributes(aria_label=_("Basis")),
                    ),
                ],
                className="mp-between",
            ),
            html.P(
                _("Live values, for reference only"),
                className="mp-t3",
                **attributes(data_note="basis", data_now=_("Live values, for reference only")),
            ),
            html.P(
                _("GB 3838-2002 table 1, worst single parameter, unrounded"),
                className="mp-t3",
                **attributes(
                    data_note="rule",
                    data_now=_("GB 3838-2002 table 1, worst single parameter, unrounded"),
                    data_month=_("GB 3838-2002 table 1, worst single parameter, means rounded"),
                ),
            ),
        ],
        className="mp-basis",
    )


def _foot() -> html.Div:
    return html.Div(
        [
            html.Button(
                [icon("list"), _("View as a list")],
                type="button",
                className="mp-btn",
                **attributes(data_map_action="list", aria_expanded="false"),
            ),
            html.Button(
                [icon("share"), _("Copy link")],
                type="button",
                className="mp-btn",
                **attributes(data_map_action="share"),
            ),
        ],
        className="mp-pf",
    )
