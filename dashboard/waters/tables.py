"""The tables of a river's file: reaches, sections, outfalls, intakes, notice boards."""

from collections.abc import Sequence

from dash import html

from dashboard.parts.blocks import Cell, class_badge, table
from dashboard.parts.icons import icon
from dashboard.parts.measures import moment_text, own_name, stretch_text
from dashboard.parts.spot import bank_word
from dashboard.parts.wording import _
from dashboard.waters.chiefs import level_mark
from dashboard.waters.findings import anchor
from dashboard.waters.words import (
    every,
    kilometres,
    level_word,
    numeral,
    outfall_words,
    section_words,
    station_name,
    value_words,
)
from data.clock import UtcDatetime
from data.queries.waters.file import ReachFile, WaterFile
from data.queries.waters.file_people import Board, Chief
from data.queries.waters.file_stations import StationFile
from data.vocabulary import Bank, Compliance
from gis.chainage import format_chainage

DASH = "—"


def two(first: Cell, second: Cell) -> html.Div:
    """Returns a table cell of two lines, the second in quieter type."""
    return html.Div([html.Div(first), html.Div(second, className="t3 fs12")])


def clock_cell(file: StationFile | None, now: UtcDatetime) -> Cell:
    """Returns the table cell with the time of the newest reading; a dash if there is none."""
    if file is None or file.record.observed_at is None:
        return DASH
    return html.Span(moment_text(file.record.observed_at, now), className="t2")


def reaches_table(water_file: WaterFile) -> html.Table:
    """Returns the table of reaches, from source to mouth, with class, reason and chiefs."""
    heads = (_("Reach"), _("Chainage"), _("Class now"), _("Responsible chiefs"))
    holding = [each for each in water_file.chiefs if each.is_current]
    rows = [
        (
            f"river-reach-{each.id}",
            (
                two(
                    html.Span(own_name(each.name, each.name_en), className="b"),
                    own_name(each.division or _("division unknown"), each.division_en),
                ),
                two(
                    html.Span(
                        stretch_text(each.chainage_from_m, each.chainage_to_m), className="rv-k"
                    ),
                    kilometres(each.chainage_to_m - each.chainage_from_m),
                ),
                reach_class(each, water_file.as_of),
                reach_chiefs(holding, each.id),
            ),
        )
        for each in water_file.reaches
    ]
    return table(heads, rows, label=_("Reaches"))


def reach_class(reach: ReachFile, now: UtcDatetime) -> html.Div:
    """Returns the cell of a reach's water-quality class: why, from which section, when."""
    file = reach.decided_by
    badge = class_badge(reach.colour.water_class, missed=file is not None and file.is_below_target)
    if file is None:
        return html.Div([badge, html.Span(_("no section stands for it"))], className="rv-class")
    small = [station_name(file)]
    if file.record.observed_at:
        small.append(moment_text(file.record.observed_at, now))
    if reach.colour.section_count > 1:
        small.append(_("worst of {n}").format(n=reach.colour.section_count))
    state = html.Span(section_words(file, now), className="b" if file.is_below_target else None)
    return html.Div([badge, two(state, " · ".join(small))], className="rv-class")


def reach_chiefs(chiefs: Sequence[Chief], reach_id: int) -> Cell:
    """Returns the cell of a reach's chiefs, the highest level first."""
    found = [each for each in chiefs if each.answers_for(reach_id)]
    if not found:
        return html.Span(_("none on file"), className="t3")
    return html.Div(
        [
            html.Span(
                [
                    html.Abbr(level_mark(each.level), title=level_word(each.level)),
                    each.name,
                ],
                className="rv-chief",
            )
            for each in found
        ],
        className="rv-chiefs",
    )


def place_cell(file: StationFile) -> Cell:
    """Returns the cell of a station's chainage and river bank."""
    record = file.record
    if record.chainage_m is None:
        return DASH
    k = format_chainage(record.chainage_m)
    if record.bank in (None, Bank.MIDDLE):
        return html.Span(k, className="rv-k")
    return html.Span([k, " ", bank_word(Bank(record.bank))], className="rv-k")


def name_cell(file: StationFile, *more: str) -> Cell:
    """Returns the cell of a station's name and code, with a link to the map."""
    record = file.record
    return two(
        html.A(
            station_name(file),
            href=f"/#sel={record.kind.value}:{record.id}",
            className="b rv-go",
            title=_("Show on the map"),
        ),
        " · ".join(each for each in (record.code, *more) if each),
    )


def sections_table(files: Sequence[StationFile], now: UtcDatetime) -> html.Table:
    """Returns the table of sections with water-quality class, target and reason."""
    heads = (_("Section"), _("Chainage"), _("Class now"), _("Target"), _("Finding"), _("Time"))
    return table(
        heads, [(anchor(each), section_cells(each, now)) for each in files], label=_("Sections")
    )


def section_cells(file: StationFile, now: UtcDatetime) -> Sequence[Cell]:
    """Returns the table cells of one section's row."""
    record = file.record
    words = section_words(file, now)
    state = html.Span(words, className="b" if file.is_below_target or file.is_unsure else None)
    reasons = " · ".join(value_words(each) for each in file.exceedances)
    return (
        name_cell(file, file.attribute, _("border") if file.is_border else ""),
        place_cell(file),
        class_badge(record.shown_class, missed=file.is_below_target),
        html.Span(
            numeral(record.target_class),
            title=None if file.target_class else _("No target given: Ⅲ is taken"),
        ),
        two(state, reasons) if reasons else state,
        html.Div(two(clock_cell(file, now), every(file.interval)), className="rv-k"),
    )


def outfalls_table(files: Sequence[StationFile], now: UtcDatetime) -> html.Table:
    """Returns the table of outfalls with owner, standard and compliance."""
    heads = (
        _("Outfall"),
        _("Chainage"),
        _("Responsible body"),
        _("Grade"),
        _("Compliance"),
        _("Time"),
    )
    return table(
        heads, [(anchor(each), outfall_cells(each, now)) for each in files], label=_("Outfalls")
    )


def outfall_cells(file: StationFile, now: UtcDatetime) -> Sequence[Cell]:
    """Returns the table cells of one outfall's row."""
    compliance = file.record.compliance
    tone = "b" if compliance == Compliance.EXCEEDING else None if compliance else "t3"
    sign = html.Span(icon("out-up"), className="rv-out is-exceeding") if file.is_exceeding else None
    reasons = " · ".join(value_words(each) for each in file.exceedances)
    state = html.Span([sign, html.Span(outfall_words(file), className=tone)], className="rv-class")
    return (
        name_cell(file),
        place_cell(file),
        two(file.owner or DASH, file.permit_no),
        two(file.grade or DASH, file.category),
        two(state, reasons) if reasons else state,
        clock_cell(file, now),
    )


def intakes_table(files: Sequence[StationFile]) -> html.Table:
    """Returns the table of intakes with owner, permit and permitted volume."""
    heads = (
        _("Intake"),
        _("Chainage"),
        _("Responsible body"),
        _("Purpose"),
        ">" + _("Permitted volume"),
    )
    rows = [
        (
            anchor(each),
            (
                name_cell(each),
                place_cell(each),
                two(each.owner or DASH, each.permit_no),
                each.purpose or DASH,
                volume(each.permitted_volume_m3a),
            ),
        )
        for each in files
    ]
    return table(heads, rows, label=_("Intakes"))


def volume(volume_m3a: float | None) -> str:
    """Returns a permitted volume in words, in units of 10 000 m³ a year; a dash for None."""
    if volume_m3a is None:
        return DASH
    return _("{n} ×10⁴ m³/a").format(n=f"{volume_m3a / 1e4:,.0f}")


def boards_table(boards: Sequence[Board]) -> html.Table:
    """Returns the table of notice boards with telephone and the version of their text."""
    heads = (
        _("Notice board"),
        _("Chainage"),
        _("Division"),
        _("Supervision line"),
        _("Text"),
        _("Set up"),
    )
    rows = [
        (
            "",
            (
                two(html.Span(each.name, className="b"), each.code),
                board_place(each),
                own_name(each.division or DASH, each.division_en),
                html.A(each.phone, href=f"tel:{each.phone}") if each.phone else DASH,
                each.content_version or DASH,
                each.set_on.isoformat() if each.set_on else DASH,
            ),
        )
        for each in boards
    ]
    return table(heads, rows, label=_("Notice boards"))


def board_place(board: Board) -> Cell:
    """Returns the cell of a notice board's chainage and river bank."""
    if board.chainage_m is None:
        return DASH
    bank = bank_word(board.bank) if board.bank and board.bank is not Bank.MIDDLE else ""
    return html.Span(f"{format_chainage(board.chainage_m)} {bank}".strip(), className="rv-k")
