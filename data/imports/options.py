"""Options of an import, beside the file itself."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from data import clock
from data.placing.spots import WITHIN_M
from data.vocabulary import ChiefLevel

SLIVER_M: Final = 1000.0
"""A stretch between two borders shorter than this stays with its neighbour's reach."""


def _today() -> date:
    return clock.business_date(clock.now())


@dataclass(frozen=True, slots=True)
class Options:
    """The options that a person may choose for an import.

    ``within_m`` is how far a point may lie from its water. Rivers are split at the borders of
    ``split_level``, by default the lowest level with surfaces; ``resplit`` splits rivers again
    whose lines have not changed. With ``succeed`` a chief who follows another ends the other's
    term. Another station within ``near_m`` metres of one of the file's is told of.
    """

    within_m: float = WITHIN_M
    split_level: ChiefLevel | None = None
    sliver_m: float = SLIVER_M
    resplit: bool = False
    succeed: bool = False
    near_m: float = 0.0
    today: date = field(default_factory=_today)
