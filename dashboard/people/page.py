"""The page of accounts (账号), for administrators."""

from typing import Any

import dash
import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html, no_update

from dashboard.frame.callback_values import changed, number_in
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.parts.icons import icon
from dashboard.parts.kit import (
    button,
    close_button,
    dialog,
    dialog_foot,
    filter_pill,
    filter_row,
    page_header,
    search_box,
    while_running,
)
from dashboard.parts.wording import _, worded
from dashboard.people import account_list, actions, role_form
from dashboard.people.actions import Sent
from data.errors import BadInput, OneMapError
from data.records import AccountId


class Ids:
    """Ids of this page."""

    SEARCH = "accounts-search"
    ROLE = "accounts-role"
    PAGES = "accounts-pages"
    COUNT = "accounts-count"
    LIST = "accounts-list"
    CHANGED = "accounts-changed"
    NEW = "accounts-new"
    NEW_DIALOG = "accounts-new-dialog"
    NEW_LOGIN = "accounts-new-login"
    NEW_NAME = "accounts-new-name"
    CREATE = "accounts-create"
    CHOSEN = "accounts-chosen"
    EDIT_DIALOG = "accounts-edit-dialog"
    EDIT_BODY = "accounts-edit-body"
    ADD_ROLE = "accounts-add-press"
    EDIT = "accounts-edit"
    ASK = "accounts-ask"
    PENDING = "accounts-pending"
    CONFIRM_DIALOG = "accounts-confirm-dialog"
    CONFIRM_WORDS = "accounts-confirm-words"
    CONFIRM = "accounts-confirm"
    PASSWORD_DIALOG = "accounts-password-dialog"  # noqa: S105 - an id
    PASSWORD = "accounts-password"  # noqa: S105 - an id


def layout(**_query: Any) -> html.Div:
    """The page of accounts with empty tables, which callbacks fill."""
    new = [
        dmc.TextInput(
            id=Ids.NEW_LOGIN, label=_("Account"), placeholder="town-patroller", required=True
        ),
        dmc.TextInput(id=Ids.NEW_NAME, label=_("Name to show"), required=True),
        *account_list.role_fields("new"),
        role_form.said_box("new"),
        dialog_foot(close_button(), button(_("Create the account"), Ids.CREATE)),
    ]
    edit = [
        html.Div(id=Ids.EDIT_BODY),
        html.H3(_("Add a role"), className="sec-t"),
        *account_list.role_fields("add"),
        role_form.said_box("add"),
        dialog_foot(close_button(), button(_("Add the role"), Ids.ADD_ROLE)),
    ]
    confirm = [
        html.P(id=Ids.CONFIRM_WORDS),
        role_form.said_box("confirm"),
        dialog_foot(close_button(), button(_("Confirm"), Ids.CONFIRM)),
    ]
    return html.Div(
        [
            page_header(
                _("Accounts"),
                button([icon("plus"), _("New account")], Ids.NEW),
                note=html.Span(id=Ids.COUNT, className="t3"),
            ),
            filter_row(
                search_box(Ids.SEARCH, _("Account or name"), most=actions.MOST_SEARCHED),
                filter_pill(Ids.ROLE, _("Role"), account_list.role_choices()),
            ),
            html.Div(id=Ids.LIST, className="card acc-card"),
            dmc.Pagination(id=Ids.PAGES, total=1, value=1, size="sm", mt=12),
            dialog(Ids.NEW_DIALOG, _("New account"), new),
            dialog(Ids.EDIT_DIALOG, _("Manage the account"), edit),
            dialog(Ids.CONFIRM_DIALOG, _("Please confirm"), confirm, size=380),
            dialog(Ids.PASSWORD_DIALOG, _("The password"), html.Div(id=Ids.PASSWORD), size=380),
            dcc.Store(id=Ids.CHANGED, data=0),
            dcc.Store(id=Ids.CHOSEN),
            dcc.Store(id=Ids.PENDING),
            dcc.Store(id=Ids.EDIT),
            dcc.Store(id=Ids.ASK),
        ],
        className="om-page",
    )


def act(deps: Deps, chosen: dict[str, Any], pending: dict[str, Any]) -> str:
    """Does the confirmed action; returns the new password if the action makes one, else ""."""
    account_id, version = AccountId(number_in(chosen, "id")), number_in(chosen, "version")
    if (what := pending.get("what")) == "reset":
        return actions.reset_password(deps, account_id, version)
    if what == "remove_role":
        actions.remove_role(deps, account_id, version, number_in(pending, "index"))
    elif what == "unlock":
        actions.unlock(deps, account_id, version)
    elif what in ("enable", "disable"):
        actions.set_active(deps, account_id, version, is_active=what == "enable")
    else:
        raise BadInput("Choose what to do.")
    return ""


def register(app: dash.Dash, deps: Deps) -> None:
    """Registers the page's callbacks."""
    register_list(app, deps)
    register_new(app, deps)
    register_one(app, deps)
    register_confirm(app, deps)
    role_form.register_role_fields(app, deps, "new", Ids.NEW_DIALOG)
    role_form.register_role_fields(app, deps, "add", Ids.EDIT_DIALOG)


def register_list(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that fill the table of accounts by search and page."""

    @app.callback(
        Output(Ids.LIST, "children"),
        Output(Ids.PAGES, "total"),
        Output(Ids.PAGES, "value"),
        Output(Ids.COUNT, "children"),
        Input(Ids.SEARCH, "value"),
        Input(Ids.ROLE, "value"),
        Input(Ids.PAGES, "value"),
        Input(Ids.CHANGED, "data"),
    )
    async def show_rows(
        search: str | None, role: str | None, page: int | None, _changed: int
    ) -> tuple[Any, ...]:
        page = 1 if changed(Ids.SEARCH, Ids.ROLE) else page or 1
        listed = await off(actions.list_accounts, deps, search or "", page, role)
        pages = max(1, -(-listed.count // actions.PAGE_ROWS))
        count = _("{count} accounts").format(count=listed.count)
        return account_list.account_table(listed), pages, page, count


def register_new(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that create an account and show the account's password once."""

    @app.callback(
        Output(Ids.NEW_DIALOG, "opened"),
        Output(Ids.NEW_LOGIN, "value"),
        Output(Ids.NEW_NAME, "value"),
        *[Output(*field) for field in account_list.role_values("new")],
        *[Output(*place) for place in role_form.refusal_places("new")],
        Input(Ids.NEW, "n_clicks"),
        prevent_initial_call=True,
    )
    async def open_dialog(_clicks: int) -> tuple[Any, ...]:
        return True, "", "", *account_list.NO_ROLE, *role_form.refusals("new")

    @app.callback(
        Output(Ids.NEW_DIALOG, "opened", allow_duplicate=True),
        Output(Ids.PASSWORD, "children"),
        Output(Ids.PASSWORD_DIALOG, "opened"),
        Output(Ids.CHANGED, "data"),
        *[Output(*place, allow_duplicate=True) for place in role_form.refusal_places("new")],
        Input(Ids.CREATE, "n_clicks"),
        State(Ids.NEW_LOGIN, "value"),
        State(Ids.NEW_NAME, "value"),
        State(Ids.CHANGED, "data"),
        *[State(*field) for field in account_list.role_values("new")],
        running=while_running(Ids.CREATE),
        prevent_initial_call=True,
    )
    async def create(
        _clicks: int, login: str | None, name: str | None, changed: int, *role: Sent
    ) -> tuple[Any, ...]:
        login, name = login or "", name or ""
        said = {**role_form.wrong_names(login, name), **role_form.wrong_role(*role)}
        password = ""
        if not said:
            try:
                grant = actions.role_of_fields(*role)
                password = await off(actions.create, deps, login, name, grant)
            except OneMapError as error:
                said = role_form.place_of_refusal("new", error, role[3])
        if said:
            return (*[no_update] * 4, *role_form.refusals("new", said))
        shown = account_list.password_shown(password)
        return False, shown, True, changed + 1, *role_form.refusals("new")


def register_one(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that open one account and redraw it after each change."""

    @app.callback(
        Output(Ids.CHOSEN, "data"),
        Output(Ids.EDIT_DIALOG, "opened"),
        *[Output(*field) for field in account_list.role_values("add")],
        *[Output(*place) for place in role_form.refusal_places("add")],
        Input(Ids.EDIT, "data"),
        prevent_initial_call=True,
    )
    async def choose(pressed: dict[str, Any]) -> tuple[Any, ...]:
        chosen = {"id": number_in(pressed, "account")}
        return chosen, True, *account_list.NO_ROLE, *role_form.refusals("add")

    @app.callback(
        Output(Ids.EDIT_BODY, "children"),
        Output(Ids.CHOSEN, "data", allow_duplicate=True),
        Input(Ids.EDIT_DIALOG, "opened"),
        Input(Ids.CHANGED, "data"),
        State(Ids.CHOSEN, "data"),
        prevent_initial_call=True,
    )
    async def show(
        opened: bool | None, _changed: int, chosen: dict[str, Any] | None
    ) -> tuple[Any, Any]:
        if not opened or not chosen:
            return no_update, no_update
        found = await off(actions.choose_account, deps, AccountId(number_in(chosen, "id")))
        seen = {"id": found.account.id, "version": found.account.version}
        return account_list.account_body(found), seen

    @app.callback(
        Output(Ids.CHANGED, "data", allow_duplicate=True),
        *[Output(*field, allow_duplicate=True) for field in account_list.role_values("add")],
        *[Output(*place, allow_duplicate=True) for place in role_form.refusal_places("add")],
        Input(Ids.ADD_ROLE, "n_clicks"),
        State(Ids.CHOSEN, "data"),
        State(Ids.CHANGED, "data"),
        *[State(*field) for field in account_list.role_values("add")],
        running=while_running(Ids.ADD_ROLE),
        prevent_initial_call=True,
    )
    async def add_role(_clicks: int, chosen: dict[str, Any], changed: int, *role: Sent) -> Any:
        account_id, version = AccountId(number_in(chosen, "id")), number_in(chosen, "version")
        said = role_form.wrong_role(*role)
        if not said:
            try:
                grant = actions.role_of_fields(*role)
                await off(actions.add_role, deps, account_id, version, grant)
            except OneMapError as error:
                said = role_form.place_of_refusal("add", error, role[3])
        if said:
            return (*[no_update] * 6, *role_form.refusals("add", said))
        return changed + 1, *account_list.NO_ROLE, *role_form.refusals("add")


def register_confirm(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that ask for confirmation and then do the confirmed action."""

    @app.callback(
        Output(Ids.PENDING, "data"),
        Output(Ids.CONFIRM_WORDS, "children"),
        Output(Ids.CONFIRM_DIALOG, "opened"),
        Output("accounts-confirm-said", "children"),
        Input(Ids.ASK, "data"),
        prevent_initial_call=True,
    )
    async def ask(pressed: dict[str, Any]) -> tuple[Any, ...]:
        what, index = str(pressed.get("what")), number_in(pressed, "index")
        return {"what": what, "index": index}, account_list.confirmation(what), True, None

    @app.callback(
        Output(Ids.CONFIRM_DIALOG, "opened", allow_duplicate=True),
        Output(Ids.PASSWORD, "children", allow_duplicate=True),
        Output(Ids.PASSWORD_DIALOG, "opened", allow_duplicate=True),
        Output(Ids.CHANGED, "data", allow_duplicate=True),
        Output("accounts-confirm-said", "children", allow_duplicate=True),
        Input(Ids.CONFIRM, "n_clicks"),
        State(Ids.CHOSEN, "data"),
        State(Ids.PENDING, "data"),
        State(Ids.CHANGED, "data"),
        running=while_running(Ids.CONFIRM),
        prevent_initial_call=True,
    )
    async def confirm(
        _clicks: int, chosen: dict[str, Any], pending: dict[str, Any], changed: int
    ) -> tuple[Any, ...]:
        account_list.confirmation(str(pending.get("what")))
        try:
            password = await off(act, deps, chosen, pending)
        except OneMapError as error:
            return (*[no_update] * 4, worded(error))
        shown = account_list.password_shown(password) if password else no_update
        return False, shown, bool(password), changed + 1, None
