"""Maps factor codes of HJ 212 to our parameters, with the conversion of their units."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from data.vocabulary import PARAMETERS, Parameter


@dataclass(frozen=True, slots=True)
class Factor:
    """A parameter, and the power of ten that converts the device's unit to the parameter's."""

    parameter: Parameter
    power: int = 0


MICROGRAMS: Final = frozenset(
    {
        Parameter.MERCURY,
        Parameter.CADMIUM,
        Parameter.CHROMIUM_VI,
        Parameter.ARSENIC,
        Parameter.LEAD,
        Parameter.SELENIUM,
    }
)
"""Sent in µg/L under the new codes. Source: HJ 212-2017 table B.1 as transcribed by others; the
official text was not seen (未核实)."""

NEW: Mapping[str, Factor] = MappingProxyType(
    {
        facts.hj525: Factor(
            parameter,
            -3 if parameter in MICROGRAMS or parameter is Parameter.FLOW else 0,
        )
        for parameter, facts in PARAMETERS.items()
        if facts.hj525
    }
)
"""Codes of HJ 525 as HJ 212-2017 uses them; flow is sent in L/s."""

_OLD = {
    "B01": Factor(Parameter.FLOW, -3),
    "001": Factor(Parameter.PH),
    "002": Factor(Parameter.COLOUR),
    "003": Factor(Parameter.SUSPENDED_SOLIDS),
    "010": Factor(Parameter.BOD5),
    "011": Factor(Parameter.COD),
    "015": Factor(Parameter.TOTAL_ORGANIC_CARBON),
    "020": Factor(Parameter.MERCURY),
    "022": Factor(Parameter.CADMIUM),
    "024": Factor(Parameter.CHROMIUM_VI),
    "026": Factor(Parameter.ARSENIC),
    "027": Factor(Parameter.LEAD),
    "029": Factor(Parameter.COPPER),
    "030": Factor(Parameter.ZINC),
    "031": Factor(Parameter.MANGANESE),
    "032": Factor(Parameter.IRON),
    "035": Factor(Parameter.SELENIUM),
    "060": Factor(Parameter.AMMONIA_NITROGEN),
    "063": Factor(Parameter.NITRITE_NITROGEN),
    "064": Factor(Parameter.NITRATE_NITROGEN),
    "065": Factor(Parameter.TOTAL_NITROGEN),
    "070": Factor(Parameter.CYANIDE),
    "071": Factor(Parameter.SULFIDE),
    "072": Factor(Parameter.FLUORIDE),
    "080": Factor(Parameter.PETROLEUM),
    "090": Factor(Parameter.CHLORIDE),
    "101": Factor(Parameter.TOTAL_PHOSPHORUS),
    "110": Factor(Parameter.VOLATILE_PHENOL),
    "520": Factor(Parameter.ANIONIC_SURFACTANT),
    "550": Factor(Parameter.FAECAL_COLIFORM),
}
OLD: Mapping[str, Factor] = MappingProxyType(_OLD)
"""Codes of HJ/T 212-2005, in mg/L, flow in L/s. Source: HJ/T 212-2005 app. B by transcription."""

WATER_SYSTEMS: Final = frozenset({"21", "24", "26", "32", "33", "52", "91"})
"""System types (ST) under which the old, short codes mean water and not air."""


def factor_of(code: str, system: str) -> Factor | None:
    """Returns the factor for a pollutant code under a system type (ST); None if it isn't mapped."""
    new = NEW.get(code)
    if new is None and system in WATER_SYSTEMS:
        return OLD.get(code)
    return new


_NEW_CODE: Final = re.compile(r"(?<![0-9a-z])w\d{5}(?!\d)", re.ASCII)
_OLD_CODE: Final = re.compile(r"(?:\d{3}|b\d\d)(?![0-9a-z])", re.ASCII)


def factor_like(key: str, system: str) -> Factor | None:
    """Returns the factor that a key names in any way (``w21003``, ``W21003_rtd``); else None."""
    plain = unicodedata.normalize("NFKC", key).casefold().strip()
    for code in _NEW_CODE.findall(plain):
        if code in NEW:
            return NEW[code]
    old = _OLD_CODE.match(plain)
    return factor_of(old[0].upper(), system) if old else None
