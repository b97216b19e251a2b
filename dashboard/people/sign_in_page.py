"""The sign-in page as an answer."""

from starlette.responses import HTMLResponse

from dashboard.frame.plain import plain_page


def sign_in_page(
    *, following: str = "", login: str = "", error: str = "", done: str = "", status: int = 200
) -> HTMLResponse:
    """Returns the sign-in page; ``following`` is the local address to open afterwards.

    No browser keeps it: Back after signing in asks for it again, and is led on.
    """
    page = plain_page(
        "people/templates/sign_in.html",
        status,
        following=following,
        login=login,
        error=error,
        done=done,
    )
    page.headers["Cache-Control"] = "no-store"
    return page
