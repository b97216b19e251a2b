"""Problems and patrols in drawers: those at a water, one problem, one patrol."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.ledger.line_words import (
    LIGHT_CLASS,
    actor_words,
    deadline_words,
    division_words,
    light_word,
    state_class,
    state_word,
    where_words,
)
from dashboard.ledger.words import category_word, done_word, severity_word, source_word
from dashboard.map.drawer_parts import (
    block,
    facts_list,
    finding,
    head,
    live,
    live_id,
    near,
    near_reach,
    whole,
)
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.measures import moment_text, own_name
from dashboard.parts.wording import _, language, ngettext
from dashboard.patrols.words import (
    distance_words,
    limit_words,
    measured_words,
    minutes_words,
    rule_word,
)
from dashboard.waters.words import level_word
from data.clock import UtcDatetime
from data.queries.ledger.problems import ProblemRow
from data.queries.map.patrols import Walk
from data.words.ledger import Light, PatrolRule
from gis.chainage import format_chainage


def light_tag(row: ProblemRow) -> html.Span:
    """Returns the tag of a problem's traffic light, with the time left until the deadline."""
    if row.light is Light.NONE:
        return html.Span(light_word(row.light), className="lt x")
    return html.Span(deadline_words(row.days_left, row.light), className=LIGHT_CLASS[row.light])


def state_tag(row: ProblemRow) -> html.Span:
    """Returns the tag of a problem's status; amber when the problem was sent back."""
    word = state_word(row.status, is_returned=row.is_returned)
    return html.Span(word, className=state_class(row.status, is_returned=row.is_returned))


def at_water(
    key: str,
    rows: Sequence[ProblemRow],
    total: int,
    query: str,
    last: Walk | None,
    now: UtcDatetime,
) -> html.Div:
    """Returns the block of a water's open problems, most urgent first, and its newest patrol."""
    lines = [_line(row) for row in rows]
    listed: Any = html.Ul(lines, className="dw-near dw-prb")
    if not lines:
        listed = html.P(_("No open problem"), className="t3 fs12")
    every = dcc.Link(_("All"), href=f"/ledger?{query}", className="fs12") if total else None
    title = _("Open problems")
    parts: list[Any] = [
        block(f"{title} {total}" if total else title, listed, every),
        walk_line(last, now),
        dcc.Store(id=live_id("steps", key)),
    ]
    return live("ledger", key, parts)


def _line(row: ProblemRow) -> html.Li:
    where = row.where
    place = "" if where.chainage_m is None else format_chainage(max(0.0, where.chainage_m))
    words = " · ".join(part for part in (category_word(row.category), place) if part)
    status = html.Span(state_word(row.status, is_returned=row.is_returned), className="t3 fs12")
    button = html.Button(
        [light_tag(row), html.Span(words, className="dw-label"), status],
        type="button",
        **attributes(data_select_kind="problem", data_select_id=str(row.id)),
    )
    return html.Li(button)


def valid_tag(walk: Walk) -> html.Span:
    """Returns the tag that says whether the patrol counts as valid."""
    if walk.is_valid and not all(each["passed"] for each in walk.judgements):
        return html.Span([icon("tick"), _("Valid, not counted")], className="tag am")
    if walk.is_valid:
        return html.Span([icon("tick"), _("Valid")], className="tag gr")
    return html.Span(_("Not valid"), className="tag am")


def walk_line(walk: Walk | None, now: UtcDatetime) -> html.Section:
    """Returns the line of the newest patrol, with the patroller's post but never the name."""
    if walk is None:
        return block(_("Latest patrol"), html.P(_("No patrol yet"), className="t3 fs12"))
    words = " · ".join(
        (
            moment_text(walk.started_at, now),
            level_word(walk.level),
            distance_words(walk.length_m),
            minutes_words(walk.duration_s),
        )
    )
    line = html.Button(
        [icon("walk"), html.Span(words, className="dw-label"), valid_tag(walk)],
        type="button",
        **attributes(data_select_kind="patrol", data_select_id=str(walk.id)),
    )
    return block(_("Latest patrol"), html.Div(line, className="dw-walk"))


def problem_drawer(row: ProblemRow, now: UtcDatetime) -> html.Article:
    """Returns the drawer of a problem: its main facts and a link to its page."""
    key = f"problem:{row.id}"
    place = [row.number, where_words(row.where)]
    last_step = _("{actor} · {done} · {time}").format(
        actor=actor_words(row.last_actor),
        done=done_word(row.last_action),
        time=moment_text(row.last_at, now),
    )
    light = light_tag(row)
    marks = [state_tag(row), html.Span(className="sp"), light if row.is_open else None]
    pairs = [
        (_("Where it is"), where_words(row.where)),
        (_("Division"), division_words(row.where)),
        (_("Severity"), severity_word(row.severity)),
        (_("Came from"), source_word(row.source)),
        (_("Handled by"), row.unit),
        (_("Requirement"), row.requirement),
        (_("Deadline"), row.due_at and moment_text(row.due_at, now)),
        (_("Registered at"), moment_text(row.registered_at, now)),
    ]
    text = html.P(row.description, className="dw-text")
    parts: list[Any] = [
        block(_("What was found"), text),
        html.Div(facts_list(pairs), className="dw-block"),
    ]
    lines = near_reach(row.where)
    if not lines and row.where.lake_id is not None and row.where.lake:
        lines.append(near(own_name(row.where.lake, row.where.lake_en), "lake", row.where.lake_id))
    if lines:
        parts.append(block(_("Lies at"), html.Ul(lines, className="dw-near")))
    top = head(_("Problem"), place, category_word(row.category), marks, finding(last_step, ""))
    body = html.Div(html.Div(parts, className="dw-body"), className="dw-plain")
    return whole(key, [top, body, _foot(_("Open the problem"), f"/ledger/{row.id}", "flag")])


def patrol_drawer(walk: Walk, now: UtcDatetime) -> html.Article:
    """Returns the drawer of a patrol: length, duration and the rules it was judged by."""
    waters = walk.waters if language.get() == "zh" else walk.waters_en
    gap = "、" if language.get() == "zh" else ", "
    division = own_name(walk.division, walk.division_en) if walk.division else ""
    pairs = [
        (_("Began"), moment_text(walk.started_at, now)),
        (_("Ended"), moment_text(walk.ended_at, now)),
        (_("Distance walked"), distance_words(walk.length_m)),
        (_("Duration"), minutes_words(walk.duration_s)),
        (_("Moving"), minutes_words(walk.moving_s)),
        (_("Waters walked"), gap.join(waters)),
        (_("Reason given"), walk.reason),
    ]
    failed = sum(not each["passed"] for each in walk.judgements)
    words = _("Every rule is met")
    if failed:
        words = ngettext("{n} rule not met", "{n} rules not met", failed).format(n=failed)
    parts: list[Any] = [html.Div(facts_list(pairs), className="dw-block")]
    if walk.judgements:
        parts.append(block(_("Judged by"), _rules(walk.judgements)))
    name = _("Patrol of the {level}").format(level=level_word(walk.level))
    top = head(
        _("Patrol"),
        [each for each in (moment_text(walk.started_at, now), division) if each],
        name,
        [valid_tag(walk)],
        finding(words, distance_words(walk.length_m)),
    )
    body = html.Div(html.Div(parts, className="dw-body"), className="dw-plain")
    foot = _foot(_("Open the patrol"), f"/patrols?patrol={walk.id}", "walk")
    return whole(f"patrol:{walk.id}", [top, body, foot])


def _rules(judgements: Sequence[Any]) -> html.Table:
    rows = [
        html.Tr(
            [
                html.Th(rule_word(rule), scope="row"),
                html.Td(measured_words(rule, each["measured"]), className="r"),
                html.Td(limit_words(rule, each["limit"]), className="t3"),
                html.Td(_("rule met") if each["passed"] else html.B(_("rule not met"))),
            ]
        )
        for each in judgements
        for rule in (PatrolRule(each["rule"]),)
    ]
    return html.Table(html.Tbody(rows), className="dw-rules")


def _foot(words: str, href: str, sign: str) -> html.Footer:
    copy = html.Button(
        [icon("share"), _("Copy link")],
        type="button",
        className="btn",
        **attributes(data_map_action="share"),
    )
    return html.Footer(
        [dcc.Link([icon(sign), words], href=href, className="btn p"), copy], className="dw-foot"
    )
