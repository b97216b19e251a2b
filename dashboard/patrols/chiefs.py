"""The card of the area's chiefs with their patrols done and owed, in the order of their posts."""

from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.blocks import empty
from dashboard.parts.wording import _
from dashboard.patrols.reads import OWN, Shown, address
from dashboard.patrols.words import apart_words
from data.queries.patrols.records import ChiefMonth, Month


def chiefs_card(shown: Shown) -> html.Section:
    """The card with a bar of valid patrols for each chief, and a mark for how many are due now."""
    reach = apart_words(shown.chiefs)
    rows = [
        _row(chief, reach.get(chief.person_id, ""), chief == shown.chief, shown.month)
        for chief in shown.chiefs
    ]
    if shown.has_own:
        rows.insert(0, _own(shown))
    return html.Section(
        [
            html.Header(
                [
                    html.H2(_("River chiefs"), id="patrols-chiefs-title"),
                    html.Span(_("by post, not ranked"), className="t3"),
                ],
                className="pt-title",
            ),
            html.Ul([html.Li(row) for row in rows], className="pt-chiefs")
            if rows
            else empty(_("No chief of your area owes patrols.")),
            html.P(
                _("The upright line is what the month asks for by today; below it is behind."),
                className="pt-note",
            ),
        ],
        className="card pt-card",
        **attributes(aria_labelledby="patrols-chiefs-title"),
    )


def _own(shown: Shown) -> html.A:
    """The link to the reader's own patrols, for a reader whose patrols count for no chief."""
    current = attributes(aria_current="true") if shown.is_own else {}
    return html.A(
        html.B(_("My own patrols")),
        href=address(shown.month.key, chief=OWN),
        **attributes(data_patrols_go="patrols-main", data_patrols_key="own", **current),
    )


def _row(chief: ChiefMonth, reach: str, is_chosen: bool, month: Month) -> html.A:
    """The line of one chief: a link to the chief's month, with how many patrols count.

    ``reach`` tells chiefs of the same name apart.
    """
    duty = chief.duty_count
    share = min(1.0, chief.counted_count / duty) if duty else 1.0
    expected = chief.expected_count / duty if duty else 1.0
    count = _("{n} / {m}").format(n=chief.counted_count, m=duty)
    current = attributes(aria_current="true") if is_chosen else {}
    return html.A(
        [
            html.B(chief.name, title=chief.name),
            html.Small(reach, className="t3 pt-reach") if reach else None,
            html.Span(
                [
                    html.Span(_("behind"), className="tag am") if chief.is_behind else None,
                    " " if chief.is_behind else None,
                    html.Span(count, className=None if chief.is_behind else "t3"),
                ]
            ),
            html.Span(
                [
                    html.I(style={"width": f"{share:.0%}"}),
                    html.U(style={"left": f"{expected:.0%}"}),
                ],
                className="pt-bar",
                **attributes(aria_hidden="true"),
            ),
        ],
        href=address(month.key, chief=chief.person_id),
        **attributes(
            data_patrols_go="patrols-main", data_patrols_key=f"chief {chief.person_id}", **current
        ),
    )
