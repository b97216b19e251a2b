"""The thresholds and rules of the second look, read from a file like ``qc.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from data.errors import BadInput
from data.vocabulary import Flag, Parameter, StationKind
from data.words.review import Finding, QualityTest
from ingest.screening.checks import shipped_thresholds

INLINE: Mapping[Flag, tuple[QualityTest, Finding]] = MappingProxyType(
    {
        Flag.OUT_OF_RANGE: (QualityTest.GROSS_RANGE, Finding.FAILED),
        Flag.JUMP: (QualityTest.RATE_OF_CHANGE, Finding.SUSPECT),
        Flag.FLAT: (QualityTest.FLAT_LINE, Finding.SUSPECT),
        Flag.IMPOSSIBLE: (QualityTest.DEVICE, Finding.FAILED),
    }
)
"""What a flag of the first look is called in the second."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The thresholds of one parameter's tests, in its unit; None where a test doesn't apply.

    ``low`` and ``high`` are what the sensor can measure, ``suspect_low`` and ``suspect_high`` the
    usual range of waters. ``spike`` and ``rate`` (an hour) are raised by their share of the
    station's own level.
    """

    low: float
    high: float
    suspect_low: float | None = None
    suspect_high: float | None = None
    spike: float | None = None
    spike_share: float = 0.0
    spike_fail: float | None = None
    rate: float | None = None
    rate_share: float = 0.0
    flat_count: int | None = None
    flat_span: timedelta = timedelta(hours=24)
    flat_fail: timedelta = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Look:
    """When and how far around new readings the quality tests look."""

    context: timedelta
    context_intervals: int
    gap_intervals: int
    every: timedelta
    first: timedelta
    late: timedelta


@dataclass(frozen=True, slots=True)
class ClimatologyRules:
    """How the usual span of values in a month is computed."""

    least_samples: int
    least_years: int
    quantile: float
    margin: float


@dataclass(frozen=True, slots=True)
class ContrastRules:
    """The rules by which a station has become unusual compared with another station.

    ``differences`` are in the parameter's unit.
    """

    share: float
    spreads: float
    least_pairs: int
    furthest_km: float
    ratios: tuple[Parameter, ...]
    differences: Mapping[Parameter, float]


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of the quality tests."""

    look: Look
    climatology: ClimatologyRules
    contrast: ContrastRules
    flags: Mapping[Flag, tuple[QualityTest, Finding]]
    waters: Mapping[Parameter, Thresholds]
    outfalls: Mapping[Parameter, Thresholds] = field(default_factory=dict)

    def of(self, kind: StationKind) -> Mapping[Parameter, Thresholds]:
        """Returns each parameter's thresholds at a station of that kind."""
        return self.outfalls if kind is StationKind.OUTFALL else self.waters


def read_rules(text: str) -> Rules:
    """Parses the rules of the quality tests from the text of a file like ``qc.toml``.

    Raises ValueError (not TOML, a table or field that is none), KeyError (one is missing).
    """
    tables = tomllib.loads(text)
    for table in tables.values():
        table.pop("verified", None)
    flat = timedelta(hours=tables["flat_line"]["fail_hours"])
    waters = _thresholds(_first(flat), tables["parameter"])
    contrast = tables["contrast"]
    try:
        return Rules(
            look=_look(**tables["look"]),
            climatology=ClimatologyRules(**tables["climatology"]),
            contrast=ContrastRules(
                **contrast
                | {
                    "ratios": tuple(Parameter(key) for key in contrast["ratios"]),
                    "differences": {Parameter(k): v for k, v in contrast["differences"].items()},
                }
            ),
            flags=_flags(tables["device"]),
            waters=waters,
            outfalls=_thresholds(waters, tables.get("outfall", {})),
        )
    except TypeError as error:
        raise ValueError(str(error)) from None


@cache
def shipped_rules() -> Rules:
    """Returns the rules of the quality tests that are part of the package."""
    return read_rules(files("ingest.qc").joinpath("qc.toml").read_text("utf-8"))


def load_rules(file: Path | None) -> Rules:
    """Reads rules from the file, or the packaged ones without one. Raises BadInput if faulty."""
    if file is None:
        return shipped_rules()
    try:
        return read_rules(file.read_text("utf-8"))
    except (OSError, ValueError, KeyError) as error:
        raise BadInput("{file} can't be read: {reason}", file=file, reason=error) from error


def _look(
    *,
    context_hours: float,
    context_intervals: int,
    gap_intervals: int,
    every_minutes: float,
    first_days: float,
    late_days: float,
) -> Look:
    return Look(
        timedelta(hours=context_hours),
        context_intervals,
        gap_intervals,
        timedelta(minutes=every_minutes),
        timedelta(days=first_days),
        timedelta(days=late_days),
    )


def _flags(device: Mapping[str, list[str]]) -> Mapping[Flag, tuple[QualityTest, Finding]]:
    as_tests = dict(INLINE)
    for finding in Finding:
        for letter in device.get(finding.value, ()):
            as_tests[Flag(letter)] = (QualityTest.DEVICE, finding)
    return MappingProxyType(as_tests)


def _first(flat_fail: timedelta) -> dict[Parameter, Thresholds]:
    """Returns thresholds for every parameter, only those of ingest's first check."""
    return {
        parameter: Thresholds(
            low=held.low,
            high=held.high,
            flat_count=held.flat_count,
            flat_span=held.flat_span,
            flat_fail=flat_fail,
        )
        for parameter, held in shipped_thresholds().items()
    }


def _thresholds(
    under: Mapping[Parameter, Thresholds], tables: Mapping[str, Mapping[str, Any]]
) -> Mapping[Parameter, Thresholds]:
    """Returns the thresholds ``under``, overridden by those in the tables of a rules file."""
    laid = dict(under)
    for key, fields in tables.items():
        parameter = Parameter(key)
        try:
            laid[parameter] = replace(under[parameter], **fields)
        except TypeError as error:
            raise ValueError(f"{key}: {error}") from None
    return MappingProxyType(laid)
