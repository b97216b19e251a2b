"""The chiefs of a water: who answers for it at each level, today and before."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.blocks import card, empty
from dashboard.parts.icons import icon
from dashboard.parts.measures import own_name, stretch_text
from dashboard.parts.wording import _, ngettext
from dashboard.waters.words import level_word, listed, term
from data.clock import business_date
from data.queries.waters.answering import Answering, Chiefs
from data.queries.waters.file import ReachFile, WaterFile
from data.queries.waters.file_people import Chief
from data.vocabulary import ChiefLevel


def level_mark(level: ChiefLevel) -> str:
    """Returns the one-character mark of a chief's level: 省, 市, 县, 镇, 村."""
    return {
        ChiefLevel.PROVINCE: _("level mark: province"),
        ChiefLevel.CITY: _("level mark: city"),
        ChiefLevel.COUNTY: _("level mark: county"),
        ChiefLevel.TOWNSHIP: _("level mark: township"),
        ChiefLevel.VILLAGE: _("level mark: village"),
    }[level]


def phone_link(name: str, phone: str) -> html.A | None:
    """Returns a link that calls the phone number; None without a number."""
    digits = "".join(each for each in phone if each in "+0123456789")
    if not digits:
        return None
    label = _("Call {name}, {phone}").format(name=name, phone=phone)
    return html.A(
        icon("phone"),
        href=f"tel:{digits}",
        className="dw-call",
        title=phone,
        **attributes(aria_label=label),
    )


def chief_row(each: Answering, *, with_term: bool = False) -> html.Li:
    """Returns the line of one chief: level, name, post, stretch or division, phone."""
    about = []
    if each.post and each.post != each.name:
        about.append(each.post)
    if each.stretch:
        about.append(stretch_text(each.stretch.from_m, each.stretch.to_m))
    elif each.division:
        about.append(own_name(each.division, each.division_en))
    if with_term:
        about.append(term(each.valid_from, each.valid_to))
    parts: list[Any] = [
        html.Span(level_mark(each.level), className="av s", **attributes(aria_hidden="true")),
        html.Span(
            [html.B(each.name), html.Span(" · ".join(about), className="t3 fs12")],
            className="dw-who-words",
        ),
    ]
    if not with_term:
        parts.append(phone_link(each.name, each.phone))
    return html.Li([part for part in parts if part is not None])


def chiefs_block(chiefs: Chiefs) -> html.Section:
    """Returns the list of today's chiefs by level, with earlier chiefs folded away."""
    parts: list[Any] = [html.H3(_("Who answers for it today"), className="sec-t")]
    if chiefs.now:
        parts.append(html.Ul([chief_row(each) for each in chiefs.now], className="dw-who"))
    else:
        parts.append(html.P(_("Nobody is named for this water."), className="t3 fs12"))
    if chiefs.general:
        parts.append(folded(_("General river chiefs"), chiefs.general))
    if chiefs.earlier:
        parts.append(folded(_("Earlier chiefs"), chiefs.earlier, with_term=True))
    return html.Section(parts, className="dw-block")


def folded(title: str, several: tuple[Answering, ...], *, with_term: bool = False) -> html.Details:
    """Returns a list of chiefs folded away behind its title and count."""
    return html.Details(
        [
            html.Summary([title, html.Span(str(len(several)), className="t3")]),
            html.Ul([chief_row(each, with_term=with_term) for each in several], className="dw-who"),
        ],
        className="dw-fold",
    )


def chiefs_card(water_file: WaterFile) -> html.Section:
    """Returns the card of the chiefs who answer for the water today, and of former chiefs."""
    now = [each for each in water_file.chiefs if each.is_current]
    former = [each for each in water_file.chiefs if not each.is_current]
    reaches = {each.id: each for each in water_file.reaches}
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
    note = _("{n} on {day}").format(n=len(now), day=business_date(water_file.as_of).isoformat())
    return card(
        _("Chiefs of each level"),
        note,
        html.Div(body) if body else empty(_("No chief is on file for this water.")),
        name="chiefs",
    )


def levels(chiefs: Sequence[Chief]) -> list[tuple[Any, str, list[Chief]]]:
    """Returns (mark, heading, chiefs) for each level, in the order of ``chiefs``.

    They come sorted by level, the general river chiefs, who are a group of their own, first.
    """

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
    """Returns the list item of a chief: name, telephone, area answered for, since when."""
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
    """Returns in words the area a chief answers for, with the post unless the name says it."""
    is_known = chief.post in chief.name or level_word(chief.level) in chief.post
    return " · ".join(
        each for each in (covers(chief, reaches), "" if is_known else chief.post) if each
    )


def covers(chief: Chief, reaches: dict[int, ReachFile]) -> str:
    """Returns in words the area a chief answers for; neighbouring reaches join to one stretch."""
    if chief.is_general:
        return own_name(chief.division or "", chief.division_en)
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
