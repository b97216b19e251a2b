"""Plain pages without Dash: the frame of sign-in, one's own account and refusals."""

from html import escape

from starlette.responses import HTMLResponse

from dashboard.parts.wording import _, language

MARK = (
    '<svg class="mark" width="{size}" height="{size}" viewBox="0 0 24 24" aria-hidden="true">'
    '<rect width="24" height="24" rx="6" fill="var(--om-accent)"/>'
    '<path d="M6 19c0-5 5-5 6-8s4-3 6-6" fill="none" stroke="var(--om-on-accent)"'
    ' stroke-width="2.4" stroke-linecap="round"/><circle cx="12" cy="11" r="2.7"'
    ' fill="var(--om-accent)" stroke="var(--om-on-accent)" stroke-width="2"/></svg>'
)

PLAIN_ASSETS = (
    "/assets/frame/tokens.css",
    "/assets/frame/base.css",
    "/assets/frame/mark.svg",
    "/assets/plain/sign_in.css",
    "/assets/plain/sign_in.js",
    "/assets/plain/theme.js",
)
"""What a plain page needs to be drawn; it is drawn before anybody signed in."""

FRAME = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
<title>{title} · OneMap</title>
<link rel="icon" href="/assets/frame/mark.svg" type="image/svg+xml">
<script src="/assets/plain/theme.js"></script>
<link rel="stylesheet" href="/assets/frame/tokens.css">
<link rel="stylesheet" href="/assets/frame/base.css">
<link rel="stylesheet" href="/assets/plain/sign_in.css">
<script src="/assets/plain/sign_in.js" defer></script>
</head><body class="plain">{body}</body></html>"""


def lang() -> str:
    """The language tag of the page."""
    return "zh-CN" if language.get() == "zh" else "en"


def icon(path: str) -> str:
    """A line icon of 16 px from its SVG path."""
    return f'<svg class="i" viewBox="0 0 16 16" aria-hidden="true"><path d="{path}"/></svg>'


def document(title: str, body: str, status: int = 200) -> HTMLResponse:
    """The page; ``title`` is text, ``body`` is markup."""
    page = FRAME.format(lang=lang(), title=escape(title), body=body)
    return HTMLResponse(page, status_code=status)


def notice(kind: str, sentence: str) -> str:
    """A sentence in place, ``kind`` is error or done; empty for no sentence."""
    if not sentence:
        return ""
    signs = {
        "error": "M8 4.8v4M8 11.2v.1M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8Z",
        "done": "m3.5 8.5 3 3 6-7",
    }
    role = "alert" if kind == "error" else "status"
    words = f"<span>{escape(sentence)}</span>"
    return f'<p class="say {kind}" role="{role}">{icon(signs[kind])}{words}</p>'


def password_field(name: str, label: str, complete: str, *, focus: bool = False) -> str:
    """A password box with its label and the button that shows what is typed."""
    eye = icon(
        "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8Z"
        "M8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z"
    )
    return (
        f'<label for="{name}">{escape(label)}</label><div class="box">'
        f'<input id="{name}" name="{name}" type="password" autocomplete="{complete}" required'
        f' maxlength="256"{" autofocus" if focus else ""}>'
        f'<button type="button" class="eye" data-show="{name}" aria-pressed="false"'
        f' aria-label="{escape(_("Show password"))}">{eye}</button></div>'
    )
