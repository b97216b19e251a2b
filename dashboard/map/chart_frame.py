"""The chart with its controls: parameter, days, CSV and PNG, and what follows from using them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, cast
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html
from sqlalchemy.exc import SQLAlchemyError

from dashboard.frame.auth import current_user, visible_to
from dashboard.frame.callback_values import whole_number
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.parts.attributes import attributes
from dashboard.parts.chart_marks import Figure, mean_words
from dashboard.parts.charts import Course, course_figure, spoken
from dashboard.parts.icons import icon
from dashboard.parts.measures import parameter_name, unit_of
from dashboard.parts.wording import _
from data.clock import BUSINESS_ZONE, Span, UtcDatetime, business_date, to_utc
from data.database import transaction
from data.errors import BadInput
from data.quality.limits import limits_on
from data.queries.readings.archived import archived_months
from data.queries.readings.course import series
from data.queries.scope import Scope
from data.queries.stations.facts import StationFacts, kept_limits, station_facts
from data.vocabulary import Parameter, StationKind, WaterClass

PREFIX: Final = "one-map-drawer-chart-"
DAYS: Final = ("7", "30", "365")
PLAIN: Final[dict[str, Any]] = {
    "displayModeBar": False,
    "doubleClick": "autosize",
    "responsive": True,
}


class Asked(NamedTuple):
    """What a chart's controls ask for; ``window`` is the zoomed part in local time, or None."""

    station_id: int
    parameter: str
    days: str
    window: dict[str, str] | None


def part(name: str, index: str | Any) -> dict[str, Any]:
    """Returns the component id of one part (such as "window") of the chart with that index."""
    return {"type": PREFIX + name, "index": index}


def chart_frame(
    station_id: int, place: str, parameters: Sequence[Parameter], asked: Parameter, height: int
) -> html.Section:
    """Returns a station's empty chart with its controls; a callback later draws the values."""
    key = f"{station_id}/{place}"
    stores = [dcc.Store(id=part(name, key)) for name in ("figure", "window", "theme")]
    parts = [_controls(key, parameters, asked), _plot(key, height), *stores]
    mean = html.P(id=part("mean", key), className="dw-mean t3 fs12")
    return html.Section([*parts, mean], className="dw-chart")


def _controls(key: str, parameters: Sequence[Parameter], asked: Parameter) -> html.Div:
    options = [
        {"value": each.value, "label": f"{parameter_name(each)} {unit_of(each)}".strip()}
        for each in parameters
    ]
    days = [
        {"value": "7", "label": _("7 days")},
        {"value": "30", "label": _("30 days")},
        {"value": "365", "label": _("1 year")},
    ]
    return html.Div(
        [
            dmc.Select(
                id=part("parameter", key),
                data=options,
                value=asked.value,
                allowDeselect=False,
                size="xs",
                className="dw-parameter",
                **attributes(aria_label=_("Parameter drawn")),
            ),
            html.Div(className="sp"),
            dmc.SegmentedControl(
                id=part("days", key), data=days, value="7", size="xs", className="dw-days"
            ),
            html.A(
                icon("csv"),
                id=part("csv", key),
                href="",
                className="ib dw-ib",
                title=_("Values as CSV"),
                **attributes(aria_label=_("Values as CSV")),
            ),
            html.Button(
                icon("png"),
                id=part("png", key),
                type="button",
                className="ib dw-ib",
                title=_("Picture as PNG"),
                **attributes(aria_label=_("Picture as PNG")),
            ),
        ],
        className="dw-chart-head",
    )


def _plot(key: str, height: int) -> html.Figure:
    failed = html.Div(
        [
            html.P(_("The curve could not be loaded. Please try again.")),
            html.Button(
                _("Try again"), id=part("retry", key), type="button", className="btn s", n_clicks=0
            ),
        ],
        className="dw-failed",
        role="alert",
    )
    return html.Figure(
        [
            html.Div(className="dw-skeleton", **attributes(aria_hidden="true")),
            dcc.Graph(
                id=part("graph", key), config=cast(Any, PLAIN), style={"height": f"{height}px"}
            ),
            failed,
        ],
        id=part("plot", key),
        className="dw-plot",
        style={"minHeight": f"{height}px"},
    )


def read_course(deps: Deps, scope: Scope, asked: Asked) -> tuple[StationFacts, Course]:
    """Reads the station and the values to draw; raises NotFound or BadInput."""
    now = deps.clock()
    if asked.parameter not in list(Parameter) or asked.days not in DAYS:
        raise BadInput("There is no such curve.")
    parameter = Parameter(asked.parameter)
    span = window_of(asked, now)
    with transaction(deps.engine) as connection:
        facts = station_facts(connection, scope, asked.station_id)
        found = series(connection, facts.id, parameter, span, facts.interval)
        limits = kept_limits(connection, facts.id) if facts.kind is StationKind.OUTFALL else ()
        archived = archived_months(connection, span)
    classes, low, high, label = None, None, None, _("Target limit")
    if facts.kind is StationKind.SECTION:
        classes = limits_on(business_date(now)).surface[facts.body].get(parameter)
        if classes:
            low, high = classes.limit_of(facts.target or WaterClass.III)
    for limit in limits:
        if limit.parameter is parameter and limit.holds_on(business_date(now)):
            low, high, label = limit.low, limit.high, _("Permitted")
    return facts, Course(parameter, span, found, classes, low, high, label, archived)


def window_of(asked: Asked, now: UtcDatetime) -> Span:
    """Returns the zoomed span if valid for parameter and days, else that many days up to now."""
    whole = Span(UtcDatetime(now - timedelta(days=int(asked.days))), now)
    window = asked.window
    if not window or window.get("of") != f"{asked.parameter}/{asked.days}":
        return whole
    try:
        start, end = (_instant(window[edge]) for edge in ("from", "to"))
    except (KeyError, ValueError, TypeError):
        return whole
    start, end = max(start, whole.start), min(end, whole.end)
    return Span(start, end) if start < end else whole


def _instant(local: str) -> UtcDatetime:
    return to_utc(datetime.fromisoformat(local).replace(tzinfo=BUSINESS_ZONE))


def csv_address(station_id: int, course: Course) -> str:
    """Returns the address of a CSV file with the values that the chart shows."""
    edges = {"from": course.span.start.isoformat(), "to": course.span.end.isoformat()}
    query = urlencode({"parameter": course.parameter.value, **edges})
    return f"/api/v1/stations/{station_id}/series.csv?{query}"


def drawn(deps: Deps, scope: Scope, asked: Asked) -> tuple[Figure, str, str, str]:
    """Returns the chart, its CSV's address, a sentence that describes it, and the mean in words.

    While the database is down the chart is ``{"failed": True}``, the rest empty. Raises NotFound or
    BadInput.
    """
    try:
        facts, course = read_course(deps, scope, asked)
    except SQLAlchemyError:
        return {"failed": True}, "", "", ""
    name = f"{facts.code}-{course.parameter.value}"
    sentence = f"{facts.name} {parameter_name(course.parameter)}: {spoken(course)}"
    figure = {**course_figure(course), "name": name, "empty": not len(course.series)}
    figure["words"] = {"empty": _("No readings in this span.")}
    mean = mean_words(course.parameter, course.series.mean)
    if course.archived:
        months = ", ".join(f"{each:%Y-%m}" for each in course.archived)
        figure["words"]["empty"] = _("Moved to the archive: {months}").format(months=months)
        mean = " · ".join(part for part in (mean, figure["words"]["empty"]) if part)
    return figure, csv_address(facts.id, course), sentence, mean


def register(app: Dash, deps: Deps) -> None:
    """Registers the callbacks that redraw a chart for its controls, zoom and colour scheme."""

    @app.callback(
        Output(part("figure", MATCH), "data"),
        Output(part("csv", MATCH), "href"),
        Output(part("plot", MATCH), "aria-label"),
        Output(part("mean", MATCH), "children"),
        Input(part("parameter", MATCH), "value"),
        Input(part("days", MATCH), "value"),
        Input(part("window", MATCH), "data"),
        Input(part("retry", MATCH), "n_clicks"),
        State(part("plot", MATCH), "id"),
    )
    async def draw(
        parameter: str, days: str, window: Any, _retries: int, plot: dict[str, str]
    ) -> tuple[Figure, str, str, str]:
        station_id = whole_number(str(plot["index"]).partition("/")[0])
        asked = Asked(station_id, parameter, days, window)
        return await off(drawn, deps, visible_to(current_user()), asked)

    in_browser(app)


def in_browser(app: Dash) -> None:
    """Registers the chart's callbacks that run in the browser: colours, zoom, saved picture."""
    app.clientside_callback(
        ClientsideFunction("one_map_drawer", "paint"),
        Output(part("graph", MATCH), "figure"),
        Output(part("plot", MATCH), "className"),
        Input(part("figure", MATCH), "data"),
        Input(part("theme", MATCH), "data"),
    )
    app.clientside_callback(
        ClientsideFunction("one_map_drawer", "zoomed"),
        Output(part("window", MATCH), "data"),
        Input(part("graph", MATCH), "relayoutData"),
        State(part("parameter", MATCH), "value"),
        State(part("days", MATCH), "value"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("one_map_drawer", "picture"),
        Output(part("png", MATCH), "data-done"),
        Input(part("png", MATCH), "n_clicks"),
        State(part("figure", MATCH), "data"),
        State(part("graph", MATCH), "id"),
        prevent_initial_call=True,
    )
