"""The same stories in the database: what the pure code allows, refuses and keeps happens there."""

from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Connection, text

from data.errors import NotFound
from data.records import AccountId
from data.vocabulary import ChiefLevel
from data.words.ledger import Severity, Source
from problem_ledger.cases import actions, reports
from problem_ledger.cases.actors import Participant
from problem_ledger.record import store
from problem_ledger.record.commands import Command, Done, Place, Report
from problem_ledger.record.events import contradictions, encoded_row, replay
from tests.made.basin import build_small_basin
from tests.made.database import Database
from tests.made.ledger.machine import (
    BUREAU,
    CAST,
    REFUSALS,
    RULES,
    STATION,
    TOWN,
    LedgerMachine,
    in_unit,
)
from tests.made.ledger.oracle import assert_linked, assert_signed_off_rightly

SAME = (
    "status",
    "severity",
    "category",
    "version",
    "unit_id",
    "requirement",
    "handler_id",
    "checker_id",
    "signer_id",
    "assigned_at",
    "signed_off_at",
    "look_back_at",
    "due_at",
    "amber_at",
    "due_rule",
    "due_days",
    "is_provisional",
    "extension_count",
    "asked_due_on",
    "pressed_at",
    "is_returned",
    "last_action",
)
"""Columns of the row that a story decides; the rest is where the problem lies."""

PHOTO = text(
    "INSERT INTO photo (sha256, mime, byte_count, width, height, original, shown, thumb, likeness,"
    " uploader_id, uploaded_at) VALUES (sha256(:bytes), 'image/jpeg', 1, 1, 1, :bytes, :bytes,"
    " :bytes, 0, :who, now()) RETURNING id"
)


def hire(connection: Connection) -> None:
    """The cast of the machine as accounts of the small basin, with the same ids."""
    basin = build_small_basin(connection)
    above = {BUREAU: None, STATION: BUREAU, TOWN: None}
    for unit, parent in above.items():
        connection.execute(
            text("INSERT INTO unit (id, name, parent_id, division_id) VALUES (:id, :name, :p, :d)"),
            {"id": unit, "name": f"unit {unit}", "p": parent, "d": basin.county},
        )
    city = connection.execute(
        text(
            "WITH city AS (INSERT INTO division (name, level) VALUES ('测试市', 'city')"
            " RETURNING id)"
            " UPDATE division SET parent_id = city.id FROM city WHERE division.id = :county"
            " RETURNING city.id"
        ),
        {"county": basin.county},
    ).scalar_one()
    for person in CAST:
        connection.execute(
            text(
                "INSERT INTO account (id, login, display_name, password_hash)"
                " VALUES (:id, :login, :login, '-')"
            ),
            {"id": person.id, "login": f"post-{person.id}"},
        )
        for role, level, covers, unit in person.roles:
            here = city if level is ChiefLevel.CITY else basin.county
            connection.execute(
                text(
                    "INSERT INTO account_role (account_id, role, division_id, unit_id, chief_level)"
                    " VALUES (:who, :role, :division, :unit, :level)"
                ),
                {
                    "who": person.id,
                    "role": role.value,
                    "division": here if covers else basin.town_down,
                    "unit": unit,
                    "level": level.value if role.value == "chief" and level else None,
                },
            )


class DatabaseMachine(LedgerMachine):
    """Each step is taken twice: in memory, and by the service in the database."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database

    def begin(self, severity: Severity) -> None:
        super().begin(severity)
        given = Report(
            Place(112.2001, 32.7),
            "dumping.rubbish",
            severity,
            Source.PATROL,
            self.row["description"],
        )
        self.done: Done = reports.report(
            self.database.app, CAST[0].id, given, lambda: self.now, RULES
        )

    def take(self, participant: Participant, command: Command) -> None:
        expected: Exception | None = None
        try:
            super().take(participant, command)
        except REFUSALS as refused:
            expected = refused
        try:
            self.done = self.take_in_database(participant.actor.account_id, command)
        except (*REFUSALS, NotFound):
            if expected is None:
                raise
        else:
            assert expected is None, (expected, command)
        if expected is not None:
            raise expected

    def take_in_database(self, who: AccountId | None, command: Command) -> Done:
        app = self.database.app
        if who is None:
            with app.begin() as connection:
                return actions.archive(connection, self.done.problem_id, lambda: self.now, RULES)
        real = replace(
            command,
            version=self.done.version,
            place=Place(112.2001, 32.7) if command.place else None,
            photo_ids=tuple(self.photo(who) for _each in command.photo_ids),
        )
        return actions.act(app, who, self.done.problem_id, real, lambda: self.now, RULES)

    def photo(self, who: AccountId) -> int:
        with self.database.app.begin() as connection:
            return int(connection.execute(PHOTO, {"bytes": b"x", "who": who}).scalar_one())

    def teardown(self) -> None:
        super().teardown()
        if not hasattr(self, "done"):
            return
        with self.database.app.begin() as connection:
            row = store.find(connection, self.done.problem_id)
            events = store.events(connection, self.done.problem_id)
        assert {name: row[name] for name in SAME} == {name: self.row[name] for name in SAME}
        assert replay(events) == encoded_row(row)
        assert_linked(events)
        assert_signed_off_rightly(events, in_unit)
        assert [contradictions(event, row["number"]) for event in events] == [()] * len(events)
        told = [(event.action, event.to_status) for event in self.events]
        assert [(event.action, event.to_status) for event in events] == told


def test_the_database_tells_the_same_story(database: Database) -> None:
    with database.owner.begin() as connection:
        hire(connection)
    run_state_machine_as_test(
        lambda: DatabaseMachine(database),
        settings=settings(
            max_examples=40,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
