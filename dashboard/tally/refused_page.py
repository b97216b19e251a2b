"""The page of refused messages: what would mend them, what is tolerated, what the broker denied."""

from collections.abc import Sequence
from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from dashboard.frame.callback_values import whole_number
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.parts.blocks import empty, skeleton, table
from dashboard.parts.detail_words import fault_words
from dashboard.parts.icons import icon
from dashboard.parts.kit import page_header, way_back
from dashboard.parts.measures import moment_text, own_name, parameter_name, value_text
from dashboard.parts.press import press
from dashboard.parts.wording import _, worded
from dashboard.tally.refused_actions import (
    DENIED_FOR,
    RefusedShown,
    read_refused,
    tolerate,
    untolerate,
)
from dashboard.tally.unmendable import unmendable_list
from dashboard.tally.words import MOST_BYTES, count_text, messages_text
from data.clock import BUSINESS_ZONE
from data.errors import OneMapError
from data.queries.readings.tolerances import Denied, Mendable, Tolerated
from data.records import RawReading, StationId
from data.texts import shown_bytes
from data.tolerances import BrokerRefusal, Tolerance

MOST_VALUES = 6
EVERY = "0"
"""Stands for every station in the index of a button."""


class Ids:
    """Component ids of the page of refused messages."""

    BODY = "refused-body"
    SAID = "refused-said"
    ASK = "refused-ask"
    SWITCHED = "refused-switched"
    ON = "refused-on"
    OFF = "refused-off"


def layout(**_query: str | list[str]) -> html.Div:
    """Returns the page before its data is read."""
    return html.Div(
        [
            page_header(
                _("Refused messages"),
                way_back(_("Data audit"), "/accounting", "btn"),
            ),
            html.Div(id=Ids.SAID, role="status"),
            html.Div(skeleton(), id=Ids.BODY),
            dcc.Store(id=Ids.ASK, data=0),
            dcc.Store(id=Ids.SWITCHED),
        ],
        className="om-page ac-page",
    )


def register(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that draw the page, and switch a tolerance when a button asks."""

    @app.callback(Output(Ids.BODY, "children"), Input(Ids.ASK, "data"))
    async def show(_ask: int) -> html.Div:
        return refused_body(await off(read_refused, deps))

    @app.callback(
        Output(Ids.SAID, "children"),
        Output(Ids.ASK, "data"),
        Input(Ids.SWITCHED, "data"),
        State(Ids.ASK, "data"),
        prevent_initial_call=True,
    )
    async def switch(pressed: dict[str, Any], asked: int) -> tuple[html.P, int]:
        what, index = str(pressed.get("what")), str(pressed.get("index"))
        return await off(switched, deps, what, index), asked + 1


def switched(deps: Deps, what: str, index: str) -> html.P:
    """Does what a button asks; returns what came of it in words. ``index``: station, kinds."""
    number, *kinds = index.split(" ")
    try:
        station = None if number == EVERY else StationId(whole_number(number))
        if what == Ids.ON:
            tolerate(deps, station, kinds)
            return html.P(
                [icon("tick"), _("Switched on. What waited is taken in within seconds.")],
                className="card ac-note",
            )
        untolerate(deps, station, kinds)
        return html.P([icon("tick"), _("Switched off.")], className="card ac-note")
    except OneMapError as error:
        return html.P([icon("warn"), worded(error)], className="card ac-note", role="alert")


def refused_body(shown: RefusedShown) -> html.Div:
    """Returns the page's four cards."""
    waiting = [waiting_part(shown, each, readings) for each, readings in shown.waiting]
    return html.Div(
        [
            card(
                _("Can be mended"),
                _("messages that wait in quarantine and could be taken in"),
                waiting or empty(_("No refused message waits for a tolerance.")),
            ),
            card(
                _("What no tolerance mends"),
                _("to be put right at the device or in the records; by station, topic and reason"),
                unmendable_list(shown)
                if shown.unmendable
                else empty(_("No such message waits in quarantine.")),
            ),
            card(
                _("Tolerated"),
                _("faults that are mended from then on; who switched them on is kept"),
                tolerated_table(shown)
                if shown.tolerated
                else empty(_("Nothing is tolerated: every message must follow the contract.")),
            ),
            card(
                _("Refused by the broker itself"),
                _("in {days} days, counted from its log; never in quarantine").format(
                    days=DENIED_FOR.days
                ),
                denied_table(shown)
                if shown.denied
                else empty(_("The broker's log tells of no refusal.")),
            ),
        ]
    )


def card(title: str, note: str, body: Any) -> html.Section:
    """Returns one card of the page."""
    return html.Section(
        [
            html.Header([html.H2(title), html.Span(note, className="t3")], className="ac-title"),
            html.Div(body, className="ac-refused"),
        ],
        className="card ac-card",
    )


def waiting_part(
    shown: RefusedShown, waiting: Mendable, readings: Sequence[RawReading]
) -> html.Article:
    """Returns what waits of one station for the same tolerances, an example, and the buttons."""
    name = own_name(waiting.name, waiting.name_en)
    kinds = " ".join(waiting.kinds)
    on = {row.kind for row in shown.tolerated if row.station_id in (None, waiting.station_id)}
    buttons: list[Any] = [
        html.Span(_("being taken in"), className="tag")
        if on.issuperset(waiting.kinds)
        else button(_("Switch on and take in"), Ids.ON, f"{waiting.station_id} {kinds}", True)
    ]
    if shown.everywhere:
        buttons.append(button(_("For every station"), Ids.ON, f"{EVERY} {kinds}", False))
    return html.Article(
        [
            html.Div(
                [
                    html.B(name),
                    html.Span(waiting.code, className="t3 mono fs12"),
                    html.Span(messages_text(waiting.count)),
                    html.Span(className="sp"),
                    *buttons,
                ],
                className="ac-title",
            ),
            html.Ul([html.Li(tolerance_word(kind)) for kind in waiting.kinds]),
            html.P(fault_words(waiting.detail), className="t2"),
            html.Pre(shown_bytes(waiting.payload, MOST_BYTES), className="mono fs12"),
            html.P([_("becomes"), " ", *_readings_text(shown, readings)], className="t2"),
        ]
    )


def button(words: str, what: str, index: str, is_first: bool) -> html.Button:
    """Returns a button that switches a tolerance; ``index`` names the station and the kinds."""
    return html.Button(
        words,
        className="btn p" if is_first else "btn",
        **press(Ids.SWITCHED, what=what, index=index),
    )


def _readings_text(shown: RefusedShown, readings: Sequence[RawReading]) -> list[Any]:
    if not readings:
        return [_("nothing that can be shown")]
    first = readings[0]
    values = ", ".join(
        f"{parameter_name(parameter)} {value_text(parameter, value)}"
        for parameter, value in list(first.values.items())[:MOST_VALUES]
    )
    parts: list[Any] = [html.B(moment_text(first.observed_at, shown.now)), f" {values}"]
    if len(readings) > 1:
        more = _("and {n} more readings").format(n=count_text(len(readings) - 1))
        parts.append(f" {more}")
    return parts


def tolerated_table(shown: RefusedShown) -> html.Table:
    """Returns the table of what is tolerated, each row with a button to end it."""
    heads = [_("Station"), _("Tolerated"), _("Since"), _("Switched on by"), _("Taken in"), ""]
    return table(
        heads, [("", tolerated_cells(shown, each)) for each in shown.tolerated], label=heads[1]
    )


def tolerated_cells(shown: RefusedShown, row: Tolerated) -> list[Any]:
    """Returns the cells of one tolerance; only who answers for all stations ends one of all."""
    name = own_name(row.name or "", row.name_en) if row.code else _("Every station")
    may_end = row.station_id is not None or shown.everywhere
    end = button(_("Switch off"), Ids.OFF, f"{row.station_id or EVERY} {row.kind}", False)
    return [
        f"{name} {row.code or ''}".strip(),
        tolerance_word(row.kind),
        moment_text(row.started_at, shown.now),
        row.started_by or _("by command"),
        count_text(row.taken_in or 0),
        end if may_end else "",
    ]


def denied_table(shown: RefusedShown) -> html.Table:
    """Returns the table of what the broker itself refused."""
    heads = [_("Account"), _("Refused"), f">{_('Times')}", _("Last hour"), _("Last topic")]
    rows = [("", denied_cells(each)) for each in shown.denied]
    return table(heads, rows, label=_("Refused by the broker itself"))


def denied_cells(row: Denied) -> list[Any]:
    """Returns the cells of one account's refusals, with the topic it may write."""
    who = own_name(row.name or "", row.name_en) if row.code else row.account
    topic: Any = html.Span(row.topic, className="mono fs12")
    if row.topic and row.code:
        hint = _("may write below onemap/v1/{code}/").format(code=row.code)
        topic = html.Span([topic, html.Br(), html.Span(hint, className="t3")])
    hour = row.last_hour.astimezone(BUSINESS_ZONE)
    return [
        f"{who} {row.code or ''}".strip() or _("nobody known"),
        denied_word(row.kind),
        count_text(row.count),
        f"{hour:%m-%d %H:00}",
        topic,
    ]


def tolerance_word(kind: Tolerance) -> str:
    """Returns in words what a tolerance mends."""
    return {
        Tolerance.ASSUME_BEIJING: _("A time without offset is Beijing time"),
        Tolerance.EPOCH: _("A time may be a number since 1970"),
        Tolerance.HOUR24: _("24:00 is 0:00 of the next day"),
        Tolerance.STRIP: _("NULs and byte order marks around a message are cut off"),
        Tolerance.ARRAY: _("A message may hold several readings"),
        Tolerance.WHOLE_FRAME: _("A frame said to be a piece, without its number, is whole"),
        Tolerance.GBK_TEXT: _("Text in frames may be GBK"),
    }[kind]


def denied_word(kind: BrokerRefusal) -> str:
    """Returns in words what the broker refused."""
    return {
        BrokerRefusal.TOPIC: _("A topic it may not write"),
        BrokerRefusal.SIGN_IN: _("Sign-in without a known account and password"),
        BrokerRefusal.TOO_LARGE: _("A packet too large"),
        BrokerRefusal.PROTOCOL: _("Bytes that are no MQTT"),
    }[kind]
