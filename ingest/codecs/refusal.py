"""A message that can't be taken in, with the reason."""

from data.vocabulary import Refusal


class Unreadable(Exception):
    """The message can't be read as a reading; ``detail`` says what is wrong with it."""

    def __init__(self, reason: Refusal, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}")
