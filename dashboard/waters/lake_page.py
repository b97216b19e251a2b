"""The page of the file of one lake or reservoir (一湖一档); river_page brings its callbacks."""

import dash
from dash import html

from dashboard.frame.deps import Deps
from dashboard.waters.river_page import page_of


def layout(lake_id: str = "", **_query: str) -> html.Div:
    """Returns the page of the lake with that id, before its data is read."""
    return page_of("lake", lake_id)


def register(app: dash.Dash, deps: Deps) -> None:
    """Registers nothing: the callbacks of the river's page serve lakes too."""
    del app, deps
