"""Results below a detection limit (未检出): how they are written, and the number they count as.

``<0.025``, ``0.025L`` and ``ND`` are results, not faults. What is kept is the limit; where a
number is needed (a class, a mean, a curve) the limit times a share stands for it.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from math import isfinite
from types import MappingProxyType
from typing import Final

from data.records import RawReading
from data.vocabulary import Parameter

UNNAMED: Final = 0.0
"""Stands for the limit of a result that names none (``ND``)."""

LONGEST: Final = 40
"""Letters of a result; a longer text is none."""

WITHOUT_LIMIT: Final = frozenset(
    {
        Parameter.WATER_TEMPERATURE,
        Parameter.PH,
        Parameter.REDOX_POTENTIAL,
        Parameter.TRANSPARENCY,
        Parameter.FLOW,
        Parameter.VOLUME,
        Parameter.LEVEL,
    }
)
"""Quantities that no laboratory finds "below the limit": a half of such a limit means nothing."""

_BELOW: Final = r"(?:<=?|[≤≦⩽〈]|小于(?:等于)?|低于|不大于|不高于)"
_NUMBER: Final = r"(\d{1,15}(?:\.\d{0,12})?|\.\d{1,12})(?:[eE]([+-]?\d{1,2}))?"
_MARKS: Final = r"(?:n\.?d\.?|b\.?d\.?l\.?|未检出)"
_WORDS: Final = re.compile(
    rf"\(?{_MARKS}\)?|{_BELOW}(?:dl|lod|mdl|loq|检出限|方法检出限)", re.ASCII | re.IGNORECASE
)
_FORMS: Final = tuple(
    re.compile(form, re.ASCII | re.IGNORECASE)
    for form in (
        rf"{_BELOW}{_NUMBER}l?",
        rf"{_NUMBER}\(?l\)?",
        rf"{_NUMBER}\(?{_MARKS}\)?",
        rf"{_MARKS}\(?<?{_NUMBER}l?\)?",
    )
)


_OTHER_UNIT: Final = re.compile(r"(?:[mμun]?g|个|m?mol)/(?:m?l|m3|kg)")


@dataclass(frozen=True, slots=True)
class DetectionRule:
    """How a result below its detection limit counts: the limit times ``share``.

    ``limits`` holds the limit of each parameter for results that name none.
    """

    share: float
    limits: Mapping[Parameter, float]

    def limit_of(self, parameter: Parameter, named: float) -> float:
        """Returns the detection limit of a result, its own or else the rule's.

        Raises ValueError, in words, where there is none or the parameter can't have one.
        """
        if parameter in WITHOUT_LIMIT:
            raise ValueError("it has no detection limit")
        limit = named if named != UNNAMED else self.limits.get(parameter)
        if limit is None:
            raise ValueError("not detected, and no detection limit is set for it")
        return limit


@cache
def shipped_limits() -> Mapping[Parameter, float]:
    """Returns the detection limits that are part of the package, by parameter."""
    text = files("data.quality").joinpath("detection.toml").read_text("utf-8")
    held = tomllib.loads(text)["limits"]
    return MappingProxyType({Parameter(key): float(limit) for key, limit in held.items()})


def read_below(text: str, power: int = 0, unit: str | None = None) -> float | None:
    """Returns the limit in a text for a result below it, ``UNNAMED`` where it names none.

    None where the text says no such thing. ``power`` is the power of ten from its unit to ours.
    ``unit`` is ours: the text may name it, no other. Raises ValueError for a limit that is nothing,
    beyond all numbers, or in another unit.
    """
    if len(text) > LONGEST:
        return None
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    plain = plain.replace("·l-1", "/l").replace("·l−1", "/l")
    if unit is None:
        return _limit_in(plain, power)
    own = unicodedata.normalize("NFKC", unit).casefold()
    other = None if own and own in plain else _OTHER_UNIT.search(plain)
    limit = _limit_in(plain.replace(other[0] if other else own, "", 1).replace("()", ""), power)
    if other is not None and limit is not None:
        raise ValueError(f"its unit must be {unit}")
    return limit


def _limit_in(plain: str, power: int) -> float | None:
    if _WORDS.fullmatch(plain):
        return UNNAMED
    for form in _FORMS:
        found = form.fullmatch(plain)
        if found is not None:
            limit = float(Decimal(f"{found[1]}e{found[2] or 0}").scaleb(power))
            if limit <= 0 or not isfinite(limit):
                raise ValueError("a detection limit must be above nothing")
            return limit
    return None


def below_text(limit: float) -> str:
    """Returns a result below a limit as it is written: ``<0.00004``, ``ND`` where none is named."""
    if limit == UNNAMED:
        return "ND"
    digits = f"{Decimal(repr(limit)):f}"
    return f"<{digits.rstrip('0').rstrip('.') if '.' in digits else digits}"


def settle_limits(raw: RawReading, rule: DetectionRule) -> RawReading:
    """Returns the reading with a limit, and a number in its place, for each result below one.

    A result without a limit, named or set by the rule, is refused alone; then ``values`` may be
    empty.
    """
    values, below, refused = dict(raw.values), dict(raw.below), dict(raw.refused)
    for parameter, named in raw.below.items():
        try:
            limit = rule.limit_of(parameter, named)
        except ValueError as error:
            refused[parameter.value] = str(error)
            del values[parameter], below[parameter]
            continue
        values[parameter] = limit * rule.share
        below[parameter] = limit
    flags = {p: flag for p, flag in raw.flags.items() if p in values}
    return raw._replace(values=values, below=below, refused=refused, flags=flags)
