"""Parsers of single cells of a file. What can't be read raises BadInput with a named reason."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from data.errors import BadInput
from data.plain_numbers import half_width, plain_number
from data.quality.limits import DischargeGrade
from data.vocabulary import ChiefLevel, LakeKind, Parameter, RiverKind, WaterClass
from gis.chainage import UnreadableChainage, parse_chainage

Parser = Callable[[str], object]
WORD = TypeVar("WORD", bound=StrEnum)

_NUMERALS: Final = {
    **{sign: number for number, sign in enumerate("一二三四五", start=1)},
    **{sign: int(sign) for sign in "12345"},
    "I": 1, "II": 2, "III": 3, "IV": 4, "V": 5,
}  # fmt: skip
_YES: Final = frozenset({"1", "true", "yes", "y", "t", "是", "有"})
_NO: Final = frozenset({"0", "false", "no", "n", "f", "否", "无"})
_DATE: Final = re.compile(
    r"(\d{4})(?:(\d{2})(\d{2})|[-/.年](\d{1,2})[-/.月](\d{1,2})日?)"
    r"(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_DAY_NUMBER: Final = re.compile(r"([2-9]\d{4})(?:\.0+)?")
_FIRST_DAY: Final = date(1899, 12, 30)
"""Day 0 of Excel's calendar of 1900, from March 1900 on. Source: ECMA-376, 18.17.4.1."""

_CLASS: Final = re.compile(
    r"(?:国家|国标)?(?:地表水|水质)?(?:目标)?(?:标准)?[:：]?(IV|I{1,3}|V|[1-5一二三四五])"
    r"(?:类|级)?(?:水质|水体|水|标准)*"
)
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SHORTENED: Final = re.compile(r"[+-]?\d(?:\.\d+[eE]\+?|[eE]\+)\d{1,3}")
_SPAN: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d|秒|分|分钟|小时|时|天|日)?")
_SPAN_SECONDS: Final = {
    "s": 1, "秒": 1, "m": 60, "min": 60, "分": 60, "分钟": 60,
    "h": 3600, "小时": 3600, "时": 3600, "d": 86400, "天": 86400, "日": 86400,
}  # fmt: skip
_DEGREES: Final = re.compile(
    r"([NSEW东西南北]?)\s*(\d{1,3})\s*[°度]\s*(\d{1,2}(?:\.\d+)?)\s*['′’分]"
    r"\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:[\"″”秒]|'')?)?\s*([NSEW]?)",
    re.IGNORECASE,
)

LEVELS: Final[Mapping[str, ChiefLevel]] = {
    **{level.value: level for level in ChiefLevel},
    "省": ChiefLevel.PROVINCE, "省级": ChiefLevel.PROVINCE,
    "市": ChiefLevel.CITY, "市级": ChiefLevel.CITY, "地市": ChiefLevel.CITY,
    "prefecture": ChiefLevel.CITY,
    "县": ChiefLevel.COUNTY, "县级": ChiefLevel.COUNTY, "区": ChiefLevel.COUNTY,
    "区县": ChiefLevel.COUNTY, "district": ChiefLevel.COUNTY, "seat": ChiefLevel.COUNTY,
    "乡": ChiefLevel.TOWNSHIP, "镇": ChiefLevel.TOWNSHIP, "乡级": ChiefLevel.TOWNSHIP,
    "乡镇": ChiefLevel.TOWNSHIP, "镇级": ChiefLevel.TOWNSHIP, "街道": ChiefLevel.TOWNSHIP,
    "town": ChiefLevel.TOWNSHIP, "street": ChiefLevel.TOWNSHIP,
    "村": ChiefLevel.VILLAGE, "村级": ChiefLevel.VILLAGE, "hamlet": ChiefLevel.VILLAGE,
}  # fmt: skip
RIVER_KINDS: Final[Mapping[str, RiverKind]] = {
    **{kind.value: kind for kind in RiverKind},
    "河流": RiverKind.RIVER, "河": RiverKind.RIVER, "stream": RiverKind.RIVER,
    "渠道": RiverKind.CANAL, "渠": RiverKind.CANAL, "运河": RiverKind.CANAL,
    "ditch": RiverKind.CANAL, "drain": RiverKind.CANAL, "diversion": RiverKind.CANAL,
}  # fmt: skip
LAKE_KINDS: Final[Mapping[str, LakeKind]] = {
    **{kind.value: kind for kind in LakeKind},
    "湖泊": LakeKind.LAKE, "湖": LakeKind.LAKE, "pond": LakeKind.LAKE,
    "水库": LakeKind.RESERVOIR,
}  # fmt: skip
GRADES: Final[Mapping[str, DischargeGrade]] = {
    **{grade.value.lower(): grade for grade in DischargeGrade},
    "1a": DischargeGrade.FIRST_A, "1b": DischargeGrade.FIRST_B,
}  # fmt: skip


def unreadable(value: object, message: str) -> BadInput:
    """Returns a BadInput error that names the unreadable value and what the field must hold."""
    return BadInput(message, value=repr(value))


def words(value: str) -> str:
    """Returns the text with blanks at the ends removed and repeated blanks made one."""
    return " ".join(value.split())


def number(value: str) -> float:
    """Parses a finite number; commas may part groups of three digits. Raises BadInput.

    12,5 is refused: it is 12.5 in some places and nothing in others.
    """
    plain = half_width(value).strip()
    found = plain_number(plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain)
    if found is None:
        raise unreadable(value, "{value} isn't a number.")
    return found


def degrees(value: str) -> float:
    """Parses decimal degrees or degrees, minutes, seconds (112°04′30″). Raises BadInput."""
    spoken = _DEGREES.fullmatch(value.strip())
    if not spoken:
        return number(value)
    before, whole, minutes, seconds, after = spoken.groups()
    size = int(whole) + float(minutes) / 60 + float(seconds or 0) / 3600
    return -size if (before + after).upper() in {"S", "W", "南", "西"} else size


def day(value: str) -> date:
    """Parses a date: 2026-03-01, 2026/3/1, 20260301, 2026年3月1日, Excel's 46082.

    3/1/2026 is refused: it is a day in January or in March. Raises BadInput.
    """
    plain = unicodedata.normalize("NFKC", value).strip()
    found = _DATE.fullmatch(plain)
    counted = _DAY_NUMBER.fullmatch(plain)
    try:
        if counted:
            return _FIRST_DAY + timedelta(days=int(counted[1]))
        if found:
            month, date_of = found[2] or found[4], found[3] or found[5]
            return date(int(found[1]), int(month), int(date_of))
        return datetime.fromisoformat(plain).date()
    except ValueError as error:
        raise unreadable(value, "{value} isn't a date.") from error


def is_day_number(value: str) -> bool:
    """Returns whether a date is written as a spreadsheet's number of a day, such as 46082."""
    return _DAY_NUMBER.fullmatch(value.strip()) is not None


def code(value: str) -> str:
    """Returns a code as text. Raises BadInput for one that a spreadsheet shortened (4.1E+11)."""
    said = words(value)
    if _SHORTENED.fullmatch(said):
        raise BadInput(
            "{value} is a code that a spreadsheet has shortened: its digits are lost.",
            mend="Keep the column as text and enter the code again.",
            value=repr(said),
        )
    return said.removesuffix(".0") if re.fullmatch(r"\d+\.0", said) else said


def interval(value: str) -> timedelta:
    """Parses a duration: 4h, 60min, 小时, or a number of seconds. Raises BadInput."""
    found = _SPAN.fullmatch(value.strip().lower())
    span = timedelta(seconds=float(found[1]) * _SPAN_SECONDS[found[2] or "s"]) if found else None
    if span is None or not timedelta(seconds=1) <= span <= timedelta(days=366):
        raise unreadable(value, "{value} isn't a span of time such as 4h.")
    return span


def yes(value: str) -> bool:
    """Parses yes (True) or no (False). Raises BadInput for anything else."""
    said = value.strip().lower()
    if said not in _YES | _NO:
        raise unreadable(value, "{value} isn't yes or no.")
    return said in _YES


def works(value: str) -> bool:
    """Parses whether a day is worked (班, 上班, 调休上班) or off (休, 放假). Raises BadInput."""
    said = value.strip().lower()
    if said in {"班", "上班", "补班", "调休上班", "调班", "工作日", "work", "working"}:
        return True
    if said in {"休", "放假", "休息", "节假日", "假日", "holiday", "off"}:
        return False
    try:
        return yes(said)
    except BadInput:
        raise unreadable(
            value, "{value} says neither that the day is worked nor that it is off."
        ) from None


def water_class(value: str) -> WaterClass:
    """Parses a target water-quality class: Ⅰ to Ⅴ, I to V, 1 to 5, 一 to 五, also 地表水Ⅲ类."""
    said = re.sub(r"\s", "", unicodedata.normalize("NFKC", value)).upper()
    found = _CLASS.fullmatch(said)
    if found is None:
        raise unreadable(value, "{value} isn't a water class from Ⅰ to Ⅴ.")
    return WaterClass(_NUMERALS[found[1]])


def listed(value: str) -> tuple[str, ...]:
    """Splits a cell's list at comma, semicolon or 、 into its items; a list of JSON is one too."""
    if value[:1] + value[-1:] == "[]":
        value = re.sub(r'[\[\]"]', "", value)
    return tuple(entry for part in re.split(r"[,，;；、|]", value) if (entry := words(part)))


def parameters(value: str) -> tuple[Parameter, ...]:
    """Parses a list of measured parameters by their keys. Raises BadInput for an unknown key."""
    try:
        return tuple(Parameter(key.lower()) for key in listed(value))
    except ValueError as error:
        raise unreadable(
            value, "{value} isn't a list of parameter keys such as ph, do, codmn."
        ) from error


def bounds(value: str) -> tuple[float | None, float | None]:
    """Parses limits into (lower, upper): 50 and <=50 are upper, >=6 lower, 6-9 both.

    Raises BadInput.
    """
    said = re.sub(r"\s", "", value)
    if said[:1] in ("≥", ">"):
        return number(said.lstrip("≥>=")), None
    both = re.fullmatch(r"(\d+(?:\.\d+)?)[-~～—–至](\d+(?:\.\d+)?)", said)
    if both:
        low, high = number(both[1]), number(both[2])
        if low >= high:
            raise unreadable(value, "{value} isn't a limit such as 50 or 6-9.")
        return low, high
    return None, number(said.lstrip("≤<="))


def chainage(value: str) -> float:
    """Parses a distance along a river, K12+350 or a number, to metres. Raises BadInput."""
    try:
        return parse_chainage(value)
    except UnreadableChainage:
        return number(value)


def division_code(value: str) -> str:
    """Parses a division code of twelve digits; a shorter code is filled up with zeros.

    Shorter ones are 省 2, 市 4, 县 6, 乡 9 digits. Raises BadInput.
    """
    said = value.strip().removesuffix(".0")
    if not re.fullmatch(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}", said):
        raise unreadable(value, "{value} isn't a division code of 2, 4, 6, 9 or 12 digits.")
    return said.ljust(12, "0")


def one_word(known: Mapping[str, WORD], message: str) -> Callable[[str], WORD]:
    """Returns a parser of the ``known`` words; the parser raises BadInput for any other word."""

    def parse(value: str) -> WORD:
        found = known.get(value.strip().lower())
        if found is None:
            raise unreadable(value, message)
        return found

    return parse


level = one_word(LEVELS, "{value} isn't a level (province, city, county, township, village).")
river_kind = one_word(RIVER_KINDS, "{value} isn't river or canal.")
lake_kind = one_word(LAKE_KINDS, "{value} isn't lake or reservoir.")
discharge_grade = one_word(GRADES, "{value} isn't a GB 18918 grade (一级A, 一级B, 二级, 三级).")
