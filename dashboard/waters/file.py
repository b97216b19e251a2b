"""The file of one river or lake as a page, for screen and paper: heading, cards, foot."""

from typing import Any

from dash import dcc, html

from dashboard.parts.attributes import attributes
from dashboard.parts.blocks import card, class_badge, facts
from dashboard.parts.icons import icon
from dashboard.parts.kit import dates_on_paper, way_back
from dashboard.parts.measures import moment_text, own_name
from dashboard.parts.wording import _
from dashboard.waters.chiefs import chiefs_card
from dashboard.waters.findings import find, findings_panel
from dashboard.waters.strip import strip
from dashboard.waters.tables import (
    boards_table,
    intakes_table,
    outfalls_table,
    reaches_table,
    sections_table,
)
from dashboard.waters.words import (
    area,
    basin_of,
    code_words,
    degrees,
    divisions_of,
    kilometres,
    kind_word,
    listed,
    other_name,
    reach_count,
)
from data.clock import BUSINESS_ZONE
from data.queries.waters.file import WaterFacts, WaterFile
from data.vocabulary import StationKind
from gis.chainage import format_chainage


def river_file(water_file: WaterFile) -> html.Article:
    """Returns the body, with all its cards, of the page on one river or lake."""
    now = water_file.as_of
    sections = water_file.of_kind(StationKind.SECTION)
    outfalls = water_file.of_kind(StationKind.OUTFALL)
    intakes = water_file.of_kind(StationKind.INTAKE)
    main = [
        reaches_card(water_file),
        counted(
            "sections",
            _("Sections"),
            len(sections),
            _("class, target, newest reading"),
            sections_table(sections, now),
            _("No section stands on this water."),
        ),
        counted(
            "outfalls",
            _("Outfalls"),
            len(outfalls),
            _("compliance by their limits"),
            outfalls_table(outfalls, now),
            _("No outfall discharges into this water."),
        ),
        counted(
            "intakes",
            _("Intakes"),
            len(intakes),
            _("permits"),
            intakes_table(intakes),
            _("No intake draws from this water."),
        ),
        counted(
            "boards",
            _("Notice boards"),
            len(water_file.boards),
            _("on the banks"),
            boards_table(water_file.boards),
            _("No notice board is on file."),
        ),
    ]
    return html.Article(
        [
            heading(water_file),
            findings_panel(water_file),
            counts(water_file),
            strip_card(water_file) if water_file.reaches else None,
            html.Div(
                [
                    basics_card(water_file),
                    html.Div(main, className="rv-main"),
                    chiefs_card(water_file),
                ],
                className="rv-columns",
            ),
            foot(water_file),
        ],
        className="rv-file",
        **attributes(data_name=water_file.facts.name),
    )


def heading(water_file: WaterFile) -> html.Header:
    """Returns the heading: link back, name with water-quality class, links to map and print."""
    water = water_file.facts
    name = own_name(water.name, water.name_en)
    other = other_name(water)
    read_at = f"{water_file.as_of.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
    missed = any(each.is_below_target for each in water_file.stations)
    return html.Header(
        [
            html.Nav(
                [way_back(_("River files"), "/rivers"), html.Span("›"), html.Span(name)],
                className="rv-path t3",
                **attributes(aria_label=_("Path")),
            ),
            html.Div(
                [
                    html.H1(name),
                    class_badge(water_file.colour.water_class, big=True, missed=missed),
                    html.Span(kind_word(water.kind), className="tag o"),
                    html.Span(other, className="t3 rv-other") if other else None,
                    html.Span(className="sp"),
                    html.Span(_("as of {time}").format(time=read_at), className="t3 rv-read"),
                    html.A(
                        [icon("map"), _("On the map")],
                        href=f"/#sel={water.water}:{water.id}",
                        className="btn",
                    ),
                    html.Button(
                        [icon("print"), _("Print")],
                        className="btn",
                        type="button",
                        **attributes(data_print=""),
                    ),
                ],
                className="rv-title",
            ),
            html.Div(
                [
                    html.Span(["OneMap · ", _("River and lake one map")]),
                    html.Span(
                        [_("Printed"), " ", html.Span(read_at, **attributes(data_printed=""))]
                    ),
                    dates_on_paper(water_file.as_of),
                ],
                className="rv-printed",
            ),
        ],
        className="rv-head",
    )


def counts(water_file: WaterFile) -> html.Section:
    """Returns the row of five key figures of a water, each with its sentence."""
    found = find(water_file)
    sections = len(water_file.of_kind(StationKind.SECTION))
    outfalls = len(water_file.of_kind(StationKind.OUTFALL))
    met = sections - len(found.below) - len(found.unsure)
    evaluated = sections - len(found.unsure)
    rate = f"{min(99, round(100 * met / evaluated)) if found.below else 100}%" if evaluated else "—"
    rated = _("{met} / {told} sections").format(met=met, told=evaluated)
    if found.unsure:
        rated += _(", {n} not evaluated").format(n=len(found.unsure))
    water = water_file.facts
    size = kilometres(water.length_m) if water.length_m else area(water.area_m2 or 0.0)
    number, unit = size.split(" ")
    reaches = reach_count(len(water_file.reaches) + water_file.hidden_count)
    chiefs = sum(each.is_current for each in water_file.chiefs)
    return html.Section(
        [
            figure(_("Sections meeting target"), rate, "", rated),
            figure(_("Below target"), len(found.below), f"/ {evaluated}", ""),
            figure(
                _("Outfalls exceeding"), len(found.exceeding), f"/ {outfalls}", _("by their limits")
            ),
            figure(
                _("Length") if water.length_m else _("Surface"),
                number,
                unit,
                reaches if water.water == "river" else (listed(divisions_of(water)) or "—"),
            ),
            figure(_("River chiefs"), chiefs, "", _("on file today")),
        ],
        className="card rv-counts",
        **attributes(aria_label=_("Counts of this water")),
    )


def figure(label: str, value: Any, unit: str, sentence: str) -> html.Div:
    """Returns one key figure: label, number with unit, sentence."""
    return html.Div(
        [
            html.Span(label, className="rv-kl"),
            html.Span([str(value), html.Small(unit)], className="rv-kv"),
            html.Span(sentence, className="rv-ks"),
        ]
    )


def strip_card(water_file: WaterFile) -> html.Section:
    """Returns the card that draws a river as a straight strip, reaches coloured by water class."""
    legend = html.Div(
        [
            html.Span([html.Span("Ⅲ", className="cl k3 rv-lg"), _("section")]),
            html.Span([html.Span("Ⅳ", className="cl k4 rv-lg rv-missed"), _("target not met")]),
            html.Span([html.Span(icon("out-up"), className="rv-out"), _("outfall")]),
            html.Span([html.Span(icon("out-up"), className="rv-out is-exceeding"), _("exceeding")]),
            html.Span([html.Span(icon("in-down"), className="rv-in"), _("intake")]),
        ],
        className="rv-legend t3",
    )
    note = _("source at the left · worst class of each reach's sections")
    return card(
        _("Water quality by reach"), note, html.Div([strip(water_file), legend]), name="strip"
    )


def reaches_card(water_file: WaterFile) -> Any:
    """Returns the card with the table of the river's reaches; None for a lake."""
    if water_file.facts.water == "lake":
        return None
    note = _("{n} shown").format(n=len(water_file.reaches))
    if water_file.hidden_count:
        note += " · " + _("{n} outside your area").format(n=water_file.hidden_count)
    return card(_("Reaches"), note, reaches_table(water_file), name="reaches")


def counted(name: str, title: str, count: int, note: str, body: Any, nothing: str) -> html.Section:
    """Returns a card with a count and the table ``body``; at count 0 with sentence ``nothing``."""
    if not count:
        return card(title, nothing, None, name=name)
    return card(title, f"{count} · {note}", body, name=name)


def basics_card(water_file: WaterFile) -> html.Section:
    """Returns the card of a water's basic facts, such as length and code, which rarely change."""
    water = water_file.facts
    lake = water.water == "lake"
    pairs = [
        (_("Kind"), kind_word(water.kind)),
        (_("Code"), code_words(water)),
        (_("Other name"), other_name(water)),
        ("", None) if lake else (_("Basin"), basin_of(water)),
        (_("Length"), kilometres(water.length_m) if water.length_m else None),
        (_("Surface"), area(water.area_m2) if water.area_m2 else None),
        (_("Lies on") if lake else _("Flows into"), flows_into(water)),
        (_("Tributaries"), tributaries(water_file)),
        (_("Centre") if lake else _("Source"), degrees(water.source_at)),
        (_("Mouth"), degrees(water.mouth_at) if water.mouth_at else None),
        (_("Divisions"), listed(divisions_of(water)) or _("not on file")),
        (_("Data source"), water.source or _("not on file")),
        (_("Remark"), water.remark),
    ]
    return card(_("Basic facts"), "CGCS2000", facts(pairs), name="basics")


def flows_into(water: WaterFacts) -> Any:
    """Returns the water that this one flows into or lies on, as a link if the user may see it."""
    if not water.flows_into:
        return _("not on file")
    name, number = own_name(water.flows_into, water.flows_into_en), water.flows_into_id
    k = water.flows_into_chainage_m
    where = f" {format_chainage(k)}" if k is not None else ""
    return [dcc.Link(name, href=f"/river/{number}") if number else name, where]


def tributaries(water_file: WaterFile) -> Any:
    """Returns the list of rivers that flow into this water, with the chainages; None if none."""
    if not water_file.tributaries:
        return None
    return html.Ul(
        [
            html.Li(
                [
                    dcc.Link(own_name(each.name, each.name_en), href=f"/river/{each.id}"),
                    html.Span(
                        format_chainage(each.chainage_m) if each.chainage_m is not None else "",
                        className="t3",
                    ),
                ]
            )
            for each in water_file.tributaries
        ],
        className="rv-tributaries",
    )


def foot(water_file: WaterFile) -> html.Footer:
    """Returns the foot: the rule by which water classes are judged and the source of the data."""
    rule = _(
        "Classes by GB 3838-2002 table 1, the worst of single parameters, from the newest readings;"
        " a class older than 24 h or three intervals is not shown."
    )
    read = _("Read at {time}.").format(time=moment_text(water_file.as_of, water_file.as_of))
    source = _("Data source: {source}").format(source=water_file.facts.source or _("not on file"))
    return html.Footer([html.P([rule, " ", read]), html.P(source)], className="rv-foot t3 fs12")
