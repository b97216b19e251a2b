"""The newest value of each parameter of a station, as JSON in ``latest_reading.latest``."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import orjson

from data.clock import UtcDatetime
from data.records import LatestValue
from data.vocabulary import Flag, Parameter

Latest = dict[Parameter, LatestValue]

# Looked up some 20,000 times a second, at a third of the cost of calling the enumeration.
_PARAMETERS = {parameter.value: parameter for parameter in Parameter}
_FLAGS = {flag.value: flag for flag in Flag}
_KEY_OF = {parameter: parameter.value for parameter in Parameter}
_LETTER_OF = {flag: flag.value for flag in Flag}
_NONE: Final[Mapping[Any, Any]] = MappingProxyType({})


def read_latest(text: str) -> Latest:
    """Parses a station's newest values from JSON: ``{"ph": {"v": 7.1, "t": "…Z", "f": "N"}}``.

    ``"b"`` is the detection limit that a value lies below.
    """
    return {
        _PARAMETERS[key]: LatestValue(
            float(each["v"]),
            UtcDatetime(datetime.fromisoformat(each["t"])),
            _FLAGS[each["f"]],
            each.get("b"),
        )
        for key, each in orjson.loads(text).items()
    }


def write_latest(latest: Mapping[Parameter, LatestValue]) -> str:
    """Returns a station's newest values as JSON, with times in UTC."""
    return orjson.dumps(
        {
            _KEY_OF[parameter]: {"v": value, "t": observed_at, "f": _LETTER_OF[flag]}
            if below is None
            else {"v": value, "t": observed_at, "f": _LETTER_OF[flag], "b": below}
            for parameter, (value, observed_at, flag, below) in latest.items()
        },
        option=orjson.OPT_UTC_Z,
    ).decode()


def take_newer(
    latest: Latest,
    observed_at: UtcDatetime,
    values: Mapping[Parameter, float],
    flags: Mapping[Parameter, Flag],
    below: Mapping[Parameter, float] = _NONE,
) -> bool:
    """Stores in ``latest`` the values newer than those there; returns whether any was.

    A value of the same time changes nothing: the first one stays, as among the readings.
    """
    newer = False
    for parameter, value in values.items():
        held = latest.get(parameter)
        if held is None or held.observed_at < observed_at:
            flag = flags.get(parameter, Flag.NORMAL)
            latest[parameter] = LatestValue(value, observed_at, flag, below.get(parameter))
            newer = True
    return newer


def take_all(
    latest: Latest,
    observed_at: UtcDatetime,
    values: Mapping[Parameter, float],
    flags: Mapping[Parameter, Flag],
    below: Mapping[Parameter, float] = _NONE,
) -> None:
    """Stores these values in ``latest``; the caller knows that all are newer."""
    if flags or below:
        take_newer(latest, observed_at, values, flags, below)
    else:
        for parameter, value in values.items():
            latest[parameter] = LatestValue(value, observed_at, Flag.NORMAL)
