"""The frame beside the list of review: three graphs, and the form for reason and verdict."""

from typing import Final

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.frame.auth import Action, may, signed_in_user
from dashboard.parts.attributes import attributes, words_for_script
from dashboard.parts.review_words import verdict_step
from dashboard.parts.wording import _
from data.people.reviews import MOST_LETTERS
from data.words.review import Verdict

GRAPHS: Final = ("own", "other", "near")
HEIGHTS: Final = {"own": 208, "other": 136, "near": 136}


def detail_frame() -> html.Aside:
    """The empty frame for the picked value, with the review form for users who may review."""
    return html.Aside(
        [
            html.Div(id="quality-told", className="qr-told"),
            html.Div([plot(name) for name in GRAPHS], id="quality-plots", className="qr-plots"),
            verdict_form() if may(signed_in_user(), Action.REVIEW_READINGS) else None,
        ],
        id="quality-detail",
        className="card qr-detail",
        **attributes(aria_label=_("The value in its surroundings")),
    )


def plot(name: str) -> html.Figure:
    """A graph with its caption; the graph ``other`` has a choice of its parameter."""
    choice = dmc.Select(
        id="quality-other",
        data=[],
        placeholder=_("Another one"),
        size="xs",
        className="qr-choice",
        **attributes(aria_label=_("Another one")),
    )
    return html.Figure(
        [
            html.Figcaption(
                [html.Span(id=f"quality-caption-{name}"), choice if name == "other" else None]
            ),
            html.Div(
                [
                    html.Div(className="dw-skeleton", **attributes(aria_hidden="true")),
                    dcc.Graph(
                        id=f"quality-graph-{name}",
                        config={"displayModeBar": False, "responsive": True},
                        style={"height": f"{HEIGHTS[name]}px"},
                    ),
                ],
                id=f"quality-plot-{name}",
                className="dw-plot",
            ),
        ],
        className=f"qr-plot qr-{name}",
    )


def verdict_form() -> html.Div:
    """The form for a review; its script sends reason and verdict for one or all chosen values."""
    reasons = (
        _("Instrument fault"),
        _("Under maintenance"),
        _("Sampling line blocked"),
        _("Confirmed by a sample"),
    )
    buttons = [
        html.Button(
            [verdict_step(verdict), html.Kbd(key)],
            type="button",
            className="btn p" if verdict is Verdict.KEEP else "btn",
            **attributes(data_quality_verdict=verdict.value),
        )
        for verdict, key in (
            (Verdict.KEEP, "K"),
            (Verdict.REJECT, "R"),
            (Verdict.CORRECT, "C"),
        )
    ]
    return html.Div(
        [
            html.Label(
                [
                    html.Span(_("Reason")),
                    html.Textarea(id="quality-reason", maxLength=str(MOST_LETTERS), rows="1"),
                ],
            ),
            html.Div(
                [
                    html.Button(each, type="button", **attributes(data_quality_reason=""))
                    for each in reasons
                ],
                className="qr-reasons",
            ),
            html.Label(
                [
                    html.Span(_("Corrected value")),
                    html.Textarea(id="quality-value", rows="1", maxLength="24"),
                ],
                id="quality-value-row",
                hidden=True,
            ),
            html.Div(buttons, className="qr-acts"),
            html.P(
                id="quality-said",
                className="qr-said",
                role="status",
                **words_for_script(words()),
            ),
        ],
        id="quality-form",
        className="qr-form",
        hidden=True,
        **attributes(data_to_send=""),
    )


def words() -> dict[str, str]:
    """The sentences of the review form's script, by key."""
    return {
        "no_reason": _("Give the reason."),
        "no_value": _("Give the corrected value."),
        "done": _("Done for {n}."),
        "undo": _("Undo"),
        "away": _(
            "The server did not answer; it may have been done all the same. What is filled in "
            "stays here; sending it again does nothing twice."
        ),
        "only_one": _("A correction is for one value."),
        "undone": _("Undone"),
        "may_not": _("You may not review this station."),
    }
