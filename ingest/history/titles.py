"""Which of our columns the titles of an office's table name: in Chinese, with a unit or not."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

from data.archives.tables import PLACE, TEXTS, TIME_NAMES
from data.errors import BadInput
from data.vocabulary import PARAMETERS, Parameter

_STATION_TITLES: Final = (
    "站点编码", "站点编号", "站点代码", "测站编码", "测站编号", "测站代码", "断面编码", "断面代码",
    "站码", "站号", "站点", "测站", "断面", "站点名称", "测站名称", "断面名称",
)  # fmt: skip
_TIME_TITLES: Final = (
    *TIME_NAMES, "时间", "监测时间", "采样时间", "观测时间", "数据时间",
    "日期", "监测日期", "采样日期",
)  # fmt: skip
_OTHER_TITLES: Final = {"longitude": ("lon", "经度"), "latitude": ("lat", "纬度")}
_PARAMETER_TITLES: Final = {
    Parameter.PH: ("ph值",),
    Parameter.PERMANGANATE_INDEX: ("imn", "高锰酸盐"),
    Parameter.COD: ("codcr",),
    Parameter.AMMONIA_NITROGEN: ("nh3-n", "nh4-n"),
    Parameter.FLOW: ("瞬时流量",),
}
_UNIT: Final = re.compile(r"(.*)[(\[]([^()\[\]]*)[)\]]")
_UNITLESS: Final = frozenset({"", "无量纲"})


def match_titles(titles: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Returns the title of each of our columns, and the titles that are none of them.

    Of several titles of the station or the time the best known counts. Raises BadInput where two
    titles name one parameter.
    """
    known = names_by_title()
    ranks = {title: rank for rank, title in enumerate(known)}
    found: dict[str, str] = {}
    unknown = []
    for title in sorted(titles, key=lambda each: ranks.get(folded(each), len(ranks))):
        name = known.get(folded(title)) or with_unit(title, known)
        if name is None or (name in TEXTS and name in found):
            unknown.append(title)
        elif name in found:
            raise BadInput("The column {column} is there twice.", column=title)
        else:
            found[name] = title
    in_order = sorted(found.items(), key=lambda each: titles.index(each[1]))
    return dict(in_order), [title for title in titles if title in unknown]


def is_of_other_unit(title: str) -> bool:
    """Returns whether a title names a parameter with another unit than its own."""
    parted = _UNIT.fullmatch(folded(title))
    known = names_by_title()
    named = known.get(parted[1]) if parted else None
    return named in set(Parameter) and with_unit(title, known) is None


def with_unit(title: str, known: Mapping[str, str]) -> str | None:
    """Returns the parameter of a title with its own unit behind it: ``氨氮（mg/L）``.

    None for another unit: its numbers would be wrong.
    """
    parted = _UNIT.fullmatch(folded(title))
    name = known.get(parted[1]) if parted else None
    if parted is None or name not in set(Parameter):
        return None
    unit = folded(PARAMETERS[Parameter(name)].unit)
    is_ours = parted[2] == unit or (not unit and parted[2] in _UNITLESS)
    return name if is_ours or known.get(parted[2]) == name else None


def folded(title: str) -> str:
    """Returns a title without blanks, in small letters and half-width signs, to compare it."""
    return "".join(unicodedata.normalize("NFKC", title).casefold().split())


@cache
def names_by_title() -> Mapping[str, str]:
    """Returns our column names by all their folded titles, the best known of each first."""
    titles = {**dict.fromkeys((*TEXTS, *PLACE), ()), **_OTHER_TITLES}
    names = {folded(t): name for name, more in titles.items() for t in (name, *more)}
    names |= {folded(title): "station" for title in _STATION_TITLES}
    names |= {folded(title): "time" for title in _TIME_TITLES}
    for parameter, facts in PARAMETERS.items():
        more = (
            facts.name_zh,
            facts.column or parameter.value,
            *_PARAMETER_TITLES.get(parameter, ()),
        )
        names |= {folded(title): parameter.value for title in (parameter.value, *more)}
    return MappingProxyType(names)
