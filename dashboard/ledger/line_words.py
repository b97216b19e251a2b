"""The words and CSS classes by which a line shows a problem: place, status, deadline."""

from datetime import MAXYEAR, MINYEAR, datetime
from typing import Final

from dashboard.ledger.words import status_word
from dashboard.parts.measures import own_name
from dashboard.parts.spot import bank_word
from dashboard.parts.wording import _, ngettext
from dashboard.parts.workbook import local_time
from data.clock import UtcDatetime, to_utc
from data.procedure.turns import IN_WORK
from data.queries.whereabouts import Where
from data.words.ledger import Group, Light, Source, Status
from gis.chainage import format_chainage

LIGHT_CLASS: Final = {
    Light.GREEN: "lt g",
    Light.AMBER: "lt a",
    Light.RED: "lt r",
    Light.NONE: "t3",
}
"""Ring, triangle, diamond: a shape beside the colour, and always words."""


def state_word(status: Status, *, is_returned: bool = False) -> str:
    """The status in words; "sent back" while a returned problem is rectified."""
    return _("Sent back") if is_returned and status is Status.RECTIFYING else status_word(status)


def state_class(status: Status, *, is_returned: bool = False) -> str:
    """The CSS class of the status's tag: accent in work, amber when sent back, else grey."""
    if is_returned and status is Status.RECTIFYING:
        return "tag am"
    return "tag ac" if status in IN_WORK else "tag"


def light_word(light: Light) -> str:
    """The name of a light, the deadline's traffic-light colour."""
    return {
        Light.GREEN: _("On time"),
        Light.AMBER: _("Due soon"),
        Light.RED: _("Overdue"),
        Light.NONE: _("No deadline"),
    }[light]


def group_of(category: str) -> Group:
    """The group that a category belongs to."""
    return Group(category.partition(".")[0])


def actor_words(actor: str) -> str:
    """The post or unit that acted, "system" where nobody did."""
    return actor or _("System")


def where_words(where: Where) -> str:
    """The water and the place along it: 湍河 K112+350 左岸; a dash when the water is unknown."""
    if where.river is None or where.chainage_m is None:
        name, english = (where.lake, where.lake_en) if where.lake else (where.reach, where.reach_en)
        return own_name(name, english) or "—"
    parts = [own_name(where.river, where.river_en), format_chainage(max(0.0, where.chainage_m))]
    if where.bank:
        parts.append(bank_word(where.bank))
    return " ".join(parts)


def division_words(where: Where) -> str:
    """The name of the division in which the place lies, a dash when none is known."""
    return own_name(where.division, where.division_en) if where.division else "—"


def reading_time(source: Source, reference: str) -> UtcDatetime | None:
    """The time of the reading that the system refers to; None for a number that people wrote."""
    if source is not Source.MONITORING:
        return None
    try:
        parsed = datetime.strptime(reference, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None
    return to_utc(parsed) if MINYEAR < parsed.year < MAXYEAR else None


def reference_words(source: Source, reference: str) -> str:
    """The problem's number where it came from; of a reading, its time in Beijing."""
    at = reading_time(source, reference)
    return local_time(at) if at else reference


def deadline_words(days_left: int | None, light: Light) -> str:
    """The working days left: 剩 2 个工作日, 逾 5 个工作日; a dash when no deadline runs."""
    if days_left is None:
        return "—"
    if light is Light.RED:
        over = -days_left
        if over < 1:
            return _("overdue since today")
        return ngettext("{n} working day over", "{n} working days over", over).format(n=over)
    if days_left < 1:
        return _("due today")
    return ngettext("{n} working day left", "{n} working days left", days_left).format(n=days_left)
