"""What can go wrong, by name: a sentence and its facts, worded at the top floor."""


class OneMapError(Exception):
    """A failure a person can act on.

    ``message`` is a template with named fields (a catalogue's msgid), ``facts`` fill it;
    ``mend`` says how to put it right, filled by the same facts.
    """

    code = "error"

    def __init__(self, message: str, *, mend: str = "", **facts: object) -> None:
        self.message = message
        self.mend = mend
        self.facts = facts
        super().__init__(message.format(**facts) + (f" {mend.format(**facts)}" if mend else ""))


class BadInput(OneMapError):
    """What was given can't be taken; nothing was changed."""

    code = "bad_input"


class TooLarge(OneMapError):
    """What was given is larger than what is taken; nothing was changed."""

    code = "too_large"


class NotFound(OneMapError):
    """It doesn't exist, or may not be known to the one who asks."""

    code = "not_found"


class NotSignedIn(OneMapError):
    """Nobody is signed in, or the session ended."""

    code = "not_signed_in"


class Forbidden(OneMapError):
    """The account may not do this."""

    code = "forbidden"


class TooManyAttempts(OneMapError):
    """The limit of attempts is reached; try later."""

    code = "too_many_attempts"


class Conflict(OneMapError):
    """Somebody else changed it first; nothing was written."""

    code = "conflict"


class MissingPart(OneMapError):
    """A part of the installation is missing; the sentence holds the command that installs it."""

    code = "missing_part"


class ServiceDown(OneMapError):
    """A server of ours doesn't answer."""

    code = "service_down"
