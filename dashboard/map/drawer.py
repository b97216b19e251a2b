"""The drawer beside the map: reads what was chosen within the user's scope and lays it out."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from dash import MATCH, Dash, Input, Output, html, no_update
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from dashboard.frame import shell
from dashboard.frame.area import area_for
from dashboard.frame.auth import (
    Action,
    current_user,
    divisions_where,
    signed_in_user,
    visible_to,
)
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.map import chart_frame
from dashboard.map.drawer_outfall import outfall_drawer
from dashboard.map.drawer_parts import live_id, whole
from dashboard.map.drawer_point import board_drawer, intake_drawer
from dashboard.map.drawer_reads import ledger_at, ledger_of, patrol_of, problem_of
from dashboard.map.drawer_section import section_drawer
from dashboard.map.drawer_water import division_drawer, lake_drawer, reach_drawer, river_drawer
from dashboard.parts.attributes import attributes
from dashboard.parts.marks import icon_button
from dashboard.parts.wording import _, worded
from data.clock import UtcDatetime, business_date
from data.database import transaction
from data.database_errors import database_error
from data.errors import BadInput, OneMapError, ServiceDown
from data.queries.scope import Divisions, Scope
from data.queries.stations.facts import StationFacts, kept_limits, station_facts
from data.queries.stations.outfall import outfall_facts
from data.queries.stations.section import section_facts
from data.queries.waters.answering import NOBODY, Chiefs, chiefs_of
from data.queries.waters.facts import (
    board_facts,
    division_facts,
    lake_facts,
    reach_facts,
    river_facts,
)
from data.queries.whereabouts import Where
from data.vocabulary import StationKind

SELECTION: Final = "one-map-selection"
DRAWER: Final = "one-map-drawer"

Reader = Callable[[Connection, Deps, Scope, int, UtcDatetime], html.Article]


def phones() -> Divisions:
    """Returns the divisions where the current user may see chiefs' telephone numbers."""
    return divisions_where(signed_in_user(), Action.READ_PHONES)


def chiefs_at(connection: Connection, where: Where, now: UtcDatetime) -> Chiefs:
    """Returns the chiefs who answer for the water at that place on the day of ``now``."""
    day = business_date(now)
    if where.reach_id is not None:
        return chiefs_of(connection, "reach", where.reach_id, day, phones())
    if where.lake_id is not None:
        return chiefs_of(connection, "lake", where.lake_id, day, phones())
    return NOBODY


def _station(
    connection: Connection, deps: Deps, scope: Scope, number: int, now: UtcDatetime
) -> html.Article:
    station = station_facts(connection, scope, number)
    chiefs = chiefs_at(connection, station.where, now)
    if station.kind is StationKind.SECTION:
        ledger = ledger_at(connection, scope, station.where, f"section:{number}", now)
        return section_drawer(section_facts(station, now, deps.quality), chiefs, now, ledger)
    if station.kind is StationKind.INTAKE:
        return intake_drawer(station, chiefs, now)
    return _outfall(connection, deps, station, chiefs, now)


def _outfall(
    connection: Connection, deps: Deps, station: StationFacts, chiefs: Chiefs, now: UtcDatetime
) -> html.Article:
    limits = kept_limits(connection, station.id)
    facts = outfall_facts(connection, station, limits, now, deps.quality)
    return outfall_drawer(facts, limits, chiefs, now)


def _board(
    connection: Connection, _deps: Deps, scope: Scope, number: int, now: UtcDatetime
) -> html.Article:
    board = board_facts(connection, scope, number)
    return board_drawer(board, chiefs_at(connection, board.where, now))


def _reach(
    connection: Connection, deps: Deps, scope: Scope, number: int, now: UtcDatetime
) -> html.Article:
    facts = reach_facts(connection, scope, number, now, deps.quality)
    chiefs = chiefs_of(connection, "reach", number, business_date(now), phones())
    ledger = ledger_of(connection, scope, f"reach:{number}", now, reach=number)
    return reach_drawer(facts, chiefs, now, ledger)


def _lake(
    connection: Connection, deps: Deps, scope: Scope, number: int, now: UtcDatetime
) -> html.Article:
    facts = lake_facts(connection, scope, number, now, deps.quality)
    chiefs = chiefs_of(connection, "lake", number, business_date(now), phones())
    ledger = ledger_of(connection, scope, f"lake:{number}", now, lake=number)
    return lake_drawer(facts, chiefs, now, ledger)


def _river(
    connection: Connection, _deps: Deps, scope: Scope, number: int, now: UtcDatetime
) -> html.Article:
    ledger = ledger_of(connection, scope, f"river:{number}", now, river=number)
    return river_drawer(river_facts(connection, scope, number), ledger)


def _division(
    connection: Connection, _deps: Deps, scope: Scope, number: int, _now: UtcDatetime
) -> html.Article:
    return division_drawer(division_facts(connection, scope, number))


READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "section": _station,
        "outfall": _station,
        "intake": _station,
        "notice_board": _board,
        "reach": _reach,
        "lake": _lake,
        "river": _river,
        "division": _division,
        "problem": problem_of,
        "patrol": patrol_of,
    }
)


def is_thing(data: Any) -> bool:
    """Whether the selection, as the page keeps it, names a thing; without a kind it names none."""
    return bool(data) and not (isinstance(data, dict) and "kind" not in data)


def chosen(thing: Any) -> tuple[str, int]:
    """Returns (kind, id) of the thing chosen on the map; raises BadInput if it is malformed."""
    if isinstance(thing, dict) and str(thing.get("kind")) in READERS:
        number = thing.get("id")
        if isinstance(number, int) and 0 < number < 2**63:
            return str(thing["kind"]), number
    raise BadInput("There is nothing of that kind on the map.")


def drawer(deps: Deps, scope: Scope, thing: Any) -> html.Article:
    """Returns the drawer (side panel) of the thing chosen on the map, or one with the error."""
    try:
        kind, number = chosen(thing)
        with transaction(deps.engine) as connection:
            return READERS[kind](connection, deps, scope, number, deps.clock())
    except OneMapError as error:
        return refused(worded(error))
    except SQLAlchemyError as error:
        ours = database_error(error)
        if isinstance(ours, ServiceDown):
            return refused(worded(ours), thing)
        return refused(_("The details could not be loaded."), thing)


def refused(sentence: str, again: Any = None) -> html.Article:
    """Returns a drawer that says why nothing can be shown; ``again`` adds a button to retry."""
    parts: list[Any] = [html.H2(sentence, tabIndex=-1)]
    if not again:
        parts.append(html.P(_("It may have been taken away, or lie outside what you may see.")))
    else:
        marks = attributes(data_select_kind=again["kind"], data_select_id=str(again["id"]))
        parts.append(html.Button(_("Try again"), type="button", className="btn", **marks))
    close = icon_button("close", _("Close"), data_map_action="close")
    top = html.Div([html.Span(className="sp"), close], className="dw-top dw-head")
    return whole("", [top, html.Div(parts, className="empty", role="alert")])


def register(app: Dash, deps: Deps) -> None:
    """Registers the callbacks that open the map's drawer and refresh its readings and problems."""

    @app.callback(Output(DRAWER, "children"), Input(SELECTION, "data"))
    async def show(thing: Any) -> html.Article | None:
        if not is_thing(thing):
            return None
        return await off(drawer, deps, visible_to(current_user()), thing)

    @app.callback(
        Output(shell.Ids.AREA, "children", allow_duplicate=True),
        Input(SELECTION, "data"),
        prevent_initial_call="initial_duplicate",
    )
    async def name_area(thing: Any) -> list[Any]:
        about = chosen(thing) if is_thing(thing) else None
        return shell.area_words(await off(area_for, deps, current_user(), about))

    @app.callback(
        Output(live_id("head", MATCH), "children"),
        Output(live_id("values", MATCH), "children"),
        Input(live_id("again", MATCH), "data"),
        prevent_initial_call=True,
    )
    async def show_again(thing: Any) -> tuple[Any, Any]:
        kind, number = chosen(thing)
        fresh = await off(drawer, deps, visible_to(current_user()), thing)
        key = f"{kind}:{number}"
        if live_id("head", key) not in fresh:  # refused: what is shown stays, with its times
            return no_update, no_update
        return tuple(fresh[live_id(part, key)].children for part in ("head", "values"))

    @app.callback(
        Output(live_id("ledger", MATCH), "children"),
        Input(live_id("steps", MATCH), "data"),
        prevent_initial_call=True,
    )
    async def show_steps(thing: Any) -> Any:
        if not thing:
            return no_update
        kind, number = chosen(thing)
        fresh = await off(drawer, deps, visible_to(current_user()), thing)
        key = live_id("ledger", f"{kind}:{number}")
        return fresh[key].children if key in fresh else no_update

    chart_frame.register(app, deps)
