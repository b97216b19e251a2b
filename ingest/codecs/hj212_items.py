"""Reads the items of an HJ 212 data message: our parameters' values, and what is doubtful."""

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, cast

from data.quality.detection import read_below
from data.records import ValueRange
from data.vocabulary import Flag, Parameter, Period
from ingest.codecs.hj212_factors import Factor, factor_like, factor_of
from ingest.codecs.hj212_segment import Segment
from ingest.codecs.refusal import capitals_hint, quoted

_DEVICE_FLAGS: Final = {flag.value: flag for flag in Flag if len(flag.value) == 1}
_NUMBER: Final = re.compile(r"[+-]?(\d{1,15}(\.\d{0,12})?|\.\d{1,12})([eE][+-]?\d{1,2})?", re.ASCII)
_SUFFIXES: Final = frozenset(
    f"{more}{name}" for more in ("", "Zs") for name in ("Rtd", "Avg", "Min", "Max", "Cou")
) | {"Flag", "EFlag", "SampleTime", "Info", "SN", "RS", "RT", "Ala", "Data", "DayData", "NightData",
     "LowValue", "UpValue"}  # fmt: skip
"""What HJ 212 says of a factor; any other suffix may change its value and isn't understood."""

_RANGE_ENDS: Final = {"Min": "minimum", "Max": "maximum", "Cou": "cumulative"}


class Items:
    """The items of a data message, sorted into known parameters, doubtful ones and all others."""

    def __init__(self, segment: Segment, period: Period | None) -> None:
        self.values: dict[Parameter, float] = {}
        self.flags: dict[Parameter, Flag] = {}
        self.statistics: dict[Parameter, ValueRange] = {}
        self.doubtful: dict[Parameter, str] = {}
        self.others: dict[str, str] = {}
        self.below: dict[Parameter, float] = {}
        self.unread: dict[str, str] = {}
        self._main = "Rtd" if period is Period.INSTANT else "Avg"
        self._system = segment.fields.get("ST", "")
        parts: dict[str, dict[str, tuple[str, ...]]] = {}
        strange: list[tuple[str, str]] = []
        for key, texts in segment.items.items():
            code, _dash, suffix = key.rpartition("-")
            if period is not None and self._is_strange(key, texts):
                strange.append((key, f"{key}={texts[-1]}"))
            elif period is not None and factor_of(code, self._system) is not None:
                parts.setdefault(code, {})[suffix] = texts
            elif key != "DataTime":
                self.others[key] = texts[-1]
        for code, parts_of_code in parts.items():
            factor = factor_of(code, self._system)
            if factor is not None:
                self._take(code, factor, parts_of_code)
        for near, text in (*strange, *segment.remains):
            self._doubt_by(near, text, period)

    def _is_strange(self, key: str, texts: tuple[str, ...]) -> bool:
        """Returns whether a key names a factor of ours in a way that isn't understood."""
        code, _dash, suffix = key.rpartition("-")
        if factor_of(code, self._system) is not None:
            says_normal = suffix.casefold() == "flag" and set(texts) == {Flag.NORMAL.value}
            return suffix not in _SUFFIXES and not says_normal
        return factor_like(key, self._system) is not None

    def _doubt_by(self, near: str, text: str, period: Period | None) -> None:
        """Makes doubtful what a text that isn't understood may belong to; ``near`` is its item."""
        key, is_pair, value = text.partition("=")
        factor = factor_like(near, self._system)
        is_flag = bool(is_pair) and key.casefold().endswith("flag")
        says_normal = is_flag and near != key and value == Flag.NORMAL.value
        if period is None or says_normal or (factor is None and near not in ("", "DataTime")):
            self.others[key] = value
        elif factor is not None:
            self._doubt(factor.parameter, f"{quoted(text, 20)} isn't understood")
        elif is_flag:
            for parameter in (*self.values, *self.doubtful):
                self._doubt(parameter, f"{quoted(text, 20)} is of no item")
        elif self.values or self.doubtful or self.unread:
            self.unread[text] = "isn't understood"
        else:
            self.others[key] = value

    def _take(self, code: str, factor: Factor, parts: Mapping[str, tuple[str, ...]]) -> None:
        """Sorts in the items of one factor, by suffix (``Rtd``, ``Avg``, ``Min``, ``Flag`` …)."""
        parameter = factor.parameter
        if self._main not in parts:
            self.others.update({f"{code}-{suffix}": each[-1] for suffix, each in parts.items()})
            if set(parts.get("Flag", ())) - {Flag.NORMAL.value}:
                self.unread[f"{code}-Flag"] = (
                    f"{quoted(parts['Flag'][-1], 10)} without {self._main}"
                )
            return
        try:
            value, limit = _result(parts, self._main, factor.power)
            flag = _flag(_single(parts["Flag"])) if "Flag" in parts else Flag.NORMAL
        except ValueError as error:
            self._doubt(parameter, str(error))
            return
        if parameter in self.doubtful:
            return
        if parameter in self.values and (value, limit) != (
            self.values[parameter],
            self.below.get(parameter),
        ):
            self._doubt(parameter, "two factors give different values")
            return
        self.values[parameter] = value
        if limit is not None:
            self.below[parameter] = limit
        if flag is not Flag.NORMAL:
            self.flags[parameter] = flag
        self._take_ends(code, factor, parts)

    def _take_ends(self, code: str, factor: Factor, parts: Mapping[str, tuple[str, ...]]) -> None:
        """Keeps a factor's smallest, largest and cumulative value, each where it can be so."""
        ends: dict[str, float] = {}
        impossible = _impossible_ends(parts, self._main)
        for suffix, name in _RANGE_ENDS.items():
            if suffix in parts:
                try:
                    power = 0 if suffix == "Cou" else factor.power
                    number = _number(_single(parts[suffix]), power)
                    if suffix in impossible:
                        raise ValueError(impossible[suffix])
                    ends[name] = number
                except ValueError as error:
                    self.unread[f"{code}-{suffix}"] = str(error)
        if ends:
            self.statistics[factor.parameter] = ValueRange(**ends)

    def _doubt(self, parameter: Parameter, why: str) -> None:
        self.doubtful[parameter] = why
        for kept in (self.values, self.flags, self.statistics, self.below):
            kept.pop(parameter, None)


def _result(
    parts: Mapping[str, tuple[str, ...]], main: str, power: int
) -> tuple[float, float | None]:
    """Returns a factor's value and, if it lies below its detection limit, that limit.

    The value of such a one is the limit, until a rule says what counts in its place. Raises
    ValueError; an empty value with a flag is the protocol's way to say "in fault".
    """
    text = _single(parts[main])
    if not text:
        if "Flag" in parts:
            raise ValueError(f"no value, flag {quoted(parts['Flag'][-1], 10)}")
        raise ValueError("no value")
    if _NUMBER.fullmatch(text):
        return _number(text, power), None
    limit = read_below(text, power)
    return (_number(text, power), None) if limit is None else (limit, limit)


def _impossible_ends(parts: Mapping[str, tuple[str, ...]], main: str) -> dict[str, str]:
    """Returns the ends, smallest and largest value, that can't be what they say, and why.

    Where they are the wrong way round neither is; where the value lies beyond one, by more than the
    rounding of the two, that one.
    """
    numbers = {name: Decimal(parts[name][0]) for name in ("Min", main, "Max") if _has(parts, name)}
    low, value, high = numbers.get("Min"), numbers.get(main), numbers.get("Max")
    if low is not None and high is not None and low > high:
        return dict.fromkeys(("Min", "Max"), f"Min {low} lies above Max {high}")
    found: dict[str, str] = {}
    if value is not None and low is not None and _exceeds(low, value):
        found["Min"] = f"{low} lies above {main} {value}"
    if value is not None and high is not None and _exceeds(value, high):
        found["Max"] = f"{high} lies below {main} {value}"
    return found


def _has(parts: Mapping[str, tuple[str, ...]], name: str) -> bool:
    return name in parts and _NUMBER.fullmatch(parts[name][0]) is not None


def _exceeds(one: Decimal, other: Decimal) -> bool:
    """Returns whether a number is the larger one, however the less exact of the two was rounded."""
    place = max(cast(int, each.as_tuple().exponent) for each in (one, other))
    return one - other > Decimal(5).scaleb(place - 1)


def _single(texts: tuple[str, ...]) -> str:
    if len(set(texts)) > 1:
        raise ValueError("given twice and different")
    return texts[0]


def _number(text: str, power: int) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{quoted(text, 20)} is no number")
    number = float(Decimal(text).scaleb(power))
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def _flag(text: str) -> Flag:
    flag = _DEVICE_FLAGS.get(text)
    if flag is None:
        raise ValueError(
            f"the flag {quoted(text, 10)} is none of HJ 212-2017's{capitals_hint(text)}"
        )
    return flag
