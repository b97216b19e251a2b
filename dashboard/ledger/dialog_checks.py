"""What the dialog of a step shows first: the step it answers, and the evidence as it stands."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from dashboard.ledger.line_words import actor_words
from dashboard.ledger.photos import check_words, chosen_pair, shown_flags
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.story import sentences
from dashboard.ledger.words import done_word, stage_word
from dashboard.parts.measures import moment_text
from dashboard.parts.wording import _
from data.words.ledger import Action
from problem_ledger.evidence.comparison import Flag

LOOKING = frozenset({Action.VERIFY, Action.RETURN, Action.SIGN_OFF})
"""The steps whose dialog shows the evidence."""

LONGEST = 40
"""Characters of a statement that a line shows."""


class State(StrEnum):
    """How an item of evidence stands; ``MISSING`` alone keeps the step from being taken."""

    FITS = "fits"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"
    MISSING = "missing"


Row = dict[str, Any]


def checks_of(seen: Seen, action: Action) -> list[Row]:
    """Returns the rows of evidence in the dialog of that step; none for a step without."""
    if action not in LOOKING:
        return []
    photos = photo_rows(seen, seen.flags)
    return [*_asked_for(seen), *photos] if action is Action.SIGN_OFF else photos


def photo_rows(seen: Seen, flags: Sequence[Flag]) -> list[Row]:
    """Returns a row for each check of a photo, the doubtful ones first."""
    order = (False, None, True)
    shown = sorted(shown_flags(flags), key=lambda flag: order.index(flag.ok))
    return [_photo_row(seen, flag) for flag in shown]


def _photo_row(seen: Seen, flag: Flag) -> Row:
    name, value, limit = check_words(seen, flag)
    state = {True: State.FITS, False: State.DOUBTFUL, None: State.UNKNOWN}[flag.ok]
    where = _("{stage}: {check}").format(stage=stage_word(flag.stage), check=name)
    return _row(state, where, value, limit)


def _asked_for(seen: Seen) -> list[Row]:
    """Returns what a sign-off asks for: photos, the check on site, what was done, the duties."""
    before, after = chosen_pair(seen)
    photos = (State.FITS, _("both are there"))
    if after is None:
        photos = (State.MISSING, _("lacking"))
    elif before is None:
        photos = (State.UNKNOWN, _("after only; none came with the report"))
    verified = seen.detail.last(Action.VERIFY)
    on_site = (State.MISSING, _("lacking"))
    if verified:
        when = moment_text(verified.at, seen.now)
        on_site = (State.FITS, f"{when} {actor_words(verified.actor)}")
    submitted = seen.detail.last(Action.SUBMIT)
    done = (State.FITS, submitted.text[:LONGEST]) if submitted else (State.MISSING, _("lacking"))
    duties = _("you are neither handler nor checker, nor below the unit")
    return [
        _row(photos[0], _("Photos before and after"), photos[1]),
        _row(on_site[0], _("Check on site"), on_site[1]),
        _row(done[0], _("What was done"), done[1]),
        _row(State.FITS, _("Separate duties"), duties),
    ]


def _row(state: State, name: str, value: str, limit: str = "") -> Row:
    words = {
        State.FITS: _("fits"),
        State.DOUBTFUL: _("doubtful"),
        State.UNKNOWN: _("not known"),
        State.MISSING: _("lacking"),
    }
    return {
        "state": state.value,
        "said": words[state],
        "name": name,
        "value": value,
        "limit": limit,
    }


ANSWERED: Final[dict[Action, Action]] = {
    Action.EXTEND: Action.ASK_EXTENSION,
    Action.REFUSE_EXTENSION: Action.ASK_EXTENSION,
    Action.WITHDRAW_EXTENSION: Action.ASK_EXTENSION,
    Action.VERIFY: Action.SUBMIT,
    Action.RETURN: Action.SUBMIT,
    Action.SIGN_OFF: Action.VERIFY,
}
"""The step that each of these decides about: its dialog covers the page that tells of it."""


def basis_of(seen: Seen, action: Action) -> dict[str, Any] | None:
    """Returns what the step answers, as data for its dialog: title, lines, photos; or None."""
    asked = ANSWERED.get(action)
    event = seen.detail.last(asked) if asked else None
    if event is None:
        return None
    photos = [at for at, photo in enumerate(seen.detail.photos) if photo.seq == event.seq]
    return {
        "title": f"{actor_words(event.actor)} {done_word(event.action)}",
        "lines": sentences(event),
        "photos": photos,
    }
