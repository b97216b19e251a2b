"""The tally's words: names of figures, reasons of refusal, shares, hours and days."""

from dashboard.parts.wording import _, ngettext
from data.clock import BUSINESS_ZONE, UtcDatetime
from data.queries.tally.counts import Tally
from data.queries.tally.window import Grain
from data.vocabulary import Refusal

FIGURES = (
    "received", "stored", "filled", "duplicate", "conflict", "refused", "late", "partial",
    "expected", "measured", "missing",
)  # fmt: skip
"""The figures of a tally in their order on the screen and in files."""

MOST_BYTES = 300
"""So much of a message is shown."""


def figure_word(figure: str) -> str:
    """Returns the label of a figure by its field name in ``Tally``, such as "stored"."""
    return {
        "received": _("Received"),
        "stored": _("Stored"),
        "filled": _("Filled in"),
        "duplicate": _("Duplicate"),
        "conflict": _("Conflicting"),
        "refused": _("Quarantined"),
        "late": _("Late"),
        "partial": _("Stored in part"),
        "expected": _("Due"),
        "measured": _("Arrived"),
        "missing": _("Missing"),
    }[figure]


def reason_word(reason: Refusal) -> str:
    """Returns in words why messages were put into quarantine."""
    return {
        Refusal.TOPIC: _("Topic of no device"),
        Refusal.TOO_LARGE: _("Too large"),
        Refusal.NOT_JSON: _("Not JSON"),
        Refusal.FRAME: _("Frame cut or mixed up"),
        Refusal.CRC: _("Checksum wrong"),
        Refusal.CIPHER: _("Cipher text without a key"),
        Refusal.SHAPE: _("Fields missing or unfit"),
        Refusal.TIME: _("Time not readable"),
        Refusal.CLOCK: _("Clock ahead, or before the station's start"),
        Refusal.PARAMETER: _("Unknown parameter"),
        Refusal.VALUE: _("Value not a number"),
        Refusal.UNKNOWN_STATION: _("Unknown station"),
        Refusal.DATABASE: _("Refused by the database"),
        Refusal.PARTIAL: _("Stored in part"),
    }[reason]


def count_text(count: int) -> str:
    """Returns the count as text with commas between thousands."""
    return f"{count:,}"


def messages_text(count: int) -> str:
    """Returns a number of messages in words: 1 message, 2,104 messages."""
    return ngettext("{n} message", "{n} messages", count).format(n=count_text(count))


def share_text(tally: Tally) -> str:
    """Returns the share of missing readings in percent as text; a dash if none was due."""
    if tally.missing_share is None:
        return "—"
    percent = 100 * tally.missing_share
    if 0 < percent < 0.1:
        return "< 0.1 %"
    return f"{percent:.1f} %" if 0 < percent < 99.95 else f"{percent:.0f} %"


def bucket_text(at: UtcDatetime, by: Grain) -> str:
    """Returns the Beijing hour (``11-28 06:00``) or day (``11-28``) that begins at ``at``."""
    local = at.astimezone(BUSINESS_ZONE)
    return f"{local:%m-%d}" if by is Grain.DAY else f"{local:%m-%d %H:%M}"
