"""The words of a water's file: values, times, places, kinds, in the reader's language."""

from collections.abc import Sequence
from datetime import date, timedelta

from dashboard.parts.measures import (
    age_text,
    basis_words,
    class_numeral,
    duration_text,
    finding_words,
    limit_text,
    moment_text,
    own_name,
    parameter_name,
    unit_of,
    value_text,
)
from dashboard.parts.wording import _, language
from data.clock import UtcDatetime
from data.quality.exceedances import Exceedance
from data.queries.waters.file import WaterFacts
from data.queries.waters.file_stations import StationFile
from data.vocabulary import (
    ChiefLevel,
    Compliance,
    EvaluationState,
    RiverKind,
    WaterClass,
)


def listed(words: Sequence[str]) -> str:
    """Returns the words joined as a list in the reader's language."""
    return ("、" if language.get() == "zh" else ", ").join(words)


def bracketed(words: str) -> str:
    """Returns the words in brackets, full-width ones in Chinese."""
    return f"（{words}）" if language.get() == "zh" else f" ({words})"


def numeral(water_class: int) -> str:
    """Returns the Roman numeral of a water-quality class, the word "none" for 0."""
    return class_numeral(WaterClass(water_class)) if water_class else _("none")


def kind_word(kind: str) -> str:
    """Returns the name of a kind of water: river, canal, lake, reservoir."""
    return {
        RiverKind.RIVER: _("River"),
        RiverKind.CANAL: _("Canal"),
        "lake": _("Lake"),
        "reservoir": _("Reservoir"),
    }[kind]


def level_word(level: ChiefLevel) -> str:
    """Returns the name of a chief's level, such as province or city."""
    return {
        ChiefLevel.PROVINCE: _("Province"),
        ChiefLevel.CITY: _("City"),
        ChiefLevel.COUNTY: _("County"),
        ChiefLevel.TOWNSHIP: _("Township"),
        ChiefLevel.VILLAGE: _("Village"),
    }[level]


def reach_count(count: int) -> str:
    """Returns the number of reaches in words."""
    return _("1 reach") if count == 1 else _("{n} reaches").format(n=count)


def measured(moment: UtcDatetime, now: UtcDatetime) -> str:
    """Returns in words when a value was measured and how long ago that is."""
    return _("measured {time}, {ago}").format(
        time=moment_text(moment, now), ago=age_text(moment, now)
    )


def value_words(exceedance: Exceedance) -> str:
    """Returns the exceeding value in words, with its limit and the rule that set the limit."""
    unit, limit = unit_of(exceedance.parameter), exceedance.limit
    low, high = (limit, None) if exceedance.below else (None, limit)
    return _("{parameter} {value}{unit}, limit {limit}, {basis}").format(
        parameter=parameter_name(exceedance.parameter),
        value=value_text(exceedance.parameter, exceedance.value),
        unit=f" {unit}" if unit else "",
        limit=limit_text(exceedance.parameter, low, high),
        basis=basis_words(exceedance.basis),
    )


def station_name(file: StationFile) -> str:
    """Returns the station's name in the reader's language, if there is one, else in Chinese."""
    return own_name(file.record.name, file.record.name_en)


def section_words(file: StationFile, now: UtcDatetime) -> str:
    """Returns in words what a section exceeds, "target met", or why it has no class."""
    record = file.record
    if record.state is EvaluationState.GRADED:
        return finding_words(file.exceedances) or _("target met")
    if record.state is EvaluationState.PARTIAL:
        missing = listed([parameter_name(each) for each in file.missing])
        return _("Incomplete {have}/{need}").format(
            have=record.have_count or 0, need=record.required_count or 0
        ) + (bracketed(_("missing {parameters}").format(parameters=missing)) if missing else "")
    if record.state is EvaluationState.STALE and record.observed_at:
        silent = _("No fresh data for {age}").format(age=duration_text(now - record.observed_at))
        if not file.last_class:
            return silent
        return silent + bracketed(_("last {cls}").format(cls=numeral(file.last_class)))
    return _("No data yet")


def outfall_words(file: StationFile) -> str:
    """Returns in words whether an outfall complies, what it exceeds, or why that is unknown."""
    compliance = file.record.compliance
    if compliance == Compliance.EXCEEDING:
        return finding_words(file.exceedances) or _("Exceeding")
    if compliance == Compliance.STOPPED:
        return _("Stopped")
    if compliance == Compliance.COMPLIANT:
        return _("Compliant")
    return _("Offline") if file.record.is_offline else _("Not monitored online")


def kilometres(length_m: float) -> str:
    """Returns a length in kilometres as text; in metres below 1 km."""
    return f"{length_m / 1000:,.1f} km" if length_m >= 1000 else f"{length_m:.0f} m"


def area(area_m2: float) -> str:
    """Returns an area in square kilometres as text; in hectares below 1 km²."""
    return f"{area_m2 / 1e6:,.2f} km²" if area_m2 >= 1e6 else f"{area_m2 / 1e4:,.1f} ha"


def degrees(place: tuple[float, float]) -> str:
    """Returns (longitude, latitude) as text with five decimals, which is about a metre."""
    return f"{place[0]:.5f}°E, {place[1]:.5f}°N"


def term(valid_from: date, valid_to: date | None) -> str:
    """Returns a term of office in words; its last day is the day before ``valid_to``."""
    if valid_to is None:
        return _("since {day}").format(day=valid_from.isoformat())
    return f"{valid_from.isoformat()} – {(valid_to - timedelta(days=1)).isoformat()}"


def every(interval: timedelta) -> str:
    """Returns in words how often readings come, such as "every 4 hours"."""
    return _("every {duration}").format(duration=duration_text(interval))


def divisions_of(water: WaterFacts) -> tuple[str, ...]:
    """Returns the names of the divisions that a water lies in, in the reader's language."""
    return water.divisions_en if language.get() == "en" else water.divisions


def basin_of(water: WaterFacts) -> str:
    """Returns the name of the basin that a water belongs to, or words that none is on file."""
    return own_name(water.basin or _("not on file"), water.basin_en)


def other_name(water: WaterFacts) -> str | None:
    """Returns a water's name in the other language; None where that is the same or not known."""
    other = water.name_en if language.get() == "zh" else water.name
    return None if other == own_name(water.name, water.name_en) else other


def code_words(water: WaterFacts) -> str:
    """Returns the water's code with its coding scheme, or words that no code was given."""
    if not water.code:
        return _("none given")
    return water.code + (bracketed(water.code_scheme) if water.code_scheme else "")
