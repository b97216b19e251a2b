"""The limits of the standards, by the day on which each edition holds."""

import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from data.errors import BadInput
from data.vocabulary import BodyKind, Parameter, WaterClass

Block = Mapping[str, Any]

UNCHECKED = "（未核实）"
"""Marks what set a limit as carried over, not compared with the official text."""


class Bound(StrEnum):
    """Which side of its limits a value is good on."""

    UPPER = "upper"
    LOWER = "lower"
    RANGE = "range"


class DischargeGrade(StrEnum):
    """The grades of the municipal discharge standard. Source: GB 18918-2002, 4.1.2."""

    FIRST_A = "一级A"
    FIRST_B = "一级B"
    SECOND = "二级"
    THIRD = "三级"


@dataclass(frozen=True, slots=True)
class Source:
    """The standard that a table of limits comes from; in force on ``[valid_from, valid_to)``."""

    standard: str
    clause: str
    valid_from: date
    valid_to: date | None
    verified: bool
    note: str

    def holds_on(self, day: date) -> bool:
        """Returns whether this edition of the standard is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def title(self) -> str:
        """The standard and table; marked 未核实 if nobody compared it with the official text."""
        return f"{self.standard} {self.clause}" + ("" if self.verified else UNCHECKED)


@dataclass(frozen=True, slots=True)
class ClassLimits:
    """The limits of one parameter: five, one for each class, or low and high of a range."""

    parameter: Parameter
    bound: Bound
    limits: tuple[float, ...]

    def class_of(self, value: float) -> WaterClass:
        """Returns the best class whose limit ``value`` meets; equal to the limit is within."""
        if self.bound is Bound.RANGE:
            inside = self.limits[0] <= value <= self.limits[1]
            return WaterClass.I if inside else WaterClass.WORSE_THAN_V
        if self.bound is Bound.LOWER:
            return WaterClass(1 + sum(value < limit for limit in self.limits))
        return WaterClass(1 + bisect_left(self.limits, value))

    def limit_of(self, water_class: WaterClass) -> tuple[float | None, float | None]:
        """Returns (lowest, highest) value of a class Ⅰ to Ⅴ, None for no bound."""
        if self.bound is Bound.RANGE:
            return self.limits[0], self.limits[1]
        limit = self.limits[water_class - 1]
        return (limit, None) if self.bound is Bound.LOWER else (None, limit)


@dataclass(frozen=True, slots=True)
class DischargeVariant:
    """Limits that replace a discharge grade's own in cold water or for older plants."""

    at_most_c: float | None
    built_before: date | None
    verified: bool
    limits: Mapping[DischargeGrade, Mapping[Parameter, float]]


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of the standards in force on one day, with their source."""

    surface: Mapping[BodyKind, Mapping[Parameter, ClassLimits]]
    surface_source: Source
    source_water: Mapping[Parameter, float]
    source_water_source: Source
    discharge: Mapping[DischargeGrade, Mapping[Parameter, tuple[float | None, float]]]
    discharge_variants: tuple[DischargeVariant, ...]
    discharge_source: Source


@lru_cache(maxsize=256)
def limits_on(day: date) -> Limits:
    """Returns the limits of the standards in force on a business day.

    Raises BadInput for a day before the first edition held here.
    """
    surface = _edition("surface_water", day)
    source_water = _edition("source_water", day)
    discharge = _edition("discharge", day)
    return Limits(
        surface=MappingProxyType({body: _surface(surface, body) for body in BodyKind}),
        surface_source=_source(surface),
        source_water=MappingProxyType(
            {Parameter(key): float(limit) for key, limit in source_water["at_most"].items()}
        ),
        source_water_source=_source(source_water),
        discharge=MappingProxyType(
            {DischargeGrade(name): _pairs(rows) for name, rows in discharge["grade"].items()}
        ),
        discharge_variants=tuple(_variant(block) for block in discharge["variant"]),
        discharge_source=_source(discharge),
    )


def newest_limits() -> Limits:
    """Returns the limits of the newest edition of every standard."""
    return limits_on(date.max)


@lru_cache(maxsize=1)
def _document() -> Block:
    return tomllib.loads((files("data.quality") / "limits.toml").read_text("utf-8"))


def _edition(table: str, day: date) -> Block:
    editions: list[Block] = _document()[table]
    for block in editions:
        if _source(block).holds_on(day):
            if "values_of" not in block:
                return block
            [kept] = [each for each in editions if each["valid_from"] == block["values_of"]]
            return {**block, **_values(kept)}
    raise BadInput("No edition of {standard} held on {day}.", standard=table, day=day)


def _values(block: Block) -> Block:
    about = {"standard", "clause", "valid_from", "valid_to", "verified", "note", "values_of"}
    return {name: part for name, part in block.items() if name not in about}


def _source(block: Block) -> Source:
    return Source(
        block["standard"],
        block["clause"],
        block["valid_from"],
        block.get("valid_to"),
        block["verified"],
        block["note"],
    )


def _surface(block: Block, body: BodyKind) -> Mapping[Parameter, ClassLimits]:
    own = "at_most_in_lakes" if body is BodyKind.LAKE else "at_most_in_rivers"
    tables = {
        "between": Bound.RANGE,
        "at_least": Bound.LOWER,
        "at_most": Bound.UPPER,
        own: Bound.UPPER,
    }
    return MappingProxyType(
        {
            Parameter(key): ClassLimits(Parameter(key), bound, tuple(map(float, limits)))
            for table, bound in tables.items()
            for key, limits in block[table].items()
        }
    )


def _pairs(rows: Block) -> Mapping[Parameter, tuple[float | None, float]]:
    return MappingProxyType(
        {
            Parameter(key): (float(limit[0]), float(limit[1]))
            if isinstance(limit, list)
            else (None, float(limit))
            for key, limit in rows.items()
        }
    )


def _variant(block: Block) -> DischargeVariant:
    return DischargeVariant(
        block.get("at_most_c"),
        block.get("built_before"),
        block["verified"],
        MappingProxyType(
            {
                DischargeGrade(name): {Parameter(key): float(v) for key, v in rows.items()}
                for name, rows in block["limit"].items()
            }
        ),
    )
