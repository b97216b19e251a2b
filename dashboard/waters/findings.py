"""The panel of what is wrong now on a water, worst first, or that all is well."""

from dataclasses import dataclass

from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.blocks import class_badge
from dashboard.parts.icons import icon
from dashboard.parts.wording import _
from dashboard.waters.words import measured, numeral, outfall_words, section_words, station_name
from data.clock import UtcDatetime
from data.queries.waters.file import WaterFile
from data.queries.waters.file_stations import StationFile
from data.vocabulary import StationKind
from gis.chainage import format_chainage

MOST_SHOWN = 6
"""More findings than this are counted instead of listed; the tables below have them all."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong now: sections below target or in doubt, outfalls over limits; worst first."""

    below: tuple[StationFile, ...]
    unsure: tuple[StationFile, ...]
    exceeding: tuple[StationFile, ...]

    @property
    def in_order(self) -> tuple[StationFile, ...]:
        """Returns all findings in one tuple, the worst first."""
        return (*self.below, *self.unsure, *self.exceeding)


def find(water_file: WaterFile) -> Findings:
    """Returns what is wrong now at a water's sections and outfalls."""

    def worse(file: StationFile) -> tuple[int, float]:
        return -(file.record.water_class or 0), -(file.record.multiple or 0.0)

    return Findings(
        below=tuple(sorted((e for e in water_file.stations if e.is_below_target), key=worse)),
        unsure=tuple(each for each in water_file.stations if each.is_unsure),
        exceeding=tuple(
            sorted(
                (e for e in water_file.stations if e.is_exceeding),
                key=lambda each: -(each.record.multiple or 0.0),
            )
        ),
    )


def anchor(file: StationFile) -> str:
    """Returns the HTML id of the station's row, to which links on the same page lead."""
    return f"river-station-{file.record.id}"


def findings_panel(water_file: WaterFile) -> html.Section:
    """Returns the panel of findings, the worst as headline; or one that says all is well."""
    found = find(water_file).in_order
    if not found:
        return good_zero(water_file)
    rows = [finding(file, water_file.as_of) for file in found[:MOST_SHOWN]]
    left = len(found) - MOST_SHOWN
    if left > 0:
        more = _("and {n} more below").format(n=left)
        rows.append(html.Li(more, className="t3 rv-more"))
    return html.Section(
        html.Ol(rows, className="rv-findings"),
        className="card rv-worst",
        **attributes(aria_label=_("What is worst now")),
    )


def finding(file: StationFile, now: UtcDatetime) -> html.Li:
    """Returns the list item of a finding: where, what is wrong, then place, target and time."""
    record = file.record
    is_outfall = record.kind is StationKind.OUTFALL
    words = outfall_words(file) if is_outfall else section_words(file, now)
    badge = (
        html.Span(icon("out-up"), className="rv-out is-exceeding", title=_("Outfall"))
        if is_outfall
        else class_badge(record.shown_class, missed=file.is_below_target)
    )
    small = [format_chainage(record.chainage_m)] if record.chainage_m is not None else []
    if not is_outfall:
        small.append(_("target {cls}").format(cls=numeral(record.target_class)))
    if record.observed_at:
        small.append(measured(record.observed_at, now))
    return html.Li(
        [
            badge,
            html.A(station_name(file), href=f"#{anchor(file)}", className="rv-what"),
            html.Span(words, className="rv-say"),
            html.Span(" · ".join(small), className="t3 rv-small"),
        ]
    )


def good_zero(water_file: WaterFile) -> html.Section:
    """Returns the panel that says all is well, or that no station measures the water."""
    sections = water_file.of_kind(StationKind.SECTION)
    outfalls = [each for each in water_file.of_kind(StationKind.OUTFALL) if each.record.compliance]
    if not sections:
        heading = _("No section measures this water")
        sentence = _("Its class can't be told.")
        sign, tone = "search", "rv-untold"
    else:
        heading = _("All sections meet their targets")
        sentence = _("{n} sections met, no class missing").format(n=len(sections))
        sign, tone = "tick", "rv-good"
    if outfalls and not any(each.is_exceeding for each in outfalls):
        sentence += " · " + _("{n} outfalls monitored, none exceeding").format(n=len(outfalls))
    return html.Section(
        [
            html.Span(icon(sign), className="rv-sign"),
            html.Strong(heading),
            html.Span(sentence, className="t2"),
        ],
        className=f"card rv-worst {tone}",
    )
