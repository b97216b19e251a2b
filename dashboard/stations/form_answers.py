"""What the form of a station answers when it is opened, previewed and saved."""

import json
from dataclasses import astuple
from typing import Any

from dash import html, no_update, set_props

from dashboard.frame.callback_values import whole_number
from dashboard.frame.deps import Deps
from dashboard.frame.shell import Ids as ShellIds
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.kit import shown_once
from dashboard.parts.measures import own_name
from dashboard.parts.spot import describe
from dashboard.parts.wording import _, worded
from dashboard.stations import actions, form
from dashboard.stations.actions import Previewed, Saved
from dashboard.stations.list import kind_word
from data.errors import Conflict, OneMapError
from data.placing.stations import PlacementOutcome
from data.queries.stations.placed import NearStation, StationForm
from data.records import StationId
from gis.chainage import format_distance

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def opened(deps: Deps, asked: int | None) -> tuple[Any, ...]:
    """The outputs that open the dialog: with a station's values, or empty for a new station."""
    now = actions.choose_station(deps, StationId(asked)) if asked else None
    title = _("New station")
    if now:
        name = own_name(now.station.name, now.station.name_en)
        name = f"{name} · {kind_word(now.station.kind)}"
        title = _("Edit {name}").format(name=name)
    interval_s = int(now.station.interval.total_seconds()) if now else form.DEFAULT_INTERVAL_S
    return (
        True,
        title,
        {"id": asked, "version": now.version if now else None},
        None,
        True,
        now is not None,
        now is not None,
        form.crs_choices(now.source_crs if now else None),
        form.interval_choices(interval_s),
        form.attribute_choices(now.attribute if now else ""),
        ground(actions.map_bounds(deps), now),
        *astuple(form.opened_with(now)),
    )


def ground(bounds: Bounds | None, now: StationForm | None) -> str:
    """What the form's small map begins with, as JSON: its extent, and where the station stands."""
    at = {"lon": now.lon, "lat": now.lat} if now else {"lon": None, "lat": None}
    return json.dumps({"bounds": bounds, "label": _("Where the station stands"), **at})


def previewed(deps: Deps, filled: actions.Filled, asked: int | None) -> tuple[Any, bool]:
    """The card on where the station would be placed, and True if it can't be saved there."""
    try:
        station = StationId(whole_number(asked)) if asked else None
        found = actions.preview_point(deps, filled, station)
    except OneMapError as error:
        return preview_error(error), True
    return preview_card(found), found is None or not found.allowed


def tried(
    deps: Deps, filled: actions.Filled, chosen: dict[str, Any], changed: int
) -> tuple[Any, ...]:
    """Saves the station; returns the outputs that close the dialog or show why saving failed."""
    asked = chosen.get("id")
    try:
        saved = actions.save(
            deps, filled, StationId(whole_number(asked)) if asked else None, chosen.get("version")
        )
    except OneMapError as error:
        stale = isinstance(error, Conflict) and asked
        return True, no_update, problem(error), not stale, no_update, False
    if saved.password:
        return False, changed + 1, None, True, password_words(saved), True
    note = {"action": "show", "message": saved_words(saved), "autoClose": 8000}
    set_props(ShellIds.NOTICE, {"sendNotifications": [note]})
    return False, changed + 1, None, True, no_update, False


STILL_M = 0.5
"""Nearer than this a point counts as not moved: typed degrees are rounded."""


def preview_card(found: Previewed | None) -> html.Div:
    """The card of a station's place: water, chainage, bank, division, how far the station moves.

    For None the hint to fill in coordinates.
    """
    if found is None:
        sentence = _("Fill in the coordinates to see where it stands.")
        return html.Div(html.P(sentence, className="t3"), className="st-preview")
    spot = found.spot
    water = own_name(spot.reach_name or spot.lake_name or "", spot.reach_en or spot.lake_en)
    pairs = [
        (_("Reach"), water),
        (_("Division"), own_name(spot.division_name or _("unknown"), spot.division_en)),
        ("CGCS2000", f"{spot.lon:.6f}, {spot.lat:.6f}"),
    ]
    if found.moved_m is not None and found.moved_m >= STILL_M:
        pairs.append((_("Moved by"), format_distance(found.moved_m)))
    head = [icon("pin"), html.B(describe(spot))]
    near = [html.P([icon("warn"), near_words(each)], className="t2") for each in found.near[:3]]
    facts = html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in pairs])
    if found.allowed:
        at = attributes(data_lon=f"{spot.lon:.6f}", data_lat=f"{spot.lat:.6f}")
        return html.Div([html.P(head), facts, *near], className="st-preview ok", **at)
    warning = _("This place is outside of the divisions you answer for.")
    return html.Div(
        [html.P(head), facts, html.P(warning, className="st-wrong")], className="st-preview bad"
    )


def near_words(near: NearStation) -> str:
    """The sentence that another station stands on the same spot."""
    words = _("{name} ({code}) stands {metres} m from here: is it the same station?")
    name = own_name(near.name, near.name_en)
    return words.format(name=name, code=near.code, metres=round(near.metres))


def preview_error(error: OneMapError) -> html.Div:
    """The card with the reason why the station can't be placed there."""
    return html.Div(html.P(worded(error), className="st-wrong"), className="st-preview bad")


def problem(error: OneMapError) -> html.Div:
    """The message why the station wasn't saved; the form's fields keep their contents."""
    kept = html.P(_("What you filled in is kept."), className="t2")
    return html.Div(
        [html.P(worded(error), className="st-wrong"), kept],
        className="st-problem",
        role="alert",
    )


def saved_words(saved: Saved) -> str:
    """The sentence on what saving did: station added, moved, changed or unchanged."""
    placed = saved.placed
    sentence = {
        PlacementOutcome.CREATED: _("{code} is added: {spot}"),
        PlacementOutcome.MOVED: _("{code} is moved by {distance}: {spot}"),
        PlacementOutcome.UPDATED: _("{code} is changed: {spot}"),
        PlacementOutcome.UNCHANGED: _("{code} is there already, unchanged: {spot}"),
    }[placed.outcome]
    if placed.outcome is PlacementOutcome.MOVED and (placed.moved_m or 0) < STILL_M:
        sentence = _("{code} is changed: {spot}")
    return sentence.format(
        code=placed.code, spot=describe(placed.spot), distance=format_distance(placed.moved_m or 0)
    )


def password_words(saved: Saved) -> html.Div:
    """The new device's account, password and MQTT topic, shown only once."""
    return shown_once(
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
    )
