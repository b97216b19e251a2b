"""All tables, one metadata."""

from data.tables import people, stations, waters
from data.tables.base import METADATA

__all__ = ["METADATA", "people", "stations", "waters"]
