"""The tables of the database, all in one metadata."""

from data.tables import (
    accounting,
    checking,
    ledger,
    notices,
    patrols,
    people,
    photos,
    stations,
    waters,
)
from data.tables.base import METADATA

__all__ = [
    "METADATA",
    "accounting",
    "checking",
    "ledger",
    "notices",
    "patrols",
    "people",
    "photos",
    "stations",
    "waters",
]
