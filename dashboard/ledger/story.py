"""The card of a problem's story: its steps, newest first, with their hashes in the chain."""

from datetime import datetime
from typing import Any

from dash import html

from dashboard.ledger.line_words import actor_words
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.words import category_word, done_word, severity_word
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.measures import day_text
from dashboard.parts.wording import _, ngettext
from data.clock import BUSINESS_ZONE
from data.queries.ledger.one_problem import StoryEvent
from data.words.ledger import Action, Severity
from gis.chainage import format_distance


def story_card(seen: Seen) -> html.Section:
    """The card of a problem's steps; says whether their hashes fit; for chiefs a comment box."""
    story = seen.detail.story
    count = ngettext("{n} step", "{n} steps", len(story)).format(n=len(story))
    return html.Section(
        [
            html.Div(
                [
                    html.H2(_("How it was handled")),
                    html.Span(count, className="t3"),
                    html.Span(className="sp"),
                    chain_tag(seen),
                ],
                className="ct",
            ),
            html.Ol([_step(seen, event) for event in reversed(story)], className="pb-story"),
            comment_box(seen),
        ],
        className="card pb-told",
    )


def chain_tag(seen: Seen) -> html.Span:
    """The tag that says the steps' chain of hashes is whole, or which step doesn't fit."""
    if seen.verdict.intact:
        return html.Span([icon("shield"), _("Chain intact")], className="tag gr")
    at = seen.verdict.broken_at
    words = _("Step {n} doesn't fit the chain").format(n=at) if at else _("The chain is broken")
    return html.Span([icon("warn"), words], className="tag rd")


def _step(seen: Seen, event: StoryEvent) -> html.Li:
    local = event.at.astimezone(BUSINESS_ZONE)
    year, day = day_text(local.date(), seen.now)[:-5].rstrip("-"), f"{local:%m-%d}"
    years: list[Any] = [year, html.Br()] if year else []
    broken = seen.verdict.broken_at
    fits = seen.verdict.intact or (broken is not None and event.seq < broken)
    digest = event.hash.hex()
    return html.Li(
        [
            html.Span([*years, day, html.Br(), f"{local:%H:%M}"], className="td"),
            html.I(),
            html.Div(
                [
                    html.Div(
                        [
                            html.B(done_word(event.action)),
                            html.Span(actor_words(event.actor), className="t2"),
                            html.Span(className="sp"),
                            html.Span(
                                [
                                    icon("link"),
                                    f"{digest[:4]}…{digest[-4:]}",
                                    icon("tick" if fits else "warn"),
                                ],
                                className="hx" if fits else "hx bad",
                                title=digest,
                            ),
                        ],
                        className="row",
                    ),
                    *[html.P(line, className="t2") for line in sentences(event)],
                ]
            ),
        ]
    )


def sentences(event: StoryEvent) -> list[str]:
    """The text and the facts that a step of the problem recorded, a line each."""
    changed, lines = event.changed, []
    if event.action is Action.ACCEPT and changed:
        kind = category_word(changed["category"])
        lines.append(
            _("{category}, {severity}").format(
                category=kind, severity=severity_word(Severity(changed["severity"]))
            )
        )
    if event.unit:
        lines.append(_("To {unit}").format(unit=event.unit))
    if changed.get("requirement"):
        lines.append(changed["requirement"])
    if changed.get("due_at"):
        due = datetime.fromisoformat(changed["due_at"]).astimezone(BUSINESS_ZONE)
        lines.append(_("Deadline {day}").format(day=f"{due:%Y-%m-%d}"))
    if changed.get("asked_due_on"):
        lines.append(_("Asked for: until {day}").format(day=changed["asked_due_on"]))
    if "site" in event.extra:
        away = format_distance(float(event.extra["site"]["distance_m"]))
        lines.append(_("Checked {distance} from the problem's place").format(distance=away))
    if event.text:
        lines.append(event.text)
    if event.extra.get("explanation"):
        explained = event.extra["explanation"]
        lines.append(_("On the doubtful checks: {text}").format(text=explained))
    if event.photo_count:
        words = ngettext("with {n} photo", "with {n} photos", event.photo_count)
        lines.append(words.format(n=event.photo_count))
    return lines


def comment_box(seen: Seen) -> html.Div | None:
    """The button that opens the comment box; None for a reader who may not comment as chief."""
    if not any(step.action is Action.COMMENT for step in seen.steps):
        return None
    name = seen.user.account.display_name
    return html.Div(
        html.Button(
            [
                html.Span(name[:1], className="av s"),
                html.Span(_("Write a comment on this problem")),
            ],
            className="pb-comment",
            **attributes(data_problem_act=Action.COMMENT.value),
        ),
        className="pb-comment-box",
    )
