"""People around one handling unit, and problems brought to any state through the service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

from sqlalchemy import text

from data import clock
from data.clock import UtcDatetime, business_date, to_utc
from data.database import transaction
from data.people.accounts import RoleGrant, UnitId, add_role, create_account
from data.records import AccountId, DivisionId
from data.vocabulary import ChiefLevel, Role
from data.words.ledger import Action, Severity, Source, Status
from problem_ledger.cases import actions, reports
from problem_ledger.cases.rules import Rules, load_rules
from problem_ledger.evidence.photos import take
from problem_ledger.record.commands import Command, Done, Place, Report
from tests.made.basin import SmallBasin
from tests.made.database import Database
from tests.made.ledger.pictures import photo
from tests.made.people import PASSWORD

SPOT = Place(112.2003, 32.5)
"""In the lower town, 28 m east of the river."""

KEYS = count(1)
ROUTE: Mapping[Status, tuple[Action, ...]] = {
    Status.REGISTERED: (),
    Status.REFUSED: (Action.REFUSE,),
    Status.ACCEPTED: (Action.ACCEPT,),
    Status.ASSIGNED: (Action.ACCEPT, Action.ASSIGN),
    Status.RECTIFYING: (Action.ACCEPT, Action.ASSIGN, Action.SIGN_FOR),
    Status.SUBMITTED: (Action.ACCEPT, Action.ASSIGN, Action.SIGN_FOR, Action.SUBMIT),
}
"""The shortest way from a report; the states after them go on from ``SUBMITTED``."""


@dataclass
class Office:
    """The accounts by name, with what it takes to let them act."""

    database: Database
    basin: SmallBasin
    accounts: dict[str, AccountId]
    handling: int
    rules: Rules
    now: UtcDatetime
    severity: Severity = Severity.SERIOUS
    """As which the next problem is accepted."""

    def clock(self) -> UtcDatetime:
        """A second later each time, so that no two steps happen at once."""
        self.now = to_utc(self.now + timedelta(seconds=1))
        return self.now

    def photo(self, who: str) -> int:
        """A photo of theirs that no step has taken."""
        with self.database.owner.begin() as connection:
            bound = {"who": self.accounts[who]}
            waiting = connection.execute(WAITING_PHOTO, bound).scalar()
            return int(waiting or connection.execute(COPY_PHOTO, bound).scalar_one())

    def report(self, who: str = "patroller", severity: Severity = Severity.SERIOUS) -> Done:
        """A new problem of theirs."""
        given = Report(
            SPOT,
            "bank.building_waste",
            severity,
            Source.PATROL,
            "岸边堆放建筑垃圾",
            request_key=f"test-{next(KEYS)}",
        )
        return reports.report(self.database.app, self.accounts[who], given, self.clock, self.rules)

    def act(self, who: str, done: Done, action: Action) -> Done:
        """The problem after that step of theirs, with everything the step asks for.

        The handler is a member of the handling unit for as long as this takes.
        """
        if who == "handler":
            with self.database.owner.begin() as connection:
                connection.execute(JOIN, {"who": self.accounts[who], "unit": self.handling})
        try:
            return self._act(who, done, action)
        finally:
            if who == "handler":
                with self.database.owner.begin() as connection:
                    connection.execute(LEAVE, {"who": self.accounts[who]})

    def _act(self, who: str, done: Done, action: Action) -> Done:
        command = self.command(action, done.version, who)
        return actions.act(
            self.database.app, self.accounts[who], done.problem_id, command, self.clock, self.rules
        )

    def command(self, action: Action, version: int, who: str) -> Command:
        """A command that lacks nothing."""
        return COMPLETE[action](self, replace(Command(action, version), text="已核实"), who)

    def problem(self, status: Status, severity: Severity = Severity.SERIOUS) -> Done:
        """A new problem that has come so far, by people each of whom may."""
        self.severity = severity
        done = self.report(severity=severity)
        past = (Status.VERIFIED, Status.SIGNED_OFF, Status.ARCHIVED)
        for action in ROUTE[Status.SUBMITTED if status in past else status]:
            done = self.act(DOER[action], done, action)
        if status in past:
            done = self.act("checker", done, Action.VERIFY)
        if status in past[1:]:
            done = self.act(signer_of(severity), done, Action.SIGN_OFF)
        if status is Status.ARCHIVED:
            with transaction(self.database.app) as connection:
                later = to_utc(self.now + timedelta(days=400))
                done = actions.archive(connection, done.problem_id, lambda: later, self.rules)
        return done


def signer_of(severity: Severity) -> str:
    """Somebody whose level is enough for any severity."""
    return "chief_county" if severity in (Severity.GENERAL, Severity.SERIOUS) else "chief_province"


DOER: Mapping[Action, str] = {
    Action.REFUSE: "office_county",
    Action.ACCEPT: "office_county",
    Action.ASSIGN: "office_county",
    Action.SIGN_FOR: "member_handling",
    Action.SUBMIT: "handler",
}

Completed = Callable[[Office, Command, str], Command]


def _plain(office: Office, command: Command, who: str) -> Command:
    del office, who
    return command


def _judged(office: Office, command: Command, who: str) -> Command:
    del who
    return replace(command, severity=office.severity, category="bank.building_waste")


def _assigned(office: Office, command: Command, who: str) -> Command:
    del who
    return replace(command, unit_id=office.handling, requirement="限期清运并复绿")


def _pictured(office: Office, command: Command, who: str) -> Command:
    return replace(command, photo_ids=(office.photo(who),))


def _on_site(office: Office, command: Command, who: str) -> Command:
    return replace(command, place=SPOT, photo_ids=(office.photo(who),))


def _extended(office: Office, command: Command, who: str) -> Command:
    del who
    return replace(command, due_on=business_date(to_utc(office.now + timedelta(days=200))))


COMPLETE: Mapping[Action, Completed] = {
    **dict.fromkeys(Action, _plain),
    Action.ACCEPT: _judged,
    Action.ASSIGN: _assigned,
    Action.SUBMIT: _pictured,
    Action.VERIFY: _on_site,
    Action.EXTEND: _extended,
}

WAITING_PHOTO = text("SELECT id FROM photo WHERE uploader_id = :who AND problem_id IS NULL LIMIT 1")
COPY_PHOTO = text(
    "INSERT INTO photo (sha256, mime, byte_count, width, height, original, shown, thumb, likeness,"
    " uploader_id, uploaded_at) SELECT sha256, mime, byte_count, width, height, original, shown,"
    " thumb, likeness, :who, uploaded_at FROM photo ORDER BY id LIMIT 1 RETURNING id"
)

JOIN = text(
    "INSERT INTO account_role (account_id, role, unit_id) VALUES (:who, 'unit_member', :unit)"
)
LEAVE = text("DELETE FROM account_role WHERE account_id = :who AND role = 'unit_member'")

LOGIN = "the."
"""What logins begin with, beside those that every served app has."""

County, Down, Up = "county", "town_down", "town_up"

PEOPLE: Mapping[str, tuple[tuple[Role, str | None, str | None, ChiefLevel | None], ...]] = {
    "patroller": ((Role.PATROLLER, Down, None, None),),
    "patroller_up": ((Role.PATROLLER, Up, None, None),),
    "chief_province": ((Role.CHIEF, None, None, ChiefLevel.PROVINCE),),
    "chief_city": ((Role.CHIEF, County, None, ChiefLevel.CITY),),
    "chief_county": ((Role.CHIEF, County, None, ChiefLevel.COUNTY),),
    "chief_town": ((Role.CHIEF, Down, None, ChiefLevel.TOWNSHIP),),
    "chief_up": ((Role.CHIEF, Up, None, ChiefLevel.COUNTY),),
    "office_county": ((Role.OFFICE, County, None, None),),
    "office_town": ((Role.OFFICE, Down, None, None),),
    "office_up": ((Role.OFFICE, Up, None, None),),
    "checker": ((Role.OFFICE, County, None, None),),
    "handler": ((Role.OFFICE, County, None, None),),
    "member_handling": ((Role.UNIT_MEMBER, None, "handling", None),),
    "member_below": ((Role.UNIT_MEMBER, None, "below", None),),
    "member_above": ((Role.UNIT_MEMBER, None, "above", None),),
    "member_up": ((Role.UNIT_MEMBER, None, "elsewhere", None),),
    "chief_below": (
        (Role.CHIEF, County, None, ChiefLevel.COUNTY),
        (Role.UNIT_MEMBER, None, "below", None),
    ),
    "neighbour": ((Role.NEIGHBOUR, County, None, None),),
    "auditor": ((Role.AUDITOR, County, None, None),),
    "administrator": ((Role.ADMINISTRATOR, None, None, None),),
}
"""Name to roles: each with the division and the unit it is bound to, and a chief's level."""

UNITS: tuple[tuple[str, str, str | None], ...] = (
    ("above", County, None),
    ("handling", Down, "above"),
    ("below", Down, "handling"),
    ("elsewhere", Up, "above"),
)
"""Unit, its division and the unit above it."""


def open_office(database: Database, basin: SmallBasin) -> Office:
    """The units and people are there, and one photo to copy."""
    with database.owner.begin() as connection:
        units: dict[str, int] = {}
        for name, division, parent in UNITS:
            units[name] = connection.execute(
                text(
                    "INSERT INTO unit (name, division_id, parent_id)"
                    " VALUES (:name, :division, :parent) RETURNING id"
                ),
                {
                    "name": f"单位 {name}",
                    "division": getattr(basin, division),
                    "parent": units.get(parent or ""),
                },
            ).scalar_one()
    accounts: dict[str, AccountId] = {}
    with database.app.begin() as connection:
        for login, roles in PEOPLE.items():
            accounts[login] = create_account(
                connection, LOGIN + login, f"{login} 甲", PASSWORD, must_change=False
            )
            for version, (role, place, unit, level) in enumerate(roles, 1):
                where = DivisionId(getattr(basin, place)) if place else None
                given = RoleGrant(role, where, UnitId(units[unit]) if unit else None, level)
                add_role(connection, accounts[login], given, version)
        take(connection, accounts["auditor"], photo(), clock.now())
    started = to_utc(clock.now() - timedelta(hours=20))
    return Office(database, basin, accounts, units["handling"], load_rules(), started)
