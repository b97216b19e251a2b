"""What the bell says of a notice in the reader's language, and where it leads."""

from collections.abc import Mapping
from types import MappingProxyType

from dashboard.ledger.line_words import division_words, where_words
from dashboard.ledger.words import category_word
from dashboard.parts.measures import moment_text, own_name
from dashboard.parts.wording import N_, _
from data.clock import UtcDatetime
from data.notices.queue import SERVER_DISK
from data.queries.ledger.notices import Notice
from data.queries.whereabouts import Where
from data.words.ledger import NoticeKind
from problem_ledger.work.refusals import INGEST

NOTICE: Mapping[NoticeKind, str] = MappingProxyType(
    {
        NoticeKind.REPORTED: N_("New problem to be accepted"),
        NoticeKind.REFUSED: N_("Your report was not accepted"),
        NoticeKind.ASSIGNED: N_("A problem was assigned to your unit"),
        NoticeKind.WAITING: N_("A problem waits for the next step"),
        NoticeKind.RETURNED: N_("A problem was returned to your unit"),
        NoticeKind.PRESSED: N_("A problem was escalated"),
        NoticeKind.COMMENTED: N_("A chief commented on a problem"),
        NoticeKind.DUE_SOON: N_("A deadline comes near"),
        NoticeKind.OVERDUE: N_("A problem is overdue"),
        NoticeKind.SIGNED_OFF: N_("Your report was signed off"),
        NoticeKind.EXTENSION_ASKED: N_("A unit asks for more time"),
        NoticeKind.EXTENDED: N_("More time was granted to your unit"),
        NoticeKind.EXTENSION_REFUSED: N_("Your unit's request for more time was refused"),
        NoticeKind.REFUSALS: N_("Many messages can't be taken in"),
        NoticeKind.DISK_LOW: N_("Disk space is running low"),
    }
)

SERVICES: Mapping[str, str] = MappingProxyType(
    {INGEST.uid: N_("Unregistered stations"), SERVER_DISK.uid: N_("Disk of the server")}
)
"""What a notice without problem and station is about, by its subject."""


def notice_words(notice: Notice) -> str:
    """What a notice announces, in the reader's language: 新登记问题，待受理 or 问题已逾期."""
    if notice.is_over:
        return _("A unit asked for more time: answered or withdrawn")
    return _(NOTICE[notice.kind])


def notice_about(notice: Notice, now: UtcDatetime) -> str:
    """What a notice is about, where that is, and when.

    Of a problem: 生活垃圾堆放 · 湍河 K112+350 左岸 · 城关镇 · 411381-2026-00012 · 10:24. Of a
    station: 青龙桥断面 · 拒收 1,204 条 · 10:24.
    """
    when = moment_text(notice.made_at, now)
    if notice.problem_id is not None:
        place = [] if notice.where is None else place_words(notice.where)
        return " · ".join((category_word(notice.category or ""), *place, notice.number or "", when))
    name = notice.subject_uid or ""
    if notice.station_name is not None:
        name = own_name(notice.station_name, notice.station_name_en)
    elif name in SERVICES:
        name = _(SERVICES[name])
    parts = [name]
    if "refused" in notice.facts:
        parts.append(_("{n} refused").format(n=f"{notice.facts['refused']:,}"))
    if "free_mb" in notice.facts:
        free = _("{free} MB free ({percent} %)")
        parts.append(
            free.format(free=f"{notice.facts['free_mb']:,}", percent=notice.facts["percent"])
        )
    return " · ".join((*parts, when))


def place_words(where: Where) -> list[str]:
    """The water and the division of a place, each where it is known: 湍河 K112+350, 城关镇."""
    return [words for words in (where_words(where), division_words(where)) if words != "—"]


def notice_address(notice: Notice) -> str:
    """The address of the page a notice leads to: its problem, or its station's data tally.

    No page is about the server's disk: that notice leads to the first page.
    """
    if notice.problem_id is not None:
        return f"/ledger/{notice.problem_id}"
    if notice.station_id is not None:
        return f"/accounting?station={notice.station_id}"
    return "/" if notice.subject_uid == SERVER_DISK.uid else "/accounting"
