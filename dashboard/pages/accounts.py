"""The page of accounts, for administrators."""

from typing import Any

import dash
from dash import html

from dashboard.deps import Deps
from dashboard.views.wording import _


class Ids:
    """Ids of this page."""

    LIST = "accounts-list"


def layout(**_query: Any) -> html.Div:
    """The page without its rows."""
    return html.Div([html.H1(_("Accounts")), html.Div(id=Ids.LIST)], className="om-page")


def register(app: dash.Dash, deps: Deps) -> None:
    """The callbacks of the page."""
    del app, deps
