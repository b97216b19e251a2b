"""A tally as a workbook: stations, hours or days, reasons, and what the file is."""

from collections.abc import Sequence

from dashboard.parts.wording import _
from dashboard.parts.workbook import Cell, Column, Sheet, local_time, workbook
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
    now: UtcDatetime,
    exported_by: str,
) -> bytes:
    """Returns the message counts as an xlsx file of four sheets, without formulas."""
    return workbook(
        [
            stations_sheet(ranked, unknown),
            buckets_sheet(table),
            reasons_sheet(reasons),
            about_sheet(table.window, table.sum(), now, exported_by),
        ]
    )


def figures(tally: Tally) -> list[Cell]:
    """Returns a tally's counts as cells, then the share of missing readings in percent."""
    share = None if tally.missing_share is None else round(100 * tally.missing_share, 2)
    return [*(getattr(tally, each) for each in FIGURES), share]


def figure_columns() -> list[Column]:
    """Returns the headings and widths of the columns for the cells of ``figures``."""
    return [*((figure_word(each), 10) for each in FIGURES), (_("Missing, %"), 10)]


def stations_sheet(ranked: Sequence[tuple[TallyStation, Tally]], unknown: Tally | None) -> Sheet:
    """Returns the sheet of stations, the worst first; messages of unknown stations last."""
    columns = [
        (_("Code"), 16),
        (_("Station"), 28),
        (_("Kind"), 10),
        (_("Water"), 16),
        (_("Interval"), 12),
        *figure_columns(),
        (_("Offline since (Beijing)"), 20),
        (_("Problem"), 20),
    ]
    rows: list[list[Cell]] = [
        [
            station.code,
            station.name,
            kind_word(station.kind),
            station.water or "",
            interval_words(station.interval),
            *figures(tally),
            local_time(station.silent_since),
            station.problem or "",
        ]
        for station, tally in ranked
    ]
    if unknown is not None:
        rows.append(["", _("Of no known station"), "", "", "", *figures(unknown), "", ""])
    return Sheet(_("Stations"), columns, rows)


def buckets_sheet(table: TallyTable) -> Sheet:
    """Returns the sheet with a row for each hour or day, summed over all stations."""
    pairs = zip(table.window.buckets, table.of_buckets(), strict=True)
    rows: list[list[Cell]] = [[local_time(at), *figures(tally)] for at, tally in pairs]
    return Sheet(_("Over time"), [(_("From (Beijing)"), 18), *figure_columns()], rows)


def reasons_sheet(reasons: Sequence[tuple[Refusal, int]]) -> Sheet:
    """Returns the sheet with a row for each reason of refusal and its count of messages."""
    rows: list[list[Cell]] = [[reason_word(each), each.value, count] for each, count in reasons]
    columns = [(_("Reason"), 40), (_("Key"), 18), (_("Messages in quarantine"), 24)]
    return Sheet(_("Refused by reason"), columns, rows)


def about_sheet(window: Window, whole: Tally, now: UtcDatetime, exported_by: str) -> Sheet:
    """Returns the sheet about the file: span, whether counts add up, who exported it and when."""
    rows: list[list[Cell]] = [
        [_("From (Beijing)"), local_time(window.start)],
        [_("To (Beijing)"), local_time(window.end)],
        [_("Due until (Beijing)"), local_time(window.until)],
        [_("It adds up"), _("yes") if whole.adds_up else _("no")],
        [_("Taken by"), exported_by],
        [_("Taken at (Beijing)"), local_time(now)],
    ]
    return Sheet(_("About this file"), [("", 24), ("", 48)], rows)
