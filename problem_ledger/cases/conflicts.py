"""The error for a step that comes too late: it says what somebody else did first."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from data.clock import BUSINESS_ZONE, UtcDatetime
from data.errors import Conflict
from data.words.ledger import Action
from problem_ledger.record.events import Row

SENTENCES: Final[Mapping[Action, str]] = MappingProxyType(
    {
        Action.REPORT: "{actor} registered this problem at {time}.",
        Action.REFUSE: "{actor} refused this problem at {time}.",
        Action.ACCEPT: "{actor} accepted this problem at {time}.",
        Action.ASSIGN: "{actor} assigned this problem at {time}.",
        Action.HAND_BACK: "{actor} handed this problem back at {time}.",
        Action.SIGN_FOR: "{actor} signed for this problem at {time}.",
        Action.PROGRESS: "{actor} told of progress with this problem at {time}.",
        Action.SUBMIT: "{actor} submitted this problem at {time}.",
        Action.VERIFY: "{actor} verified this problem at {time}.",
        Action.RETURN: "{actor} returned this problem at {time}.",
        Action.SIGN_OFF: "{actor} signed this problem off at {time}.",
        Action.REOPEN: "{actor} reopened this problem at {time}.",
        Action.ARCHIVE: "This problem was archived at {time}.",
        Action.ASK_EXTENSION: "{actor} asked for more time for this problem at {time}.",
        Action.WITHDRAW_EXTENSION: "{actor} withdrew the request for more time at {time}.",
        Action.EXTEND: "{actor} extended this problem's deadline at {time}.",
        Action.REFUSE_EXTENSION: "{actor} refused more time for this problem at {time}.",
        Action.COMMENT: "{actor} commented on this problem at {time}.",
        Action.PRESS: "{actor} escalated this problem at {time}.",
    }
)
"""What happened in the meantime, by the last event's action."""


def overtaken(row: Row, now: UtcDatetime) -> Conflict:
    """Returns the error that names who changed the problem first, by what step and when."""
    at = row["last_at"].astimezone(BUSINESS_ZONE)
    is_today = at.date() == now.astimezone(BUSINESS_ZONE).date()
    return Conflict(
        SENTENCES[Action(row["last_action"])],
        mend="Look at it as it is now.",
        actor=row["last_actor"] or "OneMap",
        time=at.strftime("%H:%M" if is_today else "%Y-%m-%d %H:%M"),
        version=row["version"],
    )
