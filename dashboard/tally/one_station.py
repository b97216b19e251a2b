"""The card of one station's tally: its strip and its hours or days in a table."""

from dash import dcc, html

from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.measures import own_name
from dashboard.parts.wording import _
from dashboard.tally.reads import Shown, address_of, file_address
from dashboard.tally.rows import silent_tag, strip
from dashboard.tally.words import FIGURES, bucket_text, count_text, figure_word, share_text
from data.queries.tally.counts import Tally, TallyTable


def one_card(shown: Shown) -> html.Section | None:
    """Returns the card with the chosen station's message counts; None if none is chosen."""
    account = shown.one
    if account is None:
        return None
    station = account.stations[0]
    name = own_name(station.name, station.name_en)
    close = dcc.Link(
        icon("close"),
        href=address_of(shown.asked, station="", page=shown.asked.page),
        className="ib",
        title=_("Close"),
    )
    return html.Section(
        [
            html.Header(
                [
                    html.H2(name),
                    html.Span(station.code, className="t3 mono fs12"),
                    silent_tag(station),
                    html.Span(className="sp"),
                    html.A(
                        [icon("csv"), _("Export")],
                        href=file_address(shown.window, station.id),
                        className="btn s",
                        **attributes(download=""),
                    ),
                    close,
                ],
                className="ac-title",
            ),
            html.Div(strip(account, 0), className="ac-wide"),
            html.Div(_table(account, name), className="ac-scroll", tabIndex=0),
        ],
        id="accounting-one",
        className="card ac-card",
    )


def _table(account: TallyTable, name: str) -> html.Table:
    """Returns the table of hours or days with readings due or messages received, newest first."""
    pairs = zip(account.window.buckets, account.of_buckets(), strict=True)
    rows = [
        _row(bucket_text(at, account.window.by), tally)
        for at, tally in reversed(list(pairs))
        if tally.received or tally.expected or tally.measured
    ]
    heads = [figure_word(each) for each in FIGURES]
    return html.Table(
        [
            html.Thead(
                html.Tr(
                    [
                        html.Th(_("From (Beijing)"), scope="col"),
                        *(html.Th(head, scope="col", className="r") for head in heads),
                        html.Th(_("Missing, %"), scope="col", className="r"),
                    ]
                )
            ),
            html.Tbody([_row(_("Sum"), account.sum(), is_sum=True), *rows]),
        ],
        className="ac-table ac-hours",
        **attributes(aria_label=name),
    )


def _row(at: str, tally: Tally, *, is_sum: bool = False) -> html.Tr:
    cells = [
        html.Td(
            count_text(count),
            className="r t3" if not count else "r ac-short" if figure == "missing" else "r",
        )
        for figure in FIGURES
        for count in (getattr(tally, figure),)
    ]
    return html.Tr(
        [html.Th(at, scope="row"), *cells, html.Td(share_text(tally), className="r")],
        className="is-sum" if is_sum else None,
    )
