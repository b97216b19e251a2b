"""The parts that every drawer is made of: head, finding, facts, links to what is near, foot."""

from collections.abc import Sequence
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.marks import class_badge, icon_button
from dashboard.parts.measures import own_name
from dashboard.parts.spot import bank_word
from dashboard.parts.wording import _
from data.queries.stations.standing import StationRecord
from data.queries.whereabouts import Where
from data.vocabulary import StationKind, WaterClass
from gis.chainage import format_chainage

Parts = Sequence[Any]


def spoken_place(where: Where) -> list[str]:
    """Returns a place in words: ``清川河 K50+551 左岸`` or the lake, then the division."""
    parts = []
    if where.river:
        words = [own_name(where.river, where.river_en)]
        if where.chainage_m is not None:
            words.append(format_chainage(where.chainage_m))
        if where.bank:
            words.append(bank_word(where.bank))
        parts.append(" ".join(words))
    elif where.lake:
        parts.append(own_name(where.lake, where.lake_en))
    if where.division:
        parts.append(own_name(where.division, where.division_en))
    return parts


def near_reach(where: Where) -> list[html.Li]:
    """Returns the line that leads to the reach of a place; empty where the place has none."""
    if where.reach_id is None or not where.reach:
        return []
    return [near(own_name(where.reach, where.reach_en), "reach", where.reach_id)]


def head(kind: str, place: Sequence[str], name: str, marks: Parts, finding: Parts) -> html.Header:
    """Returns a drawer's head: kind, place, name with its tags, and the main finding."""
    return html.Header(
        [
            html.Div(
                [
                    html.Span(" · ".join([kind, *place]), className="dw-kind"),
                    icon_button("close", _("Close"), data_map_action="close"),
                ],
                className="dw-top",
            ),
            html.Div(
                [html.H2(name, tabIndex=-1), *[mark for mark in marks if mark is not None]],
                className="dw-title",
            ),
            *finding,
        ],
        className="dw-head",
    )


def finding(words: str, about: str, *, aid: str = "") -> list[Any]:
    """Returns the lines of a finding: what was found, when measured, what kind of data."""
    first_line: list[Any] = [html.B(words[:1].upper() + words[1:])]
    if about:
        first_line.append(html.Span(about, className="dw-when"))
    lines: list[Any] = [html.Div(first_line, className="dw-say", role="status")]
    if aid:
        lines.append(html.P(aid, className="dw-aid"))
    return lines


def tabs(panels: Sequence[tuple[str, str, Any]]) -> dmc.Tabs:
    """Returns tabs made from panels of (key, label, content)."""
    return dmc.Tabs(
        [
            dmc.TabsList(
                [dmc.TabsTab(label, value=key) for key, label, _content in panels],
                **attributes(aria_label=_("Parts of the details")),
            ),
            *[
                dmc.TabsPanel(html.Div(content, className="dw-body"), value=key)
                for key, _label, content in panels
            ],
        ],
        value=panels[0][0],
        keepMounted=True,
        className="dw-tabs",
    )


def facts_list(pairs: Sequence[tuple[str, Any]]) -> html.Dl:
    """Returns a list of names and values; pairs without a value are left out."""
    rows = [
        html.Div([html.Dt(term), html.Dd(value)])
        for term, value in pairs
        if value not in (None, "")
    ]
    return html.Dl(rows, className="dw-facts")


def block(title: str, content: Any, aside: Any = None) -> html.Section:
    """Returns a titled section of a drawer; ``aside`` stands beside the title."""
    heading = html.Div([html.H3(title, className="sec-t"), html.Span(aside)], className="dw-bt")
    return html.Section([heading, content], className="dw-block")


def near(label: str, kind: str, number: int, *marks: Any) -> html.Li:
    """Returns a list item with a button that opens the drawer of another thing near by."""
    return html.Li(
        html.Button(
            [html.Span(label, className="dw-label"), *marks, icon("right")],
            type="button",
            **attributes(data_select_kind=kind, data_select_id=str(number)),
        )
    )


def station_line(record: StationRecord) -> html.Li:
    """Returns the list item of a station near by, with its chainage and water-quality class."""
    chainage = "" if record.chainage_m is None else format_chainage(record.chainage_m)
    marks: list[Any] = [html.Span(chainage, className="t3 fs12")]
    if record.kind is StationKind.SECTION:
        shown = record.shown_class
        marks.append(class_badge(WaterClass(shown) if shown else None))
    name = own_name(record.name, record.name_en)
    return near(name, record.kind.value, record.id, *marks)


def stations_block(several: Sequence[StationRecord]) -> list[html.Section]:
    """Returns a block of stations for each kind, titled with their count."""
    titles = {
        StationKind.SECTION: _("Sections"),
        StationKind.OUTFALL: _("Outfalls"),
        StationKind.INTAKE: _("Intakes"),
    }
    blocks = []
    for kind, title in titles.items():
        lines = [station_line(each) for each in several if each.kind is kind]
        if lines:
            listed = html.Ul(lines, className="dw-near")
            blocks.append(block(title, listed, str(len(lines))))
    return blocks


def foot(river_id: int | None, lake_id: int | None = None) -> html.Footer:
    """Returns a drawer's foot: a link to the water's file, a button that copies the map's link."""
    known = {page["path_template"] for page in dash.page_registry.values()}
    file = None
    if river_id is not None and "/river/<river_id>" in known:
        file = _file_link(_("River file"), f"/river/{river_id}")
    elif lake_id is not None and "/lake/<lake_id>" in known:
        file = _file_link(_("Lake file"), f"/lake/{lake_id}")
    copy = html.Button(
        [icon("share"), _("Copy link")],
        type="button",
        className="btn",
        **attributes(data_map_action="share"),
    )
    return html.Footer([each for each in (file, copy) if each], className="dw-foot")


def foot_at(where: Where) -> html.Footer:
    """Returns the foot of a drawer for something that stands at a place."""
    return foot(where.river_id, where.lake_id)


def _file_link(words: str, href: str) -> dcc.Link:
    return dcc.Link([icon("file"), words], href=href, className="btn p")


def live_id(part: str, key: Any) -> dict[str, Any]:
    """Returns the component id of a part of the drawer that is reloaded with new readings."""
    return {"type": f"one-map-drawer-{part}", "index": key}


def live(part: str, key: str, content: Any) -> html.Div:
    """Returns the content wrapped as a part of the drawer that is reloaded with new readings."""
    return html.Div(content, id=live_id(part, key), className="dw-live")


def whole(key: str, parts: Parts) -> html.Article:
    """Returns the drawer made of these parts; ``key`` names the thing shown, empty for none."""
    again = dcc.Store(id=live_id("again", key))
    return html.Article([*parts, again], className="dw", **attributes(data_shows=key))
