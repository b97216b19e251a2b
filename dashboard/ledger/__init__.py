"""The problem ledger (问题台账): its list, a problem, the report form, the sign-off sheet."""

from dashboard.frame.access import FORM_BYTES, Rule
from dashboard.frame.auth import Action
from dashboard.frame.page import Page
from dashboard.frame.place import Place
from dashboard.frame.room import Room
from dashboard.ledger import (
    api,
    file_api,
    notices_api,
    page,
    photos_api,
    problem_page,
    report_page,
    sheets_api,
)
from dashboard.ledger.news import LedgerNews
from dashboard.parts.wording import N_

MOST_PHOTO_BYTES = 50 * 1024 * 1024
"""The most that the setting for a photo's MB can be."""


ROOM = Room(
    "ledger",
    pages=(
        Page("/ledger", page, N_("Problem ledger"), Action.READ_LEDGER, packages=("dash_ag_grid",)),
        Page("/ledger/report", report_page, N_("Register a problem"), Action.WRITE_LEDGER),
        Page("/ledger/<problem_id>", problem_page, N_("Problem"), Action.READ_LEDGER),
    ),
    routers=(
        photos_api.router,
        file_api.router,
        api.router,
        sheets_api.router,
        notices_api.router,
    ),
    rules=(
        Rule("/api/v1/problems.xlsx", Action.EXPORT_LEDGER),
        Rule("/api/v1/problems", Action.READ_LEDGER, below=True, write=Action.WRITE_LEDGER),
        Rule(
            "/api/v1/photos",
            Action.READ_LEDGER,
            below=True,
            write=Action.WRITE_LEDGER,
            most_bytes=MOST_PHOTO_BYTES + FORM_BYTES,
        ),
        Rule("/api/v1/ledger/", Action.READ_LEDGER, below=True),
        Rule("/api/v1/notices", Action.READ_LEDGER, below=True, write=Action.READ_LEDGER),
    ),
    callbacks={
        "ledger-": Action.READ_LEDGER,
        "problem-": Action.READ_LEDGER,
        "report-": Action.WRITE_LEDGER,
    },
    place_in_bar=Place(
        "/ledger",
        "Problem ledger",
        "flag",
        Action.READ_LEDGER,
        brief=N_("Ledger"),
        counts_overdue=True,
    ),
    channel=LedgerNews,
)
