"""The rules by one set of settings: whoever tells a class or a compliance tells it by these."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from data.clock import UtcDatetime
from data.quality.classes import Oxygen
from data.quality.compliance import OutfallJudgement, OutfallLimit, judge
from data.quality.evaluation import Evaluation, evaluate
from data.quality.freshness import max_age
from data.records import LatestValue
from data.settings import QualitySettings
from data.vocabulary import BodyKind, Parameter, WaterClass


@dataclass(frozen=True, slots=True)
class Rules:
    """How values are judged where these settings hold."""

    settings: QualitySettings

    @property
    def oxygen(self) -> Oxygen:
        """What class Ⅰ of dissolved oxygen asks for."""
        return Oxygen.EITHER if self.settings.oxygen_saturation else Oxygen.CONCENTRATION

    def required(self, own: Collection[Parameter] | None) -> Collection[Parameter]:
        """The parameters a class needs: the section's own set, else the one of the settings."""
        return own or self.settings.required

    def max_age(self, interval: timedelta) -> timedelta:
        """The age at which a value of a station with that interval stops counting."""
        return max_age(
            interval,
            fresh_hours=self.settings.fresh_hours,
            fresh_intervals=self.settings.fresh_intervals,
        )

    def section(
        self,
        latest: Mapping[Parameter, LatestValue],
        *,
        body: BodyKind,
        target: WaterClass | None,
        required: Collection[Parameter] | None,
        now: UtcDatetime,
        interval: timedelta,
    ) -> Evaluation:
        """The state and class of a section at ``now``."""
        return evaluate(
            latest,
            body=body,
            target=target,
            required=self.required(required),
            now=now,
            interval=interval,
            fresh_hours=self.settings.fresh_hours,
            fresh_intervals=self.settings.fresh_intervals,
            rounding=self.settings.round_readings,
            oxygen=self.oxygen,
        )

    def outfall(
        self,
        latest: Mapping[Parameter, LatestValue],
        limits: Iterable[OutfallLimit],
        *,
        now: UtcDatetime,
        interval: timedelta,
    ) -> OutfallJudgement:
        """How an outfall stands to its limits at ``now``."""
        return judge(
            latest,
            limits,
            now=now,
            interval=interval,
            fresh_hours=self.settings.fresh_hours,
            fresh_intervals=self.settings.fresh_intervals,
        )
