"""Data review (数据审核): a person looks at readings a second time."""

from dashboard.frame.access import Rule
from dashboard.frame.auth import Action
from dashboard.frame.page import Page
from dashboard.frame.place import Place
from dashboard.frame.room import Room
from dashboard.parts.wording import N_
from dashboard.review import api, page

ROOM = Room(
    "review",
    pages=(Page("/quality", page, N_("Data review"), Action.READ_REVIEWS),),
    routers=(api.router,),
    rules=(
        Rule(
            "/api/v1/readings/",
            Action.READ_REVIEWS,
            below=True,
            write=Action.REVIEW_READINGS,
        ),
    ),
    callbacks={"quality-": Action.READ_REVIEWS},
    place_in_bar=Place("/quality", "Data review", "stamp", Action.READ_REVIEWS, brief=N_("Review")),
)
