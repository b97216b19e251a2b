"""The part of the page of refused messages that no tolerance mends: groups, and what to do."""

from typing import Any, Final

from dash import dcc, html

from dashboard.parts.detail_words import fault_words
from dashboard.parts.measures import moment_text, own_name
from dashboard.parts.wording import N_, _
from dashboard.tally.refused_actions import RefusedShown
from dashboard.tally.words import MOST_BYTES, count_text, messages_text, reason_word
from data.clock import UtcDatetime
from data.queries.readings.quarantine import Unmendable
from data.texts import shown_bytes
from data.vocabulary import Refusal
from ingest.details import Said, read_back

AT_STATIONS = frozenset({Refusal.UNKNOWN_STATION, Refusal.PARAMETER, Refusal.SHAPE, Refusal.CLOCK})
"""Reasons that the page of stations may end: a station, its start or its message format."""

_FRAME: Final = N_("Let the logger send DataTime once, in Beijing time, as YYYYMMDDhhmmss.")
_MAPPED: Final = N_(
    "Let the device send its time as its message format says, or correct that format."
)
OWN_ADVICE: Final = {
    "period is none of {choices}": N_(
        "Let the device send one of the periods named above, or leave it out."
    ),
    "{text} is no time YYYYMMDDhhmmss": _FRAME,
    "DataTime is missing": _FRAME,
    "DataTime is there twice and differs": _FRAME,
    "There is no time at {path}.": _MAPPED,
    "The time {value} is no {form} of our days.": _MAPPED,
    "The time {value} has no offset from UTC.": _MAPPED,
    "The time {value} is not written as {form}.": _MAPPED,
    "not detected, and no detection limit is set for it": N_(
        "Let the device send the limit too (<0.02), or set one for the parameter."
    ),
    "a frame of HJ 212 belongs on the station's topic hj212": N_(
        "Set the topic named above in the device."
    ),
}
"""What to do about a detail by its first sentence, where its reason's advice would not mend it."""


def unmendable_list(shown: RefusedShown) -> list[Any]:
    """Returns a part for each group, the latest first, and how many more there are."""
    parts: list[Any] = [group(each, shown.now) for each in shown.unmendable]
    more = shown.unmendable_count - len(shown.unmendable)
    if more > 0:
        words = _("and {n} more groups that came earlier; ./onemap quarantine list shows all")
        parts.append(html.P(words.format(n=count_text(more)), className="t3"))
    return parts


def group(each: Unmendable, now: UtcDatetime) -> html.Article:
    """Returns what waits of one station, topic and reason, with an example and what to do."""
    name = own_name(each.name or "", each.name_en) if each.code else _("Unregistered station")
    return html.Article(
        [
            html.Div(
                [
                    html.B(name),
                    html.Span(each.code or "", className="t3 mono fs12"),
                    html.Span(reason_word(each.reason), className="tag"),
                    html.Span(messages_text(each.count)),
                    html.Span(className="sp"),
                    html.Span(span_text(each, now), className="t3 fs12"),
                ],
                className="ac-title",
            ),
            html.P(each.topic, className="mono fs12 ac-topic"),
            html.P(fault_words(each.detail)) if each.detail else None,
            None
            if each.is_sum
            else html.Pre(shown_bytes(each.payload, MOST_BYTES), className="mono fs12"),
            html.P(
                [
                    html.B(_("What to do")),
                    " ",
                    advice(each.reason, each.detail),
                    *_way(each.reason),
                ],
                className="t2",
            ),
        ]
    )


def span_text(each: Unmendable, now: UtcDatetime) -> str:
    """Returns when the first and the last message came; one time where it was one message."""
    first, last = moment_text(each.first_at, now), moment_text(each.last_at, now)
    if first == last:
        return first
    return _("{first} to {last}").format(first=first, last=last)


def _way(reason: Refusal) -> list[Any]:
    if reason not in AT_STATIONS:
        return []
    return [" ", dcc.Link(_("Stations"), href="/stations")]


def advice(reason: Refusal, detail: str) -> str:
    """Returns in words what to do about a detail: its own advice, or else that of its reason."""
    said = read_back(detail).pieces[0].said
    if isinstance(said, Said) and said.template in OWN_ADVICE:
        return _(OWN_ADVICE[said.template])
    return mend_word(reason)


def mend_word(reason: Refusal) -> str:
    """Returns in words what ends refusals for a reason that no tolerance mends."""
    return {
        Refusal.TOPIC: _("Set the topic named above in the device."),
        Refusal.TOO_LARGE: _("Let the device send fewer readings in a message."),
        Refusal.NOT_JSON: _(
            "Let the device's supplier correct the JSON: text in UTF-8, whole, by the contract."
        ),
        Refusal.FRAME: _("Check the logger's frames (HJ 212): length, header and items."),
        Refusal.CRC: _("Check the line, and how the logger computes its CRC (HJ 212)."),
        Refusal.CIPHER: _("Set the same key in logger and gateway, or switch its cipher off."),
        Refusal.SHAPE: _(
            "Correct the fields in the device, or choose a message format for the station."
        ),
        Refusal.TIME: _("Let the device send the time in ISO 8601, with its offset from UTC."),
        Refusal.CLOCK: _("Set the device's clock; check the station's start and end."),
        Refusal.PARAMETER: _(
            "Use the contract's names of parameters, or choose a message format for the station."
        ),
        Refusal.VALUE: _(
            "Let the device send numbers only, flags of HJ 212, and nothing where it has no value."
        ),
        Refusal.UNKNOWN_STATION: _(
            "Register a station with the code in the topic, then run ./onemap quarantine replay;"
            " if it is no device of ours, nothing is to be done."
        ),
        Refusal.DATABASE: _("Look into the log of ingest, then run ./onemap quarantine replay."),
        Refusal.PARTIAL: _(
            "The other values are stored. Correct in the device what is named above."
        ),
    }[reason]
