"""Where the shipped rules of deadlines come from, in the reader's language."""

from dashboard.parts.wording import N_, _
from problem_ledger.cases.rules import DeadlineRule

SHIPPED = frozenset(
    {
        N_(
            "common practice 7 to 15 days;"
            " complaints within 10 working days in Lixian county (澧县)"
        ),
        N_("common practice: 30 days"),
        N_("common practice: 60 to 90 days with a plan"),
        N_("house rule: what floats is cleared within a week"),
        N_("house rule: rubbish is cleared within a week"),
        N_("house rule: a direct discharge is stopped first, permitted or sealed after"),
        N_("house rule: a silent device is repaired within three working days"),
        N_("common practice 7 to 15 days: a board has to be made"),
    }
)
"""A county's own rules are shown as it wrote them."""


def source_words(rule: DeadlineRule) -> str:
    """Where the figure comes from, and whether an original was read."""
    words = _(rule.source) if rule.source in SHIPPED else rule.source
    if rule.verified:
        return words
    return _("{source} (original not checked)").format(source=words)
