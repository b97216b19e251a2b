"""The class of each section over a business month, and the rating of each river and lake."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.archives.layout import STATIONS_FILE, Kind, Month, months_in
from data.archives.manifest import open_archive
from data.archives.places import Place, read_places
from data.archives.sums import Slice, StationSums
from data.clock import Span, UtcDatetime, business_date, start_of_day
from data.errors import BadInput
from data.quality.classes import EVALUATED, Grade, grade
from data.quality.limits import Limits, limits_on
from data.quality.means import Mean, expected_count, share_of
from data.quality.rating import GradedSection, Rating, WaterRating, rate_water, rating_of
from data.quality.sums import mean_of_whole
from data.queries.stations.month_classes import MonthMeans
from data.settings import QualitySettings
from data.vocabulary import BodyKind, EvaluationState, Parameter, StationKind, WaterClass


@dataclass(frozen=True, slots=True)
class SectionMonth:
    """A section's month: its rows, the mean of each parameter, and its water-quality class.

    ``grade`` is there when every required parameter has a mean.
    """

    place: Place
    row_count: int
    means: Mapping[Parameter, Mean]
    required: tuple[Parameter, ...]
    grade: Grade | None

    @property
    def state(self) -> EvaluationState:
        """Why the section has a class or not: no readings, too few parameters, or graded."""
        if not self.row_count:
            return EvaluationState.NONE
        return EvaluationState.GRADED if self.grade else EvaluationState.PARTIAL

    @property
    def water_class(self) -> WaterClass | None:
        """The water-quality class; None if a required parameter has no mean."""
        return self.grade.water_class if self.grade else None

    @property
    def rating(self) -> Rating | None:
        """The rating of the section's class, 优 to 重度污染; None without a class."""
        return rating_of(self.grade.water_class) if self.grade else None

    @property
    def least_share(self) -> float | None:
        """The smallest share of valid data of a required parameter; None if any is unknown."""
        shares = [self.means[p].valid_share for p in self.required if p in self.means]
        known = [share for share in shares if share is not None]
        return None if len(known) < len(self.required) else min(known)


@dataclass(frozen=True, slots=True)
class WaterMonth:
    """A river or lake over a month: its sections, how many have a class, and its rating."""

    kind: str
    name: str
    section_count: int
    water_rating: WaterRating | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The water quality of an area in a month, by section and by water."""

    span: Span
    sections: tuple[SectionMonth, ...]
    waters: tuple[WaterMonth, ...]


def business_month(month: Month, now: UtcDatetime) -> Span:
    """Returns the month's span in the business zone, ending now if the month isn't over.

    Raises BadInput for one that hasn't begun.
    """
    start = start_of_day(month.first_day)
    if start >= now:
        raise BadInput("The month {month} has not begun.", month=str(month))
    return Span(start, min(start_of_day(month.following.first_day), now))


def slices(folder: Path, span: Span, count: int, as_of: UtcDatetime | None) -> list[Slice]:
    """Divides the sections of an archive into about ``count`` slices of similar size.

    Raises BadInput where the archive doesn't hold the whole span.
    """
    manifest = open_archive(folder)
    chosen, held = manifest.selection, manifest.months(Kind.READINGS)
    first, last = chosen.start, chosen.end
    lacks = first > span.start.isoformat() or bool(last and last < span.end.isoformat())
    if not manifest.whole and not lacks:
        first, last = (str(held[at]) if held else "" for at in (0, -1))
        lacks = not {*months_in(span)} <= {*held}
    if lacks:
        raise BadInput(
            "The archive in {folder} doesn't hold the whole month: only from {start} to {end}.",
            folder=str(folder),
            start=first or "…",
            end=last or "…",
        )
    ids = [each.id for each in read_places(folder / STATIONS_FILE) if is_section(each)]
    size = max(1, -(-len(ids) // count))
    return [
        Slice(str(folder), span, group[0], group[-1], as_of)
        for group in (ids[at : at + size] for at in range(0, len(ids), size))
    ]


def means_of(
    places: Iterable[Place], sums: Mapping[int, StationSums], span: Span
) -> dict[int, MonthMeans]:
    """Returns the monthly means of each station with readings, equal to the database's."""
    return {
        each.id: _means(
            each, sums[each.id], expected_count(span, each.interval, each.started_at, each.ended_at)
        )
        for each in places
        if each.id in sums
    }


def _means(place: Place, station_sums: StationSums, expected: int) -> MonthMeans:
    return MonthMeans(
        means={
            parameter: Mean(
                mean_of_whole(parameter, total, count), count, share_of(count, expected)
            )
            for parameter, (total, count) in station_sums.sums.items()
            if count
        },
        required=place.required,
        sample_count=station_sums.row_count,
    )


def evaluate(
    places: Iterable[Place],
    means: Mapping[int, MonthMeans],
    span: Span,
    quality: QualitySettings | None = None,
) -> Evaluation:
    """Grades the sections and rates the waters by these means, rounded before grading."""
    settings = quality or QualitySettings()
    limits = limits_on(business_date(span.start))
    sections = tuple(
        _section(each, means.get(each.id), settings, limits) for each in places if is_section(each)
    )
    return Evaluation(span, sections, tuple(_waters(sections, limits)))


def is_section(place: Place) -> bool:
    """Returns whether the station is a section, the only kind with a water-quality class."""
    return place.kind is StationKind.SECTION


def _section(
    place: Place, month_means: MonthMeans | None, quality: QualitySettings, limits: Limits
) -> SectionMonth:
    required = place.required or quality.required
    means = month_means.means if month_means else {}
    values = month_means.values if month_means else {}
    graded = None
    if all(parameter in values for parameter in required):
        graded = grade(values, place.body, target=place.target, rounding=True, limits=limits)
    return SectionMonth(
        place, month_means.sample_count if month_means else 0, means, required, graded
    )


def _waters(sections: Iterable[SectionMonth], limits: Limits) -> Iterator[WaterMonth]:
    by_water: dict[tuple[str, int | None, str], list[SectionMonth]] = {}
    for each in sections:
        if each.place.water[1] is not None:
            by_water.setdefault(each.place.water, []).append(each)
    for (kind, _number, name), held in sorted(by_water.items(), key=lambda item: item[0][:2]):
        graded = [
            GradedSection(each.grade.water_class, _values(each)) for each in held if each.grade
        ]
        body = BodyKind.LAKE if kind == "lake" else BodyKind.RIVER
        water_rating = rate_water(graded, body, evaluated=EVALUATED, limits=limits)
        yield WaterMonth(kind, name, len(held), water_rating)


def _values(section: SectionMonth) -> dict[Parameter, float]:
    return {p: mean.value for p, mean in section.means.items() if mean.value is not None}
