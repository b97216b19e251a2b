"""The data tally (数据核对): what arrived in each hour, what is missing."""

from dashboard.frame.access import Rule
from dashboard.frame.auth import Action
from dashboard.frame.page import Page
from dashboard.frame.place import Place
from dashboard.frame.room import Room
from dashboard.parts.wording import N_
from dashboard.tally import api, page, refused_page

ROOM = Room(
    "tally",
    pages=(
        Page("/accounting", page, N_("Data audit"), Action.READ_ACCOUNTING),
        Page("/accounting/refused", refused_page, N_("Refused messages"), Action.WRITE_STATIONS),
    ),
    routers=(api.router,),
    rules=(
        Rule("/api/v1/accounting", Action.READ_ACCOUNTING, below=True),
        Rule("/api/v1/accounting.xlsx", Action.READ_ACCOUNTING),
    ),
    callbacks={"accounting-": Action.READ_ACCOUNTING, "refused-": Action.WRITE_STATIONS},
    place_in_bar=Place(
        "/accounting",
        "Data audit",
        "columns",
        Action.READ_ACCOUNTING,
        brief=N_("Tally"),
        is_start=False,
    ),
)
