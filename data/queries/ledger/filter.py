"""What the list of problems is narrowed to, and the query string that says so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from data.errors import BadInput
from data.query_values import (
    PageQuery,
    not_allowed,
    pairs_of,
    read_choice,
    read_day,
    read_number,
    read_text,
    read_word,
)
from data.words.ledger import CATEGORY_KEYS, Group, Light, Severity, Source, Status

MOST_WORDS: Final = 50
"""How many values one filter takes."""

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
    EXTENSION = "extension"
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
_CATEGORIES: Final = (*(group.value for group in Group), *CATEGORY_KEYS)


def read_filter(query: str | Mapping[str, str | Iterable[str]]) -> LedgerFilter:
    """Parses the filter of the list of problems from a query string.

    Other keys are left to the caller. Raises BadInput for the first value that can't be read.
    """
    chosen, unread = read_page_filter(query)
    if unread:
        raise unread[0]
    return chosen


def read_page_filter(
    query: str | Mapping[str, str | Iterable[str]],
) -> tuple[LedgerFilter, list[BadInput]]:
    """Parses the filter from a page's address: without what can't be read, and the errors of it."""
    values_by_key: dict[str, list[str]] = {}
    for key, value in pairs_of(query):
        values_by_key.setdefault(key, []).append(value)
    page = PageQuery(values_by_key)
    read = {
        KEYS[key]: _read(page, key, values) for key, values in values_by_key.items() if key in KEYS
    }
    chosen = LedgerFilter(**{name: value for name, value in read.items() if value})  # type: ignore[arg-type]  # typed by key in _read
    return chosen, page.unread


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
    """Parses the list's order from ``sort`` in a query string; a leading "-" means descending.

    Raises BadInput for an order that can't be read.
    """
    order, unread = read_page_order(query)
    if unread:
        raise unread[0]
    return order


def read_page_order(
    query: str | Mapping[str, str | Iterable[str]],
) -> tuple[Order, list[BadInput]]:
    """Parses the order from a page's address: the usual one, and the error, if it is unreadable."""
    page = PageQuery({"sort": [value for key, value in pairs_of(query) if key == "sort"]})
    if not page.text("sort"):
        return Order(), []
    return page.read(_order, "sort", otherwise=Order()), page.unread


def read_address(
    query: str | Mapping[str, str | Iterable[str]],
) -> tuple[LedgerFilter, Order, list[BadInput]]:
    """Parses a page's address: filter and order without what can't be read, and the errors."""
    chosen, unread = read_page_filter(query)
    order, more = read_page_order(query)
    return chosen, order, [*unread, *more]


def _order(key: str, text: str) -> Order:
    by = text.removeprefix("-")
    if by not in set(Sort):
        raise not_allowed(key, text, (f"{each}, -{each}" for each in Sort))
    return Order(Sort(by), text.startswith("-"))


def _read(page: PageQuery, key: str, values: list[str]) -> object:
    """Returns the value of a field of the filter; what can't be read is noted with the page."""
    if key == "view":
        return page.read(read_word, key, View, otherwise=View.OPEN)
    if key == "q":
        whole = page.text(key)
        return page.read(read_text, key, MOST_TEXT, otherwise=whole.replace("\0", "")[:MOST_TEXT])
    if key in ("since", "until"):
        return page.read(read_day, key, YEARS, otherwise=None)
    if len(values) > MOST_WORDS:
        page.unread.append(
            BadInput(
                "{key} is given {n} times; at most {most} are allowed.",
                key=key,
                n=len(values),
                most=MOST_WORDS,
            )
        )
    held = (page.tried(_one, key, value) for value in values[:MOST_WORDS])
    return tuple(dict.fromkeys(one for one in held if one is not None))


def _one(key: str, text: str) -> StrEnum | str | int:
    if key == "category":
        return read_choice(key, text, _CATEGORIES)
    if key in _WORDS:
        return read_word(key, text, _WORDS[key])
    return read_number(key, text)
