"""The table of accounts, and the body of one account with what can be done to it."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.parts.icons import icon
from dashboard.parts.roles import CHIEFS, ROLES, role_words
from dashboard.parts.wording import _
from dashboard.people.actions import EVERYWHERE, Chosen, Listed
from data.errors import BadInput
from data.people.accounts import UnitId
from data.records import DivisionId
from data.vocabulary import Role

Choices = tuple[list[tuple[DivisionId, str, str]], list[tuple[UnitId, str]]]


def state_tag(is_active: bool, must_change: bool) -> html.Span:
    """The tag of an account's state: active, must change its password, or disabled."""
    if not is_active:
        return html.Span(_("Disabled"), className="tag")
    if must_change:
        return html.Span(_("Password not yet chosen"), className="tag am")
    return html.Span(_("Active"), className="tag gr")


def account_table(listed: Listed) -> Any:
    """The table of accounts, or a hint what to do where no account fits the search."""
    if not listed.accounts:
        return html.Div(
            [icon("search"), html.H3(_("No account fits the search"))], className="empty"
        )
    heads = (_("Account"), _("Name"), _("Roles"), _("State"), "")
    rows = [
        html.Tr(
            [
                html.Td(account.login, className="b"),
                html.Td(account.display_name),
                html.Td(
                    [html.Div(words) for words in role_words(listed.roles[account.id])] or "—",
                    className="t2",
                ),
                html.Td(state_tag(account.is_active, account.must_change_password)),
                html.Td(
                    html.Button(
                        _("Manage"),
                        id={"type": "accounts-edit", "index": account.id},
                        className="btn s",
                    ),
                    className="r",
                ),
            ]
        )
        for account in listed.accounts
    ]
    return html.Table(
        [html.Thead(html.Tr([html.Th(head) for head in heads])), html.Tbody(rows)],
        className="acc-table",
    )


def ask(what: str, words: str, index: int, *, kind: str = "") -> html.Button:
    """A button that opens a dialog, which asks to confirm the action ``what``."""
    return html.Button(
        words,
        id={"type": "accounts-ask", "what": what, "index": index},
        className=f"btn s {kind}".strip(),
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
            html.H4(_("Roles"), className="sec-t"),
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
    shared = {"clearable": True, "searchable": True, "size": "sm", "comboboxProps": {"zIndex": 400}}
    return [
        dmc.Select(
            id=f"accounts-{prefix}-role",
            label=_("Role"),
            data=[{"value": role.value, "label": _(ROLES[role])} for role in Role],
            **shared,
        ),
        html.Div(
            [
                dmc.Select(
                    id=f"accounts-{prefix}-level",
                    label=_("Chief level"),
                    data=[
                        {"value": level.value, "label": _(word)} for level, word in CHIEFS.items()
                    ],
                    **shared,
                ),
                dmc.Checkbox(id=f"accounts-{prefix}-general", label=_("General river chief")),
            ],
            id=f"accounts-{prefix}-chief",
            className="acc-chief",
            hidden=True,
        ),
        dmc.Select(
            id=f"accounts-{prefix}-division",
            label=_("Division"),
            description=_("Needed by every role but the system administrator's"),
            data=[],
            **shared,
        ),
        dmc.Select(id=f"accounts-{prefix}-unit", label=_("Unit"), data=[], **shared),
    ]


def place_choices(choices: Choices) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The options for divisions and the options for units, with ids as values."""
    divisions, units = choices
    return (
        [
            {"value": EVERYWHERE, "label": _("All divisions (the widest access)")},
            *({"value": str(number), "label": name} for number, name, _level in divisions),
        ],
        [{"value": str(number), "label": name} for number, name in units],
    )


def password_shown(password: str) -> html.Div:
    """The box with a new password and the hint that the password is shown only this once."""
    return html.Div(
        [
            html.P(_("Hand it over now: it is not shown again.")),
            html.Div(
                [
                    html.Code(password, className="acc-password"),
                    dmc.CopyButton(
                        value=password, children=_("Copy"), copiedChildren=_("Copied"), size="xs"
                    ),
                ],
                className="row",
            ),
            html.P(_("It must be changed at the first sign-in."), className="t3"),
        ]
    )
