"""The page of files (档案): every river and lake of the area, searched, filtered, sorted."""

from typing import Any, get_args

import dash
import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, dcc, html
from sqlalchemy.exc import SQLAlchemyError

from dashboard.frame.auth import current_user, visible_to
from dashboard.frame.callback_values import changed, whole_number
from dashboard.frame.deps import Deps
from dashboard.frame.http_errors import failure_words
from dashboard.frame.offload import off
from dashboard.parts.attributes import attributes
from dashboard.parts.blocks import notice, skeleton, unread_note
from dashboard.parts.kit import filter_pill, filter_row, search_box
from dashboard.parts.wording import _
from dashboard.waters.river_list import rivers_table
from data.database import transaction
from data.errors import ServiceDown
from data.queries.scope import Scope
from data.queries.waters.list import Kind, Listing, Sort, Standing, river_list
from data.query_values import PageQuery, read_choice, read_number, read_text

PAGE_ROWS = 50
MOST_PAGE = 9999
MOST_TEXT = 64


class Ids:
    """Component ids of the page that lists waters."""

    SEARCH = "rivers-search"
    KIND = "rivers-kind"
    STANDING = "rivers-standing"
    SORT = "rivers-sort"
    PAGES = "rivers-pages"
    LIST = "rivers-list"
    COUNT = "rivers-count"
    RETRY = "rivers-retry"


def layout(**query: str | list[str]) -> html.Div:
    """Returns the page that lists waters, with the filters that its address names."""
    asked = PageQuery(query)
    phrase = asked.read(read_text, "q", MOST_TEXT, otherwise=asked.text("q")[:MOST_TEXT])
    kind = asked.read(read_choice, "kind", get_args(Kind), otherwise="")
    standing = asked.read(read_choice, "standing", get_args(Standing), otherwise="")
    sort = asked.read(read_choice, "sort", get_args(Sort), otherwise="worst")
    page = asked.read(read_number, "page", 1, MOST_PAGE, otherwise=1)
    return html.Div(
        [
            html.Header(
                [
                    html.H1(_("River files")),
                    html.Span(id=Ids.COUNT, className="t3", **attributes(aria_live="polite")),
                ]
            ),
            unread_note(asked.unread),
            filter_row(
                search_box(
                    Ids.SEARCH,
                    _("Name, code or basin"),
                    phrase,
                    MOST_TEXT,
                    label=_("Search rivers and lakes"),
                ),
                chooser(Ids.KIND, _("Kind"), kinds(), kind),
                chooser(Ids.STANDING, _("State"), standings(), standing),
                html.Span(className="sp"),
                chooser(Ids.SORT, _("Sort by"), sorts(), sort, is_order=True),
            ),
            html.Div(skeleton(), id=Ids.LIST),
            dmc.Pagination(
                id=Ids.PAGES,
                total=page,
                value=page,
                size="sm",
                mt=12,
                hideWithOnePage=True,
            ),
            html.Button(_("Read again"), id=Ids.RETRY, className="btn rv-retry", hidden=True),
        ],
        className="om-page rl-page",
    )


def chooser(
    name: str, label: str, choices: dict[str, str], value: str, *, is_order: bool = False
) -> dmc.Select:
    """Returns the pill of a filter, or of the list's order; ``choices`` are value → words."""
    data = [{"value": key, "label": words} for key, words in choices.items()]
    chosen = value if value in choices else None
    return filter_pill(name, label, data, is_order=is_order, value=chosen)


def kinds() -> dict[str, str]:
    """Returns the filter's options for the kind of water, as value → words."""
    words = (_("River"), _("Canal"), _("Lake"), _("Reservoir"))
    return dict(zip(get_args(Kind), words, strict=True))


def standings() -> dict[str, str]:
    """Returns the filter's options for whether targets and limits are met, as value → words."""
    words = (_("Below target"), _("All met"), _("Not all told"), _("Outfalls exceeding"))
    return dict(zip(get_args(Standing), words, strict=True))


def sorts() -> dict[str, str]:
    """Returns the options for the order of the list, as value → words."""
    words = (_("Worst first"), _("Name"), _("Largest first"), _("Fewest met first"))
    return dict(zip(get_args(Sort), words, strict=True))


def read(deps: Deps, scope: Scope, chosen: tuple[Any, ...]) -> Listing:
    """Reads one page of the list for the chosen filters. Raises BadInput for what is no option."""
    phrase, kind, standing, sort, page = chosen
    for key, value, allowed in (
        ("kind", kind, get_args(Kind)),
        ("standing", standing, get_args(Standing)),
        ("sort", sort, get_args(Sort)),
    ):
        if value:
            read_choice(key, str(value), allowed)
    with transaction(deps.engine) as connection:
        return river_list(
            connection,
            scope,
            now=deps.clock(),
            quality=deps.quality,
            phrase=str(phrase or ""),
            kind=kind if kind in get_args(Kind) else None,
            standing=standing if standing in get_args(Standing) else None,
            sort=sort if sort in get_args(Sort) else "worst",
            start=(min(max(whole_number(page or 1), 1), MOST_PAGE) - 1) * PAGE_ROWS,
            limit=PAGE_ROWS,
        )


def register(app: dash.Dash, deps: Deps) -> None:
    """Registers the callback that loads rows for the chosen filters and writes the address."""
    filters = [
        Input(Ids.SEARCH, "value"),
        Input(Ids.KIND, "value"),
        Input(Ids.STANDING, "value"),
        Input(Ids.SORT, "value"),
        Input(Ids.PAGES, "value"),
    ]

    @app.callback(
        Output(Ids.LIST, "children"),
        Output(Ids.COUNT, "children"),
        Output(Ids.PAGES, "total"),
        Output(Ids.PAGES, "value"),
        Output(Ids.RETRY, "hidden"),
        *filters,
        Input(Ids.RETRY, "n_clicks"),
    )
    async def show(*filled: str | int | None) -> tuple[Any, ...]:
        page = 1 if changed(Ids.SEARCH, Ids.KIND, Ids.STANDING, Ids.SORT) else filled[4] or 1
        chosen = (*filled[:4], page)
        try:
            listing = await off(read, deps, visible_to(current_user()), chosen)
            last = max(1, -(-listing.found_count // PAGE_ROWS))
            if whole_number(page) > last:  # an address of a longer list
                chosen = (*filled[:4], last)
                listing = await off(read, deps, visible_to(current_user()), chosen)
        except (SQLAlchemyError, ServiceDown) as error:
            words = failure_words(error, "the list of waters could not be read", deps.clock())
            return failed(words), "", page, page, False
        rows = rivers_table(listing, filtered=any(chosen[:3]))
        return rows, counted(listing), last, min(whole_number(page), last), True

    app.clientside_callback(
        ClientsideFunction("dossier", "address"), Output(Ids.SEARCH, "name"), *filters
    )


def counted(listing: Listing) -> str:
    """Returns the sentence on how many waters there are and how many match the filters."""
    if listing.found_count == listing.all_count:
        return _("{n} rivers and lakes").format(n=listing.all_count)
    return _("{n} of {m} rivers and lakes").format(n=listing.found_count, m=listing.all_count)


def failed(words: str) -> html.Div:
    """Returns the notice that the list couldn't be loaded and why."""
    return notice(
        "warn",
        _("The list could not be read"),
        words,
        dcc.Link(_("To the one map"), href="/"),
    )
