"""Where the made county is watched: sections, outfalls, intakes; and how clean each one runs.

The rows are kept in ``made/*.csv``.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.quality.limits import DischargeGrade
from data.vocabulary import BodyKind, Parameter
from ingest.simulator.values import SimulatedOutfall, SimulatedSection

MADE = Path(__file__).parent / "made"
SAMPLED_S = 7 * 86_400
"""Who is heard of once in so many seconds, or more seldom, is sampled by hand: without a device."""


@dataclass(frozen=True, slots=True)
class MadeSection:
    """An invented monitoring section: where it lies and its usual water-quality class.

    ``share`` along its river (None on a lake); ``grade`` on a scale where 2.5 lies half-way
    between the limits of Ⅱ and Ⅲ; ``worst`` the parameter that decides; ``silent_days`` since
    when its device is off; ``lacks`` the parameter its device has not.
    """

    code: str
    name: str
    name_en: str
    water: str
    share: float | None
    grade: float
    worst: Parameter
    target: int
    attribute: str
    is_border: bool
    silent_days: float
    lacks: Parameter | None

    @property
    def device(self) -> SimulatedSection:
        """The simulated device that measures at this section."""
        body = BodyKind.RIVER if self.share is not None else BodyKind.LAKE
        return SimulatedSection(self.code, body, self.grade, self.worst, self.lacks)


@dataclass(frozen=True, slots=True)
class MadeOutfall:
    """An invented outfall: where it lies, and how near to its limits it runs (0 = stopped)."""

    code: str
    name: str
    name_en: str
    water: str
    share: float
    category: str
    owner: str
    grade: str
    load: float
    flow_m3s: float
    mode: str

    @property
    def device(self) -> SimulatedOutfall:
        """The simulated device that measures at this outfall."""
        return SimulatedOutfall(self.code, DischargeGrade(self.grade), self.load, self.flow_m3s)


@dataclass(frozen=True, slots=True)
class MadeIntake:
    """An invented water intake with its permit."""

    code: str
    name: str
    name_en: str
    water: str
    share: float
    owner: str
    permit_no: str
    volume_m3a: float
    purpose: str


def made_rows(name: str) -> Iterator[dict[str, str]]:
    """Yields the rows of the demo's CSV table of that name, each a dict by column."""
    with (MADE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def sections() -> tuple[MadeSection, ...]:
    """Returns the demo's 24 monitoring sections."""
    return tuple(
        MadeSection(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            water=row["water"],
            share=float(row["share"]) if row["share"] else None,
            grade=float(row["grade"]),
            worst=Parameter(row["worst"]),
            target=int(row["target"]),
            attribute=row["attribute"],
            is_border=bool(row["is_border"]),
            silent_days=float(row["silent_days"] or 0),
            lacks=Parameter(row["lacks"]) if row["lacks"] else None,
        )
        for row in made_rows("sections")
    )


@cache
def outfalls() -> tuple[MadeOutfall, ...]:
    """Returns the demo's 15 outfalls."""
    numbers = ("share", "load", "flow_m3s")
    return tuple(
        MadeOutfall(**{k: float(v) if k in numbers else v for k, v in row.items()})  # type: ignore[arg-type]  # columns are the fields
        for row in made_rows("outfalls")
    )


@cache
def intakes() -> tuple[MadeIntake, ...]:
    """Returns the demo's water intakes."""
    numbers = ("share", "volume_m3a")
    return tuple(
        MadeIntake(**{k: float(v) if k in numbers else v for k, v in row.items()})  # type: ignore[arg-type]  # columns are the fields
        for row in made_rows("intakes")
    )
