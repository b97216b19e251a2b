"""SQL that orders the levels of administration from the highest down."""

from data.vocabulary import ChiefLevel

LEVELS = f"ARRAY{[level.value for level in ChiefLevel]}"
"""From province to village, as PostgreSQL writes a list; sort by a level's place in it."""
