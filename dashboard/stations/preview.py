"""Where a point will stand, before it is put there; and what came of putting it."""

from typing import Any

from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.spot import describe
from dashboard.parts.wording import _, worded
from dashboard.stations.actions import Previewed, Saved
from data.errors import OneMapError
from data.placing.stations import Outcome

STILL_M = 0.5
"""Nearer than this a point counts as not moved: typed degrees are rounded."""


def preview_card(found: Previewed | None) -> html.Div:
    """The water, chainage, bank and offset; who answers there; how far it moves."""
    if found is None:
        sentence = _("Fill in the coordinates to see where it stands.")
        return html.Div(html.P(sentence, className="t3"), className="st-preview")
    spot = found.spot
    pairs = [
        (_("Reach"), spot.reach_name or spot.lake_name),
        (_("Division"), spot.division_name or _("unknown")),
        ("CGCS2000", f"{spot.lon:.6f}, {spot.lat:.6f}"),
    ]
    if found.moved_m is not None and found.moved_m >= STILL_M:
        pairs.append((_("Moved by"), f"{found.moved_m:,.0f} m"))
    head = [icon("pin"), html.B(describe(spot))]
    facts = html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in pairs])
    if found.allowed:
        return html.Div([html.P(head), facts], className="st-preview ok")
    warning = _("This place is outside of the divisions you answer for.")
    return html.Div(
        [html.P(head), facts, html.P(warning, className="st-wrong")], className="st-preview bad"
    )


def preview_error(error: OneMapError) -> html.Div:
    """Why the point can't stand there: the distance to the nearest water, or what is unreadable."""
    return html.Div(html.P(worded(error), className="st-wrong"), className="st-preview bad")


def problem(error: OneMapError) -> html.Div:
    """Why nothing was saved; what was filled in stays."""
    kept = html.P(_("What you filled in is kept."), className="t2")
    return html.Div(
        [html.P(worded(error), className="st-wrong"), kept],
        className="st-problem",
        role="alert",
    )


def saved_words(saved: Saved) -> str:
    """What was done, in one sentence."""
    placed = saved.placed
    sentence = {
        Outcome.CREATED: _("{code} is added: {spot}"),
        Outcome.MOVED: _("{code} is moved by {distance} m: {spot}"),
        Outcome.UPDATED: _("{code} is changed: {spot}"),
        Outcome.UNCHANGED: _("{code} is there already, unchanged: {spot}"),
    }[placed.outcome]
    if placed.outcome is Outcome.MOVED and (placed.moved_m or 0) < STILL_M:
        sentence = _("{code} is changed: {spot}")
    return sentence.format(
        code=placed.code, spot=describe(placed.spot), distance=f"{placed.moved_m or 0:,.0f}"
    )


def password_words(saved: Saved) -> Any:
    """The device's account at the broker, this once."""
    return [
        html.P(saved_words(saved)),
        html.Dl(
            [
                html.Div([html.Dt(_("MQTT account")), html.Dd(html.Code(saved.placed.code))]),
                html.Div([html.Dt(_("Password")), html.Dd(html.Code(saved.password or ""))]),
                html.Div(
                    [
                        html.Dt(_("Topic")),
                        html.Dd(html.Code(f"onemap/v1/{saved.placed.code}/reading")),
                    ]
                ),
            ],
            className="st-device",
            **attributes(data_station=saved.placed.code),
        ),
        html.P(_("Enter it in the device now: it is not shown again."), className="t2"),
    ]
