"""The table of stations with a strip of hours or days each, worst first."""

from itertools import groupby
from typing import Any

from dash import dcc, html

from dashboard.parts.attributes import attributes
from dashboard.parts.blocks import empty
from dashboard.parts.kit import opener
from dashboard.parts.kit import row as table_row
from dashboard.parts.measures import own_name
from dashboard.parts.wording import _, ngettext
from dashboard.stations.list import interval_words
from dashboard.tally.reads import Shown, address_of
from dashboard.tally.words import bucket_text, count_text, share_text
from data.queries.tally.counts import Tally, TallyTable
from data.queries.tally.stations import TallyStation
from data.queries.tally.window import Grain

NOTHING_DUE, ALL_THERE = -1, 4
QUARTERS = 4


def level(expected: int, measured: int) -> int:
    """Returns how many quarters of a bar to fill, -1 if no reading was due.

    4 only if nothing is missing, 0 only if all is.
    """
    if not expected:
        return NOTHING_DUE
    if measured >= expected:
        return ALL_THERE
    return min(QUARTERS - 1, max(1 if measured else 0, round(QUARTERS * measured / expected)))


def strip(account: TallyTable, row: int) -> html.Div:
    """Returns the strip of bars, one per hour or day, of the station at index ``row``.

    A device with an interval of several hours owes nothing in most of them: these are filled as the
    last hour in which a reading was due.
    """
    due, there = account.expected[row], account.measured[row]
    levels: list[int] = []
    for expected, measured in zip(due, there, strict=True):
        is_same = (
            not expected and levels and account.stations[row].interval_s > account.window.step_s
        )
        levels.append(levels[-1] if is_same else level(int(expected), int(measured)))
    bars = []
    at = 0
    for quarters, run in groupby(levels):
        count = len(list(run))
        bars.append(_bar(account, quarters, at, count))
        at += count
    short = sum(int(e) > int(m) for e, m in zip(due, there, strict=True))
    spoken = (
        ngettext("{n} gap", "{n} gaps", short).format(n=short) if short else _("nothing missing")
    )
    if not due.any():
        spoken = _("nothing was due")
    return html.Div(bars, className="ac-strip", role="img", **attributes(aria_label=spoken))


def _bar(account: TallyTable, quarters: int, at: int, count: int) -> html.I:
    """Returns one bar that covers ``count`` equally full hours or days, from index ``at`` on."""
    total = len(account.window.buckets)
    buckets = account.window.buckets
    first = bucket_text(buckets[at], account.window.by)
    last = bucket_text(buckets[at + count - 1], account.window.by)
    span = first if count == 1 else f"{first} – {last}"
    name = "is-none" if quarters == NOTHING_DUE else f"is-{quarters}"
    return html.I(
        html.B() if quarters > 0 else None,
        className=name,
        style={"width": f"{count / total:.3%}"},
        title=f"{span} · {level_word(quarters)}",
    )


def level_word(quarters: int) -> str:
    """Returns in words how full a bar is: complete, partly missing, all missing, nothing due."""
    if quarters == NOTHING_DUE:
        return _("nothing was due")
    if quarters == ALL_THERE:
        return _("complete")
    return _("all missing") if quarters == 0 else _("partly missing")


def legend() -> html.Div:
    """Returns the legend that explains how full the strips' bars are."""
    return html.Div(
        [
            html.Span(
                [
                    html.Span(
                        html.I(html.B() if quarters > 0 else None, className=name),
                        className="ac-strip ac-key",
                    ),
                    level_word(quarters),
                ]
            )
            for quarters, name in (
                (ALL_THERE, "is-4"), (2, "is-2"), (0, "is-0"), (NOTHING_DUE, "is-none"),
            )
        ],
        className="ac-legend",
    )  # fmt: skip


def stations_card(shown: Shown) -> html.Section:
    """Returns the card with the table of the stations on this page."""
    heads = (_("Missing"), _("Received"), _("Not kept"), _("Late"))
    by = _("by the hour") if shown.window.by is Grain.HOUR else _("by the day")
    count = ngettext("{n} station", "{n} stations", shown.count).format(n=count_text(shown.count))
    rows = [
        _row(station, tally, shown, row, heads) for row, (station, tally) in enumerate(shown.rows)
    ]
    body = html.Table(
        [
            html.Thead(
                html.Tr(
                    [
                        html.Th(_("Station"), scope="col"),
                        html.Th(_axis(shown), scope="col", className="ac-axis"),
                        *(html.Th(head, scope="col", className="r") for head in heads),
                    ]
                )
            ),
            html.Tbody(rows),
        ],
        className="ac-table",
        **attributes(aria_label=_("Stations, the worst first")),
    )
    none = empty(_("No station fits. Take back a filter."))
    return html.Section(
        [
            html.Header(
                [
                    html.H2(_("Stations, the worst first")),
                    html.Span(f"{count} · {by}", className="t3"),
                    html.Span(className="sp"),
                    legend(),
                ],
                className="ac-title",
            ),
            body if rows else none,
        ],
        className="card ac-card",
    )


def _axis(shown: Shown) -> list[html.Span]:
    """Returns the first, middle and last moment of the strips, as labels above their column."""
    buckets, by = shown.window.buckets, shown.window.by
    places = (buckets[0], buckets[len(buckets) // 2], buckets[-1])
    return [html.Span(bucket_text(at, by)) for at in places]


def _row(
    station: TallyStation, tally: Tally, shown: Shown, row: int, heads: tuple[str, ...]
) -> html.Tr:
    """Returns the table row of one station; its name links to the station's own card."""
    is_chosen = str(station.id) == shown.asked.station
    name = html.A(
        own_name(station.name, station.name_en),
        href=address_of(shown.asked, station=str(station.id), page=shown.asked.page),
        className="ac-open",
        **opener(),
    )
    water = own_name(station.water, station.water_en) if station.water else ""
    under = " · ".join(part for part in (water, interval_words(station.interval)) if part)
    missing = share_text(tally)
    of = (
        f"{count_text(tally.missing)} / {count_text(tally.expected)}"
        if tally.expected
        else _("none due")
    )
    figures: tuple[Any, ...] = (
        html.Span([html.B(missing), html.Span(of, className="t3 fs11")], className="ac-share"),
        count_text(tally.received),
        count_text(tally.refused + tally.conflict),
        count_text(tally.late),
    )
    mark = attributes(aria_selected="true") if is_chosen else {}
    return html.Tr(
        [
            html.Td([name, silent_tag(station), html.Span(under, className="t3 fs11 ac-under")]),
            html.Td(strip(shown.strips, row), className="ac-cell"),
            *(
                html.Td(each, className="r", **attributes(data_label=head))
                for each, head in zip(figures, heads, strict=True)
            ),
        ],
        **mark,
        **table_row(),
    )


def silent_tag(station: TallyStation) -> dcc.Link | html.Span | None:
    """Returns the tag of an offline device, linked to its problem if any; None if online."""
    if station.silent_since is None:
        return None
    since = bucket_text(station.silent_since, Grain.HOUR)
    words = _("offline since {time}").format(time=since)
    if station.problem is None:
        return html.Span(words, className="tag am")
    return dcc.Link(
        words, href=f"/ledger/{station.problem_id}", className="tag am", title=station.problem
    )
