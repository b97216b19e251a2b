"""The drawer of an outfall: compliance with its permit, loads, receiving water, limits."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.map.chart_frame import chart_frame
from dashboard.map.drawer_parts import (
    block,
    facts_list,
    finding,
    foot_at,
    head,
    live,
    near_reach,
    spoken_place,
    tabs,
    whole,
)
from dashboard.map.drawer_section import aids, device_pairs, place_pairs
from dashboard.map.values_table import basis_lines, limits_table, term_text
from dashboard.parts.marks import compliance_tag
from dashboard.parts.measures import (
    age_text,
    basis_words,
    duration_text,
    finding_words,
    limit_text,
    moment_text,
    own_name,
    parameter_name,
    unit_of,
)
from dashboard.parts.wording import _
from dashboard.waters.chiefs import chiefs_block
from data.clock import UtcDatetime
from data.quality.loads import SpanLoad
from data.queries.stations.facts import KeptLimit
from data.queries.stations.outfall import Load, OutfallFacts
from data.queries.waters.answering import Chiefs
from data.vocabulary import Compliance

TONNE_KG = 1000.0


def outfall_drawer(
    facts: OutfallFacts, limits: Sequence[KeptLimit], chiefs: Chiefs, now: UtcDatetime
) -> html.Article:
    """Returns the map's drawer (side panel) of an outfall."""
    station = facts.station
    key = f"outfall:{station.id}"
    measured = [row.limit.parameter for row in facts.rows if row.latest]
    measured += [parameter for parameter, _latest in facts.others]
    overview = [
        live("values", key, limits_table(facts, now)),
        basis_block(facts),
        loads_block(facts.loads) if facts.loads else None,
        chart_frame(station.id, "now", measured, facts.first_parameter, 150) if measured else None,
        receiving_block(facts),
        chiefs_block(chiefs),
    ]
    trend: Any = html.P(_("Nothing has been measured yet."), className="dw-none")
    if measured:
        trend = chart_frame(station.id, "trend", measured, facts.first_parameter, 320)
    panels = [
        ("now", _("Overview"), [each for each in overview if each is not None]),
        ("trend", _("Trend"), [trend, aids()]),
        ("file", _("File"), [outfall_file(facts), limits_block(limits)]),
    ]
    words, about = outfall_finding(facts, now)
    aid = _("Automatic data, as it comes in, for reference only.")
    head_part = head(
        station.own.get("category") or _("Outfall"),
        spoken_place(station.where),
        own_name(station.name, station.name_en),
        [html.Span(className="sp"), compliance_tag(facts.judgement.state)],
        finding(words, about, aid=aid),
    )
    parts = [
        live("head", key, head_part),
        tabs(panels),
        foot_at(station.where),
    ]
    return whole(key, parts)


def outfall_finding(facts: OutfallFacts, now: UtcDatetime) -> tuple[str, str]:
    """Returns (whether the outfall complies with its limits, when that was measured), in words."""
    at, judgement = facts.station.observed_at, facts.judgement
    if at is None:
        return _("No data yet"), ""
    when = _("measured {time}, {age}").format(time=moment_text(at, now), age=age_text(at, now))
    words = {
        Compliance.STOPPED: _("Not discharging"),
        Compliance.COMPLIANT: _("Within its permit"),
        Compliance.EXCEEDING: finding_words(judgement.exceedances),
    }
    if judgement.state is not None:
        return words[judgement.state], when
    if not facts.rows:
        return _("No limit is entered for this outfall"), when
    if judgement.fresh_until is None:
        silent = duration_text(now - (facts.station.received_at or at))
        return _("Device offline for {duration}").format(duration=silent), when
    return _("No value that counts"), when


def basis_block(facts: OutfallFacts) -> html.P | None:
    """Returns the block on the rules behind the outfall's limits, with dates; None if no limits."""
    lines = basis_lines(facts.rows)
    if not lines:
        return None
    spans = [html.Span(f"{basis}, {dates}") for basis, dates in lines]
    return html.P([html.Span(_("Limits rest on")), *spans], className="dw-aux dw-last")


def loads_block(loads: Sequence[Load]) -> html.Section:
    """Returns the block of masses discharged in 24 h and 30 days, with the share measured."""
    heads = [
        html.Th(_("Load"), scope="col"),
        html.Th(_("24 hours"), scope="col", className="r"),
        html.Th(_("30 days"), scope="col", className="r"),
        html.Th(_("a day"), scope="col", className="r"),
    ]
    rows = []
    for load in loads:
        daily = load.month.kg / (30 * load.month.covered_share) if load.month.kg else 0.0
        rows.append(
            html.Tr(
                [
                    html.Th(parameter_name(load.parameter), scope="row"),
                    html.Td(mass_text(load.day), className="r v"),
                    html.Td(mass_text(load.month), className="r"),
                    html.Td(kilograms(daily), className="r t3"),
                ]
            )
        )
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="dw-values")
    first = loads[0]
    note = _(
        "Flow times concentration. Measurements cover {day} % of the day, {month} % of the"
        " 30 days; what they don't cover is not counted."
    ).format(day=round(100 * first.day.covered_share), month=round(100 * first.month.covered_share))
    volume = _("{n} m³ in 24 h").format(n=f"{first.day.volume_m3:,.0f}")
    return block(_("Discharged"), html.Div([table, html.P(note, className="dw-aid")]), volume)


def mass_text(load: SpanLoad) -> str:
    """Returns the mass discharged in a span, as text; a dash where nothing was measured."""
    return kilograms(load.kg) if load.covered_share else "—"


def kilograms(mass_kg: float) -> str:
    """Returns a mass as text in kilograms, from 10 tonnes up in tonnes."""
    if mass_kg >= 10 * TONNE_KG:
        return f"{mass_kg / TONNE_KG:,.1f} t"
    return f"{mass_kg:,.{0 if mass_kg >= 100 else 1 if mass_kg >= 1 else 2}f} kg"


def receiving_block(facts: OutfallFacts) -> html.Section | None:
    """Returns the block on the reach that the outfall discharges into; None if unknown."""
    lines = near_reach(facts.station.where)
    return block(_("Discharges into"), html.Ul(lines, className="dw-near")) if lines else None


def outfall_file(facts: OutfallFacts) -> html.Div:
    """Returns the list of facts on record about the outfall: owner, permit, place and so on."""
    station = facts.station
    pairs = [
        (_("Category"), station.own.get("category")),
        (_("Responsible body"), station.own.get("owner")),
        (_("Permit no."), station.own.get("permit_no")),
        (_("Discharge"), station.own.get("discharge_mode")),
        (
            _("Grade"),
            station.own.get("grade") and basis_words(f"GB 18918-2002 {station.own['grade']}"),
        ),
        *place_pairs(station),
        *device_pairs(station),
    ]
    return html.Div(facts_list(pairs), className="dw-block")


def limits_block(limits: Sequence[KeptLimit]) -> html.Section | None:
    """Returns the block of all limits, present and past, with basis and dates; None without any."""
    if not limits:
        return None
    rows = []
    for each in sorted(limits, key=lambda limit: (limit.valid_to is not None, limit.valid_from)):
        value = (
            f"{limit_text(each.parameter, each.low, each.high)} {unit_of(each.parameter)}".strip()
        )
        rows.append(
            html.Tr(
                [
                    html.Th(parameter_name(each.parameter), scope="row"),
                    html.Td(value, className="r"),
                    html.Td(
                        [
                            html.Div(basis_words(each.basis, with_doubt=True)),
                            html.Div(term_text(each)),
                        ],
                        className="dw-basis",
                    ),
                ]
            )
        )
    table = html.Table(html.Tbody(rows), className="dw-values dw-limits")
    return block(_("Permitted limits"), table, str(len(limits)))
