"""The drawers of an intake and of a notice board."""

from typing import Any

from dash import html

from dashboard.map.chart_frame import chart_frame
from dashboard.map.drawer_parts import (
    block,
    facts_list,
    finding,
    foot_at,
    head,
    live,
    near_reach,
    spoken_place,
    whole,
)
from dashboard.map.drawer_section import device_pairs, place_pairs
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.measures import (
    age_text,
    flag_word,
    moment_text,
    own_name,
    parameter_name,
    result_text,
    unit_of,
)
from dashboard.parts.wording import _
from dashboard.waters.chiefs import chiefs_block
from data.clock import UtcDatetime
from data.queries.stations.facts import StationFacts
from data.queries.waters.answering import Chiefs
from data.queries.waters.facts import Board
from data.vocabulary import Parameter


def intake_drawer(station: StationFacts, chiefs: Chiefs, now: UtcDatetime) -> html.Article:
    """Returns the map's drawer (side panel) of a water intake."""
    own, at = station.own, station.observed_at
    key = f"intake:{station.id}"
    volume = own.get("permitted_volume_m3a")
    words = own.get("purpose") and _("Takes water for: {purpose}").format(purpose=own["purpose"])
    about = ""
    if at is not None:
        time, age = moment_text(at, now), age_text(at, now)
        about = _("measured {time}, {age}").format(time=time, age=age)
    pairs = [
        (_("Holder"), own.get("owner")),
        (_("Permit no."), own.get("permit_no")),
        (
            _("Permitted volume"),
            volume and _("{n} m³ a year").format(n=f"{volume:,.0f}"),
        ),
        *place_pairs(station),
        *(device_pairs(station) if at else []),
    ]
    measured = list(station.latest)
    parts: list[Any] = [html.Div(facts_list(pairs), className="dw-block")]
    if measured:
        values = [(parameter_name(each), _value(station, each)) for each in measured]
        parts.append(live("values", key, block(_("Measured"), facts_list(values))))
        parts.append(chart_frame(station.id, "now", measured, measured[0], 150))
    if lines := near_reach(station.where):
        parts.append(block(_("Takes from"), html.Ul(lines, className="dw-near")))
    parts.append(chiefs_block(chiefs))
    top = head(
        _("Intake"),
        spoken_place(station.where),
        own_name(station.name, station.name_en),
        [],
        finding(words or _("Purpose not entered"), about),
    )
    body = html.Div(html.Div(parts, className="dw-body"), className="dw-plain")
    return whole(key, [live("head", key, top), body, foot_at(station.where)])


def _value(station: StationFacts, parameter: Parameter) -> str:
    latest = station.latest[parameter]
    shown = f"{result_text(parameter, latest.value, latest.below)} {unit_of(parameter)}".strip()
    word = flag_word(latest.flag)
    return f"{shown} · {word}" if word else shown


def board_drawer(board: Board, chiefs: Chiefs) -> html.Article:
    """Returns the map's drawer (side panel) of a notice board."""
    phone: Any = board.phone
    if board.phone:
        label = _("Call the supervision line, {phone}").format(phone=board.phone)
        number: list[Any] = [icon("phone"), board.phone]
        phone = html.A(number, href=f"tel:{board.phone}", **attributes(aria_label=label))
    pairs = [
        (_("Code"), board.code),
        (_("Where it is"), " · ".join(spoken_place(board.where))),
        (_("Supervision line"), phone),
        (_("Version of its content"), board.content_version),
        (_("Set up on"), board.set_on and board.set_on.isoformat()),
    ]
    parts: list[Any] = [html.Div(facts_list(pairs), className="dw-block")]
    if lines := near_reach(board.where):
        parts.append(block(_("Stands at"), html.Ul(lines, className="dw-near")))
    parts.append(chiefs_block(chiefs))
    top = head(_("Notice board"), spoken_place(board.where), board.name, [], [])
    body = html.Div(html.Div(parts, className="dw-body"), className="dw-plain")
    return whole(f"notice_board:{board.id}", [top, body, foot_at(board.where)])
