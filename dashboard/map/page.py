"""The page of the one map (一张图), which opens first."""

from dash import ClientsideFunction, Dash, Input, Output, html

from dashboard.frame.auth import Action, may, signed_in_user
from dashboard.frame.deps import Deps
from dashboard.map import drawer
from dashboard.map.layout import map_view
from dashboard.map.opening import map_facts


class Ids:
    """Component ids that the map's callbacks and the drawer share."""

    page = "one-map-page"
    selection = "one-map-selection"
    drawer = "one-map-drawer"


def layout(*, deps: Deps, **_query: str) -> html.Div:
    """Returns the map page without data; its script fetches the data from the map's API."""
    user = signed_in_user()
    return map_view(
        deps.dashboard,
        map_facts(deps),
        with_ledger=may(user, Action.READ_LEDGER),
        may_report=may(user, Action.WRITE_LEDGER),
    )


def register(app: Dash, deps: Deps) -> None:
    """Registers the callbacks of the drawer, and one that marks on the map what is selected."""
    drawer.register(app, deps)
    app.clientside_callback(
        ClientsideFunction(namespace="one_map", function_name="selected"),
        Output(Ids.selection, "storage_type"),
        Input(Ids.selection, "data"),
    )
