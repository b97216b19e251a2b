"""The words of the problem ledger (问题台账) and of patrols (巡河)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    """How far a problem has come."""

    REGISTERED = "registered"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    RECTIFYING = "rectifying"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    SIGNED_OFF = "signed_off"
    ARCHIVED = "archived"


CLOSED = (Status.REFUSED, Status.SIGNED_OFF, Status.ARCHIVED)
"""A problem there is no longer open: it has no deadline and no light."""

EXTENDABLE = (Status.ASSIGNED, Status.RECTIFYING)
"""Only there may a problem's deadline be extended, and a request for it wait for its answer."""


class Action(StrEnum):
    """A step of the ledger's table, or an event beside it that changes no status."""

    REPORT = "report"
    REFUSE = "refuse"
    ACCEPT = "accept"
    ASSIGN = "assign"
    HAND_BACK = "hand_back"
    SIGN_FOR = "sign_for"
    PROGRESS = "progress"
    SUBMIT = "submit"
    VERIFY = "verify"
    RETURN = "return"
    SIGN_OFF = "sign_off"
    REOPEN = "reopen"
    ARCHIVE = "archive"
    ASK_EXTENSION = "ask_extension"
    WITHDRAW_EXTENSION = "withdraw_extension"
    EXTEND = "extend"
    REFUSE_EXTENSION = "refuse_extension"
    COMMENT = "comment"
    PRESS = "press"


class Severity(StrEnum):
    """How grave a problem is: 一般, 较严重, 重大, 特别重大."""

    GENERAL = "general"
    SERIOUS = "serious"
    MAJOR = "major"
    CRITICAL = "critical"


class Source(StrEnum):
    """Where a problem came from; ``source_ref`` keeps the number it has there."""

    PATROL = "patrol"
    CHIEF = "chief"
    SUPERIOR = "superior"
    INSPECTION = "inspection"
    COMPLAINT = "complaint"
    HOTLINE = "hotline"
    MEDIA = "media"
    REMOTE_SENSING = "remote_sensing"
    MONITORING = "monitoring"
    DEPARTMENT = "department"


class Light(StrEnum):
    """The deadline light: ring, triangle, diamond; none without a deadline or when closed."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    NONE = "none"


class Stage(StrEnum):
    """What a photo shows: before, during or after the rectification, or the check on site."""

    BEFORE = "before"
    PROGRESS = "progress"
    AFTER = "after"
    CHECK = "check"


class Group(StrEnum):
    """The branches of the category tree. Source: 四乱 (水利部), the official patrol checklist."""

    OCCUPATION = "occupation"
    EXTRACTION = "extraction"
    DUMPING = "dumping"
    CONSTRUCTION = "construction"
    WATER_BODY = "water_body"
    SURFACE = "surface"
    CHANNEL = "channel"
    BANK = "bank"
    ACTIVITY = "activity"
    OUTFALL = "outfall"
    NOTICE_BOARD = "notice_board"
    STRUCTURE = "structure"
    MONITORING = "monitoring"
    OTHER = "other"


CATEGORIES: Mapping[Group, tuple[str, ...]] = MappingProxyType(
    {
        Group.OCCUPATION: (
            "occupation.reclaimed",
            "occupation.floodplain",
            "occupation.tall_crops",
        ),
        Group.EXTRACTION: ("extraction.sand", "extraction.soil"),
        Group.DUMPING: ("dumping.rubbish", "dumping.solid_waste", "dumping.obstruction"),
        Group.CONSTRUCTION: (
            "construction.unapproved",
            "construction.obstructing",
            "construction.idle_shore",
        ),
        Group.WATER_BODY: (
            "water_body.smell",
            "water_body.colour",
            "water_body.black_odorous",
            "water_body.algae",
        ),
        Group.SURFACE: ("surface.floating", "surface.oil", "surface.dead_animals"),
        Group.CHANNEL: (
            "channel.enclosure",
            "channel.silt",
            "channel.wreck",
            "channel.dumped_soil",
            "channel.industrial_waste",
        ),
        Group.BANK: (
            "bank.household_waste",
            "bank.industrial_waste",
            "bank.building_waste",
            "bank.farm_waste",
            "bank.piles",
        ),
        Group.ACTIVITY: ("activity.fishing", "activity.sand"),
        Group.OUTFALL: (
            "outfall.direct",
            "outfall.dry_weather",
            "outfall.colour_smell",
            "outfall.new",
            "outfall.unmarked",
        ),
        Group.NOTICE_BOARD: ("notice_board.damaged", "notice_board.outdated"),
        Group.STRUCTURE: ("structure.occupation", "structure.illegal", "structure.faulty"),
        Group.MONITORING: ("monitoring.quality", "monitoring.discharge", "monitoring.offline"),
        Group.OTHER: ("other.other",),
    }
)
"""Categories by group, each ``group.kind``. Source: domain notes §5.1, §5.2."""

CATEGORY_KEYS = tuple(key for keys in CATEGORIES.values() for key in keys)


class PatrolRule(StrEnum):
    """What a patrol is judged by; each is shown with its number and the measured one."""

    MINUTES = "minutes"
    METRES = "metres"
    INTERVAL = "interval"
    COVERAGE = "coverage"
    TOP_SPEED = "top_speed"
    GAPS = "gaps"


class NoticeKind(StrEnum):
    """Why somebody gets a notice."""

    REFUSED = "refused"
    ASSIGNED = "assigned"
    WAITING = "waiting"
    RETURNED = "returned"
    PRESSED = "pressed"
    COMMENTED = "commented"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    SIGNED_OFF = "signed_off"
    REPORTED = "reported"
    EXTENSION_ASKED = "extension_asked"
    EXTENDED = "extended"
    EXTENSION_REFUSED = "extension_refused"
    REFUSALS = "refusals"
    DISK_LOW = "disk_low"
