"""The strip of a river: its reaches along chainage in their classes, its stations as marks."""

from collections.abc import Sequence

from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.measures import own_name, stretch_text
from dashboard.parts.wording import _
from dashboard.waters.findings import anchor
from dashboard.waters.words import numeral, outfall_words, section_words, station_name
from data.clock import UtcDatetime
from data.queries.waters.file import ReachFile, WaterFile
from data.queries.waters.file_stations import StationFile
from data.vocabulary import StationKind
from gis.chainage import format_chainage

LABEL_SHARE = 0.075
"""The width of a station's name as a share of the strip at 1300 px."""

TICK_SHARE = 0.06
"""The same of a chainage label."""

LANES = 2


def lanes(shares: Sequence[float], width: float, count: int) -> list[int | None]:
    """Returns for each label the row (0, 1 …) where it overlaps no other; None if there is none.

    ``shares``, where the labels begin, must ascend; ``width`` is a label's, as a share as well.
    """
    ends = [-1.0] * count
    assigned: list[int | None] = []
    for share in shares:
        free = next((lane for lane in range(count) if share - ends[lane] >= width), None)
        if free is not None:
            ends[free] = share
        assigned.append(free)
    return assigned


def strip(water_file: WaterFile) -> html.Div:
    """Returns the straight strip of a river, which must have at least one visible reach."""
    start = min(each.chainage_from_m for each in water_file.reaches)
    end = max(each.chainage_to_m for each in water_file.reaches)
    length = end - start

    def share(chainage_m: float | None) -> float:
        return min(1.0, max(0.0, ((chainage_m or start) - start) / length))

    placed = [each for each in water_file.stations if each.record.chainage_m is not None]
    sections = [each for each in placed if each.record.kind is StationKind.SECTION]
    others = [each for each in placed if each.record.kind is not StationKind.SECTION]
    named = lanes([share(each.record.chainage_m) for each in sections], LABEL_SHARE, LANES)
    ends = sorted({start, end, *(each.chainage_from_m for each in water_file.reaches)})
    return html.Div(
        [
            html.Div(
                [
                    section_mark(each, share(each.record.chainage_m), lane, water_file.as_of)
                    for each, lane in zip(sections, named, strict=True)
                ],
                className="rv-marks" + ("" if 1 in named else " rv-one-lane"),
            ),
            html.Div(
                [segment(each, start, length) for each in water_file.reaches], className="rv-line"
            ),
            html.Div(
                [point_mark(each, share(each.record.chainage_m)) for each in others],
                className="rv-points",
            ),
            html.Div(ticks(ends, start, length), className="rv-ticks"),
        ],
        className="rv-strip",
        role="group",
        **attributes(aria_label=_("Reaches along the river, source at the left")),
    )


def segment(reach: ReachFile, start: float, length: float) -> html.Div:
    """Returns a reach as a bar in the colour of its water-quality class, with the numeral."""
    width = (reach.chainage_to_m - reach.chainage_from_m) / length
    shown = reach.colour.water_class
    title = f"{own_name(reach.name, reach.name_en)} · {numeral(shown)}"
    span = stretch_text(reach.chainage_from_m, reach.chainage_to_m)
    return html.Div(
        html.Span(numeral(shown)) if width >= 0.018 else None,
        className=f"rv-reach k{shown}" + ("" if shown else " rv-grey"),
        style={
            "left": f"{(reach.chainage_from_m - start) / length:.4%}",
            "width": f"{width:.4%}",
        },
        title=f"{title} · {span}",
        role="img",
        **attributes(aria_label=f"{title} · {span}"),
    )


def section_mark(file: StationFile, share: float, lane: int | None, now: UtcDatetime) -> html.A:
    """Returns a section's mark on the strip: its class's numeral, ringed if below target."""
    shown = file.record.shown_class
    words = section_words(file, now)
    label = f"{station_name(file)} {numeral(shown) if shown else '–'} · {words}"
    keep = " is-kept" if file.is_below_target else ""
    missed = " rv-missed" if file.is_below_target else ""
    name = (
        html.Span(station_name(file), className=f"rv-name rv-lane{lane}{keep}")
        if lane is not None or file.is_below_target
        else None
    )
    return html.A(
        [name, " ", html.Span(numeral(shown) if shown else "–", className=f"cl k{shown}{missed}")],
        href=f"#{anchor(file)}",
        className="rv-mark" + (" rv-edge" if share > 0.96 else ""),
        style={"left": f"{share:.4%}"},
        title=label,
        **attributes(aria_label=label),
    )


def point_mark(file: StationFile, share: float) -> html.A:
    """Returns the mark, below the strip, of an outfall (filled if over limits) or an intake."""
    is_outfall = file.record.kind is StationKind.OUTFALL
    words = outfall_words(file) if is_outfall else _("Intake")
    label = f"{station_name(file)} · {format_chainage(file.record.chainage_m or 0)} · {words}"
    tone = "rv-out" if is_outfall else "rv-in"
    sign = "ic-out-up" if is_outfall else "ic-in-down"
    return html.A(
        html.Span(className=f"ic {sign}", **attributes(aria_hidden="true")),
        href=f"#{anchor(file)}",
        className=f"{tone}{' is-exceeding' if file.is_exceeding else ''}",
        style={"left": f"{share:.4%}"},
        title=label,
        **attributes(aria_label=label),
    )


def ticks(ends: Sequence[float], start: float, length: float) -> list[html.Span]:
    """Returns the chainages at the reaches' ends, as many as have room, always the last."""
    shares = [(each - start) / length for each in ends]
    last = len(ends) - 1
    shown = []
    for number, lane in enumerate(lanes(shares[:-1], TICK_SHARE, 1)):
        if lane is not None and 1.0 - shares[number] >= TICK_SHARE:
            shown.append(number)
    return [
        html.Span(
            format_chainage(ends[number]),
            className="rv-tick" + (" is-end" if number in (0, last) else ""),
            style={"left": f"{shares[number]:.4%}"},
        )
        for number in [*shown, last]
    ]
