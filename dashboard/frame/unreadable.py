"""Words what FastAPI found wrong in a request: which field, its value, and what is allowed."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from dashboard.parts.wording import N_, _
from data.query_values import shortened

MOST_WORDED: Final = 3
"""How many of a request's errors stand in its answer's sentence; all stand in its fields."""

HIDDEN: Final = ("password",)
"""Fields whose value an answer never repeats."""

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "enum": N_("allowed: {expected}"),
        "literal_error": N_("allowed: {expected}"),
        "int_parsing": N_("allowed: a whole number"),
        "int_type": N_("allowed: a whole number"),
        "int_from_float": N_("allowed: a whole number"),
        "int_parsing_size": N_("allowed: a whole number"),
        "float_parsing": N_("allowed: a number"),
        "float_type": N_("allowed: a number"),
        "finite_number": N_("allowed: a number"),
        "bool_parsing": N_("allowed: true or false"),
        "greater_than_equal": N_("allowed: at least {ge}"),
        "less_than_equal": N_("allowed: at most {le}"),
        "string_type": N_("allowed: a text"),
        "string_too_long": N_("allowed: at most {max_length} letters"),
        "string_too_short": N_("allowed: at least {min_length} letters"),
        "string_pattern_mismatch": N_("allowed: a text like {pattern}"),
        "too_long": N_("allowed: at most {max_length} of them"),
        "too_short": N_("allowed: at least {min_length} of them"),
        "datetime_parsing": N_("allowed: a time with offset such as 2026-11-03T08:00:00+08:00"),
        "datetime_from_date_parsing": N_(
            "allowed: a time with offset such as 2026-11-03T08:00:00+08:00"
        ),
        "datetime_type": N_("allowed: a time with offset such as 2026-11-03T08:00:00+08:00"),
        "timezone_aware": N_("allowed: a time with offset such as 2026-11-03T08:00:00+08:00"),
        "date_parsing": N_("allowed: a day such as 2026-11-03"),
        "date_from_datetime_parsing": N_("allowed: a day such as 2026-11-03"),
        "date_type": N_("allowed: a day such as 2026-11-03"),
        "missing": N_("it is missing"),
        "extra_forbidden": N_("it is not known here; leave it out"),
        "json_invalid": N_("it is no JSON"),
        "unkept_sign": N_("it holds a sign that can't be kept: a NUL, or half of a character"),
    }
)
"""What is allowed, by the kind of error (a msgid with the facts of that kind)."""


def unreadable(found: Sequence[Mapping[str, Any]]) -> tuple[str, list[dict[str, str]]]:
    """Returns the sentence about a request's errors, and each of them with its field."""
    found = sorted(found, key=lambda one: one["type"] == "missing")
    fields = [{"field": _name(one), "message": _words(one)} for one in found]
    sentences = [f"{_said(one)}{_(': ')}{_words(one)}" for one in found[:MOST_WORDED]]
    more = len(found) - len(sentences)
    sentence = _("The request can't be read. {errors}.").format(errors=_("; ").join(sentences))
    return (sentence + " …" if more > 0 else sentence), fields


def _name(one: Mapping[str, Any]) -> str:
    return ".".join(str(part) for part in one["loc"])


def _said(one: Mapping[str, Any]) -> str:
    """Returns the field's name with its value, where it is short and nothing secret."""
    name, value = _name(one), one.get("input")
    hidden = any(word in name for word in HIDDEN) or one["type"] in ("missing", "json_invalid")
    if hidden or not isinstance(value, str | int | float):
        return name
    return _("{field} “{value}”").format(field=name, value=shortened(value))


def _words(one: Mapping[str, Any]) -> str:
    template = WORDS.get(one["type"])
    if template is None:
        return _("it can't be read")
    facts = {
        name: shortened(fact) for name, fact in one.get("ctx", {}).items() if name != "expected"
    }
    expected = str(one.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
    return _(template).format(**facts, expected=expected)
