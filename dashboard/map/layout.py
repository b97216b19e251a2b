"""The layout of the map's page: the map and what floats over it."""

from collections.abc import Mapping

from dash import dcc, html

from dashboard.map.layer_panel import layer_panel
from dashboard.map.legend import legend
from dashboard.map.strip import strip
from dashboard.parts.attributes import attributes
from dashboard.parts.marks import icon_button
from dashboard.parts.wording import _
from data.settings import DashboardSettings


def map_view(
    settings: DashboardSettings,
    facts: Mapping[str, str],
    *,
    with_ledger: bool = False,
    may_report: bool = False,
) -> html.Div:
    """Returns the map page's body; a script draws the map into ``one-map-stage``.

    ``facts`` are what the scripts are told.
    """
    return html.Div(
        [
            html.Div(id="one-map-stage", className="mp-stage"),
            _notice(),
            _empty(),
            strip(with_ledger=with_ledger),
            layer_panel(with_basemap=bool(settings.basemap), with_ledger=with_ledger),
            html.Div(_tools(may_report=may_report), className="mp-tools"),
            html.Div(legend(with_ledger=with_ledger), className="mp-foot"),
            _live(),
            _scale(settings),
            _list(with_ledger=with_ledger),
            _drawer(),
            dcc.Store(id="one-map-selection", data=None),
            html.Div(id="one-map-report-hint", className="mp-hint", role="status", hidden=True),
            html.Div(id="one-map-tip", className="mp-tip mp-float", hidden=True),
            html.Div(id="one-map-said", className="mp-hidden", **attributes(aria_live="polite")),
            html.Div(id="one-map-toast", className="mp-toast", role="status", hidden=True),
        ],
        id="one-map-page",
        className="mp-map",
        **attributes(
            **{f"data_{name}": value for name, value in facts.items()},
        ),
    )


def _tools(*, may_report: bool) -> list[html.Div]:
    flag = icon_button("flag", _("Report a problem"), data_map_action="report")
    report = [html.Div(flag, className="mp-fab mp-float mp-report")] if may_report else []
    return [
        *report,
        html.Div(
            [
                icon_button("layers", _("Layers"), data_map_action="unfold"),
            ],
            className="mp-fab mp-float mp-fab-layers",
        ),
        html.Div(
            [
                icon_button("plus", _("Zoom in"), data_map_action="zoom-in"),
                icon_button("minus", _("Zoom out"), data_map_action="zoom-out"),
                icon_button("home", _("Back to the area"), data_map_action="home"),
            ],
            className="mp-fab mp-float mp-zoom",
        ),
    ]


def _live() -> html.Div:
    return html.Div(
        [
            html.B([html.I(className="mp-pulse"), html.Span(id="one-map-live-word")]),
            html.Span(id="one-map-live-time"),
            html.Span(id="one-map-live-online"),
        ],
        id="one-map-live",
        className="mp-live mp-float",
        **attributes(data_state="waiting"),
    )


def _scale(settings: DashboardSettings) -> html.Div:
    return html.Div(
        [
            html.Div(
                [html.I(id="one-map-scale-bar"), html.Span(id="one-map-scale-text")],
                className="mp-scale",
            ),
            html.Span(settings.basemap_attribution, className="mp-attr"),
        ],
        className="mp-corner",
    )


def _notice() -> html.Div:
    return html.Div(
        [html.Span(id="one-map-notice-text"), html.A(id="one-map-notice-link", hidden=True)],
        id="one-map-notice",
        className="mp-notice",
        role="status",
        hidden=True,
    )


def _empty() -> html.Div:
    return html.Div(
        [
            html.Span(className="mp-empty-drawing", **attributes(aria_hidden="true")),
            html.B(_("No waters yet")),
            html.P(
                _("Your area holds no river, lake or station. Bring in a file of rivers to begin:")
            ),
            html.Code("./onemap import rivers FILE"),
        ],
        id="one-map-empty",
        className="mp-empty mp-float",
        hidden=True,
    )


def _list(*, with_ledger: bool) -> html.Div:
    return html.Div(
        [
            html.Div(
                [
                    html.H2(_("List")),
                    html.Span(className="mp-t3", **attributes(data_note="list")),
                    icon_button("close", _("Close the list"), data_map_action="list"),
                ],
                className="mp-ph",
            ),
            html.Div(
                [
                    html.Button(
                        label,
                        type="button",
                        role="tab",
                        **attributes(data_list=key, aria_selected="false"),
                    )
                    for key, label in (
                        ("section", _("Sections")),
                        ("outfall", _("Outfalls")),
                        *((("problem", _("Problems")),) if with_ledger else ()),
                        ("intake", _("Intakes")),
                        ("notice_board", _("Notice boards")),
                        ("water", _("Waters")),
                    )
                ],
                className="mp-tabs",
                role="tablist",
            ),
            html.Ul(id="one-map-list-rows", className="mp-rows"),
        ],
        id="one-map-list",
        className="mp-list mp-float",
        role="region",
        hidden=True,
        **attributes(aria_label=_("List")),
    )


def _drawer() -> html.Div:
    return html.Div(
        [
            html.Button(
                html.Span(),
                type="button",
                className="mp-handle",
                **attributes(aria_label=_("Height of the sheet"), data_map_action="sheet"),
            ),
            html.Div(id="one-map-drawer", className="mp-drawer-slot"),
        ],
        id="one-map-drawer-frame",
        className="mp-drawer mp-float",
        role="complementary",
        hidden=True,
        **attributes(aria_label=_("Details")),
    )
