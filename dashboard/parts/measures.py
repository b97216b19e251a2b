"""Numbers, parameters, times and ages in the reader's words."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import overload

from dashboard.parts.wording import _, language
from data.clock import BUSINESS_ZONE, UtcDatetime, business_date
from data.quality.detection import below_text
from data.quality.exceedances import LEAST_MULTIPLE, Exceedance
from data.quality.limits import UNCHECKED, DischargeGrade
from data.vocabulary import PARAMETERS, Flag, Parameter, WaterClass
from gis.chainage import format_chainage

ENGLISH: Mapping[Parameter, str] = MappingProxyType(
    {
        Parameter.WATER_TEMPERATURE: "Temperature",
        Parameter.PH: "pH",
        Parameter.DISSOLVED_OXYGEN: "Dissolved oxygen",
        Parameter.PERMANGANATE_INDEX: "Permanganate index",
        Parameter.COD: "COD",
        Parameter.BOD5: "BOD₅",
        Parameter.AMMONIA_NITROGEN: "Ammonia nitrogen",
        Parameter.TOTAL_PHOSPHORUS: "Total phosphorus",
        Parameter.TOTAL_NITROGEN: "Total nitrogen",
        Parameter.COPPER: "Copper",
        Parameter.ZINC: "Zinc",
        Parameter.FLUORIDE: "Fluoride",
        Parameter.SELENIUM: "Selenium",
        Parameter.ARSENIC: "Arsenic",
        Parameter.MERCURY: "Mercury",
        Parameter.CADMIUM: "Cadmium",
        Parameter.CHROMIUM_VI: "Chromium VI",
        Parameter.LEAD: "Lead",
        Parameter.CYANIDE: "Cyanide",
        Parameter.VOLATILE_PHENOL: "Volatile phenol",
        Parameter.PETROLEUM: "Petroleum",
        Parameter.ANIONIC_SURFACTANT: "Anionic surfactant",
        Parameter.SULFIDE: "Sulfide",
        Parameter.FAECAL_COLIFORM: "Faecal coliforms",
        Parameter.SUSPENDED_SOLIDS: "Suspended solids",
        Parameter.ANIMAL_VEGETABLE_OIL: "Animal and vegetable oil",
        Parameter.TOTAL_ORGANIC_CARBON: "Total organic carbon",
        Parameter.SULFATE: "Sulfate",
        Parameter.CHLORIDE: "Chloride",
        Parameter.NITRATE_NITROGEN: "Nitrate nitrogen",
        Parameter.NITRITE_NITROGEN: "Nitrite nitrogen",
        Parameter.IRON: "Iron",
        Parameter.MANGANESE: "Manganese",
        Parameter.COLOUR: "Colour",
        Parameter.CONDUCTIVITY: "Conductivity",
        Parameter.TURBIDITY: "Turbidity",
        Parameter.CHLOROPHYLL_A: "Chlorophyll a",
        Parameter.ALGAE_DENSITY: "Algae density",
        Parameter.TRANSPARENCY: "Transparency",
        Parameter.REDOX_POTENTIAL: "Redox potential",
        Parameter.FLOW: "Flow",
        Parameter.VOLUME: "Cumulative volume",
        Parameter.LEVEL: "Water level",
    }
)
"""The Chinese names stand with the parameters themselves."""

TENTHS = frozenset(
    {
        Parameter.AMMONIA_NITROGEN,
        Parameter.TOTAL_NITROGEN,
        Parameter.COPPER,
        Parameter.ZINC,
        Parameter.FLUORIDE,
    }
)
"""Parameters whose whole limits are printed with a tenth. Source: GB 3838-2002 table 1."""

UNITS_EN: Mapping[str, str] = MappingProxyType({"个/L": "per L", "倍": "times"})


def parameter_name(parameter: Parameter) -> str:
    """Returns the parameter's name in the reader's language."""
    return PARAMETERS[parameter].name_zh if language.get() == "zh" else ENGLISH[parameter]


def unit_of(parameter: Parameter) -> str:
    """Returns the parameter's unit in the reader's language; pH has none."""
    unit = PARAMETERS[parameter].unit
    return unit if language.get() == "zh" else UNITS_EN.get(unit, unit)


def value_text(parameter: Parameter, value: float) -> str:
    """Returns the value as text with the parameter's own decimals, without its unit."""
    return f"{value:,.{PARAMETERS[parameter].shown_decimals}f}"


def result_text(parameter: Parameter, value: float, below: float | None) -> str:
    """Returns a result as text without its unit: ``<0.025`` below its detection limit."""
    return value_text(parameter, value) if below is None else below_text(below)


def limit_number(parameter: Parameter, limit: float) -> str:
    """Returns the limit as text with the standard's decimals: 1.0 for ammonia, 5 for oxygen."""
    return f"{limit:.1f}" if parameter in TENTHS and limit in (1, 2) else f"{limit:g}"


def limit_text(parameter: Parameter, low: float | None, high: float | None) -> str:
    """Returns a limit as text, ≥ 5, ≤ 1.0 or 6–9; a dash if there is neither low nor high."""
    first, last = ("" if each is None else limit_number(parameter, each) for each in (low, high))
    if first and last:
        return f"{first}–{last}"
    if first:
        return f"≥ {first}"
    return f"≤ {last}" if last else "—"


ENGLISH_GRADES: Mapping[str, str] = MappingProxyType(
    {"一级A": "grade 1A", "一级B": "grade 1B", "二级": "grade 2", "三级": "grade 3"}
)
GRADES = re.compile("|".join(ENGLISH_GRADES))


def grade_word(grade: DischargeGrade) -> str:
    """Returns a discharge grade of GB 18918 in the reader's language: 一级A, grade 1A."""
    return grade.value if language.get() == "zh" else ENGLISH_GRADES[grade.value]


def class_numeral(water_class: WaterClass) -> str:
    """Returns a class's numeral in the reader's language: Ⅰ to Ⅴ, and 劣Ⅴ or >Ⅴ."""
    worst = water_class is WaterClass.WORSE_THAN_V and language.get() != "zh"
    return ">Ⅴ" if worst else water_class.numeral


def multiple_text(multiple: float) -> str:
    """Returns an exceedance multiple with one decimal; ``< 0.1`` if it would round to 0.0."""
    return "< 0.1" if multiple < LEAST_MULTIPLE else f"{multiple:.1f}"


def exceedance_text(beyond: Exceedance) -> str:
    """Returns an exceedance in words without its parameter: 超标 0.3 倍, 低于限值."""
    if beyond.below:
        return _("below the limit")
    if beyond.multiple is None:
        return _("outside the limits")
    if beyond.multiple < LEAST_MULTIPLE:
        return _("less than 0.1 times over")
    return _("{n} times over").format(n=multiple_text(beyond.multiple))


def named_exceedance(beyond: Exceedance) -> str:
    """Returns an exceedance in words, with its parameter in brackets."""
    return _("{what} ({parameter})").format(
        what=exceedance_text(beyond), parameter=parameter_name(beyond.parameter)
    )


def finding_words(exceedances: Sequence[Exceedance]) -> str:
    """Returns everything that exceeds in one sentence, the largest multiple first; empty if none.

    The only sentence for a finding: drawers, files, papers and problems all say this one.
    """
    worst = sorted(exceedances, key=lambda each: -(each.multiple or 0.0))
    between = "，" if language.get() == "zh" else ", "
    said = between.join(named_exceedance(each) for each in worst)
    return said[:1].upper() + said[1:]


def basis_words(basis: str, *, with_doubt: bool = False) -> str:
    """Returns what set a limit: in a sentence plainly, in a list of limits with its doubt.

    In English tables and grades of our standards are translated; a permit's name stays.
    """
    plain = basis.removesuffix(UNCHECKED)
    if language.get() != "zh":
        plain = re.sub("表 ?([0-9]+)", "table \\1", plain)
        plain = GRADES.sub(lambda found: ENGLISH_GRADES[found[0]], plain)
    if with_doubt and plain != basis and basis.endswith(UNCHECKED):
        return _("{basis} (original not checked)").format(basis=plain)
    return plain


def flag_word(flag: Flag) -> str:
    """Returns the name of a value's quality flag; empty for a normal value."""
    return {
        Flag.NORMAL: "",
        Flag.STOPPED: _("stopped"),
        Flag.MAINTENANCE: _("maintenance"),
        Flag.MANUAL: _("entered by hand"),
        Flag.FAULT: _("instrument fault"),
        Flag.CALIBRATION: _("calibration"),
        Flag.ABOVE_RANGE: _("above measuring range"),
        Flag.LINK_FAULT: _("link fault"),
        Flag.OUT_OF_RANGE: _("out of range"),
        Flag.JUMP: _("sudden jump"),
        Flag.FLAT: _("unchanging"),
        Flag.IMPOSSIBLE: _("impossible value"),
        Flag.FAILED: _("failed the second look"),
        Flag.REJECTED: _("rejected in review"),
    }[flag]


def dated_text(moment: datetime, now: UtcDatetime) -> str:
    """Returns ``11-18 16:20`` in Beijing this year, else the year as well; today has its day too.

    For what stands beside other moments or is printed, where "yesterday" would mislead.
    """
    local = moment.astimezone(BUSINESS_ZONE)
    return f"{day_text(local.date(), now)} {local:%H:%M}"


def day_text(day: date, now: UtcDatetime) -> str:
    """Returns ``11-18`` for a day of this year, else the year as well."""
    return f"{day:%m-%d}" if day.year == business_date(now).year else f"{day:%Y-%m-%d}"


def moment_text(moment: datetime, now: UtcDatetime) -> str:
    """Returns ``10:24`` today, ``昨日 16:20``, ``11-18 16:20`` this year, else the year as well."""
    local = moment.astimezone(BUSINESS_ZONE)
    today = business_date(now)
    time = f"{local:%H:%M}"
    if local.date() == today:
        return time
    if local.date() == today - timedelta(days=1):
        return _("yesterday {time}").format(time=time)
    return dated_text(moment, now)


def duration_text(length: timedelta) -> str:
    """Returns a length of time in words, rounded down: minutes, hours up to 48, or days."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes < 60:
        return _("{n} min").format(n=minutes)
    if minutes < 48 * 60:
        return _("{n} hours").format(n=minutes // 60)
    return _("{n} days").format(n=minutes // (24 * 60))


def age_text(moment: UtcDatetime, now: UtcDatetime) -> str:
    """Returns in words how long ago the moment was."""
    age: timedelta = now - moment
    if age < timedelta(minutes=1):
        return _("just now")
    return _("{duration} ago").format(duration=duration_text(age))


def stretch_text(from_m: float, to_m: float) -> str:
    """Returns a stretch between two chainages (m along the river) as ``K138+200–K146+900``."""
    return f"{format_chainage(from_m)}–{format_chainage(to_m)}"


@overload
def own_name(name: str, name_en: str | None) -> str: ...


@overload
def own_name(name: str | None, name_en: str | None) -> str | None: ...


def own_name(name: str | None, name_en: str | None) -> str | None:
    """Returns the name in the reader's language; the Chinese one where no English is given.

    None of what has no name.
    """
    return name_en if name and name_en and language.get() == "en" else name


def plain_cell(text: str) -> str:
    """Returns the text, with ``'`` before one that a spreadsheet would take for a formula."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
