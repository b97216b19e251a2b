"""The drawers of a reach, a lake, a river and a division."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.map.drawer_parts import (
    block,
    facts_list,
    finding,
    foot,
    head,
    near,
    stations_block,
    whole,
)
from dashboard.parts.marks import class_badge, class_word
from dashboard.parts.measures import duration_text, moment_text, own_name, stretch_text
from dashboard.parts.wording import _
from dashboard.waters.chiefs import chiefs_block
from dashboard.waters.words import level_word, measured
from data.clock import UtcDatetime
from data.queries.stations.standing import StationRecord
from data.queries.waters.answering import Chiefs
from data.queries.waters.colours import WaterColour
from data.queries.waters.facts import LakeFacts, ReachFacts
from data.vocabulary import ChiefLevel, EvaluationState, LakeKind, RiverKind, WaterClass

KM_M = 1000.0
KM2_M2 = 1_000_000.0


def reach_drawer(
    facts: ReachFacts, chiefs: Chiefs, now: UtcDatetime, ledger: Sequence[Any] = ()
) -> html.Article:
    """Returns the map's drawer of a reach; ``ledger`` is the block of problems and patrol."""
    river = own_name(facts.river, facts.river_en)
    words, about = colour_finding(facts.colour, facts.deciding_section, now)
    place = [f"{river} {stretch_text(facts.from_m, facts.to_m)}"]
    if facts.division:
        place.append(own_name(facts.division, facts.division_en))
    pairs = [
        (_("Chainage"), stretch_text(facts.from_m, facts.to_m)),
        (_("Length"), _length(facts.to_m - facts.from_m)),
        (_("Division"), own_name(facts.division, facts.division_en)),
        (_("Code"), facts.code),
        (_("Notice boards"), str(facts.board_count)),
    ]
    parts = [
        html.Div(facts_list(pairs), className="dw-block"),
        *_elsewhere(facts.sections, facts.stations),
        chiefs_block(chiefs),
        *ledger,
        *stations_block(facts.stations),
    ]
    if facts.downstream_id is not None and facts.downstream:
        line = near(own_name(facts.downstream, facts.downstream_en), "reach", facts.downstream_id)
        parts.append(block(_("Next downstream"), html.Ul([line], className="dw-near")))
    name = own_name(facts.name, facts.name_en)
    top = head(_("Reach"), place, name, _marks(facts.colour), finding(words, about))
    return _plain(f"reach:{facts.id}", top, parts, facts.river_id)


def lake_drawer(
    facts: LakeFacts, chiefs: Chiefs, now: UtcDatetime, ledger: Sequence[Any] = ()
) -> html.Article:
    """Returns the map's drawer of a lake or reservoir; ``ledger`` is the block of problems."""
    words, about = colour_finding(facts.colour, facts.deciding_section, now)
    kind = _("Reservoir") if facts.kind == LakeKind.RESERVOIR else _("Lake")
    division = own_name(facts.division, facts.division_en)
    pairs = [
        (_("Area"), f"{facts.area_m2 / KM2_M2:,.2f} km²"),
        (_("Division"), division),
        (_("On the river"), own_name(facts.river, facts.river_en)),
        (_("Code"), facts.code),
        (_("Notice boards"), str(facts.board_count)),
    ]
    parts = [
        html.Div(facts_list(pairs), className="dw-block"),
        *_elsewhere(facts.sections, facts.stations),
        chiefs_block(chiefs),
        *ledger,
        *stations_block(facts.stations),
    ]
    name = own_name(facts.name, facts.name_en)
    place = [each for each in (division,) if each]
    top = head(kind, place, name, _marks(facts.colour), finding(words, about))
    return _plain(f"lake:{facts.id}", top, parts, None, facts.id)


def colour_finding(
    colour: WaterColour, deciding_section: StationRecord | None, now: UtcDatetime
) -> tuple[str, str]:
    """Returns (which section decides the water's class or why none does, when), in words."""
    at = colour.observed_at
    if deciding_section is not None and at is not None:
        name = own_name(deciding_section.name, deciding_section.name_en)
        return _("Decided by section {name}").format(name=name), measured(at, now)
    if not colour.section_count:
        return _("No section stands for it"), _("so it has no class")
    if colour.state is EvaluationState.STALE and at is not None:
        words = _("No fresh data for {duration}").format(duration=duration_text(now - at))
        return words, _("last measured {time}").format(time=moment_text(at, now))
    if colour.state is EvaluationState.PARTIAL:
        return _("Data incomplete, no class"), ""
    return _("No data yet"), ""


def _marks(colour: WaterColour) -> list[Any]:
    shown = WaterClass(colour.water_class) if colour.water_class else None
    word = html.Span(class_word(shown), className="dw-word") if shown else None
    return [class_badge(shown, big=True), word]


def _elsewhere(
    sections: Sequence[StationRecord], here: Sequence[StationRecord]
) -> list[html.Section]:
    """Returns blocks of the sections that count for the water but lie elsewhere; empty if none."""
    listed = {each.id for each in here}
    return stations_block([each for each in sections if each.id not in listed])


def _length(length_m: float) -> str:
    return f"{length_m / KM_M:,.2f} km"


def _plain(
    key: str, top: html.Header, parts: Sequence[Any], river: int | None, lake: int | None = None
) -> html.Article:
    body = html.Div(html.Div(list(parts), className="dw-body"), className="dw-plain")
    return whole(key, [top, body, foot(river, lake)])


def river_drawer(facts: dict[str, Any], ledger: Sequence[Any] = ()) -> html.Article:
    """Returns the drawer of a river: main facts and a link to the river's file."""
    kind = _("Canal") if facts["kind"] == RiverKind.CANAL else _("River")
    pairs = [
        (_("Length"), _length(facts["length_m"])),
        (_("Basin"), own_name(facts["basin"], facts["basin_en"])),
        (_("Flows into"), own_name(facts["into_name"], facts["into_name_en"])),
        (_("Code"), facts["code"]),
    ]
    lines = [
        near(
            own_name(each["name"], each["name_en"]),
            "reach",
            each["id"],
            html.Span(
                stretch_text(each["chainage_from_m"], each["chainage_to_m"]), className="t3 fs12"
            ),
        )
        for each in facts["reaches"]
    ]
    parts = [
        html.Div(facts_list(pairs), className="dw-block"),
        *ledger,
        block(_("Reaches"), html.Ul(lines, className="dw-near"), str(len(lines))),
    ]
    top = head(kind, [], own_name(facts["name"], facts["name_en"]), [], [])
    return _plain(f"river:{facts['id']}", top, parts, facts["id"])


def division_drawer(facts: dict[str, Any]) -> html.Article:
    """Returns the drawer of an administrative division: its main facts."""
    level = level_word(ChiefLevel(facts["level"]))
    pairs = [
        (_("Code"), facts["code"]),
        (_("Belongs to"), own_name(facts["parent"], facts["parent_en"])),
        (_("Reaches"), str(facts["reach_count"])),
        (_("Lakes and reservoirs"), str(facts["lake_count"])),
        (_("Stations"), str(facts["station_count"])),
    ]
    top = head(level, [], own_name(facts["name"], facts["name_en"]), [], [])
    parts = [html.Div(facts_list(pairs), className="dw-block")]
    return _plain(f"division:{facts['id']}", top, parts, None)
