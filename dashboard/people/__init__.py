"""Accounts: signing in, one's own account, and those an administrator keeps."""

from dashboard.frame.access import Rule
from dashboard.frame.auth import Action
from dashboard.frame.page import Page
from dashboard.frame.place import Place
from dashboard.frame.plain import PLAIN_ASSETS
from dashboard.frame.room import Room
from dashboard.parts.wording import N_
from dashboard.people import language_api, own_account_api, page, sign_in_api

ROOM = Room(
    "people",
    pages=(Page("/accounts", page, N_("Accounts"), Action.MANAGE_ACCOUNTS),),
    routers=(sign_in_api.router, own_account_api.router, language_api.router),
    rules=(
        Rule("/account", Action.OWN_ACCOUNT, is_always_open=True),
        *(
            Rule(path, Action.OWN_ACCOUNT, write=Action.OWN_ACCOUNT, is_always_open=True)
            for path in ("/account/password", "/language", "/sign-out")
        ),
    ),
    callbacks={"accounts-": Action.MANAGE_ACCOUNTS},
    public=("/sign-in", *PLAIN_ASSETS),
    place_in_bar=Place("/accounts", "Accounts", "people", Action.MANAGE_ACCOUNTS),
)
