"""The files of rivers and lakes (一河一档), and the readings of their stations."""

from dashboard.frame.access import Rule
from dashboard.frame.auth import Action
from dashboard.frame.page import Page
from dashboard.frame.place import Place
from dashboard.frame.room import Room
from dashboard.parts.wording import N_
from dashboard.waters import api, lake_page, page, readings_api, river_page

ROOM = Room(
    "waters",
    pages=(
        Page("/rivers", page, N_("River files"), Action.READ_WATERS),
        Page("/river/<river_id>", river_page, N_("River file"), Action.READ_WATERS),
        Page("/lake/<lake_id>", lake_page, N_("Lake file"), Action.READ_WATERS),
    ),
    routers=(readings_api.router, api.router),
    rules=(
        Rule("/api/v1/rivers", Action.READ_WATERS, below=True),
        Rule("/api/v1/lakes/", Action.READ_WATERS, below=True),
        Rule("/api/v1/stations/", Action.READ_WATERS, below=True),
    ),
    callbacks={"river-": Action.READ_WATERS, "rivers-": Action.READ_WATERS},
    place_in_bar=Place("/rivers", "River files", "file", Action.READ_WATERS),
)
