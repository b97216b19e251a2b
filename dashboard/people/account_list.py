"""The table of accounts, and the body of one account with what can be done to it."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.kit import choice, opener, row, shown_once, spoken
from dashboard.parts.measures import moment_text, own_name
from dashboard.parts.press import press
from dashboard.parts.roles import CHIEFS, ROLES, role_words
from dashboard.parts.wording import _
from dashboard.people.actions import EVERYWHERE, Chosen, Listed
from data.clock import UtcDatetime
from data.errors import BadInput
from data.people.role_grants import UnitId
from data.records import DivisionId
from data.vocabulary import Role

Choices = tuple[list[tuple[DivisionId, str, str | None]], list[tuple[UnitId, str]]]

ROLE_FIELDS = ("role", "level", "general", "division", "unit")
NO_ROLE: tuple[Any, ...] = (None, None, False, None, None)
"""What the fields of a role hold when their dialog opens: nothing."""


def role_values(prefix: str) -> list[tuple[str, str]]:
    """The ids of a role's fields, each with the property that holds what was filled in."""
    return [
        (f"accounts-{prefix}-{name}", "checked" if name == "general" else "value")
        for name in ROLE_FIELDS
    ]


def state_tag(is_active: bool, must_change: bool) -> html.Span | None:
    """The tag of an account that is disabled or must change its password; None for the usual."""
    if not is_active:
        return html.Span(_("Disabled"), className="tag")
    if must_change:
        return html.Span(_("Password not yet chosen"), className="tag am")
    return None


def signed_in_words(at: UtcDatetime | None, now: UtcDatetime) -> str | html.Span:
    """When an account last signed in, or that it never did."""
    return moment_text(at, now) if at else html.Span(_("never signed in"), className="t3")


def account_table(listed: Listed) -> Any:
    """The table of accounts, or a hint what to do where no account fits the search."""
    if not listed.accounts:
        return html.Div(
            [icon("search"), html.H2(_("No account fits the search"))], className="empty"
        )
    heads = (_("Account"), _("Name"), _("Roles"), _("Last sign-in"), _("State"))
    rows = [
        html.Tr(
            [
                html.Td(account.login, className="b"),
                html.Td(account.display_name),
                html.Td(
                    [html.Div(words) for words in role_words(listed.roles[account.id])] or "—",
                    className="t2",
                ),
                html.Td(signed_in_words(listed.signed_in_at[account.id], listed.now)),
                html.Td(state_tag(account.is_active, account.must_change_password)),
                html.Td(
                    html.Button(
                        _("Manage"),
                        className="btn s",
                        **press("accounts-edit", account=account.id),
                        **opener(),
                    ),
                    className="r",
                ),
            ],
            **row(),
        )
        for account in listed.accounts
    ]
    return html.Table(
        [
            html.Thead(
                html.Tr(
                    [
                        *(html.Th(head, scope="col") for head in heads),
                        html.Th(spoken(_("Actions")), scope="col"),
                    ]
                )
            ),
            html.Tbody(rows),
        ],
        className="acc-table",
        **attributes(aria_label=_("Accounts")),
    )


def ask(what: str, words: str, index: int, *, kind: str = "") -> html.Button:
    """A button that opens a dialog, which asks to confirm the action ``what``."""
    return html.Button(
        words,
        className=f"btn s {kind}".strip(),
        **press("accounts-ask", what=what, index=index),
    )


def confirmation(what: str) -> str:
    """The sentence that asks to confirm an action. Raises BadInput for an unknown action."""
    words = {
        "disable": _("The account can no longer sign in, and its sessions end at once."),
        "enable": _("The account can sign in again with its password."),
        "reset": _("The account gets a new password, and its sessions end at once."),
        "unlock": _("The account need not wait for its next sign-in, wherever it is made."),
        "remove_role": _("The account loses this role and what it may read by it."),
    }
    if what not in words:
        raise BadInput("Choose what to do.")
    return words[what]


def account_body(chosen: Chosen) -> html.Div:
    """The body of one account's dialog: roles, each with a button to remove it, password, state."""
    account = chosen.account
    words = role_words(chosen.roles)
    roles = [
        html.Li(
            [html.Span(line), html.Span(className="sp"), ask("remove_role", _("Remove"), role.id)]
        )
        for role, line in zip(chosen.roles, words, strict=True)
    ]
    able = (
        ask("disable", _("Disable the account"), account.id, kind="d")
        if account.is_active
        else ask("enable", _("Enable the account"), account.id)
    )
    failures = _("{count} sign-ins failed within a day.").format(count=chosen.failures)
    locked = [html.P([failures, " ", ask("unlock", _("Unlock"), account.id)], className="t2")]
    return html.Div(
        [
            html.Div(
                [
                    html.Span(account.display_name, className="b"),
                    html.Span(account.login, className="t3"),
                    state_tag(account.is_active, account.must_change_password),
                ],
                className="row",
            ),
            *(locked if chosen.failures else []),
            html.H3(_("Roles"), className="sec-t"),
            html.Ul(roles, className="acc-roles")
            if roles
            else html.P(_("No role"), className="t3"),
            html.Div(
                [ask("reset", _("Reset the password"), account.id), able], className="row acc-acts"
            ),
        ]
    )


def role_fields(prefix: str) -> list[Any]:
    """The fields that make up a role; their ids begin with ``accounts-`` and the prefix."""
    shared = {"clearable": True, "searchable": True, "size": "sm"}
    return [
        choice(
            f"accounts-{prefix}-role",
            _("Role"),
            role_choices(),
            required=True,
            **shared,
        ),
        html.Div(
            [
                choice(
                    f"accounts-{prefix}-level",
                    _("Chief level"),
                    [{"value": level.value, "label": _(word)} for level, word in CHIEFS.items()],
                    required=True,
                    **shared,
                ),
                dmc.Checkbox(id=f"accounts-{prefix}-general", label=_("General river chief")),
            ],
            id=f"accounts-{prefix}-chief",
            className="acc-chief",
            hidden=True,
        ),
        html.Div(
            [
                choice(f"accounts-{prefix}-division", _("Division"), [], required=True, **shared),
                html.P(
                    [icon("warn"), _("This role then holds in every area.")],
                    id=f"accounts-{prefix}-everywhere",
                    className="acc-warn",
                    role="alert",
                    hidden=True,
                ),
            ],
            id=f"accounts-{prefix}-area",
        ),
        choice(f"accounts-{prefix}-unit", _("Unit"), [], **shared),
    ]


def role_choices() -> list[dict[str, str]]:
    """The options for a role."""
    return [{"value": role.value, "label": _(ROLES[role])} for role in Role]


def place_choices(choices: Choices) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The options for divisions, all of them last, and for units, with ids as values."""
    divisions, units = choices
    return (
        [
            *(
                {"value": str(number), "label": own_name(name, name_en)}
                for number, name, name_en in divisions
            ),
            {"value": EVERYWHERE, "label": _("All areas")},
        ],
        [{"value": str(number), "label": name} for number, name in units],
    )


def password_shown(password: str) -> html.Div:
    """The box with a new password and the hint that the password is shown only this once."""
    copy = dmc.CopyButton(value=password, children=_("Copy"), copiedChildren=_("Copied"), size="xs")
    return shown_once(
        html.P(_("Hand it over now: it is not shown again.")),
        html.Div([html.Code(password, className="acc-password"), copy], className="row"),
        html.P(_("It must be changed at the first sign-in."), className="t3"),
    )
