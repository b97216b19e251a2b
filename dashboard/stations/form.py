"""The form of one station: its fields, their choices, and the values they are opened with."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.kit import Z_LIST, segmented
from dashboard.parts.measures import class_numeral, grade_word
from dashboard.parts.wording import N_, _
from dashboard.stations.actions import Filled
from dashboard.stations.list import interval_words, kind_word
from data.placing.cells import interval as read_interval
from data.quality.limits import DischargeGrade
from data.queries.stations.placed import StationForm
from data.vocabulary import StationKind, WaterClass

INTERVALS_S = (300, 900, 3600, 7200, 14400, 21600, 43200, 86400, 604800)
DEFAULT_INTERVAL_S = 14400


def field_id(name: str) -> str:
    """The HTML id of a form field."""
    return f"stations-field-{name}"


def form_body() -> list[Any]:
    """The form's first fields, which every station has: kind, name, code and coordinates."""
    return [
        html.Div(
            segmented(
                field_id("kind"),
                _("Kind"),
                {kind.value: kind_word(kind) for kind in StationKind},
                StationKind.SECTION.value,
                wide=True,
            ),
            id="stations-kind-box",
        ),
        _pair(
            _text("name", _("Name"), required=True),
            _text("code", _("Code"), placeholder=_("its name in MQTT topics"), required=True),
        ),
        html.Div(
            [
                html.Div(id="stations-map", className="st-map", **attributes(data_fills="")),
                html.Div(
                    [
                        _select("crs", _("Coordinates are in"), crs_choices()),
                        _text("lon", _("Longitude"), required=True, placeholder="112.08"),
                        _text("lat", _("Latitude"), required=True, placeholder="32.68"),
                    ],
                    className="st-three",
                ),
            ],
            className="st-group",
        ),
        html.P(
            _(
                "Click the map, or type the place. "
                "Points picked on Amap or Tencent maps are GCJ-02; a GPS gives WGS 84."
            ),
            className="t3 fs12",
        ),
    ]


def kind_boxes() -> list[Any]:
    """The form's other fields: those of single kinds of station, then interval and English name."""
    return [
        html.Div(
            [
                _pair(
                    _select("target", _("Target class"), target_choices()),
                    _select(
                        "attribute", _("Section attribute"), attribute_choices(), clearable=True
                    ),
                ),
                dmc.Checkbox(id=field_id("border"), label=_("It watches a border"), size="sm"),
            ],
            id="stations-of-section",
            className="st-group",
        ),
        html.Div(
            [
                _select("grade", _("Discharge grade"), grade_choices()),
                _text("category", _("Category")),
            ],
            id="stations-of-outfall",
            className="st-two",
        ),
        html.Div(
            [
                _text("owner", _("Responsible body")),
                _text("permit", _("Permit number")),
            ],
            id="stations-of-permit",
            className="st-two",
        ),
        html.Div(
            [
                dmc.NumberInput(
                    id=field_id("volume"),
                    label=_("Permitted volume, m³ a year"),
                    min=0,
                    hideControls=True,
                    thousandSeparator=" ",
                ),
                _text("purpose", _("Purpose")),
            ],
            id="stations-of-intake",
            className="st-two",
        ),
        _pair(
            _select("interval", _("A reading comes"), interval_choices(DEFAULT_INTERVAL_S)),
            _text("name_en", _("Name in English")),
        ),
    ]


GROUPS: Mapping[str, frozenset[StationKind]] = {
    "stations-of-section": frozenset({StationKind.SECTION}),
    "stations-of-outfall": frozenset({StationKind.OUTFALL}),
    "stations-of-permit": frozenset({StationKind.OUTFALL, StationKind.INTAKE}),
    "stations-of-intake": frozenset({StationKind.INTAKE}),
}
"""Which boxes a kind shows."""


def hidden_groups(kind: str | None) -> tuple[bool, ...]:
    """For each group of form fields, True if the group is hidden for that kind of station."""
    return tuple(kind not in shown for shown in GROUPS.values())


def opened_with(now: StationForm | None) -> Filled:
    """The values the form opens with: the station's present ones, or defaults for a new one."""
    if now is None:
        return Filled(
            kind=StationKind.SECTION.value,
            code="",
            name="",
            name_en="",
            crs="EPSG:4490",
            lon="",
            lat="",
            interval=str(DEFAULT_INTERVAL_S),
            attribute=None,
            border=False,
            category="",
            owner="",
            permit="",
            volume="",
            purpose="",
        )
    station = now.station
    return Filled(
        kind=station.kind.value,
        code=station.code,
        name=station.name,
        name_en=station.name_en or "",
        crs=now.source_crs,
        lon=f"{now.source_x:.10g}",
        lat=f"{now.source_y:.10g}",
        interval=str(int(station.interval.total_seconds())),
        target=str(int(station.target_class)) if station.target_class else None,
        attribute=now.attribute or None,
        border=now.is_border,
        grade=station.grade.value if station.grade else None,
        category=now.category,
        owner=now.owner,
        permit=now.permit_no,
        volume="" if now.permitted_volume_m3a is None else now.permitted_volume_m3a,
        purpose=now.purpose,
    )


def crs_choices(other: str | None = None) -> list[dict[str, str]]:
    """The options for the coordinate system; ``other`` is added when it is not among them."""
    named = {"EPSG:4490": "CGCS2000", "EPSG:4326": "WGS 84 (GPS)", "GCJ-02": "GCJ-02"}
    if other:
        named.setdefault(other, other)
    return [{"value": value, "label": label} for value, label in named.items()]


def target_choices() -> list[dict[str, str]]:
    """The options for a section's target: the water-quality classes Ⅰ to Ⅴ, not 劣Ⅴ."""
    return [
        {"value": str(int(each)), "label": class_numeral(each)}
        for each in WaterClass
        if each is not WaterClass.WORSE_THAN_V
    ]


ATTRIBUTES = {
    "国考": N_("National check"),
    "省考": N_("Provincial check"),
    "市控": N_("City control"),
    "自设": N_("Set up by the county"),
    "其他": N_("Other"),
}
"""Whose section it is, as it is kept and as it reads."""


def attribute_choices(own: str = "") -> list[dict[str, str]]:
    """The options for whose section it is; ``own`` is added when it is none of them."""
    named = {value: _(word) for value, word in ATTRIBUTES.items()}
    if own:
        named.setdefault(own, own)
    return [{"value": value, "label": label} for value, label in named.items()]


def grade_choices() -> list[dict[str, str]]:
    """The options for an outfall's grade in GB 18918, which sets its discharge limits."""
    return [
        {"value": each.value, "label": f"GB 18918 {grade_word(each)}"} for each in DischargeGrade
    ]


def interval_choices(own_s: int) -> list[dict[str, str]]:
    """The options for the interval of readings, in seconds; the station's own is included."""
    return [
        {"value": str(seconds), "label": interval_words(read_interval(str(seconds)))}
        for seconds in sorted({*INTERVALS_S, own_s})
    ]


def _pair(*boxes: Any) -> html.Div:
    return html.Div(boxes, className="st-two")


def _text(name: str, label: str, **more: Any) -> dmc.TextInput:
    return dmc.TextInput(id=field_id(name), label=label, size="sm", autoComplete="off", **more)


def _select(name: str, label: str, choices: Sequence[Mapping[str, str]], **more: Any) -> dmc.Select:
    return dmc.Select(
        id=field_id(name),
        label=label,
        data=list(choices),
        size="sm",
        allowDeselect=False,
        comboboxProps={"zIndex": Z_LIST},
        clearButtonProps={"aria-label": _("Clear {filter}").format(filter=label)},
        **more,
    )
