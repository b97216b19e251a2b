"""The errors that all floors raise: a message template with facts, worded on the top floor."""


class OneMapError(Exception):
    """An error with a message that a person can act on; the base of all OneMap's errors.

    ``message`` is a template with named fields (a catalogue's msgid), filled by ``facts``; ``mend``
    says how to put it right, filled by the same facts.
    """

    code = "error"

    def __init__(self, message: str, *, mend: str = "", **facts: object) -> None:
        self.message = message
        self.mend = mend
        self.facts = facts
        super().__init__(message.format(**facts) + (f" {mend.format(**facts)}" if mend else ""))


class BadInput(OneMapError):
    """The input is not acceptable; nothing was changed."""

    code = "bad_input"


class TooLarge(OneMapError):
    """The input is larger than allowed; nothing was changed."""

    code = "too_large"


class NotFound(OneMapError):
    """The thing doesn't exist, or the asking account may not know that it exists."""

    code = "not_found"


class NotSignedIn(OneMapError):
    """Nobody is signed in, or the session ended."""

    code = "not_signed_in"


class Forbidden(OneMapError):
    """The account may not do this."""

    code = "forbidden"


class TooManyAttempts(OneMapError):
    """Too many attempts were made (as to sign in); try later."""

    code = "too_many_attempts"


class Conflict(OneMapError):
    """The thing's state doesn't allow it, as when somebody else was first; nothing was written."""

    code = "conflict"


class Unconfirmed(Conflict):
    """Whoever sent it must say more first: the fact ``ask`` names what, ``choices`` what from."""

    code = "unconfirmed"


class MissingPart(OneMapError):
    """A part of the installation is missing; the message names the command that installs it."""

    code = "missing_part"


class ServiceDown(OneMapError):
    """A server that OneMap runs or needs doesn't answer."""

    code = "service_down"


class Busy(ServiceDown):
    """The server or the database could not finish in the time a request has."""

    code = "busy"


class DiskFull(ServiceDown):
    """The database can't write, because its disk is full."""

    code = "disk_full"
