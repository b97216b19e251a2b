"""A small office on the small basin, and one problem's story told through the ledger's service."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, Engine, text

from data.clock import UtcDatetime
from data.records import AccountId
from data.words.ledger import Action, Severity, Source
from problem_ledger.cases import actions, reports
from problem_ledger.cases.rules import Rules, load_rules
from problem_ledger.evidence import photos
from problem_ledger.record.commands import Command, Done, Place, Report
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.ledger.pictures import photo

MONDAY = UtcDatetime(datetime(2026, 11, 2, 1, tzinfo=UTC))
"""Nine o'clock of Monday, 2 November 2026 in Beijing."""

SPOT = Place(112.2001, 32.7)
"""On the upper reach."""

TO_SIGN_OFF = (
    Action.ACCEPT,
    Action.ASSIGN,
    Action.SIGN_FOR,
    Action.PROGRESS,
    Action.SUBMIT,
    Action.VERIFY,
    Action.SIGN_OFF,
)
"""The straight way of a reported problem."""


@dataclass
class Ticking:
    """A clock that stands until it is moved on."""

    at: UtcDatetime = MONDAY

    def __call__(self) -> UtcDatetime:
        return self.at

    def pass_(self, **time: float) -> None:
        self.at = UtcDatetime(self.at + timedelta(**time))


@dataclass
class Desk:
    """Who works there, by role; the unit that handles; the rules and the clock."""

    engine: Engine
    basin: SmallBasin
    patroller: AccountId
    office: AccountId
    member: AccountId
    chief: AccountId
    unit: int
    rules: Rules = field(default_factory=load_rules)
    clock: Ticking = field(default_factory=Ticking)
    pictures: int = 0

    def report(self, severity: Severity = Severity.GENERAL, *, with_photo: bool = True) -> Done:
        """A problem somebody found."""
        given = Report(
            place=SPOT,
            category="bank.piles",
            severity=severity,
            source=Source.PATROL,
            description="岸边堆放秸秆",
            photo_ids=(self.photo(self.patroller),) if with_photo else (),
        )
        return reports.report(self.engine, self.patroller, given, self.clock, self.rules)

    def photo(self, who: AccountId) -> int:
        """A new photo of that account."""
        self.pictures += 1
        with self.engine.begin() as connection:
            return photos.take(connection, who, photo(self.pictures), self.clock())

    def take(self, action: Action, done: Done, *, due_on: date | None = None) -> Done:
        """The step taken an hour later by the one whose it is, with what it needs."""
        self.clock.pass_(hours=1)
        who = self._taker(action)
        needs_photo = action in {Action.SUBMIT, Action.VERIFY, Action.REOPEN}
        command = Command(
            action,
            done.version,
            text="已清运完毕",
            severity=Severity.GENERAL if action is Action.ACCEPT else None,
            category="bank.piles" if action is Action.ACCEPT else None,
            unit_id=self.unit if action is Action.ASSIGN else None,
            requirement="限期清运" if action is Action.ASSIGN else "",
            due_on=due_on,
            place=SPOT if action is Action.VERIFY else None,
            photo_ids=(self.photo(who),) if needs_photo else (),
        )
        return actions.act(self.engine, who, done.problem_id, command, self.clock, self.rules)

    def carry(self, *actions: Action) -> Done:
        """A reported problem after those steps."""
        done = self.report()
        for action in actions:
            done = self.take(action, done)
        return done

    def _taker(self, action: Action) -> AccountId:
        if action in {Action.SIGN_FOR, Action.PROGRESS, Action.SUBMIT, Action.HAND_BACK}:
            return self.member
        if action in {Action.VERIFY, Action.RETURN}:
            return self.patroller
        return self.chief if action in {Action.SIGN_OFF, Action.PRESS} else self.office


def open_desk(owner: Engine, app: Engine) -> Desk:
    """The office on a new basin."""
    with owner.begin() as connection:
        basin = build_small_basin(connection)
        unit = connection.execute(
            text("INSERT INTO unit (name, division_id) VALUES ('上游镇水利站', :d) RETURNING id"),
            {"d": basin.town_up},
        ).scalar_one()
        at = {"division": basin.county}
        return Desk(
            app,
            basin,
            patroller=account(connection, "patroller", "patroller", **at),
            office=account(connection, "office", "office", **at),
            member=account(connection, "member", "unit_member", unit=unit, division=basin.town_up),
            chief=account(connection, "chief", "chief", level="county", **at),
            unit=unit,
        )


def account(
    connection: Connection,
    login: str,
    role: str,
    *,
    division: int | None = None,
    unit: int | None = None,
    level: str | None = None,
) -> AccountId:
    """An account with one role."""
    made = connection.execute(
        text(
            "INSERT INTO account (login, display_name, password_hash) VALUES (:login, :login, '-')"
            " RETURNING id"
        ),
        {"login": login},
    ).scalar_one()
    connection.execute(
        text(
            "INSERT INTO account_role (account_id, role, division_id, unit_id, chief_level)"
            " VALUES (:id, :role, :division, :unit, :level)"
        ),
        {"id": made, "role": role, "division": division, "unit": unit, "level": level},
    )
    return AccountId(made)
