"""The page of one problem: head, photos, place, facts, story, and what the reader may do."""

from dash import dcc, html

from dashboard.ledger.photos import photo_card
from dashboard.ledger.problem_parts import facts_card, head, spot_card
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.step_bar import action_bar
from dashboard.ledger.steps import step_line, supervision
from dashboard.ledger.story import story_card
from dashboard.parts.icons import icon
from dashboard.parts.wording import _


def problem_page(seen: Seen) -> html.Div:
    """The whole page."""
    return html.Div(
        [
            html.Section([*head(seen), step_line(seen), supervision(seen)], className="pb-head"),
            html.Div(
                [
                    html.Div(
                        [
                            photo_card(seen),
                            html.Div([spot_card(seen), facts_card(seen)], className="pb-two"),
                        ],
                        className="pb-left",
                    ),
                    story_card(seen),
                ],
                className="pb-main",
            ),
            action_bar(seen),
        ],
        className="pb-body",
    )


def skeleton() -> html.Div:
    """The page's shape before it is read."""
    return html.Div(
        [
            html.Div(className="pb-head pb-bone"),
            html.Div(
                [html.Div(className="card pb-bone"), html.Div(className="card pb-bone")],
                className="pb-main",
            ),
        ],
        className="pb-body pb-wait",
    )


def not_visible() -> html.Div:
    """What a link shows to whom it isn't meant for; whether the problem exists stays unsaid."""
    return html.Div(
        [
            icon("person"),
            html.H3(_("Your account may not see this problem")),
            html.P(_("It isn't in your area, or it doesn't exist. Ask your chief office.")),
            dcc.Link(_("To the problem ledger"), href="/ledger", className="btn"),
        ],
        className="empty",
    )


def failed(time: str) -> html.Div:
    """The problem couldn't be read; the page tries again by itself."""
    return html.Div(
        [
            icon("warn"),
            html.H3(_("The problem could not be read")),
            html.P(_("The database did not answer at {time}.").format(time=time)),
        ],
        className="empty",
        role="alert",
    )
