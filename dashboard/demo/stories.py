"""How problems proceed in the made office: turns with their waits, phrases from tables."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cache
from types import MappingProxyType

from dashboard.demo.office import Spot
from dashboard.demo.watch import made_rows
from data.clock import BUSINESS_ZONE, UtcDatetime, to_utc
from data.vocabulary import Bank
from data.words.ledger import Action, Group, Severity, Source
from ingest.simulator.values import chance

OPENS, CLOSES = time(8, 30), time(17, 30)
FIRST_LIGHT, DUSK = time(7, 30), time(18)


@dataclass(frozen=True, slots=True)
class Turn:
    """A planned step of a problem: who takes the step how many hours after the last.

    ``by`` is a login, or ``handler``, ``other`` (the unit it was first given to in error), or
    ``signer`` and ``decider`` (by its severity). ``says`` names the phrases to choose from.
    ``photo`` is the look of the spot in a picture: ``wrong``, ``clear``, ``reused`` (an older
    picture) or empty.
    """

    action: Action
    by: str
    hours: float
    says: str = ""
    photo: str = ""
    longer: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Case:
    """An invented problem as reported: how long ago, where along which reach, what, by whom."""

    days: float
    reach: str
    share: float
    bank: Bank
    category: str
    severity: Severity
    source: Source
    reporter: str
    unit: str
    story: str
    description: str
    requirement: str


@dataclass(slots=True)
class File:
    """One problem that the demo's office works on: its facts, version and last step.

    ``is_past``: it was reported before the last four weeks, and ended by the rules' deadlines.
    """

    key: str
    reach: str
    category: str
    severity: Severity
    unit: str
    requirement: str
    story: str
    spot: Spot
    problem_id: int = 0
    version: int = 0
    last_at: UtcDatetime | None = None
    is_past: bool = False

    @property
    def group(self) -> Group:
        """The group of the problem's category, from the category key's part before the dot."""
        return Group(self.category.partition(".")[0])

    @property
    def other(self) -> str:
        """The wrong unit, to which some problems are assigned in error first."""
        return "water" if self.unit == "farming" else "farming"


ACCEPT = Turn(Action.ACCEPT, "office", 3, "accept")
REFUSE = Turn(Action.REFUSE, "office", 6, "refuse")
ASSIGN = Turn(Action.ASSIGN, "office", 4)
ASTRAY = replace(ASSIGN, hours=5)
"""Given to a unit that doesn't answer for it."""
SIGNED_FOR = Turn(Action.SIGN_FOR, "handler", 14)
DOING = Turn(Action.PROGRESS, "handler", 40, "progress", "wrong")
DONE = Turn(Action.SUBMIT, "handler", 48, "submit", "clear")
REUSED = replace(DONE, photo="reused")
CHECKED = Turn(Action.VERIFY, "checker", 26, "verify", "clear")
OFF = Turn(Action.SIGN_OFF, "signer", 22, "sign_off")
BACK = Turn(Action.RETURN, "checker", 24, "return", "wrong")
AGAIN = Turn(Action.REOPEN, "office", 70, "reopen", "wrong")
ASKED = Turn(Action.ASK_EXTENSION, "handler", 66, "extend", longer=timedelta(days=14))
GRANTED = Turn(Action.EXTEND, "decider", 20, "grant")
DENIED = Turn(Action.REFUSE_EXTENSION, "decider", 20, "deny")
WITHDRAWN = Turn(Action.WITHDRAW_EXTENSION, "handler", 16, "withdraw")
LONGER = (ASKED, GRANTED)
PRESSED = Turn(Action.PRESS, "chief", 30, "press")
COMMENTED = Turn(Action.COMMENT, "chief", 26, "comment")
UNFIT = Turn(Action.HAND_BACK, "other", 5, "hand_back")
STARTED = (ACCEPT, ASSIGN, SIGNED_FOR)
BEGUN = (*STARTED, DOING)
CLOSED = (*BEGUN, DONE, CHECKED, OFF)

STORIES: Mapping[str, tuple[Turn, ...]] = MappingProxyType(
    {
        "registered": (),
        "refused": (REFUSE,),
        "refused_twice": (replace(REFUSE, by="town-office"),),
        "accepted": (ACCEPT,),
        "assigned": (ACCEPT, ASSIGN),
        "handed_back": (ACCEPT, ASTRAY, UNFIT),
        "handed_over": (ACCEPT, ASTRAY, UNFIT, ASSIGN, SIGNED_FOR, DOING),
        "rectifying": BEGUN,
        "nearly_due": (ACCEPT, ASSIGN, SIGNED_FOR, DOING, COMMENTED),
        "overdue": (ACCEPT, ASSIGN, SIGNED_FOR, DOING, replace(PRESSED, by="office", hours=190)),
        "overdue_pressed": (
            *BEGUN,
            replace(COMMENTED, hours=60),
            replace(PRESSED, hours=150),
            DOING,
        ),
        "overdue_commented": (*BEGUN, replace(COMMENTED, by="river-chief", hours=200)),
        "extension_asked": (*BEGUN, ASKED),
        "extension_refused": (*BEGUN, ASKED, DENIED, DOING),
        "extension_withdrawn": (*BEGUN, ASKED, WITHDRAWN, DOING),
        "extended": (*BEGUN, *LONGER, DOING),
        "extended_twice": (
            *BEGUN,
            *LONGER,
            DOING,
            replace(ASKED, longer=timedelta(days=10)),
            GRANTED,
        ),
        "submitted": (*BEGUN, replace(DONE, hours=70)),
        "returned": (*BEGUN, DONE, BACK, DOING),
        "returned_reused": (*BEGUN, REUSED, replace(BACK, says="reused", photo="")),
        "returned_twice": (*BEGUN, DONE, BACK, DONE, BACK, DONE),
        "verified": (*BEGUN, DONE, CHECKED),
        "signed": CLOSED,
        "signed_by_city": (*BEGUN, COMMENTED, DONE, CHECKED, OFF),
        "reopened": (*CLOSED, AGAIN, replace(DOING, hours=30)),
        "reopened_signed": (*CLOSED, AGAIN, DOING, DONE, CHECKED, OFF),
        "archived": CLOSED,
        "signed_soon": (*STARTED, DONE, CHECKED, OFF),
        "signed_after_return": (*STARTED, DONE, BACK, DONE, CHECKED, OFF),
        "signed_after_extension": (
            *STARTED,
            replace(ASKED, hours=12),
            replace(GRANTED, hours=8),
            DONE,
            CHECKED,
            OFF,
        ),
        "traced": (*STARTED, replace(DONE, hours=800), CHECKED, OFF),
        "traced_late": (
            *STARTED,
            replace(PRESSED, by="office", hours=1040),
            replace(DONE, hours=300),
            CHECKED,
            OFF,
        ),
        "signed_late": (*STARTED, replace(PRESSED, by="office", hours=340), DONE, CHECKED, OFF),
    }
)
"""The steps after a problem was reported, by the story's name."""

FINISHED = (
    "signed_soon", "signed_late", "signed_after_return", "signed", "signed_after_extension",
    "reopened_signed", "refused",
)  # fmt: skip
"""The stories of problems that have long ended, the commonest first."""

MEASURED = (
    ("rectifying", Severity.SERIOUS),
    ("extended", Severity.GENERAL),
    ("rectifying", Severity.SERIOUS),
    ("submitted", Severity.SERIOUS),
    ("overdue", Severity.GENERAL),
)
"""The stories of what the monitoring opened, in turn, with the severity the office gave it."""

MEASURED_BEFORE = (
    ("traced", Severity.SERIOUS),
    ("traced_late", Severity.SERIOUS),
)
"""The same before the last four weeks."""


@cache
def cases() -> tuple[Case, ...]:
    """Returns the problems that people reported, the oldest first."""
    found = [
        Case(
            days=float(row["days"]),
            reach=row["reach"],
            share=float(row["share"]),
            bank=Bank(row["bank"]),
            category=row["category"],
            severity=Severity(row["severity"]),
            source=Source(row["source"]),
            reporter=row["reporter"],
            unit=row["unit"],
            story=row["story"],
            description=row["description"],
            requirement=row["requirement"],
        )
        for row in made_rows("cases")
    ]
    return tuple(sorted(found, key=lambda case: -case.days))


@cache
def _phrases() -> Mapping[str, tuple[str, ...]]:
    kinds: dict[str, list[str]] = {}
    for row in made_rows("phrases"):
        kinds.setdefault(row["kind"], []).append(row["text"])
    return {kind: tuple(texts) for kind, texts in kinds.items()}


def phrase(kind: str, *key: object) -> str:
    """Returns a phrase of that kind, chosen by ``key``; "" for a kind without phrases."""
    texts = _phrases().get(kind, ("",))
    return texts[int(chance(kind, *key) * len(texts))]


def times(
    turns: tuple[Turn, ...], begun: UtcDatetime, end: UtcDatetime, *key: object
) -> list[UtcDatetime]:
    """Returns the time of each planned step, in order, all before ``end``.

    Steps wait for office hours, except handing back, which may only be done for some hours, and
    steps that would come after ``end`` then. The waits are shortened where the story is longer than
    the time there was.
    """
    waits = [turn.hours * (0.75 + 0.5 * chance("wait", n, *key)) for n, turn in enumerate(turns)]
    room = (end - begun).total_seconds() / 3600 * 0.96
    faster = min(1.0, room / sum(waits)) if waits else 1.0
    found: list[UtcDatetime] = []
    last = begun
    due = begun
    for number, wait in enumerate(waits):
        due = to_utc(due + timedelta(hours=wait * faster))
        asked = due if turns[number].action is Action.HAND_BACK else in_office_hours(due)
        at = max(asked, to_utc(last + timedelta(minutes=6)))
        if at >= end:
            at = to_utc(last + (end - last) / (len(waits) - number + 1))
        found.append(at)
        last = at
    return found


def found_at(case: Case, end: UtcDatetime) -> UtcDatetime:
    """Returns when the problem was reported: ``case.days`` before ``end``.

    Where that is at night: in the last daylight before it.
    """
    at = to_utc(end - timedelta(days=case.days))
    local = at.astimezone(BUSINESS_ZONE)
    if FIRST_LIGHT <= local.time() <= DUSK:
        return at
    day = local.date() - timedelta(days=local.time() < FIRST_LIGHT)
    minutes = 40 * chance("dusk", case.days, case.reach)
    return to_utc(datetime.combine(day, DUSK, BUSINESS_ZONE) - timedelta(minutes=minutes))


def in_office_hours(at: UtcDatetime) -> UtcDatetime:
    """Returns the moment if in office hours, else one within two hours of the next opening."""
    local = at.astimezone(BUSINESS_ZONE)
    day = local.date()
    if local.weekday() < 5 and OPENS <= local.time() <= CLOSES:
        return at
    if local.time() > CLOSES or local.weekday() >= 5:
        day += timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    minutes = local.minute + local.hour % 2 * 60
    return to_utc(datetime.combine(day, OPENS, BUSINESS_ZONE) + timedelta(minutes=minutes))
