"""A tally as a workbook: stations, hours or days, reasons, and what the file is."""

from collections.abc import Sequence

from dashboard.parts.wording import _
from dashboard.parts.workbook import MINUTE, WHOLE, Cell, Column, Sheet, title_of, workbook
from dashboard.stations.list import interval_words, kind_word
from dashboard.tally.words import FIGURES, figure_word, reason_word
from data.clock import UtcDatetime
from data.queries.tally.counts import Tally, TallyTable
from data.queries.tally.stations import TallyStation
from data.queries.tally.window import Window
from data.vocabulary import Refusal


def account_book(
    table: TallyTable,
    ranked: Sequence[tuple[TallyStation, Tally]],
    unknown: Tally | None,
    reasons: Sequence[tuple[Refusal, int]],
    area: str,
    now: UtcDatetime,
    exported_by: str,
) -> bytes:
    """Returns the message counts as an xlsx file of four sheets, without formulas."""
    title = title_of(_("Data audit"), area, now)
    return workbook(
        [
            stations_sheet(ranked, unknown, title),
            buckets_sheet(table, title),
            reasons_sheet(reasons, title),
            about_sheet(table.window, table.sum(), now, exported_by),
        ]
    )


def figures(tally: Tally) -> list[Cell]:
    """Returns a tally's counts as cells, then the share of missing readings in percent."""
    share = None if tally.missing_share is None else round(100 * tally.missing_share, 2)
    return [*(getattr(tally, each) for each in FIGURES), share]


def figure_columns() -> list[Column]:
    """Returns the headings and widths of the columns for the cells of ``figures``."""
    return [
        *(Column(figure_word(each), 10, WHOLE) for each in FIGURES),
        Column(_("Missing, %"), 10, "0.00"),
    ]


def stations_sheet(
    ranked: Sequence[tuple[TallyStation, Tally]], unknown: Tally | None, title: str
) -> Sheet:
    """Returns the sheet of stations, the worst first; messages of unknown stations last."""
    columns = [
        Column(_("Code"), 16),
        Column(_("Station"), 28),
        Column(_("Kind"), 10),
        Column(_("Water"), 16),
        Column(_("Interval"), 12),
        *figure_columns(),
        Column(_("Offline since (Beijing)"), 20, MINUTE),
        Column(_("Problem"), 20),
    ]
    rows: list[list[Cell]] = [
        [
            station.code,
            station.name,
            kind_word(station.kind),
            station.water or "",
            interval_words(station.interval),
            *figures(tally),
            station.silent_since,
            station.problem or "",
        ]
        for station, tally in ranked
    ]
    if unknown is not None:
        rows.append(["", _("Of no known station"), "", "", "", *figures(unknown), None, ""])
    return Sheet(_("Stations"), columns, rows, title, is_list=True)


def buckets_sheet(table: TallyTable, title: str) -> Sheet:
    """Returns the sheet with a row for each hour or day, summed over all stations."""
    pairs = zip(table.window.buckets, table.of_buckets(), strict=True)
    rows: list[list[Cell]] = [[at, *figures(tally)] for at, tally in pairs]
    return Sheet(
        _("Over time"), [Column(_("From (Beijing)"), 18, MINUTE), *figure_columns()], rows, title
    )


def reasons_sheet(reasons: Sequence[tuple[Refusal, int]], title: str) -> Sheet:
    """Returns the sheet with a row for each reason of refusal and its count of messages."""
    rows: list[list[Cell]] = [[reason_word(each), each.value, count] for each, count in reasons]
    columns = [
        Column(_("Reason"), 40),
        Column(_("Key"), 18),
        Column(_("Messages in quarantine"), 24, WHOLE),
    ]
    return Sheet(_("Refused by reason"), columns, rows, title)


def about_sheet(window: Window, whole: Tally, now: UtcDatetime, exported_by: str) -> Sheet:
    """Returns the sheet about the file: span, whether counts add up, who exported it and when."""
    rows: list[list[Cell]] = [
        [_("From (Beijing)"), window.start],
        [_("To (Beijing)"), window.end],
        [_("Due until (Beijing)"), window.until],
        [_("It adds up"), _("yes") if whole.adds_up else _("no")],
        [_("Taken by"), exported_by],
        [_("Taken at (Beijing)"), now],
    ]
    return Sheet(_("About this file"), [Column("", 24), Column("", 48)], rows, is_headed=False)
