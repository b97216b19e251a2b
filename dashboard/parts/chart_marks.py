"""Marks on a course: dots in local time, what does not count, what the office has ruled."""

from datetime import datetime
from typing import Any, Final

import plotly.graph_objects as go

from dashboard.parts.measures import flag_word, result_text, unit_of, value_text
from dashboard.parts.wording import _
from data.clock import BUSINESS_ZONE
from data.quality.means import Mean
from data.queries.readings.counting import FAILED
from data.queries.readings.course import FLAG_CODES, RULE_CODES, Series
from data.vocabulary import PARAMETERS, Flag, Parameter
from data.words.review import Verdict

Figure = dict[str, Any]
"""A figure as the browser is sent it: ``data``, ``layout`` and what the page adds."""

Properties = dict[str, Any]
"""Properties of a part of a trace or a layout, whose names plotly checks."""

INK: Final = "var(--om-text)"
PALE: Final = "var(--om-text-3)"
SURFACE: Final = "var(--om-surface)"
RED: Final = "var(--om-light-red)"
ACCENT: Final = "var(--om-accent)"


def local(at_s: float) -> str:
    """Returns a time, given in seconds since 1970, as Beijing time in plotly's format."""
    return f"{datetime.fromtimestamp(float(at_s), BUSINESS_ZONE):%Y-%m-%d %H:%M:%S}"


def trace(times: list[Any], values: list[Any], **more: Any) -> go.Scatter:
    """Returns a plotly scatter of the points with further properties; a None value makes a gap."""
    return go.Scatter(x=times, y=values, cliponaxis=False, **more)


def dots(found: Series, places: list[int], marker: Properties, **more: Any) -> go.Scatter:
    """Returns plotly markers at these indices of the series."""
    times = [local(found.at_s[at]) for at in places]
    values = [float(found.value[at]) for at in places]
    return trace(times, values, mode="markers", marker=marker, **{"hoverinfo": "skip", **more})


def shown_value(parameter: Parameter) -> str:
    """Returns plotly's hover pattern for a value of the parameter: its decimals and unit."""
    return f"%{{y:,.{PARAMETERS[parameter].shown_decimals}f}} {unit_of(parameter)}"


def apart_word(found: Series, at: int) -> str:
    """Returns in words why the value at index ``at`` does not count."""
    rule = RULE_CODES[found.rule[at]]
    if rule == Verdict.REJECT:
        return _("rejected in review")
    if rule == FAILED:
        return flag_word(Flag.FAILED)
    return flag_word(FLAG_CODES[found.flag[at]])


def apart(found: Series, parameter: Parameter) -> list[go.Scatter]:
    """Returns marks of values that don't count: flagged and failed hollow, rejected crossed."""
    outside = [at for at in range(len(found)) if found.run[at] < 0]
    rejected = [at for at in outside if RULE_CODES[found.rule[at]] == Verdict.REJECT]
    doubted = [at for at in outside if at not in set(rejected)]
    hollow = {"color": SURFACE, "line": {"color": PALE, "width": 1.2}, "size": 5}
    crossed = {"symbol": "x-thin", "line": {"color": RED, "width": 1.8}, "size": 7}
    drawn = [_worded(found, parameter, doubted, hollow)]
    if rejected:
        drawn.append(_worded(found, parameter, rejected, crossed))
    return drawn


def _worded(
    found: Series, parameter: Parameter, places: list[int], marker: Properties
) -> go.Scatter:
    return dots(
        found,
        places,
        marker,
        hovertemplate=f"{shown_value(parameter)} · %{{text}}<extra></extra>",
        text=[apart_word(found, at) for at in places],
        hoverinfo=None,
    )


def corrections(found: Series, parameter: Parameter) -> list[go.Scatter]:
    """Returns a diamond at each corrected value and a cross at the value measured there."""
    places = [at for at in range(len(found)) if RULE_CODES[found.rule[at]] == Verdict.CORRECT.value]
    if not places:
        return []
    words = [
        _("corrected, measured {raw}").format(
            raw=result_text(parameter, float(found.raw[at]), found.limit_at(at))
        )
        for at in places
    ]
    diamond = {"symbol": "diamond", "color": ACCENT, "size": 7}
    faded = {"symbol": "x-thin", "line": {"color": PALE, "width": 1.4}, "size": 6}
    times = [local(found.at_s[at]) for at in places]
    raw = [float(found.raw[at]) for at in places]
    return [
        trace(times, raw, mode="markers", marker=faded, hoverinfo="skip"),
        dots(
            found,
            places,
            diamond,
            hovertemplate=f"{shown_value(parameter)} · %{{text}}<extra></extra>",
            text=words,
            hoverinfo=None,
        ),
    ]


def below_limits(found: Series, parameter: Parameter) -> list[go.Scatter]:
    """Returns a small triangle at each result below its detection limit, with that in words."""
    places = [
        at for at in range(len(found)) if found.run[at] >= 0 and _limit_that_counts(found, at)
    ]
    if not places:
        return []
    hollow = {"symbol": "triangle-down-open", "color": INK, "size": 6}
    words = [
        _("below the detection limit: {result}").format(result=result_at(found, parameter, at))
        for at in places
    ]
    return [
        dots(
            found,
            places,
            hollow,
            hovertemplate="%{text}<extra></extra>",
            text=words,
            hoverinfo=None,
        )
    ]


def result_at(found: Series, parameter: Parameter, at: int) -> str:
    """Returns the value that counts at an index as text, ``<0.025`` below its detection limit."""
    return result_text(parameter, float(found.value[at]), _limit_that_counts(found, at))


def _limit_that_counts(found: Series, at: int) -> float | None:
    """Returns the detection limit of a value, None where a review put another in its place."""
    return None if RULE_CODES[found.rule[at]] == Verdict.CORRECT else found.limit_at(at)


def mean_words(parameter: Parameter, mean: Mean | None) -> str:
    """Returns a mean in words, "" without one: ``mean 0.84 mg/L · n = 42 · valid 96 %``."""
    if mean is None or mean.value is None:
        return ""
    mean_text = _("mean {value} {unit}").format(
        value=value_text(parameter, mean.value), unit=unit_of(parameter)
    )
    return " · ".join([mean_text.strip(), sample_words(mean.count, mean.valid_share)])


def sample_words(count: int, share: float | None) -> str:
    """Returns a mean's count and valid share in words: ``n = 42 · valid 96 %``."""
    number = _("n = {n}").format(n=f"{count:,}")
    if share is None:
        return number
    return " · ".join([number, _("valid {share} %").format(share=share_text(share))])


def share_text(share: float) -> str:
    """Returns the share in whole percent; a share below 1 is never rounded up to 100 %."""
    percent = 100 * share
    return f"{min(percent, 99):.0f}" if share < 1 else "100"
