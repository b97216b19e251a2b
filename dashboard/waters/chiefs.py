"""The chiefs of a water: who answers for it at each level, today and before."""

from typing import Any

from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.measures import stretch_text
from dashboard.parts.wording import _
from data.queries.waters.answering import Answering, Chiefs
from data.vocabulary import ChiefLevel


def level_mark(level: ChiefLevel) -> str:
    """The character of a level: 省, 市, 县, 镇, 村."""
    return {
        ChiefLevel.PROVINCE: _("level mark: province"),
        ChiefLevel.CITY: _("level mark: city"),
        ChiefLevel.COUNTY: _("level mark: county"),
        ChiefLevel.TOWNSHIP: _("level mark: township"),
        ChiefLevel.VILLAGE: _("level mark: village"),
    }[level]


def phone_link(name: str, phone: str) -> html.A | None:
    """A link that calls the number; None without one."""
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
    """The line of one chief: level, name, post, stretch or division, phone."""
    about = []
    if each.post and each.post != each.name:
        about.append(each.post)
    if each.stretch:
        about.append(stretch_text(each.stretch.from_m, each.stretch.to_m))
    elif each.division:
        about.append(each.division)
    if with_term:
        end = each.valid_to.isoformat() if each.valid_to else ""
        about.append(f"{each.valid_from.isoformat()} – {end}")
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
    """The list of today's chiefs by level, with the earlier ones folded away."""
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
    """A list folded away behind its title and count."""
    return html.Details(
        [
            html.Summary([title, html.Span(str(len(several)), className="t3")]),
            html.Ul([chief_row(each, with_term=with_term) for each in several], className="dw-who"),
        ],
        className="dw-fold",
    )
