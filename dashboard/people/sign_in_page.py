"""The sign-in page as an answer."""

from starlette.responses import HTMLResponse

from dashboard.frame.plain import plain_page


def sign_in_page(
    *, following: str = "", login: str = "", error: str = "", done: str = "", status: int = 200
) -> HTMLResponse:
    """Returns the sign-in page; ``following`` is the local address to open afterwards."""
    return plain_page(
        "people/templates/sign_in.html",
        status,
        following=following,
        login=login,
        error=error,
        done=done,
    )
