"""The head of a problem's page, the card of its place and the card of its facts."""

import json
from typing import Any

from dash import dcc, html

from dashboard.ledger.line_words import (
    LIGHT_CLASS,
    deadline_words,
    division_words,
    group_of,
    reading_time,
    state_class,
    state_word,
    where_words,
)
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.similar import near_words
from dashboard.ledger.words import category_word, group_word, severity_word, source_word
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.kit import way_back
from dashboard.parts.measures import dated_text, moment_text, own_name, parameter_name
from dashboard.parts.spot import bank_word
from dashboard.parts.wording import _, language, ngettext
from data.clock import BUSINESS_ZONE
from data.procedure.turns import AFTER_SIGN_OFF
from data.vocabulary import Parameter
from data.words.ledger import Light, Severity, Stage, Status
from gis.chainage import format_chainage


def title_words(seen: Seen) -> str:
    """The title of a problem: 湍河 K112+350 左岸 建筑垃圾堆放."""
    row = seen.detail.row
    return f"{where_words(row.where)} {category_word(row.category)}"


def _beside(way: str, words: str) -> html.A:
    """The link to the problem beside this one in the list it was opened from; a script fills it."""
    return html.A(words, hidden=True, **attributes(data_beside=way, data_go=""))


def head(seen: Seen) -> list[Any]:
    """The page's head: link back, title, status, group, severity, deadline, links to documents."""
    row = seen.detail.row
    on = row.status not in (Status.REGISTERED, Status.REFUSED, Status.ARCHIVED)
    look = "pb-stat" if on else f"pb-stat {state_class(row.status)}"
    return [
        html.Nav(
            [
                way_back(_("Problem ledger"), "/ledger"),
                icon("right"),
                html.Span(row.number, className="pb-number"),
                html.Span(className="sp"),
                _beside("before", _("The one before")),
                _beside("after", _("The next one")),
            ],
            className="pb-way",
            **attributes(aria_label=_("Where you are")),
        ),
        html.Div(
            [
                html.H1(title_words(seen)),
                html.Span(state_word(row.status, is_returned=row.is_returned), className=look),
                html.Span(group_word(group_of(row.category)), className="tag o"),
                severity_tag(row.severity),
                html.Span(className="sp"),
                *_deadline(seen),
                *_papers(seen),
            ],
            className="pb-title",
        ),
    ]


def severity_tag(severity: Severity) -> html.Span:
    """The severity in words, above "general" with two to four bars that show how severe."""
    count = list(Severity).index(severity)
    bars = [html.I() for _each in range(count + 1)] if count else []
    marks = [html.Span(bars, className="pb-bars", **attributes(aria_hidden="true"))] if bars else []
    return html.Span([*marks, severity_word(severity)], className="tag o")


def _deadline(seen: Seen) -> list[Any]:
    row = seen.detail.row
    if row.due_at is None or row.light is Light.NONE:
        return []
    words = _("by {time}").format(time=dated_text(row.due_at, seen.now))
    if row.is_provisional:
        words += " · " + _("provisional")
    return [
        html.Span(deadline_words(row.days_left, row.light), className=LIGHT_CLASS[row.light]),
        html.Span(words, className="t2 pb-due"),
    ]


def _papers(seen: Seen) -> list[Any]:
    row = seen.detail.row
    papers: list[Any] = []
    if row.status in AFTER_SIGN_OFF:
        papers.append(
            html.A(
                [icon("file"), _("Sign-off sheet")],
                href=f"/api/v1/problems/{row.id}/sheet.pdf",
                className="btn pb-sheet",
                target="_blank",
            )
        )
    button = html.Button(
        [icon("print"), _("Print")], className="btn pb-print", **attributes(data_problem_print="")
    )
    return [*papers, button]


def spot_card(seen: Seen) -> html.Section:
    """The card with the place on a small map, and the directions in which photos were taken."""
    detail, row = seen.detail, seen.detail.row
    facing = [
        photo.bearing
        for photo in detail.photos
        if photo.bearing is not None and photo.stage in (Stage.BEFORE, Stage.AFTER)
    ]
    place: list[Any] = []
    if row.where.chainage_m is not None:
        place.append(html.B(format_chainage(row.where.chainage_m)))
    if row.where.bank:
        place.append(" " + bank_word(row.where.bank))
    if detail.offset_m is not None:
        between = "，" if language.get() == "zh" else ", "
        place.append(between + _("{n} m from the river").format(n=round(detail.offset_m)))
    stage = html.Div(
        className="pb-map",
        **attributes(
            data_spot=json.dumps(
                {
                    "lon": row.lon,
                    "lat": row.lat,
                    "light": row.light.value,
                    "facing": facing[:2],
                    "label": _("Where the problem is"),
                }
            )
        ),
    )
    tip = html.Div(place or [division_words(row.where)], className="float pb-tip")
    whole = dcc.Link(
        icon("map"),
        href=f"/#map=14/{row.lat:.5f}/{row.lon:.5f}&sel=problem:{row.id}",
        className="float ib pb-whole",
        title=_("On the one map"),
    )
    return html.Section([stage, tip, whole], className="card pb-spot")


def facts_card(seen: Seen) -> html.Section:
    """The card 基本情况: what was found, source, chief, unit, deadline, place, problems nearby."""
    pairs = [(name, value) for name, value in _facts(seen) if value not in (None, "", [])]
    items: list[Any] = []
    for name, value in pairs:
        items += [html.Dt(name), html.Dd(value)]
    return html.Section(
        [html.Div(html.H2(_("The facts")), className="ct"), html.Dl(items)],
        className="card pb-facts",
    )


def _source(seen: Seen) -> str:
    """The problem's source and number there; if found by monitoring, the worst value's time."""
    row = seen.detail.row
    word = source_word(row.source)
    worst = reading_time(row.source, row.source_ref)
    if worst:
        at = moment_text(worst, seen.now)
        return _("{source} (worst reading at {time})").format(source=word, time=at)
    return f"{word} {row.source_ref}" if row.source_ref else word


def _facts(seen: Seen) -> list[tuple[str, Any]]:
    detail, row = seen.detail, seen.detail.row
    station = None
    if row.station:
        name = own_name(row.station, row.station_en)
        known = Parameter(row.parameter) if row.parameter in set(Parameter) else None
        station = f"{name} · {parameter_name(known)}" if known else name
    found = moment_text(row.found_at, seen.now)
    chief: list[Any] = []
    if detail.chief:
        chief = [detail.chief, " ", html.Span(_("on that day"), className="t3")]
    place = f"{detail.source_crs} {detail.source_x:.6f}, {detail.source_y:.6f}"
    if detail.accuracy_m is not None:
        place += f" ± {detail.accuracy_m:.0f} m"
    return [
        (_("What was found"), row.description),
        (_("Reported from"), _source(seen)),
        (_("Found"), found),
        (_("Station"), station),
        (_("Chief in charge"), chief),
        (_("Handling unit"), row.unit),
        (_("Deadline"), deadline_rule(seen)),
        (_("Division"), division_words(row.where)),
        (_("Place as given"), html.Span(place, className="t2")),
        (_("Possibly the same"), _similar(seen)),
        (_("Nearby"), _near(seen)),
    ]


def deadline_rule(seen: Seen) -> str:
    """The deadline in words, with its number of working days, or that the office set it.

    Empty without a deadline.
    """
    row = seen.detail.row
    if row.due_at is None:
        return ""
    day = f"{row.due_at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
    if not row.due_days:
        return _("{day}, set by the office").format(day=day)
    words = ngettext(
        "{day}, {n} working day by the rule", "{day}, {n} working days by the rule", row.due_days
    )
    return words.format(day=day, n=row.due_days)


def _similar(seen: Seen) -> list[Any]:
    """Links to the open problems that may be the same one."""
    return [
        html.Div(
            [
                icon("warn"),
                dcc.Link(f"{near.number} · {near_words(near)}", href=f"/ledger/{near.id}"),
            ],
            className="pb-same",
        )
        for near in seen.similar[:3]
    ]


def _near(seen: Seen) -> list[Any]:
    links: list[Any] = []
    same = {each.id for each in seen.similar}
    for near in [each for each in seen.detail.near if each.id not in same][:3]:
        words = _("{number} {category}, {n} m away").format(
            number=near.number, category=category_word(near.category), n=round(near.away_m)
        )
        links.append(html.Div(dcc.Link(words, href=f"/ledger/{near.id}")))
    return links
