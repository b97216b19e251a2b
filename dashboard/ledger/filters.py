"""The pills over the ledger's list, one for each filter; the address holds what is chosen."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import dash
import dash_mantine_components as dmc
from dash import Input, Output, State, html

from dashboard.frame.auth import Action, require
from dashboard.frame.deps import Deps
from dashboard.frame.offload import off
from dashboard.ledger.line_words import light_word
from dashboard.ledger.reads import read_options
from dashboard.ledger.words import (
    category_word,
    group_word,
    severity_word,
    source_word,
    status_word,
)
from dashboard.parts.attributes import attributes
from dashboard.parts.kit import fixed_pill, ticks_pill
from dashboard.parts.measures import own_name
from dashboard.parts.wording import _
from data.queries.ledger.choices import Choices, Offered
from data.queries.ledger.filter import KEYS, LedgerFilter
from data.words.ledger import CATEGORIES, Light, Severity, Source, Status

PICKED: Final = ("river", "status", "category", "severity", "light", "unit", "source")
"""Keys of the address that have a pill; the others are shown only when an address holds them."""

KEPT: Final = ("reach", "lake", "division", "station", "problem", "since", "until")


SOUGHT: Final = ("river", "unit")
"""Filters whose options may be too many to list: a box over them finds the others."""

HIDDEN: Final = {"display": "none"}


def labels() -> dict[str, str]:
    """The name of each filter by the filter's key in the address."""
    return {
        "river": _("River"),
        "status": _("Status"),
        "category": _("Category"),
        "severity": _("Severity"),
        "light": _("Deadline light"),
        "unit": _("Responsible unit"),
        "source": _("Where it came from"),
        "reach": _("Reach"),
        "lake": _("Lake"),
        "division": _("Administrative area"),
        "station": _("Station"),
        "problem": _("Number"),
        "since": _("Registered since"),
        "until": _("Registered until"),
    }


def values() -> dict[str, dict[str, str]]:
    """The options of the filters with fixed options; categories follow their group."""
    categories: dict[str, str] = {}
    for group, kinds in CATEGORIES.items():
        categories[group.value] = group_word(group)
        categories.update({kind: category_word(kind) for kind in kinds})
    return {
        "river": {},
        "status": {each.value: status_word(each) for each in Status},
        "category": categories,
        "severity": {each.value: severity_word(each) for each in Severity},
        "light": {each.value: light_word(each) for each in Light},
        "unit": {},
        "source": {each.value: source_word(each) for each in Source},
    }


def read_values(read: Choices) -> dict[str, dict[str, str]]:
    """The options of the filters river and unit: those with problems."""
    return {
        key: {str(number): own_name(name, english) for number, name, english in offered.listed}
        for key, offered in (("river", read.rivers), ("unit", read.units))
    }


def values_of(chosen: LedgerFilter, key: str) -> list[str]:
    """The filter's values for a key of the page's address, as texts."""
    value = getattr(chosen, KEYS[key])
    if value is None:
        return []
    return [str(one) for one in (value if isinstance(value, tuple) else (value,))]


def boxes(choices: Mapping[str, str], chosen: Iterable[str] = ()) -> list[Any]:
    """A checkbox for each option, and for each chosen value that is no longer offered."""
    offered = {**{one: one for one in chosen if one not in choices}, **choices}
    return [
        dmc.Checkbox(
            label=word,
            value=value,
            size="xs",
            radius=4,
            className="om-under" if "." in value else "",
        )
        for value, word in offered.items()
    ]


def pill(key: str, chosen: LedgerFilter) -> html.Span:
    """The button of one filter with a list of options; a script updates its label and cross."""
    label = labels()[key]
    group = dmc.CheckboxGroup(
        boxes(values()[key], values_of(chosen, key)),
        id=f"ledger-pick-{key}",
        value=values_of(chosen, key),
        className="om-choices",
        **attributes(aria_label=label),
    )
    if key not in SOUGHT:
        return ticks_pill(key, label, group, "ledger")
    finder = dmc.TextInput(
        id=f"ledger-find-{key}",
        value="",
        debounce=300,
        size="xs",
        placeholder=_("Type a name"),
        className="om-seek",
        style=HIDDEN,
        **attributes(aria_label=_("Find: {filter}").format(filter=label)),
    )
    return ticks_pill(key, label, [finder, group], "ledger")


def finder_style(offered: Offered) -> dict[str, str]:
    """The style of the box that finds a filter's options: shown where not all are listed."""
    return HIDDEN if offered.is_whole else {}


def register_finder(app: dash.Dash, deps: Deps, key: str, words: str) -> None:
    """Registers the callback that lists the options of one filter for what is typed over them."""

    @app.callback(
        Output(f"ledger-pick-{key}", "children", allow_duplicate=True),
        Output(words, "data", allow_duplicate=True),
        Input(f"ledger-find-{key}", "value"),
        State(f"ledger-pick-{key}", "value"),
        State(words, "data"),
        prevent_initial_call=True,
    )
    async def find(phrase: str, held: list[str], known: dict[str, Any]) -> tuple[Any, Any]:
        user = require(Action.READ_LEDGER)
        offered = await off(read_options, deps, user, key, str(phrase or ""), held or ())
        wording = found_wordings(known, key, offered)
        listed = {
            str(number): wording["values"][key][str(number)] for number, *_names in offered.listed
        }
        return boxes(listed, held or ()), wording


def found_wordings(known: Mapping[str, Any], key: str, offered: Offered) -> dict[str, Any]:
    """The words known to the page with the names of the options just found for one filter."""
    named = {str(number): own_name(name, english) for number, name, english in offered.listed}
    values = known.get("values", {})
    return {**known, "values": {**values, key: {**values.get(key, {}), **named}}}


def kept(chosen: LedgerFilter) -> dict[str, list[str]]:
    """The filter's conditions for which the page has no button, by key of the address."""
    return {key: values_of(chosen, key) for key in KEPT if values_of(chosen, key)}


def kept_pills(
    asked: Mapping[str, list[str]], names: Mapping[str, tuple[tuple[str, str | None], ...]]
) -> list[html.Span]:
    """A label with a cross to remove it for each condition for which the page has no button."""
    made = []
    for key, held in asked.items():
        named = [own_name(name, english) for name, english in names.get(key, ())] or held
        label = labels()[key]
        words = named[0] if len(named) == 1 else several(named)
        made.append(fixed_pill("ledger", key, label, pill_words(label, words)))
    return made


def pill_words(label: str, words: str) -> str:
    """A filter button's label with the chosen values: ``河流：湍河``."""
    return _("{filter}: {values}").format(filter=label, values=words)


def several(named: list[str]) -> str:
    """The first of several chosen values with their number, for a filter button's label."""
    return _("{first} and others ({n})").format(first=named[0], n=len(named))


def wordings(read: Choices | None = None) -> dict[str, Any]:
    """The words from which the script makes the filter buttons' labels."""
    return {
        "labels": {key: labels()[key] for key in PICKED},
        "values": {**values(), **(read_values(read) if read else {})},
        "one": _("{filter}: {values}"),
        "many": _("{first} and others ({n})"),
    }
