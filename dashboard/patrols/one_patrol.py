"""The card of one patrol: its track on a map, each rule with limit and measure, the reason."""

import json
from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard.parts.attributes import attributes, words_for_script
from dashboard.parts.blocks import empty
from dashboard.parts.icons import icon
from dashboard.parts.measures import dated_text, moment_text
from dashboard.parts.wording import _, language
from dashboard.patrols.records import verdict
from dashboard.patrols.words import (
    basis_words,
    limit_words,
    measured_words,
    rule_word,
    waters_words,
)
from data.clock import UtcDatetime
from data.queries.patrols.records import Judgement, PatrolDetail


def one_card(patrol: PatrolDetail | None, *, now: UtcDatetime) -> html.Section:
    """The card of the chosen patrol; for None a hint to choose one in the list."""
    if patrol is None:
        return html.Section(
            [
                html.Header(html.H2(_("Track and judgement")), className="pt-title"),
                empty(_("Choose a patrol to see its track and how it was judged.")),
            ],
            id="patrols-one",
            className="card pt-card pt-one",
        )
    failed = [each for each in patrol.judgements if not each.passed]
    began = dated_text(patrol.started_at, now)
    note = _("{n} rules, all passed").format(n=len(patrol.judgements))
    if failed:
        note = _("{n} rules, {m} failed").format(n=len(patrol.judgements), m=len(failed))
    return html.Section(
        [
            html.Header(
                [
                    html.H2(f"{began} {waters_words(patrol)}"),
                    html.Span(className="sp"),
                    verdict(patrol, len(failed)),
                ],
                className="pt-title",
            ),
            track_map(patrol),
            html.Header(
                [html.H2(_("Judged by")), html.Span(note, className="t3")], className="pt-title"
            ),
            html.Ul([_rule(each) for each in patrol.judgements], className="pt-rules"),
            html.P(points_words(patrol), className="t3 fs12 pt-points"),
            remarks(patrol, now),
            reason_box(patrol, now),
            html.Div(
                html.A(
                    [icon("map"), _("See it on the one map")],
                    href=f"/#sel=patrol:{patrol.id}",
                    className="btn",
                ),
                className="pt-acts",
            ),
        ],
        id="patrols-one",
        className="card pt-card pt-one",
    )


def track_map(patrol: PatrolDetail) -> html.Div | html.P:
    """The element in which a script draws the patrol's track, or the note that it was removed."""
    if patrol.track is None:
        return empty(_("The track was removed after its term; what was judged by it stays."))
    return html.Div(
        className="pt-map",
        role="img",
        **attributes(
            aria_label=_("The track on the map"),
            data_patrol_track=json.dumps(track_features(patrol.track)),
            data_words="{}",
            data_language=language.get(),
        ),
    )


def track_features(track: Mapping[str, Any]) -> dict[str, Any]:
    """The track as GeoJSON: the line walked, and points at its beginning and end."""
    lines = track["coordinates"]
    ends = (("start", lines[0][0]), ("end", lines[-1][-1]))
    features = [_feature("track", track)]
    features += [_feature(kind, {"type": "Point", "coordinates": at}) for kind, at in ends]
    return {"type": "FeatureCollection", "features": features}


def _feature(kind: str, geometry: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"kind": kind}, "geometry": dict(geometry)}


def points_words(patrol: PatrolDetail) -> str:
    """The sentence on how many points of the track were kept and how many left out."""
    words = _("{kept} of {all} points kept, {jumps} impossible ones left out.").format(
        kept=patrol.kept_count, all=patrol.point_count, jumps=patrol.jump_count
    )
    others = patrol.point_count - patrol.kept_count - patrol.jump_count
    if others <= 0:
        return words
    more = _("Left out too, without time or place or at the same time as another: {others}.")
    return f"{words} {more.format(others=others)}"


def _rule(judgement: Judgement) -> html.Li:
    """The line of one patrol rule: passed or failed, its limit, the measured value."""
    passed = judgement.passed
    return html.Li(
        [
            html.Span(icon("tick" if passed else "close"), className="pt-mark"),
            html.Span(
                [
                    rule_word(judgement.rule),
                    " ",
                    html.Span(limit_words(judgement.rule, judgement.limit), className="t3 fs12"),
                ],
                title=basis_words(judgement.source),
            ),
            html.B(measured_words(judgement.rule, judgement.measured)),
        ],
        className=None if passed else "is-failed",
        **attributes(data_rule=judgement.rule.value),
    )


def reason_words() -> dict[str, str]:
    """The sentences of the script that saves the patroller's reason, by key."""
    return {
        "empty": _("Write the reason first."),
        "offline": _("The server can't be reached now. What is filled in stays here; try again."),
    }


def remarks(patrol: PatrolDetail, now: UtcDatetime) -> html.Div | None:
    """The remarks of the patrol with their times; None for a patrol without remarks."""
    if not patrol.remarks:
        return None
    lines = [html.P([html.B(moment_text(each.at, now)), " ", each.text]) for each in patrol.remarks]
    return html.Div(lines, className="pt-reason")


def reason_box(patrol: PatrolDetail, now: UtcDatetime) -> html.Div | None:
    """The patroller's reason for failed rules, or a box to write it; None where neither applies."""
    if patrol.reason:
        written = _("written {time}").format(time=moment_text(patrol.reason_at or now, now))
        return html.Div(
            [
                html.P([html.B(_("The patroller's reason")), "　", patrol.reason]),
                html.P(written, className="fs11 t3"),
            ],
            className="pt-reason",
        )
    if patrol.is_valid or not patrol.may_explain:
        return None
    return html.Div(
        [
            html.Label(html.B(_("Add a reason")), htmlFor="patrols-reason"),
            html.Textarea(
                id="patrols-reason",
                maxLength=500,
                placeholder=_("Why it was not done by the rules, and what was done instead"),
            ),
            html.P(id="patrols-reason-told", className="pt-say", role="alert"),
            html.Button(
                _("Save the reason"),
                id="patrols-explain",
                className="btn s",
                **attributes(
                    data_patrol=str(patrol.id),
                    data_version=str(patrol.version),
                ),
                **words_for_script(reason_words()),
            ),
        ],
        className="pt-reason",
        **attributes(data_to_send=""),
    )
