"""The ledger on a phone: a card for each problem, more of them at a press."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.ledger.rows import Line
from dashboard.parts.wording import _


def card(line: Line) -> html.Li:
    """One problem, the whole card a way to its page."""
    return html.Li(
        dcc.Link(
            [
                html.Div(
                    [
                        html.Span(line.status, className=line.tag),
                        severity(line),
                        html.Span(className="sp"),
                        html.Span(line.deadline, className=line.light),
                    ],
                    className="row",
                ),
                html.Div(
                    [html.B(line.group), html.Span(line.what, className="lg-what")],
                    className="lg-title",
                ),
                html.Div(" · ".join(place_parts(line)), className="t2"),
                html.Div(f"{line.last} {line.at}", className="t3 fs12"),
                html.Div(
                    [
                        html.Span(line.number, className="t3 fs12"),
                        html.Span(className="sp"),
                        html.Span(line.next, className="btn s p") if line.next else None,
                    ],
                    className="row",
                ),
            ],
            href=line.href,
            className="lg-card",
        )
    )


def place_parts(line: Line) -> list[str]:
    """Where it is and who has it."""
    return [part for part in (line.place, line.division, line.unit) if part != "—"]


def severity(line: Line) -> html.Span:
    """Words, with bars for the graver ones."""
    bars = [html.I() for _bar in range(line.bars)]
    return html.Span([line.severity, html.Span(bars, className="lg-bars")], className="lg-severity")


def cards(lines: Sequence[Line], found: int) -> list[Any]:
    """The cards and, where there are more, the button for them."""
    left = found - len(lines)
    return [
        html.Ul([card(line) for line in lines]),
        html.Button(
            _("Show more ({n} left)").format(n=left),
            id={"type": "ledger-more", "index": 0},
            className="btn lg-more",
            hidden=left <= 0,
        ),
    ]
