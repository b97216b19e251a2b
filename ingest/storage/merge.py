"""Merges a reading with a stored one of the same key: duplicate, fill or conflict."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from data.clock import UtcDatetime
from data.records import StationId
from data.vocabulary import Flag, Parameter, Period

Key = tuple[StationId, UtcDatetime, Period]
"""What a reading is known by: station, time of observation, period."""


_NONE: Final[Mapping[Any, Any]] = MappingProxyType({})


class Held(NamedTuple):
    """The part of a reading that can be merged: values, flags that aren't normal, position.

    ``below`` holds the detection limits of values that lie below one.
    """

    values: Mapping[Parameter, float]
    flags: Mapping[Parameter, Flag] = _NONE
    position: tuple[float, float] | None = None
    below: Mapping[Parameter, float] = _NONE

    def result(self, parameter: Parameter) -> tuple[float, float | None]:
        """Returns what was measured: the number and the detection limit it lies below, if any.

        Two results below the same limit are equal, whatever number counts in their place.
        """
        limit = self.below.get(parameter)
        return (self.values[parameter] if limit is None else limit), limit


class Merge(NamedTuple):
    """The comparison of a later message with the stored reading of the same key.

    ``added`` holds what the stored one lacked (with its flags and limits); ``conflicts`` what
    differs, as (kept, refused). Neither: a duplicate.
    """

    added: Held
    conflicts: Mapping[Parameter, tuple[float, float]]

    @property
    def fills(self) -> bool:
        """Whether the later message adds anything to the stored reading."""
        return bool(self.added.values) or self.added.position is not None


def merge(kept: Held, later: Held) -> Merge:
    """Compares ``later`` with the stored reading ``kept``: what it adds, where values differ."""
    added = {p: value for p, value in later.values.items() if p not in kept.values}
    return Merge(
        added=Held(
            values=added,
            flags={p: flag for p, flag in later.flags.items() if p in added},
            position=later.position if kept.position is None else None,
            below={p: limit for p, limit in later.below.items() if p in added},
        ),
        conflicts={
            p: (kept.values[p], value)
            for p, value in later.values.items()
            if p in kept.values and kept.result(p) != later.result(p)
        },
    )


def filled(kept: Held, added: Held) -> Held:
    """Returns the stored reading completed with the added values, flags and position."""
    return Held(
        values={**kept.values, **added.values},
        flags={**kept.flags, **added.flags},
        position=added.position if kept.position is None else kept.position,
        below={**kept.below, **added.below},
    )
