"""What the dialog of a station's message format answers: opened, filled, tried, saved."""

from typing import Any

from dash import html, no_update

from dashboard.frame.deps import Deps
from dashboard.parts.measures import moment_text, own_name, parameter_name, unit_of
from dashboard.parts.wording import _, worded
from dashboard.stations import format_actions as actions
from dashboard.stations import format_form as form
from dashboard.stations.form_answers import problem
from dashboard.stations.format_actions import OWN, FilledFormat, TriedFormat
from data.clock import BUSINESS_ZONE, UtcDatetime
from data.errors import OneMapError
from data.moments import Doubt, Implausible
from data.queries.stations.device_models import StationOfModel
from data.records import StationId
from data.vocabulary import Parameter
from ingest.codecs.mapped_json import MappedReading
from ingest.device_models import ModelOutcome


def opened(deps: Deps, asked: int) -> tuple[Any, ...]:
    """The outputs that open the dialog for a station."""
    station, models = actions.open_format(deps, StationId(asked))
    title = _("Message format: {name}").format(name=own_name(station.name, station.name_en))
    return (
        True,
        title,
        {"id": asked, "version": station.version},
        _state_words(station, deps.clock()),
        form.model_choices(models),
        station.model or OWN,
        "",
        None,
        None,
    )


def _state_words(station: StationOfModel, now: UtcDatetime) -> list[Any]:
    """What waits in quarantine, and what became of the last replay that was asked for."""
    words = []
    if station.waiting_count:
        sentence = _("{count} messages of this station wait in quarantine.")
        words.append(sentence.format(count=station.waiting_count))
    if station.replay_asked_at and station.replay_done_at is None:
        words.append(_("They are being taken in."))
    elif station.replay_done_at:
        words.append(
            _("Taken in {time}: {taken} messages; refused again: {refused}.").format(
                time=moment_text(station.replay_done_at, now),
                taken=station.taken_count,
                refused=station.refused_count,
            )
        )
    return [html.P(each) for each in words]


def filled_in(deps: Deps, chosen: str | None) -> tuple[Any, ...]:
    """The outputs that fill the editor with a model's values, or hide it for our own format."""
    if not chosen or chosen == OWN:
        return (True, None, *(no_update for _field in form.FIELDS), no_update)
    model = actions.stored_model(deps, chosen)
    mapping = model.mapping
    fields = (
        model.code,
        model.name,
        mapping.get("list", ""),
        mapping["time"]["format"],
        mapping["time"].get("path", ""),
        mapping.get("id", ""),
    )
    return (False, model.version, *fields, form.value_rows(form.rows_of(model)))


def newest(deps: Deps, asked: int) -> tuple[Any, Any]:
    """The newest waiting message for the box, or the note that there is none."""
    try:
        return actions.newest_waiting(deps, StationId(asked)), None
    except OneMapError as error:
        return no_update, html.P(worded(error), className="t2")


def tried(deps: Deps, asked: int, filled: FilledFormat, message: str) -> Any:
    """What would become of the message, or why the mapping can't be tried."""
    try:
        return trial_card(actions.try_format(deps, StationId(asked), filled, message))
    except OneMapError as error:
        return html.P(worded(error), className="st-wrong", role="alert")


def trial_card(tried_format: TriedFormat) -> html.Div:
    """The card of a trial: each reading with values in our units, faults, what nothing reads."""
    trial = tried_format.trial
    if trial.refused:
        why = html.P(worded(trial.refused.error), className="st-wrong")
        return html.Div(why, className="st-preview bad")
    lines: list[Any] = []
    for each, doubt in zip(trial.readings[:MOST_SHOWN], tried_format.doubts, strict=False):
        lines += _reading_lines(each, doubt)
    if len(trial.readings) > MOST_SHOWN:
        more = len(trial.readings) - MOST_SHOWN
        lines.append(html.P(_("… and {count} readings more").format(count=more), className="t3"))
    for parameter in tried_format.unlimited:
        words = _("{parameter}: not detected, and no detection limit is set for it.")
        lines.append(
            html.P(words.format(parameter=parameter_name(parameter)), className="st-wrong")
        )
    if trial.unmapped:
        words = _("Numbers that no path reads: {paths}").format(paths=", ".join(trial.unmapped))
        lines.append(html.P(words, className="t3"))
    is_read = all(each.reading and not each.faults for each in trial.readings) and not any(
        (*tried_format.doubts, *tried_format.unlimited)
    )
    return html.Div(lines, className=f"st-preview st-trial {'ok' if is_read else 'bad'}")


MOST_SHOWN = 20
"""Readings of a tried list that are shown."""


def _result(parameter: Parameter, value: float, below: float | None) -> str:
    """A result with all its digits and its unit; ``<0.025 mg/L`` below its detection limit."""
    text = f"{value:.10g}" if below is None else f"<{below:.10g}"
    return f"{text} {unit_of(parameter)}".rstrip()


def _doubt_words(wrong: Implausible) -> str:
    """Why ingest would refuse a reading for its time."""
    return {
        Doubt.AHEAD: _("Its time lies in the future: it would be refused."),
        Doubt.BEFORE: _("Its time lies before the station's start: it would be refused."),
        Doubt.OLD: _("Its time lies too far back: it would be refused."),
        Doubt.UNSET: _("The device's clock was never set: it would be refused."),
        Doubt.ROLLED: _("The receiver's clock is {weeks} weeks off: it would be refused."),
    }[wrong.doubt].format(weeks=f"{abs(wrong.weeks):,}")


def _reading_lines(tried_one: MappedReading, doubt: Implausible | None) -> list[Any]:
    lines: list[Any] = []
    if tried_one.reading:
        at = tried_one.reading.observed_at.astimezone(BUSINESS_ZONE)
        lines.append(html.B(f"{at:%Y-%m-%d %H:%M:%S}"))
        values, below = tried_one.reading.values.items(), tried_one.reading.below
        facts = [
            html.Div(
                [
                    html.Dt(parameter_name(parameter)),
                    html.Dd(_result(parameter, value, below.get(parameter))),
                ]
            )
            for parameter, value in values
        ]
        lines.append(html.Dl(facts))
        if doubt:
            lines.append(html.P(_doubt_words(doubt), className="st-wrong"))
    else:
        lines.append(html.B(_("No reading comes of it.")))
    lines += [html.P(worded(fault.error), className="st-wrong") for fault in tried_one.faults]
    if tried_one.missing:
        words = _("Not in the message: {paths}").format(paths=", ".join(tried_one.missing))
        lines.append(html.P(words, className="t3"))
    return lines


def saved(
    deps: Deps, chosen: dict[str, Any], asked: int, filled: FilledFormat, model_version: int | None
) -> tuple[Any, ...]:
    """Saves the format; the outputs that close the dialog and say what waits, or why not."""
    version = chosen.get("version")
    try:
        done = actions.save_format(
            deps,
            StationId(asked),
            filled,
            station_version=version if isinstance(version, int) else None,
            model_version=model_version,
        )
    except OneMapError as error:
        return True, problem(error), no_update, no_update, False, None
    words = {
        None: _("Messages of {station} are read by OneMap's own format."),
        ModelOutcome.CREATED: _("The device model {code} is added and reads {station}."),
        ModelOutcome.CHANGED: _("The device model {code} is changed and reads {station}."),
        ModelOutcome.UNCHANGED: _("The device model {code} reads {station}."),
    }[done.outcome]
    lines = [html.P(words.format(station=done.station.code, code=done.station.model))]
    waiting = done.station.waiting_count
    if waiting:
        sentence = _("{count} messages of this station wait in quarantine.")
        lines.append(html.P(sentence.format(count=waiting)))
        lines.append(html.P(_("What can be read by now can be taken in."), className="t2"))
    return False, None, lines, waiting == 0, True, None


def replayed(deps: Deps, asked: int) -> tuple[Any, bool]:
    """Asks for the replay; the sentence on it, and True: the button has done its work."""
    try:
        actions.ask_replay(deps, StationId(asked))
    except OneMapError as error:
        return html.P(worded(error), className="st-wrong"), False
    sentence = _("They are taken in within half a minute; open this window again to see how many.")
    return html.P(sentence, className="t2"), True
