"""The exception that codecs raise for a message they can't decode."""

from data.tolerances import Tolerance
from data.vocabulary import Refusal


class Unreadable(Exception):
    """The message can't be decoded; ``detail`` says what is wrong with it.

    ``mendable_by`` is the tolerance that would mend this fault, None where none does.
    """

    def __init__(self, reason: Refusal, detail: str, mendable_by: Tolerance | None = None) -> None:
        self.reason = reason
        self.detail = detail
        self.mendable_by = mendable_by
        super().__init__(f"{reason}: {detail}")
