"""What pages and routes are given by the composition root."""

from dataclasses import dataclass, field

from sqlalchemy import Engine

from dashboard.known_users import KnownUsers
from data.clock import Clock
from data.settings import DashboardSettings, QualitySettings


@dataclass(frozen=True, slots=True)
class Deps:
    """The parts that requests share."""

    engine: Engine
    dashboard: DashboardSettings
    quality: QualitySettings
    clock: Clock
    users: KnownUsers = field(default_factory=KnownUsers)
