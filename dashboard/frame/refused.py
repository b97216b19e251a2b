"""The page of a path that isn't there, isn't for this account or failed: the reason, one way on."""

from starlette.responses import HTMLResponse

from dashboard.frame.framed import Framed
from dashboard.frame.plain import plain_page
from dashboard.parts.wording import _

SIGNS = {
    403: "M8 2.9a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2ZM3 13.5c.6-2.6 2.6-3.8 5-3.8"
    "s4.4 1.2 5 3.8",
    500: "M8 2.5 14.2 13.3H1.8L8 2.5ZM8 6.8v3M8 11.6h.01",
    404: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.5 10.5l3 3",
}


def refused_words(status: int) -> tuple[str, str]:
    """Returns heading and sentence of a refused page: 403 not allowed, any other not found."""
    if status == 403:
        return (
            _("Your account may not open this page"),
            _("It isn't among your duties. If you need it, ask the river chief office."),
        )
    return _("There is no such page"), _("The address may have changed, or it was mistyped.")


def refused_page(status: int, start: str, frame: Framed | None = None) -> HTMLResponse:
    """Returns a refusal (403 or 404) as a full HTML page; its link leads to the path ``start``.

    With ``frame`` it keeps the bar and the navigation of whoever is signed in.
    """
    heading, sentence = refused_words(status)
    return _page(status, SIGNS[status], heading, sentence, start, _("Back to the start"), frame)


def failed_page(status: int, address: str, sentence: str) -> HTMLResponse:
    """Returns the page for a failure, which the sentence explains; its link retries ``address``."""
    heading = _("The page could not be read")
    return _page(status, SIGNS[500], heading, sentence, address, _("Try again"))


def _page(
    status: int,
    sign: str,
    heading: str,
    sentence: str,
    address: str,
    onward: str,
    frame: Framed | None = None,
) -> HTMLResponse:
    return plain_page(
        "frame/templates/refused.html",
        status,
        sign=sign,
        heading=heading,
        sentence=sentence,
        address=address,
        onward=onward,
        frame=frame,
    )
