"""The grading rules of one set of settings; ingest, map and files all judge by them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from data.clock import UtcDatetime
from data.quality.classes import Oxygen
from data.quality.compliance import OutfallJudgement, OutfallLimit, judge
from data.quality.detection import DetectionRule, shipped_limits
from data.quality.evaluation import Evaluation, evaluate
from data.quality.freshness import max_age
from data.records import LatestValue
from data.settings import QualitySettings
from data.vocabulary import BodyKind, Parameter, WaterClass


@dataclass(frozen=True, slots=True)
class Rules:
    """Evaluates sections and outfalls by the configured quality settings."""

    settings: QualitySettings

    @property
    def oxygen(self) -> Oxygen:
        """The configured rule for class Ⅰ of dissolved oxygen."""
        return Oxygen.EITHER if self.settings.oxygen_saturation else Oxygen.CONCENTRATION

    @property
    def detection(self) -> DetectionRule:
        """How results below a detection limit count: the settings' limits over the shipped ones."""
        return DetectionRule(
            self.settings.below_limit_share,
            {**shipped_limits(), **self.settings.detection_limits},
        )

    def required(self, own: Collection[Parameter] | None) -> Collection[Parameter]:
        """Returns the parameters a class needs: ``own`` of the section, else the settings'."""
        return own or self.settings.required

    def max_age(self, interval: timedelta) -> timedelta:
        """Returns how old a value of a station with that interval may be and still count."""
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
        """Evaluates a section by its newest values at ``now``; returns its state and class."""
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
        """Judges an outfall against its limits at ``now``, by its newest values."""
        return judge(
            latest,
            limits,
            now=now,
            interval=interval,
            fresh_hours=self.settings.fresh_hours,
            fresh_intervals=self.settings.fresh_intervals,
        )
