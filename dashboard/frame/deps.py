"""What all pages and routes share: engine, settings, clock, rules, the table of access."""

from dataclasses import dataclass, field

from sqlalchemy import Engine

from dashboard.frame.access import Access
from dashboard.frame.auth import KnownUsers
from dashboard.frame.place import Place
from data.clock import Clock
from data.settings import DashboardSettings, QualitySettings, StationSettings
from problem_ledger.cases.rules import Rules, load_rules
from problem_ledger.patrols.rules import PatrolRules, load_patrol_rules


@dataclass(frozen=True, slots=True)
class Deps:
    """The shared objects (database, settings, clock …) that every page and route is given.

    ``access`` and ``places`` are gathered from all rooms; without them everything is denied.
    """

    engine: Engine
    dashboard: DashboardSettings
    quality: QualitySettings
    clock: Clock
    stations: StationSettings = field(default_factory=StationSettings)
    rules: Rules = field(default_factory=load_rules)
    patrol_rules: PatrolRules = field(default_factory=load_patrol_rules)
    users: KnownUsers = field(default_factory=KnownUsers)
    access: Access = field(default_factory=Access)
    places: tuple[Place, ...] = ()
