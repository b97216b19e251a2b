"""The tables of the database, all in one metadata."""

from data.tables import (
    calendar,
    checking,
    devices,
    drawn,
    ledger,
    messages,
    notices,
    patrols,
    people,
    photos,
    stations,
    tally,
    waters,
)
from data.tables.base import METADATA

__all__ = [
    "METADATA",
    "calendar",
    "checking",
    "devices",
    "drawn",
    "ledger",
    "messages",
    "notices",
    "patrols",
    "people",
    "photos",
    "stations",
    "tally",
    "waters",
]
