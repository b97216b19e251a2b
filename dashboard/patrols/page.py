"""The page of patrols (巡河) of a month: its callbacks, heading and order of cards."""

from datetime import timedelta
from typing import Any

import dash
from dash import Input, Output, dcc, html
from sqlalchemy.exc import SQLAlchemyError

from dashboard.frame.auth import Action, current_user, may
from dashboard.frame.deps import Deps
from dashboard.frame.http_errors import failure_words
from dashboard.frame.offload import off
from dashboard.parts.attributes import attributes
from dashboard.parts.blocks import notice, skeleton, unread_note
from dashboard.parts.icons import icon
from dashboard.parts.wording import _, ngettext
from dashboard.patrols.chiefs import chiefs_card
from dashboard.patrols.month import coverage_card, month_card
from dashboard.patrols.one_patrol import one_card
from dashboard.patrols.reads import OWN, Asked, Shown, address, read
from dashboard.patrols.records import found_card, records_card
from dashboard.patrols.upload import persons, upload_dialog
from dashboard.waters.words import kilometres
from data.errors import ServiceDown
from data.queries.patrols.month import YEARS
from data.queries.patrols.records import Month


class Ids:
    """Ids of the elements of the page of patrols."""

    CHOSEN = "patrols-chosen"
    BODY = "patrols-body"
    RETRY = "patrols-retry"
    PERSON = "patrols-person"


def layout(month: str = "", chief: str = "", patrol: str = "", **_query: str) -> html.Div:
    """The page of patrols before they are read; a store holds what the address asks for."""
    return html.Div(
        [
            dcc.Store(id=Ids.CHOSEN, data={"month": month, "chief": chief, "patrol": patrol}),
            html.Div(skeleton(), id=Ids.BODY),
            html.Button(_("Read again"), id=Ids.RETRY, className="btn rv-retry", hidden=True),
            upload_dialog(),
        ],
        className="om-page pt-page",
    )


def register(app: dash.Dash, deps: Deps) -> None:
    """Registers the callback that reads the patrols that the page's address asks for."""

    @app.callback(
        Output(Ids.BODY, "children"),
        Output(Ids.PERSON, "data"),
        Output(Ids.RETRY, "hidden"),
        Input(Ids.CHOSEN, "data"),
        Input(Ids.RETRY, "n_clicks"),
    )
    async def show(chosen: dict[str, Any], _clicks: int) -> tuple[Any, Any, bool]:
        asked = Asked(*(str(chosen.get(name) or "") for name in ("month", "chief", "patrol")))
        user = current_user()
        try:
            shown = await off(read, deps, user, asked)
        except (SQLAlchemyError, ServiceDown) as error:
            words = failure_words(error, "the patrols could not be read", deps.clock())
            return failed(words), [], False
        return (
            patrol_page(
                shown,
                may_upload=may(user, Action.WRITE_PATROLS),
                may_export=may(user, Action.EXPORT_LEDGER),
            ),
            persons(shown.chiefs, shown.chief),
            True,
        )


def failed(words: str) -> html.Div:
    """The message why they could not be read, with a link to the map."""
    return notice(
        "warn",
        _("The patrols could not be read"),
        words,
        dcc.Link(_("To the one map"), href="/"),
    )


def patrol_page(shown: Shown, *, may_upload: bool, may_export: bool) -> html.Div:
    """The body of the page of patrols: heading, chiefs, a chief's month, one patrol."""
    main: list[Any] = []
    if shown.is_missing:
        main.append(
            html.P(
                [icon("warn"), _("There is no such patrol, or your account may not see it.")],
                className="card pt-note",
                role="alert",
            )
        )
    if shown.chief is not None:
        main += [
            month_card(shown.chief, shown.month, shown.patrols),
            coverage_card(shown.coverage, shown.open_at, shown.walked_by),
        ]
    main += [
        records_card(shown),
        found_card(shown.found),
    ]
    return html.Div(
        [
            heading(shown, may_upload=may_upload, may_export=may_export),
            unread_note(shown.unread),
            html.Div(
                [
                    chiefs_card(shown),
                    html.Div(main, id="patrols-main", className="pt-main"),
                    one_card(shown.patrol, now=shown.now),
                ],
                className="pt-body",
            ),
        ]
    )


def heading(shown: Shown, *, may_upload: bool, may_export: bool) -> html.Header:
    """The heading: whose patrols, links to previous and next month, upload, export."""
    month = shown.month
    upload = html.Button(
        [icon("out-up"), _("Upload a track")], id="patrols-upload", className="btn"
    )
    export = html.A(
        [icon("csv"), _("Export the month")],
        href=f"/api/v1/patrols.xlsx?month={month.key}",
        className="btn",
        **attributes(download=""),
    )
    return html.Header(
        [
            html.H1(_("Patrols")),
            html.Span(whose(shown), className="t3"),
            html.Span(className="sp"),
            html.Div(
                [
                    step("left", _("The month before"), _before(month), shown),
                    html.Span(month.key, className="fld", role="status"),
                    step("right", _("The month after"), _after(month), shown),
                ],
                className="pt-month",
            ),
            upload if may_upload else None,
            export if may_export else None,
        ],
        className="pt-head",
    )


def whose(shown: Shown) -> str:
    """The chief's name and reaches, or that the patrols shown are the reader's own, else ""."""
    if shown.chief is None:
        return _("My own patrols") if shown.is_own else ""
    if not shown.coverage:
        return shown.chief.name
    length = kilometres(sum(each.length_m for each in shown.coverage))
    count = len(shown.coverage)
    words = ngettext(
        "{name} · answers for {n} reach, {length}",
        "{name} · answers for {n} reaches, {length}",
        count,
    )
    return words.format(name=shown.chief.name, n=count, length=length)


def step(sign: str, label: str, key: str, shown: Shown) -> html.A | html.Span:
    """The link to another month (``key``: ``2026-11``) of the same chief; a blank beyond YEARS."""
    if int(key[:4]) not in YEARS:
        return html.Span(className="fld pt-step", **attributes(aria_hidden="true"))
    chief = OWN if shown.is_own else shown.chief.person_id if shown.chief else None
    return html.A(
        icon(sign),
        href=address(key, chief=chief),
        title=label,
        className="fld pt-step",
        **attributes(aria_label=label, data_patrols_go="", data_patrols_key=sign),
    )


def _before(month: Month) -> str:
    return f"{month.first_on - timedelta(days=1):%Y-%m}"


def _after(month: Month) -> str:
    return f"{month.last_on + timedelta(days=1):%Y-%m}"
