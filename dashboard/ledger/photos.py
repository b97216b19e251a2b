"""The card of a problem's photos: before and after side by side, and the checks on them."""

from collections.abc import Sequence
from datetime import timedelta

from dash import html

from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.words import stage_word
from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.measures import dated_text, duration_text, moment_text
from dashboard.parts.wording import _, ngettext
from data.clock import UtcDatetime, business_date
from data.moments import RECENT, Doubt, Window, implausible
from data.queries.ledger.photos import PhotoFacts
from data.words.ledger import Stage
from gis.chainage import format_distance
from problem_ledger.evidence.comparison import Check, Flag

ELSEWHERE_M = 50_000
"""A photo farther from the problem than this was taken somewhere else altogether."""


def photo_card(seen: Seen) -> html.Section:
    """Returns the card with the photos before and after rectification, and the checks on them."""
    photos = seen.detail.photos
    before, after = chosen_pair(seen)
    heading = _("Before and after") if after else _("The scene")
    more = None
    if photos:
        words = ngettext("{n} photo in all", "{n} photos in all", len(photos)).format(n=len(photos))
        more = html.Button(words, className="pb-all", **attributes(data_problem_photo="0"))
    return html.Section(
        [
            html.Div(
                [
                    html.H2(heading),
                    html.Span(
                        _("Place and direction are compared by the system, only to aid the checker")
                        if after
                        else "",
                        className="t3",
                    ),
                    html.Span(className="sp"),
                    more,
                ],
                className="ct",
            ),
            html.Div(
                [
                    _figure(seen, before, Stage.BEFORE),
                    _figure(seen, after, Stage.AFTER),
                ],
                className="pb-pair",
            ),
            checks(seen, after=after is not None),
        ],
        className="card pb-photos",
    )


def chosen_pair(seen: Seen) -> tuple[PhotoFacts | None, PhotoFacts | None]:
    """Returns a photo before and one of the newest after, those nearest; None for a missing one."""
    by_id = {photo.id: photo for photo in seen.detail.photos}
    before, after = seen.shown_pair
    return by_id.get(before or 0), by_id.get(after or 0)


def _figure(seen: Seen, photo: PhotoFacts | None, stage: Stage) -> html.Figure:
    label = html.Span(stage_word(stage), className="lab")
    if photo is None:
        words = (
            _("No photo was given with the report")
            if stage is Stage.BEFORE
            else _("No photo yet; the unit gives it when it submits")
        )
        return html.Figure([html.Div([icon("camera"), words], className="none"), label])
    index = [each.id for each in seen.detail.photos].index(photo.id)
    return html.Figure(
        [
            html.Button(
                html.Img(src=photo_url(photo.id), alt=stage_word(stage)),
                className="ph",
                **attributes(data_problem_photo=str(index), aria_label=_("Enlarge")),
            ),
            label,
            html.Figcaption(
                [
                    html.B(moment_words(seen, photo)),
                    html.Span(" · ".join(origin_words(seen, photo)), className="t3"),
                ]
            ),
        ]
    )


def photo_url(photo_id: int, size: str = "shown") -> str:
    """Returns the address of a copy of the photo in the size ``size``."""
    return f"/api/v1/photos/{photo_id}?size={size}"


def moment_words(seen: Seen, photo: PhotoFacts) -> str:
    """Returns when the photo was taken: satellite time, else camera clock, else upload time.

    Upload time for a reader who may not know what the camera wrote.
    """
    if photo.gps_at:
        return moment_text(photo.gps_at, seen.now)
    if photo.clock:
        year, rest = photo.clock[:4], photo.clock[5:16].replace(":", "-", 1)
        return rest if year == f"{business_date(seen.now).year}" else f"{year}-{rest}"
    return moment_text(photo.uploaded_at, seen.now)


def origin_words(seen: Seen, photo: PhotoFacts) -> list[str]:
    """Returns who gave the photo, its direction, and "no place" if the photo holds none."""
    by = next((one.actor for one in seen.detail.story if one.seq == photo.seq), "")
    words = [by] if by else []
    if photo.bearing is not None:
        words.append(_("facing {n}°").format(n=round(photo.bearing)))
    if photo.lon is None and seen.reads_originals:
        words.append(_("no place in the photo"))
    return words


def photo_words(seen: Seen) -> list[str]:
    """Returns a caption for each photo: stage, time, who uploaded it, direction."""
    return [
        " · ".join(
            [
                stage_word(photo.stage) if photo.stage else "",
                moment_words(seen, photo),
                *origin_words(seen, photo),
            ]
        )
        for photo in seen.detail.photos
    ]


def checks(seen: Seen, *, after: bool) -> html.Ul | None:
    """Returns the checks on the photos; None when there are none.

    Once there are photos of the rectification those are listed, with every doubt about the photos
    before it.
    """
    stage = Stage.AFTER if after else Stage.BEFORE
    shown = [flag for flag in shown_flags(seen.flags) if flag.stage is stage or flag.ok is False]
    if not shown:
        return None
    return html.Ul([_check(seen, flag, stage) for flag in shown], className="pb-checks")


def shown_flags(flags: Sequence[Flag]) -> list[Flag]:
    """Returns the flags that are worth a place: of the camera's clock only a doubt."""
    return [flag for flag in flags if flag.check is not Check.CLOCK or flag.ok is False]


def _check(seen: Seen, flag: Flag, stage: Stage) -> html.Li:
    """Returns one check with its sign; one about photos of another stage names the stage."""
    name, value, rule = check_words(seen, flag)
    if flag.stage is not stage:
        name = _("{stage}: {check}").format(stage=stage_word(flag.stage), check=name)
    sign = {
        True: html.Span(
            icon("tick"), className="ok", role="img", **attributes(aria_label=_("fits"))
        ),
        False: html.Span(
            icon("warn"), className="bad", role="img", **attributes(aria_label=_("doubtful"))
        ),
        None: html.Span(
            icon("minus"), className="nil", role="img", **attributes(aria_label=_("not known"))
        ),
    }[flag.ok]
    return html.Li([html.Span(name), html.B(value), html.Span(rule, className="t3"), sign])


def check_words(seen: Seen, flag: Flag) -> tuple[str, str, str]:
    """Returns a check of a photo in words: its name, the measured value and the limit."""
    unknown = _("not known")
    measured, limit = flag.measured, flag.limit or 0
    if flag.check is Check.APART:
        value = unknown if measured is None else format_distance(measured)
        return _("Photos apart"), value, _("at most {n} m").format(n=round(limit))
    if flag.check is Check.BEARING:
        value = unknown if measured is None else f"{measured:.0f}°"
        return _("Directions differ"), value, _("at most {n}°").format(n=round(limit))
    if flag.check is Check.PLACE:
        value = unknown if measured is None else format_distance(measured)
        if measured is not None and measured > ELSEWHERE_M:
            value = _("{distance}: not taken here").format(distance=value)
        return _("From the problem's place"), value, _("at most {n} m").format(n=round(limit))
    if flag.check is Check.LIKENESS:
        rule = ngettext("compared with {n} photo", "compared with {n} photos", flag.compared_count)
        value = {
            True: _("nothing alike"),
            False: _("like one of {number}").format(number=flag.like_number)
            if flag.like_number
            else _("like another photo, of no problem"),
            None: _("no earlier photo"),
        }[flag.ok]
        return _("Seen before"), value, rule.format(n=flag.compared_count)
    if flag.check is Check.CLOCK:
        return _clock_check(flag)
    return _("Taken"), *time_check(seen.now, flag)


def _clock_check(flag: Flag) -> tuple[str, str, str]:
    """Returns the check of the camera's clock, or that of the satellites' date, in words."""
    if flag.rolled_weeks:
        value = _("{n} weeks off").format(n=f"{abs(flag.rolled_weeks):,}")
        return _("The satellites' date"), value, _("the camera's clock counts")
    off = duration_text(timedelta(seconds=abs(flag.measured or 0)))
    within = duration_text(timedelta(seconds=flag.limit or 0))
    return _("Camera's clock"), _("{time} off").format(time=off), _("at most {n}").format(n=within)


def time_check(now: UtcDatetime, flag: Flag) -> tuple[str, str]:
    """Returns when the photo was taken and when it should have been."""
    value = dated_text(flag.at, now) if flag.at else _("not known")
    if flag.span is None:
        return value, ""
    wrong = implausible(flag.at, Window(flag.span.end, oldest=RECENT)) if flag.at else None
    if wrong is not None and wrong.corrected is not None:
        meant = dated_text(wrong.corrected, now)
        words = _("clock {n} weeks off, {time} was meant")
        return value, words.format(n=f"{abs(wrong.weeks):,}", time=meant)
    if wrong is not None and wrong.doubt is Doubt.UNSET:
        return value, _("the clock was never set")
    if flag.stage is Stage.BEFORE:
        return value, _("since {day}").format(day=dated_text(flag.span.start, now))
    if flag.at is not None and flag.at > flag.span.end:
        words, limit = _("must be before {time} (within the rectification)"), flag.span.end
    else:
        words, limit = _("must be after {time} (within the rectification)"), flag.span.start
    return value, words.format(time=dated_text(limit, now))
