"""The table of stations, for those who place them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.kit import kebab, menu, opener, row
from dashboard.parts.measures import class_numeral, grade_word, moment_text, own_name
from dashboard.parts.press import press
from dashboard.parts.spot import bank_word
from dashboard.parts.wording import _
from data.clock import UtcDatetime
from data.queries.stations.placed import PlacedStation
from data.vocabulary import StationKind
from gis.chainage import format_chainage


def kind_word(kind: StationKind) -> str:
    """The name of a kind of station in the reader's language."""
    return {
        StationKind.SECTION: _("Section"),
        StationKind.OUTFALL: _("Outfall"),
        StationKind.INTAKE: _("Intake"),
    }[kind]


def place_words(station: PlacedStation) -> str:
    """The water and the station's place along it: 湍河 K12+350 左岸."""
    if station.chainage_m is None:
        return own_name(station.lake, station.lake_en) if station.lake else "—"
    river = own_name(station.river, station.river_en) if station.river else ""
    parts = [river, format_chainage(station.chainage_m)]
    if station.bank:
        parts.append(bank_word(station.bank))
    return " ".join(part for part in parts if part)


def interval_words(interval: timedelta) -> str:
    """The time between two readings, in words."""
    seconds = int(interval.total_seconds())
    if seconds % 86400 == 0:
        return _("every {n} d").format(n=seconds // 86400)
    if seconds % 3600 == 0:
        return _("every {n} h").format(n=seconds // 3600)
    if seconds % 60 == 0:
        return _("every {n} min").format(n=seconds // 60)
    return _("every {n} s").format(n=seconds)


def _aim(station: PlacedStation) -> Any:
    """A section's target water-quality class or an outfall's discharge grade, uncoloured."""
    if station.kind is StationKind.SECTION:
        if station.target_class:
            return html.Span(class_numeral(station.target_class), className="tag o")
        return html.Span(_("Ⅲ taken"), className="t3", title=_("No target class is given."))
    return grade_word(station.grade) if station.grade else "—"


def _row(station: PlacedStation, now: UtcDatetime) -> html.Tr:
    name = own_name(station.name, station.name_en)
    division = own_name(station.division, station.division_en)
    seen = moment_text(station.observed_at, now) if station.observed_at else _("none yet")
    cells: list[tuple[str, Any, str]] = [
        ("name", [_open(station, name), html.Span(station.code, className="t3 mono")], ""),
        ("kind", kind_word(station.kind), _("Kind")),
        ("place", place_words(station), _("Position")),
        ("division", division or _("unknown"), _("Division")),
        ("aim", _aim(station), _("Target or grade")),
        ("interval", interval_words(station.interval), _("Interval")),
        ("seen", seen, _("Last reading")),
    ]
    return html.Tr(
        [
            *(
                html.Td(cell, className=f"st-{kind}", **attributes(data_label=label))
                for kind, cell, label in cells
            ),
            html.Td(_more(station, name), className="st-act"),
        ],
        **row(),
    )


def _open(station: PlacedStation, name: str) -> html.Button:
    """The station's name, which opens its form, as a click anywhere in the row does."""
    return html.Button(
        name,
        className="b",
        **press("stations-edit", station=int(station.id)),
        **opener(),
        **attributes(aria_label=_("Edit {name}").format(name=name)),
    )


def _more(station: PlacedStation, name: str) -> dmc.Menu:
    """The row's menu: the station on the map, what arrived of it, how its messages are read."""
    label = _("More of {name}").format(name=name)
    return menu(
        kebab(label),
        [
            dmc.MenuItem(
                _("Show on the map"),
                href=f"/#sel={station.kind.value}:{station.id}",
                leftSection=icon("map"),
            ),
            dmc.MenuItem(
                _("What arrived of it"),
                href=f"/accounting?station={station.id}",
                leftSection=icon("list"),
            ),
            dmc.MenuItem(
                _("Message format"),
                leftSection=icon("file"),
                **press("stations-format", station=int(station.id)),
            ),
        ],
    )


def station_table(stations: Sequence[PlacedStation], now: UtcDatetime, *, filtered: bool) -> Any:
    """The table of stations, or a hint what to do when no station fits."""
    if not stations:
        return _empty(filtered)
    heads = [
        _("Station"),
        _("Kind"),
        _("Position"),
        _("Division"),
        _("Target or grade"),
        _("Interval"),
        _("Last reading"),
    ]
    head = [html.Th(word, scope="col") for word in heads]
    head.append(html.Th(html.Span(_("Actions"), className="om-spoken"), scope="col"))
    body = [_row(station, now) for station in stations]
    return html.Table(
        [html.Thead(html.Tr(head)), html.Tbody(body)],
        className="st-table",
        **attributes(aria_label=_("Stations")),
    )


def _empty(filtered: bool) -> html.Div:
    if filtered:
        return html.Div(
            [
                html.H2(_("No station fits")),
                html.Button(
                    _("Clear the filters"),
                    className="btn",
                    **press("stations-clear"),
                ),
            ],
            className="empty",
        )
    return html.Div(
        [
            html.H2(_("No stations yet")),
            html.P(_("Add the first one here, or import a file of them.")),
        ],
        className="empty",
    )
