"""The shell around every page: theme, bar, navigation on desk and phone, account menu."""

from collections.abc import Sequence
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, dcc, html, no_update

from dashboard.frame.area import area_for, thing_at
from dashboard.frame.auth import Action, User, may, signed_in_user
from dashboard.frame.deps import Deps
from dashboard.frame.files import program_files
from dashboard.frame.offload import off
from dashboard.frame.page_words import leaving_words, pager_words, session_words
from dashboard.frame.place import Place
from dashboard.frame.theme import THEME
from dashboard.parts.attributes import attributes, words_for_script
from dashboard.parts.icons import icon
from dashboard.parts.kit import target_button
from dashboard.parts.roles import role_words
from dashboard.parts.wording import _, language


class Ids:
    """Ids of components that are on every page."""

    NAV = "shell-nav"
    SKIP = "shell-skip"
    PROGRESS = "shell-progress"
    TABS = "shell-tabs"
    SEARCH = "shell-search"
    NOTICE = "shell-notice"
    MAIN = "shell-main"
    AREA = "shell-area"


MOST_TABS = 5
"""The most entries that fit the navigation at a phone's foot."""


def places_for(user: User | None, places: Sequence[Place]) -> list[Place]:
    """Returns the navigation entries that this user may open."""
    return [place for place in places if may(user, place.action)]


def layout(deps: Deps) -> Any:
    """Returns a function that builds the frame around all pages (bar, menus) for the user."""

    def shell() -> dmc.MantineProvider:
        user = signed_in_user()
        places = places_for(user, deps.places)
        start = deps.access.landing(user) if user else "/"
        return dmc.MantineProvider(
            [
                skip_link(),
                progress_mark(),
                dmc.NotificationContainer(id=Ids.NOTICE, position="top-center", limit=3),
                bar(user, places, start, area_for(deps, user)),
                html.Main(dash.page_container, id=Ids.MAIN, className="om-main", tabIndex=-1),
                tabs(places),
            ],
            theme=THEME,
            defaultColorScheme="auto",
        )

    return shell


def skip_link() -> html.A:
    """Returns the first stop of the keyboard on every page: it leads past the bar."""
    return html.A(_("Skip to content"), id=Ids.SKIP, href=f"#{Ids.MAIN}", className="om-skip")


def progress_mark() -> html.Div:
    """Returns the line along the window's top, shown by a script while a page is fetched."""
    return html.Div(
        id=Ids.PROGRESS,
        className="om-progress",
        role="progressbar",
        **attributes(aria_label=_("Loading")),
        **words_for_script({**pager_words(), **leaving_words(), **session_words()}),
    )


def bar(user: User | None, places: Sequence[Place], start: str, area: str) -> html.Header:
    """Returns the top bar of wide screens; its brand links to the address ``start``."""
    brand = dcc.Link(
        [
            html.Img(
                src=program_files().fixed("/assets/frame/mark.svg"), width=24, height=24, alt=""
            ),
            "OneMap",
            html.Small(_("River and lake one map")),
        ],
        href=start,
        className="brand",
    )
    links = [
        dcc.Link(
            [*words(place), overdue_badge(place)],
            href=place.href,
            id=f"shell-nav-{place.sign}",
            className="nav-link",
        )
        for place in places
    ]
    chip = html.Span(area_words(area), id=Ids.AREA, className="fld om-area")
    label = attributes(aria_label=_("Main navigation"))
    return html.Header(
        [
            brand,
            html.Nav(links, id=Ids.NAV, className="nav", **label),
            html.Div(className="sp"),
            chip,
            html.Div(id=Ids.SEARCH, className="om-search"),
            bell() if may(user, Action.READ_LEDGER) else None,
            html.Button(
                [icon("moon"), icon("sun")],
                className="ib om-theme",
                title=_("Dark mode"),
                **attributes(data_theme_switch="", aria_label=_("Dark mode")),
            ),
            account_menu(user) if user else None,
        ],
        className="bar",
    )


def area_words(area: str) -> list[Any]:
    """Returns what the bar says of the area; nothing where none is known."""
    return [icon("pin"), area] if area else []


def words(place: Place) -> list[html.Span]:
    """Returns a navigation entry's label and the short label that narrow bars show instead."""
    word, brief = _(place.word), _(place.brief or place.word)
    if word == brief:
        return [html.Span(word)]
    return [html.Span(word, className="om-full"), html.Span(brief, className="om-brief")]


def overdue_badge(place: Place) -> html.Span | None:
    """Returns the badge of overdue problems, filled by a script; None for an entry without one."""
    if not place.counts_overdue:
        return None
    return html.Span(
        className="n",
        hidden=True,
        **attributes(data_overdue=""),
        **words_for_script(overdue_words()),
    )


def overdue_words() -> dict[str, str]:
    """Returns the sentences of the badge of overdue problems, by key."""
    return {"overdue": _("{n} overdue")}


def bell() -> html.Div:
    """Returns the bell with its empty list of notices; a script fills both."""
    words = bell_words()
    return html.Div(
        [
            html.Button(
                [icon("bell"), html.Span(className="dot", hidden=True)],
                className="ib",
                type="button",
                title=words["title"],
                **attributes(aria_label=words["title"], aria_expanded="false", data_bell=""),
            ),
            html.Section(className="om-notices float", hidden=True),
        ],
        className="om-bell",
        **words_for_script(words),
    )


def bell_words() -> dict[str, str]:
    """Returns the sentences of the bell of notices, by key."""
    return {
        "none": _("Nothing new"),
        "all_read": _("Mark all as read"),
        "title": _("Notices"),
        "unread": _("{n} unread notices"),
        "failed": _("The notices could not be loaded."),
    }


def account_menu(user: User) -> dmc.Menu:
    """Returns the account menu: name and roles, account page, switch of language, sign-out."""
    name = user.account.display_name
    other, tongue = ("en", "English") if language.get() == "zh" else ("zh", "中文")
    target = html.Span(
        [
            html.Span(className="av", **attributes(data_initial=name[:1])),
            html.Span(name, className="om-name"),
            icon("down"),
        ],
        className="om-face",
    )
    label = _("Account menu: {name}").format(name=name)
    roles = [html.Div(words, className="t3 fs12") for words in role_words(user.roles)]
    return dmc.Menu(
        [
            dmc.MenuTarget(target, boxWrapperProps=target_button("me", label)),
            dmc.MenuDropdown(
                [
                    html.Div([html.Div(name, className="b"), *roles], className="om-who"),
                    dmc.MenuDivider(),
                    dmc.MenuItem(_("My account"), href="/account", leftSection=icon("person")),
                    dmc.MenuItem(
                        tongue,
                        leftSection=icon("globe"),
                        **attributes(data_send="/language", data_language=other),
                    ),
                    dmc.MenuItem(
                        _("Sign out"), leftSection=icon("out"), **attributes(data_send="/sign-out")
                    ),
                ]
            ),
        ],
        position="bottom-end",
        width=220,
        shadow="md",
    )


def tabs(places: Sequence[Place]) -> html.Nav:
    """Returns a phone's bottom navigation: at most ``MOST_TABS`` entries, the rest under "More"."""
    me = html.A([icon("person"), html.Span(_("Me"))], href="/account")
    first, rest = first_and_rest(places)
    links = [*(tab(each, each.brief) for each in first), more_tabs(rest, me) if rest else me]
    label = attributes(aria_label=_("Main navigation"))
    return html.Nav(links, id=Ids.TABS, className="om-tabs", **label)


def first_and_rest(places: Sequence[Place]) -> tuple[Sequence[Place], Sequence[Place]]:
    """Returns the entries at a phone's foot, and those under "More"; one's own account is last."""
    if len(places) < MOST_TABS:
        return places, ()
    return places[: MOST_TABS - 1], places[MOST_TABS - 1 :]


def tab(place: Place, brief: str = "") -> dcc.Link:
    """Returns an entry of the phone's navigation; ``brief`` is the msgid of a shorter label."""
    word = html.Span(_(brief or place.word))
    return dcc.Link([icon(place.sign), word, overdue_badge(place)], href=place.href)


def more_tabs(places: Sequence[Place], me: html.A) -> html.Details:
    """Returns the entry "More", whose sheet has the remaining entries and the account link."""
    return html.Details(
        [
            html.Summary([icon("more"), html.Span(_("More"))]),
            html.Div([*map(tab, places), me], className="om-more-sheet"),
        ],
        className="om-more",
    )


def register(app: dash.Dash, deps: Deps) -> None:
    """Registers the callbacks that mark the current page, and name the area that it is about."""
    app.clientside_callback(
        ClientsideFunction("onemap_shell", "mark"),
        Output(Ids.NAV, "data-path"),
        Input("_pages_location", "pathname"),
    )

    @app.callback(
        Output(Ids.AREA, "children"),
        Input("_pages_location", "pathname"),
        Input("_pages_location", "search"),
        prevent_initial_call=True,
    )
    async def name_area(path: str | None, query: str | None) -> Any:
        if path == "/":  # the map says it by what is chosen there
            return no_update
        thing = thing_at(path or "", query or "")
        return area_words(await off(area_for, deps, signed_in_user(), thing))
