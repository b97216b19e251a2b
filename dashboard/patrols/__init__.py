"""Patrols (巡河): the month by chief, one patrol, tracks that come as files."""

from dashboard.frame.access import FORM_BYTES, Rule
from dashboard.frame.auth import Action
from dashboard.frame.page import Page
from dashboard.frame.place import Place
from dashboard.frame.room import Room
from dashboard.parts.wording import N_
from dashboard.patrols import api, file_api, page

MOST_TRACK_BYTES = 20 * 1024 * 1024

ROOM = Room(
    "patrols",
    pages=(Page("/patrols", page, N_("Patrols"), Action.READ_PATROLS),),
    routers=(file_api.router, api.router),
    rules=(
        Rule("/api/v1/patrols.xlsx", Action.EXPORT_LEDGER),
        Rule(
            "/api/v1/patrols",
            Action.READ_PATROLS,
            below=True,
            write=Action.WRITE_PATROLS,
            most_bytes=MOST_TRACK_BYTES + FORM_BYTES,
        ),
    ),
    callbacks={"patrols-": Action.READ_PATROLS},
    place_in_bar=Place("/patrols", "Patrols", "walk", Action.READ_PATROLS),
)
