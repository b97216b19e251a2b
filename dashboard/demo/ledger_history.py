"""Makes the office's problems: takes each step through the ledger's own service at its time."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from heapq import heappop, heappush

from sqlalchemy import Engine, text

from dashboard.demo.history import POLLUTED
from dashboard.demo.office import Office, Spot
from dashboard.demo.past_cases import RECENT, past_cases
from dashboard.demo.pictures import Shot, drawn
from dashboard.demo.stories import (
    ASTRAY,
    MEASURED,
    MEASURED_BEFORE,
    STORIES,
    Case,
    File,
    Turn,
    cases,
    found_at,
    phrase,
    times,
)
from data.clock import UtcDatetime, business_date, to_utc
from data.database import transaction
from data.records import AccountId
from data.words.ledger import Action, Severity, Source
from ingest.simulator.values import chance
from problem_ledger.cases import actions, reports
from problem_ledger.cases.extensions import reach_of
from problem_ledger.cases.rules import Rules
from problem_ledger.evidence import photos
from problem_ledger.evidence.flags import doubts
from problem_ledger.record.commands import Command, Place, Report

SIGNERS = {
    Severity.GENERAL: "office",
    Severity.SERIOUS: "office",
    Severity.MAJOR: "city-office",
    Severity.CRITICAL: "province-chief",
}
MEASURING_UNIT = "unit"
TRACED = "溯源排查，查清超标原因，限期恢复达标。"
SLOW_CLOCK = timedelta(hours=-22)
"""The own clock of one camera is that wrong."""
REFERENCES = {
    Source.HOTLINE: "12345",
    Source.COMPLAINT: "12314",
    Source.SUPERIOR: "督办",
    Source.REMOTE_SENSING: "图斑",
}
CASE = "case-"
OLDER = f"{CASE}3"
"""The spot of an older picture that is handed in a second time."""
DOUBTFUL = "已到现场核对，照片所示属实。"
LATE, NEARLY_DUE = "overdue", "nearly_due"
ROOM = timedelta(days=5)
"""Problems that are not stood of as late have at least so long to go."""

_OPENED = """
SELECT problem.id, station.code, problem.category, problem.version, problem.registered_at,
       ST_X(problem.geom) AS lon, ST_Y(problem.geom) AS lat
FROM problem JOIN station ON station.id = problem.station_id
WHERE problem.reporter_id IS NULL AND NOT problem.id = ANY(:known) ORDER BY problem.id
"""
_PATROL = """
SELECT patrol.id FROM patrol JOIN patrol_reach ON patrol_reach.patrol_id = patrol.id
WHERE reach_id = :reach AND account_id = :account
AND started_at BETWEEN :at - interval '8 hours' AND :at ORDER BY started_at DESC LIMIT 1
"""
_DUE = "SELECT due_at, asked_due_on FROM problem WHERE id = :id"


@dataclass(slots=True)
class Desk:
    """The demo's office and its diary of steps to take, by time; ``end`` is the present.

    ``_views`` holds, by problem, the moment of the first picture that shows it cleared.
    """

    engine: Engine
    office: Office
    rules: Rules
    end: UtcDatetime
    months: int = 0
    measured: list[int] = field(default_factory=list)
    _recent_count: int = 0
    _views: dict[str, str] = field(default_factory=dict)
    _diary: list[tuple[UtcDatetime, int, File, Case | Turn]] = field(default_factory=list)
    _count: int = 0
    done_count: int = 0

    def open(self) -> None:
        """Enters into the diary the problems that people will report."""
        for number, case in enumerate(cases()):
            self._enter(f"{CASE}{number}", case, is_past=False)
        for number, case in enumerate(past_cases(self.months, self.end)):
            self._enter(f"past-{number}", case, is_past=True)

    def take_up(self) -> None:
        """Plans, in the diary, the steps of problems opened by monitoring since the last call."""
        with self.engine.connect() as connection:
            found = connection.execute(text(_OPENED), {"known": self.measured}).all()
        for row in found:
            begun = to_utc(row.registered_at)
            is_past = begun < self.end - RECENT
            stories = MEASURED_BEFORE if is_past else MEASURED
            turn = len(self.measured) if is_past else self._recent_count
            self._recent_count += not is_past
            story, severity = stories[turn % len(stories)]
            if row.code == POLLUTED and not is_past:
                story, severity = "signed", Severity.SERIOUS
            file = File(
                f"measured-{row.code}-{len(self.measured)}", "", row.category, severity,
                MEASURING_UNIT, TRACED, story, Spot(row.lon, row.lat), row.id, row.version,
                is_past=is_past,
            )  # fmt: skip
            self.measured.append(row.id)
            self._plan(file, begun)

    def work(self, until: UtcDatetime) -> int:
        """Takes the diary's steps up to a moment, in order; returns how many were ever taken."""
        while self._diary and self._diary[0][0] <= until:
            at, _order, file, what = heappop(self._diary)
            if isinstance(what, Case):
                self._report(at, file, what)
            else:
                self._act(at, file, what)
            self.done_count += 1
        return self.done_count

    def _enter(self, key: str, case: Case, *, is_past: bool) -> None:
        course = self.office.reaches[case.reach]
        number = key if is_past else int(key.removeprefix(CASE))
        off_m = 12 + 22 * chance("off", number)
        file = File(
            key, case.reach, case.category, case.severity, case.unit, case.requirement, case.story,
            course.spot(case.share, case.bank, off_m), is_past=is_past,
        )  # fmt: skip
        self._note(found_at(case, self.end), file, case)

    def _note(self, at: UtcDatetime, file: File, what: Case | Turn) -> None:
        self._count += 1
        heappush(self._diary, (at, self._count, file, what))

    def _plan(self, file: File, begun: UtcDatetime) -> None:
        turns = STORIES[file.story]
        for at, turn in zip(times(turns, begun, self.end, file.key), turns, strict=True):
            self._note(at, file, turn)

    def _report(self, at: UtcDatetime, file: File, case: Case) -> None:
        who = self.office.accounts[case.reporter]
        found = to_utc(at - timedelta(minutes=12 + 30 * chance("found", file.key)))
        report = Report(
            place=_place(file.spot, file.key),
            category=case.category,
            severity=case.severity,
            source=case.source,
            description=case.description,
            found_at=found,
            source_ref=_reference(case.source, at, file.key),
            photo_ids=(self._photo(who, file, found, "wrong"),),
            patrol_id=self._patrol(who, file, at) if case.source is Source.PATROL else None,
            request_key=f"demo-{file.key}",
        )
        done = reports.report(self.engine, who, report, lambda: at, self.rules)
        file.problem_id, file.version, file.last_at = done.problem_id, done.version, at
        self._plan(file, at)

    def _act(self, at: UtcDatetime, file: File, turn: Turn) -> None:
        who = self.office.accounts[self._login(file, turn)]
        shown = _shortly_before(at, file)
        command = Command(
            action=turn.action,
            version=file.version,
            text=phrase(turn.says, file.key, turn.action),
            photo_ids=(self._photo(who, file, shown, turn.photo),) if turn.photo else (),
        )
        command = self._completed(command, at, file, turn)
        done = actions.act(self.engine, who, file.problem_id, command, lambda: at, self.rules)
        file.version, file.last_at = done.version, at

    def _completed(self, command: Command, at: UtcDatetime, file: File, turn: Turn) -> Command:
        """Returns the command with the fields that its action requires (unit, place, deadline)."""
        if turn.action is Action.ACCEPT:
            return replace(command, severity=file.severity, category=file.category)
        if turn.action is Action.ASSIGN:
            unit = file.other if turn is ASTRAY else file.unit
            return replace(
                command,
                unit_id=self.office.units[unit],
                requirement=file.requirement,
                due_on=self._due_on(file, at),
            )
        if turn.action in actions.EXPLAINED:
            command = replace(command, explanation=self._explanation(file))
        if turn.action is Action.VERIFY:
            place = _place(file.spot, file.key, "checked")
            return replace(command, place=place, at=_shortly_before(at, file))
        if turn.action in (Action.ASK_EXTENSION, Action.EXTEND):
            return replace(command, due_on=self._new_due(file, at, turn))
        return command

    def _new_due(self, file: File, at: UtcDatetime, turn: Turn) -> date:
        """Returns the last day that the unit asks for, or the day that its request named."""
        with self.engine.connect() as connection:
            row = connection.execute(text(_DUE), {"id": file.problem_id}).one()
        reach = reach_of(to_utc(row.due_at), at, self.rules)
        day = row.asked_due_on or business_date(to_utc(row.due_at)) + turn.longer
        return min(max(day, reach.first), reach.last)

    def _explanation(self, file: File) -> str:
        """Returns what is said about photos that look doubtful; nothing where none does."""
        with self.engine.connect() as connection:
            return DOUBTFUL if doubts(connection, file.problem_id) else ""

    def _due_on(self, file: File, at: UtcDatetime) -> date | None:
        """Returns the deadline the office sets, None when the one of the rules applies."""
        if file.is_past or file.story.startswith(LATE):
            return None
        if file.story == NEARLY_DUE:
            return business_date(to_utc(self.end + timedelta(days=2)))
        days = self.rules.working_days(file.category, file.severity).days
        if self.rules.due(at, days).at > self.end + ROOM:
            return None
        return business_date(to_utc(self.end + ROOM)) + timedelta(days=int(9 * chance(file.key)))

    def _login(self, file: File, turn: Turn) -> str:
        """Returns the login of the account that takes the step."""
        return {
            "handler": file.unit, "other": file.other,
            "signer": SIGNERS[file.severity], "decider": SIGNERS[file.severity],
        }.get(turn.by, turn.by)  # fmt: skip

    def _photo(self, who: AccountId, file: File, at: UtcDatetime, look: str) -> int:
        """Uploads a drawn picture of the problem's spot in the given look; returns its photo id."""
        seen = file.spot.moved(3 * chance("step", file.key, at), 360 * chance("way", file.key, at))
        spot = OLDER if look == "reused" else file.key
        moment = self._views[OLDER] if look == "reused" else str(file.version)
        if look == "clear":
            self._views.setdefault(file.key, moment)
        shot = Shot(
            spot=spot,
            moment=moment,
            wrong=file.group if look == "wrong" else None,
            lon=seen.lon,
            lat=seen.lat,
            at=at,
            bearing=file.spot.bearing + 8 * chance("turn", file.key, at),
            clock_off=SLOW_CLOCK if file.story == "returned_twice" else timedelta(0),
        )
        with transaction(self.engine) as connection:
            return photos.take(connection, who, drawn(shot), at)

    def _patrol(self, who: AccountId, file: File, at: UtcDatetime) -> int | None:
        """Returns the id of the patrol on which the problem was found, None if there was none."""
        asked = {"reach": self.office.reaches[file.reach].id, "account": who, "at": at}
        with self.engine.connect() as connection:
            return connection.execute(text(_PATROL), asked).scalar_one_or_none()


def work_through(engine: Engine, rules: Rules, end: UtcDatetime, months: int) -> Desk:
    """Returns the demo office's desk, with the problems people will report in its diary."""
    with engine.connect() as connection:
        desk = Desk(engine, Office.read(connection), rules, end, months)
    desk.open()
    return desk


def _shortly_before(at: UtcDatetime, file: File) -> UtcDatetime:
    """Returns when somebody was on the spot: some minutes before writing, after the last step."""
    stood = to_utc(at - timedelta(minutes=25))
    return max(stood, file.last_at) if file.last_at else stood


def _place(spot: Spot, *key: object) -> Place:
    """Returns the place a phone reports for that spot: some metres off, with its accuracy."""
    stood = spot.moved(2 + 4 * chance("stood", *key), 360 * chance("round", *key))
    return Place(stood.lon, stood.lat, accuracy_m=round(3 + 6 * chance("sure", *key), 1))


def _reference(source: Source, at: UtcDatetime, key: str) -> str:
    """Returns the problem's number at its source (a hotline, say), "" for sources without."""
    if source not in REFERENCES:
        return ""
    number = int(9000 * chance("number", key)) + 1000
    return f"{REFERENCES[source]}-{business_date(at):%Y%m%d}-{number}"
