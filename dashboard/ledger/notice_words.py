"""Notices in words: what happened to which problem, and when."""

from collections.abc import Mapping
from types import MappingProxyType

from dashboard.ledger.words import category_word
from dashboard.parts.measures import moment_text
from dashboard.parts.wording import N_, _
from data.clock import UtcDatetime
from data.queries.ledger.notices import Notice
from data.words.ledger import NoticeKind

KINDS: Mapping[NoticeKind, str] = MappingProxyType(
    {
        NoticeKind.REPORTED: N_("New problem to be accepted"),
        NoticeKind.REFUSED: N_("Your report was not accepted"),
        NoticeKind.ASSIGNED: N_("A problem was assigned to your unit"),
        NoticeKind.WAITING: N_("A problem waits for the next step"),
        NoticeKind.RETURNED: N_("A problem was returned to your unit"),
        NoticeKind.PRESSED: N_("A problem was pressed for action"),
        NoticeKind.COMMENTED: N_("A chief commented on a problem"),
        NoticeKind.DUE_SOON: N_("A deadline comes near"),
        NoticeKind.OVERDUE: N_("A problem is overdue"),
        NoticeKind.SIGNED_OFF: N_("Your report was signed off"),
    }
)


def notice_words(notice: Notice) -> str:
    """What happened."""
    return _(KINDS[notice.kind])


def notice_about(notice: Notice, now: UtcDatetime) -> str:
    """Which problem, and when: 生活垃圾堆放 · 411381-2026-00012 · 10:24."""
    when = moment_text(notice.made_at, now)
    return " · ".join((category_word(notice.category), notice.number, when))
