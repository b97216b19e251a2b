"""The table of rivers and lakes; each row leads to the water's file."""

from typing import Any

from dash import dcc, html

from dashboard.parts.attributes import attributes
from dashboard.parts.blocks import class_badge, notice, table
from dashboard.parts.kit import opener
from dashboard.parts.measures import moment_text, own_name
from dashboard.parts.wording import _
from dashboard.waters.words import area, bracketed, kilometres, kind_word, reach_count
from data.queries.waters.list import Listing, RiverRow

DASH = "—"


def rivers_table(listing: Listing, *, filtered: bool) -> Any:
    """Returns the table of waters; if none matches, a hint on what to do instead."""
    if listing.rows:
        heads = (
            _("Water"),
            _("Class now"),
            _("Sections meeting target"),
            _("Outfalls"),
            _("Size"),
            _("Highest chief"),
            _("Newest reading"),
        )
        rows = [(f"rivers-{each.water}-{each.id}", cells(each, listing)) for each in listing.rows]
        return html.Div(
            table(heads, rows, label=_("Rivers and lakes"), opens=True),
            className="card rl-rows rv-part-rows",
        )
    if filtered:
        clear = html.A(_("Clear the filters"), href="/rivers", className="btn")
        return notice("search", _("No water fits"), _("Try another word or fewer filters."), clear)
    back = dcc.Link(_("To the one map"), href="/", className="btn")
    return notice(
        "file",
        _("No river or lake in your area"),
        _("Files appear here once rivers are imported or a water is assigned to you."),
        back,
    )


def cells(row: RiverRow, listing: Listing) -> tuple[Any, ...]:
    """Returns the table cells of one water's row."""
    name = own_name(row.name, row.name_en)
    more = [kind_word(row.kind), own_name(row.basin, row.basin_en), row.code]
    return (
        html.Div(
            [
                html.A(name, href=f"/{row.water}/{row.id}", className="b rl-open", **opener()),
                html.Div(" · ".join(each for each in more if each), className="t3 fs12"),
            ]
        ),
        class_badge(row.worst_class or 0, missed=row.below_count > 0),
        sections(row),
        outfalls(row),
        size(row),
        [row.chief] if row.chief else html.Span(_("none on file"), className="t3"),
        html.Span(
            moment_text(row.observed_at, listing.as_of) if row.observed_at else DASH,
            className="t2",
        ),
    )


def sections(row: RiverRow) -> Any:
    """Returns the cell of sections: how many meet their target, are below it, or are unknown."""
    if not row.section_count:
        return html.Span(_("no section"), className="t3")
    notes = []
    if row.below_count:
        notes.append(_("{n} below target").format(n=row.below_count))
    if row.unsure_count:
        notes.append(_("{n} not judged").format(n=row.unsure_count))
    share = row.met_count / row.section_count
    return html.Div(
        [
            html.Span(f"{row.met_count} / {row.section_count}", className="rl-met"),
            html.Span(
                html.Span(style={"width": f"{share:.0%}"}),
                className="rl-bar",
                **attributes(aria_hidden="true"),
            ),
            html.Span(" · ".join(notes), className="t3 fs12") if notes else None,
        ],
        className="rl-sections",
    )


def outfalls(row: RiverRow) -> Any:
    """Returns the cell that says how many outfalls there are and how many exceed limits."""
    if not row.outfall_count:
        return html.Span(DASH, className="t3")
    if not row.exceeding_count:
        return str(row.outfall_count)
    exceeding = _("{n} exceeding").format(n=row.exceeding_count)
    return html.Span([str(row.outfall_count), html.Span(bracketed(exceeding), className="b")])


def size(row: RiverRow) -> Any:
    """Returns the cell of a river's length and number of reaches, or of a lake's surface."""
    if row.length_m is None:
        return area(row.area_m2 or 0.0)
    reaches = reach_count(row.reach_count)
    return html.Div([html.Div(kilometres(row.length_m)), html.Div(reaches, className="t3 fs12")])
