"""The exception that codecs raise for a message they can't decode."""

from data.vocabulary import Refusal


class Unreadable(Exception):
    """The message can't be decoded; ``detail`` says what is wrong with it."""

    def __init__(self, reason: Refusal, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}")
