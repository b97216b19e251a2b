"""All tables, one metadata."""

from data.tables import ledger, notices, patrols, people, photos, stations, waters
from data.tables.base import METADATA

__all__ = [
    "METADATA",
    "ledger",
    "notices",
    "patrols",
    "people",
    "photos",
    "stations",
    "waters",
]
