"""One's own account as an answer; all that is left to whoever must change the password."""

from starlette.responses import HTMLResponse

from dashboard.frame.auth import User
from dashboard.frame.plain import plain_page
from dashboard.parts.roles import role_words
from data.people.passwords import LEAST_CHARACTERS


def account_page(
    user: User, start: str, *, error: str = "", done: str = "", status: int = 200
) -> HTMLResponse:
    """Returns the page of the user's account, or only its password form if a change is forced.

    ``start`` is the page that leads back.
    """
    return plain_page(
        "people/templates/own_account.html",
        status,
        account=user.account,
        roles=role_words(user.roles),
        least=LEAST_CHARACTERS,
        start=start,
        error=error,
        done=done,
    )
