"""The tabs over the ledger's list, the saved views beside them, and what an empty list says."""

from collections.abc import Sequence
from typing import Any, Final

from dash import dcc, html

from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.wording import _
from data.people.saved_views import SavedView
from data.queries.ledger.filter import View
from data.queries.ledger.problems import Counts

ALARMING: Final = (View.OVERDUE,)


def names() -> dict[View, str]:
    """The tabs in their order."""
    return {
        View.OPEN: _("All open"),
        View.WAITING: _("Waiting for me"),
        View.OVERDUE: _("Overdue"),
        View.SOON: _("Due within 3 days"),
        View.CHECKING: _("To be checked"),
        View.NEW: _("New this week"),
        View.PRESSED: _("Pressed"),
        View.MINE: _("Reported by me"),
        View.UNIT: _("My unit's"),
        View.ALL: _("All problems"),
    }


def tabs(chosen: View) -> list[html.Button]:
    """The tabs; their counts come later."""
    return [
        html.Button(
            [name, html.Span(id=f"ledger-count-{view.value}", className="n")],
            id={"type": "ledger-view", "index": view.value},
            className="on" if view is chosen else "",
            **attributes(aria_pressed="true" if view is chosen else "false"),
        )
        for view, name in names().items()
    ]


def count_classes(counts: Counts) -> list[str]:
    """Red where something is overdue, quiet else."""
    return ["n rd" if view in ALARMING and counts.views[view] else "n" for view in names()]


def saved(views: Sequence[SavedView]) -> list[Any]:
    """What was saved, each with a cross that removes it."""
    return [
        html.Span(
            [
                html.A(view.name, href=f"/ledger?{view.query}" if view.query else "/ledger"),
                html.Button(
                    icon("close"),
                    id={"type": "ledger-forget", "index": view.id},
                    **attributes(aria_label=_("Remove the view {name}").format(name=view.name)),
                ),
            ],
            className="lg-saved",
        )
        for view in views
    ]


def summary(counts: Counts) -> str:
    """How many are open and how many were signed off this month."""
    return _("{open} open · {closed} signed off this month").format(
        open=counts.views[View.OPEN], closed=counts.signed_off_this_month
    )


def empty(view: View, *, narrowed: bool, may_report: bool) -> list[Any]:
    """What is empty and one way on; a good zero is said as good."""
    good = {
        View.OVERDUE: _("Nothing is overdue"),
        View.WAITING: _("Nothing waits for you"),
        View.SOON: _("No deadline ends within 3 working days"),
        View.CHECKING: _("Nothing waits to be checked"),
        View.OPEN: _("No open problem"),
    }
    clear = html.Button(
        _("Clear the filters"), id={"type": "ledger-clear", "index": 0}, className="btn"
    )
    report = dcc.Link(_("Report a problem"), href="/ledger/report", className="btn g")
    if narrowed:
        heading, sentence = (
            _("No problem fits"),
            _("Choose fewer filters, or look at all problems."),
        )
    else:
        heading = good.get(view, _("No problem here"))
        sentence = _("What is reported on the map, in the form or by a station appears here.")
    return [
        html.Div(className="lg-drawing", **attributes(aria_hidden="true")),
        html.H3(heading),
        html.P(sentence),
        html.Div(
            [
                clear if narrowed else None,
                report if may_report else None,
            ],
            className="row",
        ),
    ]


def legend() -> html.Footer:
    """What the lights mean."""
    return html.Footer(
        [
            html.Span(_("On time: more than 3 working days left"), className="lt g"),
            html.Span(_("Due soon: 3 working days or a fifth of the time left"), className="lt a"),
            html.Span(_("Overdue: the deadline has passed"), className="lt r"),
            html.Span(className="sp"),
            html.Span(_("Deadlines count working days by the official calendar."), className="t3"),
        ],
        className="lg-legend",
    )
