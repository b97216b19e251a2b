"""The ledger's rules as figures with their sources; read from ``rules.toml`` and an own file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from data.clock import UtcDatetime
from data.errors import BadInput
from data.procedure import deadlines
from data.procedure.deadlines import AmberRule, Calendar, Due
from data.vocabulary import ChiefLevel
from data.words.ledger import CATEGORY_KEYS, Group, Severity


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """Working days to rectify; ``key`` names the rule in a problem's row (``due_rule``)."""

    key: str
    days: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class SignOffRule:
    """The lowest level that may sign off problems of a severity."""

    level: ChiefLevel
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class ExceedanceRule:
    """The rule by which exceedances of limits become problems.

    ``consecutive`` valid exceedances in a row open a problem; once it is closed, ``normal`` normal
    readings in a row must come before exceedances open another.
    """

    consecutive: int
    normal: int
    severity: Severity
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class OfflineRule:
    """The rule by which silent devices become problems.

    ``hours`` or ``intervals`` without a new value, whichever is longer; not when more than
    ``most_percent`` of all devices fall silent at once.
    """

    hours: int
    intervals: int
    most_percent: int
    severity: Severity
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """How a problem's deadline may be extended.

    ``most`` times, each time by ``working_days`` at most; ``proposed`` working days unless another
    day is chosen.
    """

    most: int
    working_days: int
    proposed: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class SimilarRule:
    """How near (metres) and close in time (days) two open problems of a group may be the same."""

    metres: int
    days: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """All configurable limits, deadlines and levels of the problem ledger.

    ``deadlines`` is by severity, ``overrides`` by (category or group, severity); ``look_back`` in
    months; ``sources`` holds by table the source of its figures, and whether that was verified.
    ``calendar`` has the days off by which working days are counted, None for the program's own.
    """

    deadlines: Mapping[Severity, DeadlineRule]
    overrides: Mapping[tuple[str, Severity], DeadlineRule]
    sign_offs: Mapping[Severity, SignOffRule]
    amber: AmberRule
    hand_back: timedelta
    look_back: int
    extension: ExtensionRule
    exceedance: ExceedanceRule
    offline: OfflineRule
    most_photos: int
    similar: SimilarRule
    sources: Mapping[str, tuple[str, bool]]
    calendar: Calendar | None = None

    def counted_by(self, calendar: Calendar) -> "Rules":
        """Returns the same rules, counting working days by that calendar."""
        return replace(self, calendar=calendar)

    def working_days(self, category: str, severity: Severity) -> DeadlineRule:
        """Returns a problem's deadline rule: of its category, else its group, else its severity."""
        for name in (category, category.partition(".")[0]):
            if (name, severity) in self.overrides:
                return self.overrides[name, severity]
        return self.deadlines[severity]

    @property
    def most_extensions(self) -> int:
        """How often a problem's deadline may be extended."""
        return self.extension.most

    def sign_off_level(self, severity: Severity) -> ChiefLevel:
        """Returns the lowest chief level that may sign off problems of the severity."""
        return self.sign_offs[severity].level

    def due(self, start: UtcDatetime, days: int) -> Due:
        """Returns the deadline so many working days after ``start``, and when it turns amber."""
        return deadlines.due(start, days, self.amber, self.calendar)

    def due_on(self, start: UtcDatetime, day: date) -> Due:
        """Returns the deadline on a named day. Raises ValueError unless that is after ``start``."""
        return deadlines.due_on(start, day, self.amber, self.calendar)

    def look_back_at(self, signed_off_at: UtcDatetime) -> UtcDatetime:
        """Returns when a problem signed off then may be archived: after the look-back period."""
        return deadlines.after_months(signed_off_at, self.look_back)


def load_rules(path: Path | None = None) -> Rules:
    """Reads the shipped rules, overridden by the tables of the file at ``path``.

    Raises BadInput naming the file and what is wrong in it.
    """
    shipped = files("problem_ledger.cases").joinpath("rules.toml").read_text("utf-8")
    own = ""
    try:
        if path is not None:
            own = path.read_text("utf-8")
        return read_rules(shipped, own)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            "The ledger's rules in {file} can't be read: {reason}",
            mend="Compare it with problem_ledger/cases/rules.toml.",
            file=str(path or "rules.toml"),
            reason=str(error),
        ) from None


def read_rules(shipped: str, own: str = "") -> Rules:
    """Parses rules from two texts like ``rules.toml``; the second overrides the first.

    Raises ValueError, KeyError or TypeError (unknown table, severity, level or field; a figure
    missing or out of bounds).
    """
    tables = _overlaid(tomllib.loads(shipped), tomllib.loads(own))
    single = {name: dict(tables.pop(name)) for name in _SINGLE}
    deadline_tables = tables.pop("deadline")
    overrides = tables.pop("category", {})
    sign_offs = tables.pop("sign_off")
    if tables:
        raise ValueError(f"no such tables: {', '.join(sorted(tables))}")
    sources = {name: (str(table.pop("source")), bool(table.pop("verified")))
               for name, table in single.items()}  # fmt: skip
    return Rules(
        deadlines={each: _deadline(each.value, deadline_tables[each.value]) for each in Severity},
        overrides=_read_overrides(overrides),
        sign_offs={each: _sign_off(sign_offs[each.value]) for each in Severity},
        amber=AmberRule(**single["amber"]),
        hand_back=timedelta(hours=_only(single["hand_back"], "hours")),
        look_back=_only(single["look_back"], "months"),
        extension=_extension(single["extension"], *sources["extension"]),
        exceedance=ExceedanceRule(**_opening(single["exceedance"], *sources["exceedance"])),
        offline=OfflineRule(**_opening(single["offline"], *sources["offline"])),
        most_photos=_only(single["photos"], "most"),
        similar=_similar(single["similar"], *sources["similar"]),
        sources=sources,
    )


_SINGLE = (
    "amber",
    "hand_back",
    "look_back",
    "extension",
    "exceedance",
    "offline",
    "photos",
    "similar",
)


def _opening(table: Mapping[str, Any], source: str, verified: bool) -> dict[str, Any]:
    """Parses the fields shared by rules by which the system opens problems: counts, a severity."""
    counts = {name: _count(each) for name, each in table.items() if name != "severity"}
    severity = Severity(table["severity"])
    return {**counts, "severity": severity, "source": source, "verified": verified}


def _extension(table: Mapping[str, Any], source: str, verified: bool) -> ExtensionRule:
    counts = {name: _count(each) for name, each in table.items()}
    rule = ExtensionRule(**counts, source=source, verified=verified)
    if rule.proposed > rule.working_days:
        raise ValueError("extension.proposed above extension.working_days")
    return rule


def _similar(table: Mapping[str, Any], source: str, verified: bool) -> SimilarRule:
    counts = {name: _count(each) for name, each in table.items()}
    return SimilarRule(**counts, source=source, verified=verified)


def _read_overrides(tables: Mapping[str, Any]) -> dict[tuple[str, Severity], DeadlineRule]:
    unknown = tables.keys() - set(CATEGORY_KEYS) - {group.value for group in Group}
    if unknown:
        raise ValueError(f"no categories: {', '.join(sorted(unknown))}")
    return {
        (name, Severity(severity)): _deadline(f"{name}/{severity}", table)
        for name, by_severity in tables.items()
        for severity, table in by_severity.items()
    }


def _deadline(key: str, table: Mapping[str, Any]) -> DeadlineRule:
    return DeadlineRule(key=key, **{**table, "days": _count(table["days"])})


def _sign_off(table: Mapping[str, Any]) -> SignOffRule:
    return SignOffRule(**{**table, "level": ChiefLevel(table["level"])})


def _only(table: Mapping[str, Any], name: str) -> int:
    """Returns the number that is the only entry of a table."""
    if table.keys() != {name}:
        raise ValueError(f"only {name} was expected: {', '.join(sorted(table))}")
    return _count(table[name])


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"not a whole number above nothing: {value!r}")
    return value


def _overlaid(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Returns ``below`` overridden by the entries of ``above``, nested tables entry by entry."""
    laid = dict(below)
    for name, value in above.items():
        under = laid.get(name)
        both = isinstance(under, dict) and isinstance(value, dict)
        laid[name] = _overlaid(under, value) if both and under is not None else value
    return laid
