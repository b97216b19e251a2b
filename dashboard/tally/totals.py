"""The cards of sums: messages by what became of them, and quarantine by reason."""

from typing import Any

from dash import dcc, html

from dashboard.frame.auth import Action, may, signed_in_user
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.wording import _
from dashboard.tally.reads import Shown
from dashboard.tally.words import count_text, figure_word, reason_word, share_text
from data.queries.tally.counts import Tally

FATES = ("stored", "filled", "duplicate", "conflict", "refused")


def sum_card(shown: Shown) -> html.Section:
    """Returns the card of totals: messages by outcome (stored, refused …) and readings due."""
    whole = shown.sum
    adds_up = whole.adds_up and (shown.unknown is None or shown.unknown.adds_up)
    return html.Section(
        [
            html.Header(
                [
                    html.H2(_("What arrived")),
                    verdict_tag(whole, adds_up),
                ],
                className="ac-title",
            ),
            html.Div(
                [
                    figure("received", whole.received),
                    html.Span("=", className="ac-sign"),
                    *_summands(whole),
                ],
                className="ac-sum",
            ),
            due_line(shown),
            html.P(
                _(
                    "“Received” counts messages, also late and repeated ones; “due” counts the "
                    "readings that the stations' intervals ask for, so the two differ."
                ),
                className="ac-why t3",
            ),
        ],
        className="card ac-card ac-top",
    )


def verdict(whole: Tally, adds_up: bool) -> str:
    """Returns the words that say whether received messages equal the sum of all outcomes."""
    if not whole.received:
        return _("nothing arrived")
    return _("adds up to the last message") if adds_up else _("does not add up")


def verdict_tag(whole: Tally, adds_up: bool) -> html.Span:
    """Returns the tag that says whether the message counts add up; grey when none arrived."""
    words = verdict(whole, adds_up)
    if not whole.received:
        return html.Span(words, className="tag")
    sign = icon("tick" if adds_up else "warn")
    return html.Span([sign, words], className="tag gr" if adds_up else "tag rd")


def figure(name: str, count: int) -> html.Div:
    """Returns a block with a count above its name."""
    return html.Div(
        [html.B(count_text(count)), html.Span(figure_word(name))],
        className="ac-figure" if count else "ac-figure is-zero",
    )


def _summands(whole: Tally) -> list[Any]:
    parts: list[Any] = []
    for name in FATES:
        if parts:
            parts.append(html.Span("+", className="ac-sign"))
        parts.append(figure(name, getattr(whole, name)))
    return parts


def due_line(shown: Shown) -> html.Div:
    """Returns the line of readings due, missing and late, and messages of unknown stations."""
    whole = shown.sum
    if whole.expected:
        due = _("{missing} of {expected} readings due are missing ({share})").format(
            missing=count_text(whole.missing),
            expected=count_text(whole.expected),
            share=share_text(whole),
        )
        if not whole.missing:
            due = _("none of {expected} readings due is missing").format(
                expected=count_text(whole.expected)
            )
    else:
        due = _("no reading was due")
    parts = [html.Span([html.B(due)])]
    parts.append(html.Span(_("{n} came late").format(n=count_text(whole.late))))
    if whole.partial:
        parts.append(
            html.Span(
                _("{n} stored in part").format(n=count_text(whole.partial)),
                title=_("Some of their values were refused; the others are stored."),
            )
        )
    if shown.unknown is not None:
        parts.append(
            html.Span(
                _("{n} more of no known station").format(n=count_text(shown.unknown.received)),
                title=_("They are kept in quarantine and not part of the sum above."),
            )
        )
    return html.Div(parts, className="ac-due")


def reasons_card(shown: Shown) -> html.Section:
    """Returns the card of quarantined messages by reason, or the words that none was refused."""
    rows = [
        html.Li(
            [
                html.Span(reason_word(reason)),
                html.Span(reason.value, className="t3 mono fs11"),
                html.B(count_text(count)),
            ]
        )
        for reason, count in shown.reasons
    ]
    note = _("different messages, by when they came last")
    return html.Section(
        [
            html.Header(
                [
                    html.H2(_("In quarantine")),
                    html.Span(note, className="t3"),
                    html.Span(className="sp"),
                    dcc.Link(
                        _("What would mend them"), href="/accounting/refused", className="btn s"
                    )
                    if may(signed_in_user(), Action.WRITE_STATIONS)
                    else None,
                ],
                className="ac-title",
            ),
            html.Ul(rows, className="ac-reasons", **attributes(aria_label=_("In quarantine")))
            if rows
            else html.P([icon("tick"), _("No message was refused.")], className="ac-good"),
        ],
        className="card ac-card",
    )
