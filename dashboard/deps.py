"""What pages and routes are given by the composition root."""

from dataclasses import dataclass

from sqlalchemy import Engine

from data.clock import Clock
from data.settings import DashboardSettings, QualitySettings


@dataclass(frozen=True, slots=True)
class Deps:
    """The parts that requests share."""

    engine: Engine
    dashboard: DashboardSettings
    quality: QualitySettings
    clock: Clock
