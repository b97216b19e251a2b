"""What a step answers: the earlier step of somebody else, with its words and photos."""

from typing import Any, Final

from dashboard.ledger.line_words import actor_words
from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.story import sentences
from dashboard.ledger.words import done_word
from data.words.ledger import Action

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
