"""What a notice can be about besides a problem of the ledger."""

from enum import StrEnum


class SubjectKind(StrEnum):
    """The kind of thing a notice without a problem is about.

    ``subject_uid`` names it: a station's code, a service's name.
    """

    STATION = "station"
    SERVICE = "service"
