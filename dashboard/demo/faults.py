"""Faults of made devices, so that the second look and the review have something to find."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from dashboard.demo.watch import made_rows
from data.clock import UtcDatetime, to_utc
from data.vocabulary import Flag, Parameter
from ingest.simulator.devices import Device


class FaultKind(StrEnum):
    """What a fault does to a value: replaces it, holds it, multiplies it, or flags it."""

    READS = "reads"
    STUCK = "stuck"
    TIMES = "times"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one sensor: begins ``began_ago`` before the history's end, lasts ``lasted``.

    ``amount`` is the value it reads, the factor, or the device's flag.
    """

    station: str
    parameter: Parameter
    began_ago: timedelta
    lasted: timedelta
    kind: FaultKind
    amount: str

    def holds(self, at: datetime, end: datetime) -> bool:
        """Returns whether the sensor was faulty at ``at``, in a history that ends at ``end``."""
        return end - self.began_ago <= at < end - self.began_ago + self.lasted


@cache
def made_faults() -> tuple[Fault, ...]:
    """Returns the faults of sensors in the four weeks of history that the demo invents."""
    return tuple(
        Fault(
            station=row["station"],
            parameter=Parameter(row["parameter"]),
            began_ago=timedelta(days=float(row["days_ago"])),
            lasted=timedelta(hours=float(row["hours"])),
            kind=FaultKind(row["kind"]),
            amount=row["amount"],
        )
        for row in made_rows("faults")
    )


@dataclass(frozen=True, slots=True)
class Faulty:
    """A simulated device with faulty sensors, in a history that ends at ``end``."""

    device: Device
    end: UtcDatetime

    @property
    def code(self) -> str:
        """The station's code."""
        return self.device.code

    def measure(self, at: datetime, pollution: float = 0.0) -> Mapping[Parameter, float]:
        """Returns the device's values at an instant, falsified where a sensor is faulty."""
        values = dict(self.device.measure(at, pollution))
        for fault in self._present(at):
            right = values[fault.parameter]
            if fault.kind is FaultKind.READS:
                values[fault.parameter] = float(fault.amount)
            elif fault.kind is FaultKind.TIMES:
                values[fault.parameter] = round(right * float(fault.amount), 3)
            elif fault.kind is FaultKind.STUCK:
                began = to_utc(self.end - fault.began_ago)
                values[fault.parameter] = self.device.measure(began)[fault.parameter]
        return values

    def flags(self, at: datetime) -> Mapping[Parameter, Flag]:
        """Returns the flags that the device itself sends with its values at that instant."""
        return {
            fault.parameter: Flag(fault.amount)
            for fault in self._present(at)
            if fault.kind is FaultKind.FLAG
        }

    def is_faulty(self, at: datetime) -> bool:
        """Returns whether any sensor of the device is faulty at that instant."""
        return bool(self._present(at))

    def _present(self, at: datetime) -> list[Fault]:
        return [
            fault
            for fault in made_faults()
            if fault.station == self.code and fault.holds(at, self.end)
        ]
