"""Plain pages without Dash: sign-in, one's own account, refusals; each from a room's template."""

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from dashboard.frame.files import program_files
from dashboard.parts.wording import _, language

PLAIN_ASSETS = (
    "/assets/frame/tokens.css",
    "/assets/frame/base.css",
    "/assets/frame/mark.svg",
    "/assets/frame/shell.css",
    "/assets/plain/sign_in.css",
    "/assets/plain/sign_in.js",
    "/assets/plain/theme.js",
)
"""What a plain page needs to be drawn; it is drawn before anybody signed in."""


def lang() -> str:
    """Returns the HTML language tag for the reader's language."""
    return "zh-CN" if language.get() == "zh" else "en"


TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
TEMPLATES.globals |= {"_": _, "lang": lang}
TEMPLATES.filters["fixed"] = lambda address: program_files().fixed(address)


def plain_page(template: str, status: int = 200, **facts: Any) -> HTMLResponse:
    """Returns the page of the template ``<room>/templates/<name>.html``; ``facts`` are escaped."""
    page = TEMPLATES.get_template(template).render(facts)
    return HTMLResponse(page, status_code=status)
