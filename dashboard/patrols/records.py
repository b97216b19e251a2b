"""The cards of a chief's patrols in the month and of the problems found on them."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.ledger.line_words import (
    LIGHT_CLASS,
    deadline_words,
    state_class,
    state_word,
    where_words,
)
from dashboard.ledger.words import category_word
from dashboard.parts.attributes import attributes
from dashboard.parts.blocks import empty
from dashboard.parts.kit import opener, row
from dashboard.parts.measures import dated_text
from dashboard.parts.wording import _, ngettext
from dashboard.patrols.reads import OWN, Shown, address
from dashboard.patrols.words import (
    distance_words,
    measured_words,
    minutes_words,
    span_words,
    times_words,
    waters_words,
)
from data.queries.ledger.problems import ProblemRow
from data.queries.patrols.records import PatrolRow
from data.words.ledger import CLOSED, PatrolRule

Cell = tuple[Any, bool]
"""What a cell shows, and whether a rule failed by it."""


def records_card(shown: Shown) -> html.Section:
    """The table of patrols, newest first; figures that made a patrol rule fail are marked."""
    patrols = shown.patrols
    chosen = shown.patrol.id if shown.patrol else None
    heads = (
        _("Began, reaches"),
        _("Duration"),
        _("Distance"),
        _("Since last"),
        _("Coverage"),
        _("Mean speed"),
        _("Judgement"),
    )
    valid = sum(patrol.is_valid for patrol in patrols)
    counted = sum(patrol.is_counted for patrol in patrols)
    note = _("{all}, {valid} valid").format(all=times_words(len(patrols)), valid=valid)
    if counted < valid:
        note = _("{all}, {valid} valid, {counted} counted").format(
            all=times_words(len(patrols)), valid=valid, counted=counted
        )
    rows = [_record(patrol, shown, patrol.id == chosen, heads) for patrol in patrols]
    return html.Section(
        [
            html.Header(
                [html.H2(_("Patrol records")), html.Span(note, className="t3")],
                className="pt-title",
            ),
            html.Table(
                [
                    html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                    html.Tbody(rows),
                ],
                className="pt-table",
                **attributes(aria_label=_("Patrol records")),
            )
            if rows
            else empty(_("No patrol in this month yet. Upload a track, or record one by phone.")),
        ],
        className="card pt-card",
    )


def _record(patrol: PatrolRow, shown: Shown, is_chosen: bool, heads: Sequence[str]) -> html.Tr:
    """The table row of one patrol, a link that opens the patrol."""
    failed = patrol.failed
    since = patrol.hours_since_valid
    chief = shown.chief.person_id if shown.chief else OWN
    opening = html.A(
        dated_text(patrol.started_at, shown.now),
        href=address(shown.month.key, chief=chief, patrol=patrol.id),
        className="pt-open",
        **opener(),
        **attributes(data_patrols_go="patrols-one", data_patrols_key=f"patrol {patrol.id}"),
    )
    cells: list[Cell] = [
        ([opening, " ", html.Span(waters_words(patrol), className="t2")], False),
        (minutes_words(patrol.duration_s), PatrolRule.MINUTES in failed),
        (distance_words(patrol.length_m), PatrolRule.METRES in failed),
        (span_words(since) if since is not None else "—", PatrolRule.INTERVAL in failed),
        (
            measured_words(PatrolRule.COVERAGE, covered(patrol) if patrol.waters else None),
            PatrolRule.COVERAGE in failed,
        ),
        (speed_words(patrol), PatrolRule.TOP_SPEED in failed),
        (verdict(patrol), False),
    ]
    return html.Tr(
        [
            html.Td(
                ["✗ ", content] if bad else content,
                className="pt-bad" if bad else None,
                **attributes(data_label=head),
            )
            for (content, bad), head in zip(cells, heads, strict=True)
        ],
        **attributes(**({"aria_selected": "true"} if is_chosen else {})),
        **row(),
    )


def speed_words(patrol: PatrolRow) -> str:
    """The patrol's mean speed; its top speed when that broke the rule for top speed."""
    if PatrolRule.TOP_SPEED in patrol.failed:
        return measured_words(PatrolRule.TOP_SPEED, patrol.top_speed_kmh)
    return f"{patrol.mean_kmh:.1f} km/h"


def covered(patrol: PatrolRow) -> float:
    """The share of the reach covered, as the coverage rule measured it, else the best share."""
    judged = [each.measured for each in patrol.judgements if each.rule is PatrolRule.COVERAGE]
    return judged[0] if judged and judged[0] is not None else patrol.share


def verdict(patrol: PatrolRow, failed_count: int = 0) -> html.Span:
    """The tag: valid, valid but not counted (too soon), or not valid with how many rules failed."""
    if patrol.is_counted:
        return html.Span(_("valid"), className="tag gr")
    if patrol.is_valid:
        return html.Span(_("valid · not counted"), className="tag am")
    if not failed_count:
        return html.Span(_("not valid"), className="tag rd")
    words = ngettext("not valid · {n} rule failed", "not valid · {n} rules failed", failed_count)
    return html.Span(words.format(n=failed_count), className="tag rd")


def found_card(problems: Sequence[ProblemRow]) -> html.Section:
    """The card of the problems found on the patrols shown, the open problems first."""
    closed = sum(problem.status in CLOSED for problem in problems)
    note = _("{n} this month, {closed} closed").format(n=len(problems), closed=closed)
    return html.Section(
        [
            html.Header(
                [
                    html.H2(_("Problems found on patrol")),
                    html.Span(note, className="t3"),
                    html.Span(className="sp"),
                    dcc.Link(_("See them in the ledger"), href="/ledger?source=patrol")
                    if problems
                    else None,
                ],
                className="pt-title",
            ),
            html.Ul([_found(problem) for problem in problems], className="pt-found")
            if problems
            else empty(_("No problem was found on these patrols.")),
        ],
        className="card pt-card",
    )


def _found(problem: ProblemRow) -> html.Li:
    """The line of one problem found: light of the deadline, place and category, status."""
    words = f"{where_words(problem.where)} {category_word(problem.category)}"
    return html.Li(
        [
            html.Span(
                deadline_words(problem.days_left, problem.light),
                className=f"{LIGHT_CLASS[problem.light]} pt-light",
            ),
            dcc.Link(words, href=f"/ledger/{problem.id}", title=problem.description),
            html.Span(
                state_word(problem.status, is_returned=problem.is_returned),
                className=state_class(problem.status, is_returned=problem.is_returned),
            ),
        ]
    )
