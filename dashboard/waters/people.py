"""The chiefs of a water, level by level, with telephone and term."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from dash import html

from dashboard.parts.blocks import card, empty
from dashboard.parts.icons import icon
from dashboard.parts.measures import stretch_text
from dashboard.parts.wording import _, ngettext
from dashboard.waters.chiefs import level_mark
from dashboard.waters.words import level_word, listed, term
from data.queries.waters.file import Dossier, ReachFile
from data.queries.waters.file_people import Chief
from data.vocabulary import ChiefLevel


def chiefs_card(dossier: Dossier) -> html.Section:
    """The card of who answers for the water today and who did before."""
    now = [each for each in dossier.chiefs if each.is_current]
    former = [each for each in dossier.chiefs if not each.is_current]
    reaches = {each.id: each for each in dossier.reaches}
    body: list[Any] = [
        html.Div(
            [
                html.H3([html.Span(mark, className="av s"), heading]),
                html.Ul([person(each, reaches) for each in several]),
            ],
            className="rv-level",
        )
        for mark, heading, several in levels(now)
    ]
    if former:
        count = ngettext("{n} former chief", "{n} former chiefs", len(former))
        body.append(
            html.Details(
                [
                    html.Summary(count.format(n=len(former))),
                    html.Ul([person(each, reaches) for each in former]),
                ],
                className="rv-former",
            )
        )
    note = _("{n} on {day}").format(n=len(now), day=f"{dossier.as_of:%Y-%m-%d}")
    return card(
        _("Chiefs of each level"),
        note,
        html.Div(body) if body else empty(_("No chief is on file for this water.")),
        name="chiefs",
    )


def levels(chiefs: Sequence[Chief]) -> list[tuple[Any, str, list[Chief]]]:
    """Mark, heading and chiefs of each level, the general chiefs first."""

    def group(chief: Chief) -> tuple[bool, ChiefLevel]:
        return chief.is_general, ChiefLevel.PROVINCE if chief.is_general else chief.level

    made: list[tuple[Any, str, list[Chief]]] = []
    for (general, level), several in groupby(chiefs, group):
        if general:
            made.append((icon("people"), _("General river chiefs"), list(several)))
        else:
            made.append((level_mark(level), level_word(level), list(several)))
    return made


def person(chief: Chief, reaches: dict[int, ReachFile]) -> html.Li:
    """The entry of one chief: name, telephone, what they answer for, since when."""
    return html.Li(
        [
            html.Div(
                [
                    html.Span(chief.name, className="b"),
                    html.Span(className="sp"),
                    html.A(chief.phone, href=f"tel:{chief.phone}", className="rv-phone")
                    if chief.phone
                    else None,
                ],
                className="row",
            ),
            html.Div(
                [
                    html.Span(about(chief, reaches)),
                    html.Span(term(chief.valid_from, chief.valid_to)),
                ],
                className="t3 fs12 rv-term",
            ),
        ]
    )


def about(chief: Chief, reaches: dict[int, ReachFile]) -> str:
    """What the chief answers for, with the post where it adds to name and level."""
    is_known = chief.post in chief.name or level_word(chief.level) in chief.post
    return " · ".join(
        each for each in (covers(chief, reaches), "" if is_known else chief.post) if each
    )


def covers(chief: Chief, reaches: dict[int, ReachFile]) -> str:
    """What the chief answers for, neighbouring reaches as one stretch."""
    if chief.is_general:
        return chief.division or ""
    held = [reaches[number] for number in chief.reach_ids if number in reaches]
    if not held:
        return _("the whole water")
    spans: list[list[float]] = []
    for each in held:
        if spans and abs(spans[-1][1] - each.chainage_from_m) < 1:
            spans[-1][1] = each.chainage_to_m
        else:
            spans.append([each.chainage_from_m, each.chainage_to_m])
    return listed([stretch_text(start, end) for start, end in spans])
