"""What the list of problems is narrowed to, and the query string that says so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import parse_qsl, urlencode

from data.words.ledger import CATEGORY_KEYS, Group, Light, Severity, Source, Status

Word = TypeVar("Word", bound=StrEnum)

MOST_WORDS: Final = 50
"""How many values one filter takes; what comes after them is left out."""

MOST_TEXT: Final = 64
YEARS: Final = range(2000, 2101)
"""Years whose days can be asked for."""


class View(StrEnum):
    """The tabs over the list; each is a condition of its own, beside the filters."""

    OPEN = "open"
    WAITING = "waiting"
    OVERDUE = "overdue"
    SOON = "soon"
    CHECKING = "checking"
    NEW = "new"
    MINE = "mine"
    UNIT = "unit"
    PRESSED = "pressed"
    ALL = "all"


class Sort(StrEnum):
    """The columns the list may be ordered by."""

    DUE = "due"
    NUMBER = "number"
    PLACE = "place"
    DIVISION = "division"
    CATEGORY = "category"
    SEVERITY = "severity"
    STATUS = "status"
    UNIT = "unit"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Order:
    """The order of the list of problems; by default the soonest deadline first."""

    by: Sort = Sort.DUE
    descending: bool = False


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """The filter of the list of problems; an empty field matches all, several values are or-ed.

    ``categories`` holds keys of ``CATEGORIES`` and whole groups; ``registered_since`` and
    ``registered_until`` are business days, both included.
    """

    view: View = View.OPEN
    text: str = ""
    statuses: tuple[Status, ...] = ()
    categories: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    lights: tuple[Light, ...] = ()
    sources: tuple[Source, ...] = ()
    river_ids: tuple[int, ...] = ()
    reach_ids: tuple[int, ...] = ()
    lake_ids: tuple[int, ...] = ()
    division_ids: tuple[int, ...] = ()
    unit_ids: tuple[int, ...] = ()
    station_ids: tuple[int, ...] = ()
    problem_ids: tuple[int, ...] = ()
    registered_since: date | None = None
    registered_until: date | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether any field besides the tab (view) is set."""
        return replace(self, view=View.OPEN) != LedgerFilter()


KEYS: Final[Mapping[str, str]] = {
    "view": "view",
    "q": "text",
    "status": "statuses",
    "category": "categories",
    "severity": "severities",
    "light": "lights",
    "source": "sources",
    "river": "river_ids",
    "reach": "reach_ids",
    "lake": "lake_ids",
    "division": "division_ids",
    "unit": "unit_ids",
    "station": "station_ids",
    "problem": "problem_ids",
    "since": "registered_since",
    "until": "registered_until",
}
"""Key of the query string to field; a field of several values repeats its key."""

_WORDS: Final[Mapping[str, type[StrEnum]]] = {
    "status": Status,
    "severity": Severity,
    "light": Light,
    "source": Source,
}
_CATEGORIES: Final = frozenset((*CATEGORY_KEYS, *(group.value for group in Group)))
_LARGEST_ID: Final = 2**63 - 1


def read_filter(query: str | Mapping[str, str | Iterable[str]]) -> LedgerFilter:
    """Parses the filter of the list of problems from a query string; ignores what is unreadable."""
    values_by_key: dict[str, list[str]] = {}
    for key, value in _pairs(query):
        values_by_key.setdefault(key, []).append(value)
    read: dict[str, object] = {}
    for key, values in values_by_key.items():
        if key in KEYS:
            read[KEYS[key]] = _read(key, values[:MOST_WORDS])
    return LedgerFilter(**{name: value for name, value in read.items() if value})  # type: ignore[arg-type]  # typed by key in _read


def write_filter(chosen: LedgerFilter) -> str:
    """Returns the filter as a query string that ``read_filter`` parses, without defaults."""
    default = LedgerFilter()
    pairs: list[tuple[str, str]] = []
    for key, name in KEYS.items():
        value = getattr(chosen, name)
        if value == getattr(default, name):
            continue
        pairs += [(key, str(one)) for one in (value if isinstance(value, tuple) else (value,))]
    return urlencode(pairs)


def read_order(query: str | Mapping[str, str | Iterable[str]]) -> Order:
    """Parses the list's order from ``sort`` in a query string; a leading "-" means descending."""
    word = next((value for key, value in _pairs(query) if key == "sort"), "")
    by = _words(Sort, [word.removeprefix("-")])
    return Order(by[0], word.startswith("-")) if by else Order()


def write_order(order: Order) -> str:
    """Returns the order as a value of ``sort`` in a query string; "" for the default order."""
    return "" if order == Order() else ("-" if order.descending else "") + order.by.value


def _pairs(query: str | Mapping[str, str | Iterable[str]]) -> list[tuple[str, str]]:
    if isinstance(query, str):
        return parse_qsl(query.removeprefix("?"))
    return [
        (key, one)
        for key, value in query.items()
        for one in ((value,) if isinstance(value, str) else value)
    ]


def _read(key: str, values: list[str]) -> object:
    if key == "view":
        return next(iter(_words(View, values)), None)
    if key == "q":
        return values[0].replace("\0", "").strip()[:MOST_TEXT]
    if key in ("since", "until"):
        return _day(values[0])
    if key == "category":
        return tuple(dict.fromkeys(one for one in values if one in _CATEGORIES))
    if key in _WORDS:
        return _words(_WORDS[key], values)
    return tuple(
        dict.fromkeys(
            int(one)
            for one in values
            if one.isascii() and one.isdecimal() and len(one) < 20 and int(one) <= _LARGEST_ID
        )
    )


def _words(words: type[Word], values: Iterable[str]) -> tuple[Word, ...]:
    return tuple(dict.fromkeys(words(one) for one in values if one in set(words)))


def _day(word: str) -> date | None:
    try:
        day = date.fromisoformat(word)
    except ValueError:
        return None
    return day if day.year in YEARS else None
