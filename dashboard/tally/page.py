"""The page of the data tally (数据核对): its callbacks, heading, choices and order of cards."""

from datetime import timedelta
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, dcc, html, no_update
from sqlalchemy.exc import SQLAlchemyError

from dashboard.frame.answers import MOST_ID
from dashboard.frame.auth import current_user
from dashboard.frame.deps import Deps
from dashboard.frame.http_errors import failure_words
from dashboard.frame.offload import off
from dashboard.parts.attributes import attributes
from dashboard.parts.blocks import notice, skeleton, unread_note
from dashboard.parts.icons import icon
from dashboard.parts.kit import filter_row, page_header, search_box
from dashboard.parts.wording import _
from dashboard.stations.list import kind_word
from dashboard.tally.one_station import one_card
from dashboard.tally.reads import (
    PAGE_ROWS,
    RANGES,
    USUAL,
    YEARS,
    Asked,
    Shown,
    address_of,
    earlier_address,
    file_address,
    later_address,
    read,
)
from dashboard.tally.rows import stations_card
from dashboard.tally.totals import reasons_card, sum_card
from data.clock import BUSINESS_ZONE, business_date
from data.errors import ServiceDown
from data.queries.tally.window import Grain
from data.query_values import (
    PageQuery,
    read_choice,
    read_day,
    read_number,
    read_text,
    read_word,
)
from data.vocabulary import StationKind

MOST_PAGE = 999_999
MOST_TEXT = 80


class Ids:
    """Component ids of the accounting page, which counts received messages."""

    CHOSEN = "accounting-chosen"
    BODY = "accounting-body"
    RETRY = "accounting-retry"
    SEARCH = "accounting-search"
    CHOICES = "accounting-choices"
    FILE = "accounting-file"


def layout(**query: str | list[str]) -> html.Div:
    """Returns the accounting page before its data is read; a store holds the address's query."""
    names = ("range", "on", "kind", "q", "station", "page")
    chosen = {name: query.get(name, "") for name in names}
    return html.Div(
        [
            dcc.Store(id=Ids.CHOSEN, data=chosen),
            page_header(_("Data audit"), html.Span(id=Ids.FILE)),
            filter_row(
                search_box(
                    Ids.SEARCH, _("Name, code or water"), asked_of(chosen).q, most=MOST_TEXT
                ),
                html.Div(id=Ids.CHOICES, className="ac-choose"),
            ),
            html.Div(skeleton(), id=Ids.BODY),
            html.Button(_("Read again"), id=Ids.RETRY, className="btn rv-retry", hidden=True),
        ],
        className="om-page ac-page",
    )


def asked_of(chosen: dict[str, Any]) -> Asked:
    """Returns the address's query as ``Asked``; what can't be read is left out, and noted in it."""
    page = PageQuery(chosen)
    on = page.read(read_day, "on", YEARS, otherwise=None)
    kind: StationKind | None = page.read(read_word, "kind", StationKind, otherwise=None)
    station = page.read(read_number, "station", 1, MOST_ID, otherwise=None)
    return Asked(
        range=page.read(read_choice, "range", RANGES, otherwise=USUAL),
        on=on.isoformat() if on else "",
        kind=kind.value if kind else "",
        q=page.read(read_text, "q", MOST_TEXT, otherwise=page.text("q")[:MOST_TEXT]),
        station=str(station or ""),
        page=page.read(read_number, "page", 1, MOST_PAGE, otherwise=1),
        unread=tuple(page.unread),
    )


def register(app: dash.Dash, deps: Deps) -> None:
    """Registers the callback that loads the accounting page for its address."""

    @app.callback(
        Output(Ids.BODY, "children"),
        Output(Ids.RETRY, "hidden"),
        Output(Ids.CHOICES, "children"),
        Output(Ids.FILE, "children"),
        Input(Ids.CHOSEN, "data"),
        Input(Ids.RETRY, "n_clicks"),
    )
    async def show(chosen: dict[str, Any], _clicks: int) -> tuple[Any, ...]:
        try:
            shown = await off(read, deps, current_user(), asked_of(chosen))
        except (SQLAlchemyError, ServiceDown) as error:
            words = failure_words(error, "the accounts could not be read", deps.clock())
            return failed(words), False, no_update, no_update
        return accounting_page(shown), True, choices(shown), export_link(shown)

    app.clientside_callback(
        ClientsideFunction("onemap_tally", "find"),
        Output(Ids.CHOSEN, "data"),
        Input(Ids.SEARCH, "value"),
        State(Ids.CHOSEN, "data"),
        prevent_initial_call=True,
    )


def failed(words: str) -> html.Div:
    """Returns the notice that the page couldn't be loaded and why."""
    return notice(
        "warn",
        _("The accounts could not be read"),
        words,
        dcc.Link(_("To the one map"), href="/"),
    )


def accounting_page(shown: Shown) -> html.Div:
    """Returns the accounting page's body: totals, the chosen station, all stations, quarantine."""
    missing = html.P(
        [icon("warn"), _("There is no such station, or your account may not see it.")],
        className="card ac-note",
        role="alert",
    )
    return html.Div(
        [
            unread_note(shown.asked.unread),
            missing if shown.is_missing else None,
            sum_card(shown),
            one_card(shown) if shown.one else None,
            stations_card(shown),
            pager(shown),
            reasons_card(shown),
        ]
    )


def export_link(shown: Shown) -> html.A:
    """Returns the link to the xlsx file of the stretch of time shown."""
    return html.A(
        [icon("csv"), _("Export")],
        href=file_address(shown.window),
        className="btn",
        **attributes(download=""),
    )


def choices(shown: Shown) -> list[Any]:
    """Returns the choices beside the search: time range, the one before and after, station kind."""
    return [
        html.Nav(
            [
                choice(range_word(name), shown.asked, name == shown.asked.range, range=name)
                for name in RANGES
            ],
            className="om-segments",
            **attributes(aria_label=_("Stretch of time")),
        ),
        steps(shown),
        html.Nav(
            [
                choice(word, shown.asked, shown.asked.kind == kind, kind=kind)
                for kind, word in (
                    ("", _("All")),
                    *((each.value, kind_word(each)) for each in StationKind),
                )
            ],
            className="om-segments",
            **attributes(aria_label=_("Kind of station")),
        ),
    ]


def range_word(name: str) -> str:
    """Returns the label of a time range by its key: 24 hours, 7 days or 30 days."""
    return {"24h": _("24 hours"), "7d": _("7 days"), "30d": _("30 days")}[name]


def choice(word: str, asked: Asked, is_chosen: bool, **changed: Any) -> dcc.Link | html.Span:
    """Returns a link to the page with ``changed`` applied; plain text if already chosen."""
    if is_chosen:
        return html.Span(word, className="is-on", **attributes(aria_current="true"))
    return dcc.Link(word, href=address_of(asked, **changed))


def steps(shown: Shown) -> html.Div:
    """Returns the shown range of time, between links to the range before and the one after."""
    window = shown.window
    first = window.start.astimezone(BUSINESS_ZONE)
    last = min(window.end - timedelta(minutes=1), shown.now).astimezone(BUSINESS_ZONE)
    pattern = "%m-%d" if window.by is Grain.DAY else "%m-%d %H:%M"
    if first.year != shown.now.astimezone(BUSINESS_ZONE).year:
        pattern = f"%Y-{pattern}"
    later = later_address(shown.asked, business_date(shown.now))
    return html.Div(
        [
            step("left", _("The time before"), earlier_address(shown.asked, window)),
            html.Span(f"{first:{pattern}} – {last:{pattern}}", className="fld", role="status"),
            step("right", _("The time after"), later),
        ],
        className="ac-steps",
    )


def step(sign: str, label: str, href: str | None) -> Any:
    """Returns a link to another range of time, greyed where ``href`` is None."""
    if href is None:
        return html.Span(icon(sign), className="fld ac-step is-off")
    words = attributes(aria_label=label)
    return html.Div(dcc.Link(icon(sign), href=href, className="fld ac-step", title=label), **words)


def pager(shown: Shown) -> html.Nav | None:
    """Returns the links to the other pages of stations; None where one page holds all."""
    pages = -(-shown.count // PAGE_ROWS)
    if pages < 2:
        return None
    page = min(max(shown.asked.page, 1), pages)
    near = [n for n in range(1, pages + 1) if n in (1, pages) or abs(n - page) < 3]
    return html.Nav(
        [choice(str(n), shown.asked, n == page, page=n) for n in near],
        className="om-segments ac-pages",
        **attributes(aria_label=_("Pages")),
    )
