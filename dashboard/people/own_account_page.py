"""One's own account as a plain page; all that is left to whoever must change the password."""

from html import escape

from starlette.responses import HTMLResponse

from dashboard.frame.auth import User
from dashboard.frame.plain import MARK, document, notice, password_field
from dashboard.parts.roles import role_words
from dashboard.parts.wording import _, language
from data.people.passwords import LEAST_CHARACTERS


def account_page(
    user: User, start: str, *, error: str = "", done: str = "", status: int = 200
) -> HTMLResponse:
    """The page with its two cards, or only the password's when it must be changed.

    ``start`` is the page that leads back.
    """
    forced = user.account.must_change_password
    title = _("Choose your own password") if forced else _("My account")
    lead = _("This password was given to you. Choose your own before you go on.")
    back = f'<a class="btn" href="{escape(start, quote=True)}">{_("Back")}</a>'
    body = (
        f'<header class="bar"><span class="brand">{MARK.format(size=24)}OneMap'
        f"<small>{escape(_('River and lake one map'))}</small></span>"
        f'<span class="sp"></span>{"" if forced else back}{_sign_out()}</header><main class="own">'
        f"<h1>{escape(title)}</h1>"
        f"{f'<p class=t2>{escape(lead)}</p>' if forced else _about(user)}"
        f"{_password_form(user, error, done)}</main>"
    )
    return document(title, body, status)


def _sign_out() -> str:
    return (
        '<form method="post" action="/sign-out">'
        f'<button class="btn g" type="submit">{escape(_("Sign out"))}</button></form>'
    )


def _about(user: User) -> str:
    roles = "".join(f"<dd>{escape(words)}</dd>" for words in role_words(user.roles))
    choices = "".join(
        f'<button class="btn" name="language" value="{code}" type="submit"'
        f' aria-pressed="{str(language.get() == code).lower()}">{name}</button>'
        for code, name in (("zh", "中文"), ("en", "English"))
    )
    return (
        f'<section class="card"><h2>{escape(user.account.display_name)}</h2><dl>'
        f"<dt>{escape(_('Account'))}</dt><dd>{escape(user.account.login)}</dd>"
        f"<dt>{escape(_('Roles'))}</dt><div>{roles or '<dd>—</dd>'}</div>"
        f"<dt>{escape(_('Language'))}</dt><dd><form method=post action=/language class=row>"
        f'<input type="hidden" name="next" value="/account">{choices}</form></dd>'
        f"<dt>{escape(_('Colours'))}</dt><dd><button type=button class=btn data-theme-switch>"
        f"{escape(_('Light or dark'))}</button></dd></dl></section>"
    )


def _password_form(user: User, error: str, done: str) -> str:
    rule = _("At least {least} characters, without the account name.").format(
        least=LEAST_CHARACTERS
    )
    fields = (
        password_field("old_password", _("Present password"), "current-password"),
        password_field("new_password", _("New password"), "new-password"),
        password_field("again_password", _("New password again"), "new-password"),
    )
    return (
        f'<section class="card"><h2>{escape(_("Change the password"))}</h2>'
        f'<form method="post" action="/account/password" class="form">'
        f'<input type="text" name="login" value="{escape(user.account.login)}" hidden'
        ' autocomplete="username">'
        f"{notice('error', error)}{notice('done', done)}{''.join(fields)}"
        f'<p class="foot">{escape(rule)}</p>'
        f'<button class="btn p wide" type="submit">{escape(_("Change the password"))}</button>'
        "</form></section>"
    )
