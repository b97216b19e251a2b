"""The one map (一张图): layers, drawers, search and what changes while one looks."""

from dashboard.frame.access import Rule
from dashboard.frame.auth import Action
from dashboard.frame.page import Page
from dashboard.frame.place import Place
from dashboard.frame.room import Room
from dashboard.map import api, page, problems_api, search_api, tiles_api
from dashboard.map.news import ReadingNews
from dashboard.map.opening import opening
from dashboard.parts.wording import N_

ROOM = Room(
    "map",
    pages=(
        Page(
            "/",
            page,
            N_("One map"),
            Action.READ_WATERS,
            modules=(
                "vendor/maplibre/maplibre-gl.mjs",
                "vendor/maplibre/maplibre-gl-worker.mjs",
                "map/begin.mjs",
            ),
            fetched=("/api/v1/map/state?basis=now",),
            opening=opening,
        ),
    ),
    joined=("map/begin.mjs",),
    routers=(tiles_api.router, api.router, search_api.router, problems_api.router),
    rules=(
        Rule("/tiles/", Action.READ_WATERS, below=True),
        Rule("/tiles/all/", Action.READ_LEDGER, below=True),
        Rule("/tiles/problems/", Action.READ_LEDGER, below=True),
        Rule("/tiles/patrols/", Action.READ_PATROLS, below=True),
        Rule("/tiles/patrol_ends/", Action.READ_PATROLS, below=True),
        Rule("/api/v1/map/", Action.READ_WATERS, below=True),
        Rule("/api/v1/search", Action.READ_WATERS),
        Rule("/api/v1/map/things/problem/", Action.READ_LEDGER, below=True),
        Rule("/api/v1/map/things/patrol/", Action.READ_PATROLS, below=True),
        Rule("/api/v1/ledger/news", Action.READ_LEDGER),
    ),
    callbacks={"one-map-": Action.READ_WATERS, "drawer-": Action.READ_WATERS},
    place_in_bar=Place("/", "One map", "map", Action.READ_WATERS, brief=N_("Map")),
    channel=ReadingNews,
    front=tiles_api.Tiles,
)
