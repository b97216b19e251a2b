"""The sign-in page: plain markup that needs no script, no sign-in and no other machine."""

from html import escape
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

from dashboard.frame.plain import MARK, document, notice, password_field
from dashboard.parts.wording import _, language

PICTURE = """<svg class="map" viewBox="0 0 640 900" preserveAspectRatio="xMidYMid slice"
 aria-hidden="true"><rect class="land" width="640" height="900"/>
<path class="grid" d="M0 180H640M0 420H640M0 660H640M120 0V900M340 0V900M560 0V900"/>
<path class="adm me" d="M38 92C70 78 84 96 118 74S170 52 204 40 250 58 292 72 330 92 366 78
 430 48 476 44 520 66 548 82 600 104 612 140 598 190 604 226 588 286 596 324 622 372 634 410
 620 462 616 512 592 566 588 610 606 664 600 704 580 742 540 770 470 782 430 812 380 850 330 846
 270 862 226 880 160 876 118 858 96 800 70 764 48 716 60 672 40 616 52 560 34 500 44 448 22 396
 30 344 16 282 30 226 20 140 38 92Z"/>{valleys}
<path class="canal" d="M52 640C150 600 190 560 300 566S470 640 602 618"/>
<path class="canal" d="M350 300C400 290 470 250 520 300S570 330 597 330"/>
<path class="res" d="M96 270c22-20 52-10 60 10s34 18 32 40-34 24-52 14-16 18-38 10-24-54-2-74Z"/>
{casings}{rivers}{sections}</svg>"""

LINES = (
    ("r2", "M-20 150C60 120 90 190 150 180S210 100 270 130 300 230 350 240"),
    ("r3", "M350 240C410 250 400 330 350 360S280 420 330 470 430 470 450 540"),
    ("r4", "M450 540C470 610 390 640 400 700S480 780 560 790 640 830 680 826"),
    ("r1", "M520 40C500 100 430 110 420 160S380 210 350 240"),
    ("r3", "M60 480C110 450 150 500 200 470S262 412 303 424"),
    ("r2", "M680 396C640 390 570 430 560 470S460 500 450 540"),
    ("r5", "M150 780C200 740 230 780 280 740S360 700 400 700"),
)
DISCS = (
    (150, 180, 2, "Ⅱ"),
    (350, 360, 3, "Ⅲ"),
    (400, 700, 4, "Ⅳ"),
    (420, 160, 1, "Ⅰ"),
    (200, 470, 3, "Ⅲ"),
    (280, 740, 5, "Ⅴ"),
)


def picture() -> str:
    """A quiet river map, as on the one map, of no real place."""
    return PICTURE.format(
        valleys="".join(f'<path class="valley" d="{line}"/>' for _kind, line in LINES),
        casings="".join(f'<path class="cas" d="{line}"/>' for _kind, line in LINES),
        rivers="".join(f'<path class="rv {kind}" d="{line}"/>' for kind, line in LINES),
        sections="".join(
            f'<g class="sec s{grade}" transform="translate({x} {y})"><circle class="dot" r="11"/>'
            f'<text y="4">{numeral}</text></g>'
            for x, y, grade, numeral in DISCS
        ),
    )


def languages(following: str) -> str:
    """Links to this page in each language; the current one is marked."""
    links = []
    for code, name, tag in (("zh", "中文", "zh-CN"), ("en", "English", "en")):
        query = {"language": code} | ({"next": following} if following else {})
        here = ' aria-current="true"' if language.get() == code else ""
        links.append(
            f'<a href="/sign-in?{escape(urlencode(query))}" lang="{tag}" hreflang="{tag}"{here}>'
            f"{name}</a>"
        )
    return f'<nav class="langs" aria-label="{escape(_("Language"))}">{"".join(links)}</nav>'


def sign_in_page(
    *, following: str = "", login: str = "", error: str = "", done: str = "", status: int = 200
) -> HTMLResponse:
    """The page; ``following`` is the local address to open afterwards."""
    described = ' aria-describedby="why"' if error else ""
    form = (
        f'<form method="post" action="/sign-in" class="form"{described}>'
        f"<h1>{escape(_('Sign in'))}</h1>"
        f'<p class="lead">{escape(_("River and lake one map"))}</p>'
        f'<div id="why">{notice("error", error)}{notice("done", done)}</div>'
        f'<input type="hidden" name="next" value="{escape(following)}">'
        f'<label for="login">{escape(_("Account"))}</label>'
        f'<div class="box"><input id="login" name="login" value="{escape(login)}" required'
        ' maxlength="64" autocomplete="username" autocapitalize="none" autocorrect="off"'
        f' spellcheck="false"{"" if login else " autofocus"}></div>'
        f"{password_field('password', _('Password'), 'current-password', focus=bool(login))}"
        f'<button class="btn p wide" type="submit">{escape(_("Sign in"))}</button>'
        f'<p class="foot">{escape(_("Forgot the password? The administrator can reset it."))}</p>'
        "</form>"
    )
    theme = (
        f'<button type="button" class="ib" data-theme-switch aria-label="{escape(_("Dark mode"))}">'
        '<svg class="i" viewBox="0 0 16 16" aria-hidden="true">'
        '<path d="M13 9.8A5.6 5.6 0 0 1 6.2 3 5.6 5.6 0 1 0 13 9.8Z"/></svg></button>'
    )
    body = (
        f'<div class="split"><aside class="scene">{picture()}</aside><main>'
        f'<header class="top"><span class="brand">{MARK.format(size=24)}OneMap'
        f"<small>{escape(_('River and lake one map'))}</small></span>"
        f'<span class="sp"></span>{languages(following)}{theme}</header>'
        f'<section class="center">{form}</section></main></div>'
    )
    return document(_("Sign in"), body, status)
