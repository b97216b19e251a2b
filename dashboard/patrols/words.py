"""The words of a patrol's figures: rules with limits, measures, lengths, spans of time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from math import ceil, floor
from types import MappingProxyType

from dashboard.parts.measures import stretch_text
from dashboard.parts.wording import _, language, ngettext
from dashboard.waters.words import kilometres, listed
from data.queries.patrols.records import ChiefMonth, PatrolRow
from data.words.ledger import PatrolRule
from problem_ledger.patrols.rules import load_patrol_rules

KILOMETRE = 1000
LEAST_HOURS_AS_DAYS = 120
"""A span of so many hours or more is worded in days."""

HAIR = 1e-6
"""What a float may be off."""
STEPS: Mapping[PatrolRule, float] = MappingProxyType(
    {PatrolRule.MINUTES: 1.0, PatrolRule.COVERAGE: 0.01, PatrolRule.TOP_SPEED: 0.1}
)
"""The step of the last digit shown."""


def rule_word(rule: PatrolRule) -> str:
    """The name of what a patrol rule measures: duration, distance walked, top speed."""
    return {
        PatrolRule.MINUTES: _("Duration"),
        PatrolRule.METRES: _("Distance walked"),
        PatrolRule.INTERVAL: _("Since the last patrol that counted"),
        PatrolRule.COVERAGE: _("Reach covered"),
        PatrolRule.TOP_SPEED: _("Top speed"),
        PatrolRule.GAPS: _("Track unbroken"),
    }[rule]


@cache
def shipped_sources() -> frozenset[str]:
    """Sources of the shipped rules of patrols, which documents list and pages don't quote."""
    rules = load_patrol_rules()
    duties = {each.source for each in rules.duties.values()}
    return frozenset(duties | {each.source for each in rules.limits} | {rules.track.source})


def basis_words(source: str) -> str:
    """What a patrol rule stands on: the county's default, or the source it wrote itself."""
    if source in shipped_sources():
        return _("this county's rules of patrols (default, can be changed in the settings)")
    return source


def limit_words(rule: PatrolRule, limit: float) -> str:
    """The limit of a patrol rule in words: at least 3.0 km, at most 2 gaps."""
    if rule is PatrolRule.GAPS:
        return _("at most {n} breaks").format(n=f"{limit:g}") if limit else _("without a break")
    if rule is PatrolRule.TOP_SPEED:
        return _("at most {value}").format(value=figure_words(rule, limit))
    return _("at least {value}").format(value=figure_words(rule, limit))


def measured_words(rule: PatrolRule, measured: float | None) -> str:
    """What a patrol rule measured, never rounded across the limit.

    For None a dash or, for the interval, that it was the first patrol.
    """
    if measured is None:
        return _("first one") if rule is PatrolRule.INTERVAL else "—"
    if rule is PatrolRule.GAPS:
        gaps = round(measured)
        words = ngettext("{n} break", "{n} breaks", gaps).format(n=gaps)
        return words if gaps else _("no break")
    if rule is PatrolRule.INTERVAL:
        return span_words(measured)
    if rule is PatrolRule.METRES:
        return distance_words(measured)
    step = STEPS[rule]
    counted = measured / step
    whole = ceil(counted - HAIR) if rule is PatrolRule.TOP_SPEED else floor(counted + HAIR)
    return figure_words(rule, whole * step)


def figure_words(rule: PatrolRule, value: float) -> str:
    """A value of a patrol rule with the rule's unit: minutes, km, hours, % or km/h."""
    if rule is PatrolRule.MINUTES:
        return _("{n} min").format(n=round(value))
    if rule is PatrolRule.METRES:
        return kilometres(value)
    if rule is PatrolRule.INTERVAL:
        return _("{n} hours").format(n=f"{value:g}")
    if rule is PatrolRule.COVERAGE:
        return f"{value:.0%}"
    return f"{value:.1f} km/h"


def span_words(hours: float) -> str:
    """A time span in words: whole hours up to five days, above that days with one decimal."""
    if hours < LEAST_HOURS_AS_DAYS:
        return _("{n} hours").format(n=floor(hours))
    return _("{n} days").format(n=f"{hours / 24:.1f}")


def minutes_words(duration_s: float) -> str:
    """A duration given in seconds, in words as whole minutes."""
    return _("{n} min").format(n=floor(duration_s / 60))


def distance_words(metres: float) -> str:
    """A distance walked in words: km with one decimal, metres below 1 km; rounded down."""
    return kilometres(floor(metres / 100) * 100 if metres >= KILOMETRE else floor(metres))


def apart_words(chiefs: Sequence[ChiefMonth]) -> dict[int, str]:
    """The reach of each chief, by person, whose name another chief has too."""
    count = Counter(each.name for each in chiefs)
    return {
        each.person_id: listed([stretch_text(*stretch) for stretch in each.stretches])
        for each in chiefs
        if count[each.name] > 1 and each.stretches
    }


def times_words(count: int) -> str:
    """A number of patrols in words: 3 patrols."""
    return ngettext("{n} patrol", "{n} patrols", count).format(n=count)


def waters_words(patrol: PatrolRow) -> str:
    """The names of the rivers the patrol went along, in the reader's language."""
    return listed(patrol.waters if language.get() == "zh" else patrol.waters_en)
