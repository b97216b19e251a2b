"""The ledger's words in the reader's language: states, steps, categories, notices, deadlines."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from dashboard.parts.wording import N_, _
from data.words.ledger import Action, Group, Severity, Source, Stage, Status
from problem_ledger.cases.rules import DeadlineRule, load_rules

STATUS: Mapping[Status, str] = MappingProxyType(
    {
        Status.REGISTERED: N_("To be accepted"),
        Status.REFUSED: N_("Not accepted"),
        Status.ACCEPTED: N_("To be assigned"),
        Status.ASSIGNED: N_("To be signed for"),
        Status.RECTIFYING: N_("Being rectified"),
        Status.SUBMITTED: N_("To be verified"),
        Status.VERIFIED: N_("To be signed off"),
        Status.SIGNED_OFF: N_("Signed off"),
        Status.ARCHIVED: N_("Archived"),
    }
)
ACTION: Mapping[Action, str] = MappingProxyType(
    {
        Action.REPORT: N_("Report"),
        Action.REFUSE: N_("Refuse"),
        Action.ACCEPT: N_("Accept"),
        Action.ASSIGN: N_("Assign"),
        Action.HAND_BACK: N_("Hand back"),
        Action.SIGN_FOR: N_("Sign for"),
        Action.PROGRESS: N_("Tell progress"),
        Action.SUBMIT: N_("Submit for sign-off"),
        Action.VERIFY: N_("Verify on site"),
        Action.RETURN: N_("Return"),
        Action.SIGN_OFF: N_("Sign off"),
        Action.REOPEN: N_("Reopen"),
        Action.ARCHIVE: N_("Archive"),
        Action.ASK_EXTENSION: N_("Ask for an extension"),
        Action.WITHDRAW_EXTENSION: N_("Withdraw the request"),
        Action.EXTEND: N_("Approve the extension"),
        Action.REFUSE_EXTENSION: N_("Refuse the extension"),
        Action.COMMENT: N_("Comment"),
        Action.PRESS: N_("Escalate"),
    }
)
DONE: Mapping[Action, str] = MappingProxyType(
    {
        Action.REPORT: N_("Registered"),
        Action.REFUSE: N_("Refused"),
        Action.ACCEPT: N_("Accepted"),
        Action.ASSIGN: N_("Assigned"),
        Action.HAND_BACK: N_("Handed back"),
        Action.SIGN_FOR: N_("Signed for"),
        Action.PROGRESS: N_("Progress reported"),
        Action.SUBMIT: N_("Submitted for sign-off"),
        Action.VERIFY: N_("Verified on site"),
        Action.RETURN: N_("Returned to be rectified"),
        Action.SIGN_OFF: N_("Sign-off confirmed"),
        Action.REOPEN: N_("Reopened to be rectified"),
        Action.ARCHIVE: N_("Put into the archive"),
        Action.ASK_EXTENSION: N_("Extension asked for"),
        Action.WITHDRAW_EXTENSION: N_("Request for an extension withdrawn"),
        Action.EXTEND: N_("Deadline extended"),
        Action.REFUSE_EXTENSION: N_("Extension refused"),
        Action.COMMENT: N_("Commented by the chief"),
        Action.PRESS: N_("Escalated for action"),
    }
)
SEVERITY: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.GENERAL: N_("General"),
        Severity.SERIOUS: N_("Serious"),
        Severity.MAJOR: N_("Major"),
        Severity.CRITICAL: N_("Critical"),
    }
)
SOURCE: Mapping[Source, str] = MappingProxyType(
    {
        Source.PATROL: N_("River patrol"),
        Source.CHIEF: N_("Chief's report"),
        Source.SUPERIOR: N_("Assigned from above"),
        Source.INSPECTION: N_("Inspection"),
        Source.COMPLAINT: N_("Complaint"),
        Source.HOTLINE: N_("Hotline"),
        Source.MEDIA: N_("Media"),
        Source.REMOTE_SENSING: N_("Remote sensing"),
        Source.MONITORING: N_("Automatic monitoring"),
        Source.DEPARTMENT: N_("Handed over by a department"),
    }
)
STAGE: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.BEFORE: N_("Before"),
        Stage.PROGRESS: N_("Under way"),
        Stage.AFTER: N_("After"),
        Stage.CHECK: N_("On-site check"),
    }
)
GROUP: Mapping[Group, str] = MappingProxyType(
    {
        Group.OCCUPATION: N_("Occupation"),
        Group.EXTRACTION: N_("Extraction"),
        Group.DUMPING: N_("Dumping"),
        Group.CONSTRUCTION: N_("Construction"),
        Group.WATER_BODY: N_("Water body"),
        Group.SURFACE: N_("Water surface"),
        Group.CHANNEL: N_("Channel"),
        Group.BANK: N_("Bank"),
        Group.ACTIVITY: N_("Activities on the water"),
        Group.OUTFALL: N_("Outfall problem"),
        Group.NOTICE_BOARD: N_("Notice board problem"),
        Group.STRUCTURE: N_("Structures"),
        Group.MONITORING: N_("Monitoring"),
        Group.OTHER: N_("Other problem"),
    }
)
CATEGORY: Mapping[str, str] = MappingProxyType(
    {
        "occupation.reclaimed": N_("Land reclaimed from water"),
        "occupation.floodplain": N_("Flood plain occupied"),
        "occupation.tall_crops": N_("Tall crops that hinder floods"),
        "extraction.sand": N_("Illegal sand extraction"),
        "extraction.soil": N_("Illegal soil extraction"),
        "dumping.rubbish": N_("Rubbish dumped"),
        "dumping.solid_waste": N_("Solid waste dumped"),
        "dumping.obstruction": N_("Matter that obstructs the flow"),
        "construction.unapproved": N_("Works without approval"),
        "construction.obstructing": N_("Building that obstructs the flow"),
        "construction.idle_shore": N_("Shoreline held idle"),
        "water_body.smell": N_("Foul smell"),
        "water_body.colour": N_("Unusual colour"),
        "water_body.black_odorous": N_("Black and odorous water"),
        "water_body.algae": N_("Algae bloom"),
        "surface.floating": N_("Floating debris"),
        "surface.oil": N_("Oil film"),
        "surface.dead_animals": N_("Dead animals"),
        "channel.enclosure": N_("Net enclosure"),
        "channel.silt": N_("Silt"),
        "channel.wreck": N_("Wreck"),
        "channel.dumped_soil": N_("Spoil dumped"),
        "channel.industrial_waste": N_("Industrial waste in the channel"),
        "bank.household_waste": N_("Household waste on the bank"),
        "bank.industrial_waste": N_("Industrial waste on the bank"),
        "bank.building_waste": N_("Building waste on the bank"),
        "bank.farm_waste": N_("Farm waste on the bank"),
        "bank.piles": N_("Piles on the bank"),
        "activity.fishing": N_("Illegal fishing"),
        "activity.sand": N_("Suspected sand extraction"),
        "outfall.direct": N_("Sewage discharged directly"),
        "outfall.dry_weather": N_("Rain outlet running in dry weather"),
        "outfall.colour_smell": N_("Outfall's colour or smell unusual"),
        "outfall.new": N_("New outfall"),
        "outfall.unmarked": N_("Outfall without a sign"),
        "notice_board.damaged": N_("Notice board damaged"),
        "notice_board.outdated": N_("Notice board out of date"),
        "structure.occupation": N_("Structure occupying the river"),
        "structure.illegal": N_("Illegal structure"),
        "structure.faulty": N_("Structure out of order"),
        "monitoring.quality": N_("Water quality off target"),
        "monitoring.discharge": N_("Discharge above its limit"),
        "monitoring.offline": N_("Device offline"),
        "other.other": N_("Something else"),
    }
)


def status_word(status: Status) -> str:
    """The name of a problem's status in the reader's language: 待受理, 待交办 … 已销号, 已归档."""
    return _(STATUS[status])


def action_word(action: Action) -> str:
    """The name of a step as its button has it, in the reader's language: 受理, 交办, 签收."""
    return _(ACTION[action])


def done_word(action: Action) -> str:
    """The name of a step once it has been taken, in the reader's language, as in a story."""
    return _(DONE[action])


def severity_word(severity: Severity) -> str:
    """The name of a severity in the reader's language: 一般, 较严重, 重大, 特别重大."""
    return _(SEVERITY[severity])


def source_word(source: Source) -> str:
    """The name of a problem's source in the reader's language: river patrol, complaint, hotline."""
    return _(SOURCE[source])


def stage_word(stage: Stage) -> str:
    """The name of a photo's stage in the reader's language: 整改前, 整改中, 整改后, 现场复核."""
    return _(STAGE[stage])


def group_word(group: Group) -> str:
    """The name of a group of categories in the reader's language: 乱占, 乱采, 乱堆, 乱建."""
    return _(GROUP[group])


def category_word(category: str) -> str:
    """The category's name in the reader's language; its key when the tree lacks the category."""
    return _(CATEGORY[category]) if category in CATEGORY else category


@cache
def shipped_sources() -> frozenset[str]:
    """Sources of the shipped rules of deadlines, which documents list and pages don't quote."""
    rules = load_rules()
    return frozenset(each.source for each in (*rules.deadlines.values(), *rules.overrides.values()))


def rule_source_words(rule: DeadlineRule) -> str:
    """The rule that set a number of days: the county's default, or the source it wrote itself."""
    if rule.source in shipped_sources():
        return _("this county's time limits (default, can be changed in the settings)")
    return rule.source
