"""Whether many people at once on the same problems lose a step, sign twice or break a chain.

    python -m benchmarks.ledger_clients [--clients 20] [--problems 50] [--seconds 60]

Every client looks at a problem, picks a step that the table allows and takes it on what it saw.
"""

import argparse
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import text

from data.clock import business_date, now
from data.cluster import ROLES, Cluster
from data.database import engine
from data.errors import Conflict
from data.migrations.run import upgrade
from data.procedure.workflow import Need, Step
from data.records import AccountId
from data.words.ledger import Action, Severity
from problem_ledger.cases import actions, permissions
from problem_ledger.record import store
from problem_ledger.record.commands import Command, Done
from problem_ledger.record.events import Row, encoded_row, replay
from tests.made.database import Database, open_database
from tests.made.ledger.acts import SPOT, report
from tests.made.ledger.oracle import assert_linked, assert_signed_off_rightly
from tests.made.office import Office, open_office
from tests.running.folders import open_folder

FORWARD = 0.8
"""The share of steps that change the status, where there is a choice."""

PEOPLE_AT_SCREENS = (
    *("patroller", "patroller", "patroller_up", "office", "checker", "handler"),
    *("chief", "chief_city", "chief_province", "member", "member"),
)
"""Each as often as they are drawn; all may take steps on the upper reach."""

PHOTO = text(
    """
    INSERT INTO photo (sha256, mime, byte_count, width, height, original, shown, thumb, likeness,
    uploader_id, uploaded_at) VALUES (sha256(:bytes), 'image/jpeg', 1, 1, 1, :bytes, :bytes,
    :bytes, 0, :who, now()) RETURNING id
    """
)


@dataclass
class Client:
    """One person at a screen: steps taken, by problem and version, and what was refused."""

    office: Office
    people: Sequence[AccountId]
    problems: Sequence[int]
    until: float
    seed: int
    done: list[tuple[Done, Action]] = field(default_factory=list)
    conflicts: int = 0
    failure: BaseException | None = None

    def run(self) -> None:
        draw = random.Random(self.seed)  # noqa: S311 - a load, no secret
        try:
            while time.monotonic() < self.until:
                self.take_one(draw)
        except BaseException as failure:
            self.failure = failure
            raise

    def take_one(self, draw: random.Random) -> None:
        problem_id, who = draw.choice(self.problems), draw.choice(self.people)
        office, app = self.office, self.office.database.app
        with app.begin() as connection:
            row = store.find(connection, problem_id)
            steps = permissions.allowed_actions(connection, who, problem_id, now(), office.rules)
        moving = [step for step in steps if step.target]
        choice: Sequence[Step] = moving if moving and draw.random() < FORWARD else steps
        if not choice:
            return
        step = draw.choice(choice)
        command = self.command(step, row, who)
        try:
            done = actions.act(app, who, problem_id, command, now, office.rules)
        except Conflict:
            self.conflicts += 1
        else:
            self.done.append((done, step.action))

    def command(self, step: Step, row: Row, who: AccountId) -> Command:
        pictured = step.action in (Action.SUBMIT, Action.VERIFY)
        later = max(now(), row["due_at"] or now()) + timedelta(days=1)
        return Command(
            step.action,
            row["version"],
            text="并发",
            severity=Severity.GENERAL,
            category="bank.piles",
            unit_id=self.office.units["station"] if step.action is Action.ASSIGN else None,
            requirement="清运",
            due_on=business_date(later) if Need.NEW_DUE in step.needs else None,
            place=SPOT,
            photo_ids=(self.photo(who),) if pictured else (),
        )

    def photo(self, who: AccountId) -> int:
        with self.office.database.app.begin() as connection:
            return int(connection.execute(PHOTO, {"bytes": b"x", "who": who}).scalar_one())


@dataclass(frozen=True)
class Outcome:
    """The clients' answers compared with what the ledger holds."""

    taken: int
    conflicts: int
    stored: int
    lost: int
    doubled: int
    signed_off: int
    seconds: float

    @property
    def whole(self) -> bool:
        return self.taken == self.stored and not self.lost and not self.doubled


def run(
    database: Database, clients: int, problems: int, seconds: float, steps: int | None = None
) -> Outcome:
    """Returns the outcome of a run on an empty database. Raises AssertionError for a broken chain.

    It lasts so many seconds, or until so many steps were taken and as many met another's.
    """
    office = open_office(database, now())
    people = [office.accounts[name] for name in PEOPLE_AT_SCREENS]
    ids = [report(office).problem_id for _n in range(problems)]
    began = time.monotonic()
    several = [Client(office, people, ids, began + seconds, seed) for seed in range(clients)]
    threads = [threading.Thread(target=each.run) for each in several]
    for thread in threads:
        thread.start()
    while any(each.is_alive() for each in threads) and time.monotonic() < began + seconds + 60:
        time.sleep(0.05)
        met = sum(each.conflicts for each in several)
        if steps is not None and min(met, sum(len(each.done) for each in several)) >= steps:
            for each in several:
                each.until = 0.0
    assert [each.failure for each in several if each.failure] == []
    return _outcome(office, ids, several, time.monotonic() - began)


def _outcome(
    office: Office, ids: Sequence[int], clients: Sequence[Client], seconds: float
) -> Outcome:
    taken = [done for client in clients for done in client.done]
    seen = Counter((done.problem_id, done.version) for done, _action in taken)
    stored = lost = signed = 0
    member = office.accounts["member"]
    for problem_id in ids:
        with office.database.app.begin() as connection:
            row, events = store.find(connection, problem_id), store.events(connection, problem_id)
        assert_linked(events)
        assert replay(events) == encoded_row(row)
        signed += assert_signed_off_rightly(events, lambda who, _unit: who == member)
        stored += len(events) - 1
        told = {done.version: done.hash for done, _action in taken if done.problem_id == problem_id}
        lost += sum(told.get(event.seq) != event.hash for event in events[1:])
    claimed = sum(action is Action.SIGN_OFF for _done, action in taken)
    assert claimed == signed, (claimed, signed)
    return Outcome(
        taken=len(taken),
        conflicts=sum(client.conflicts for client in clients),
        stored=stored,
        lost=lost,
        doubled=sum(many - 1 for many in seen.values()),
        signed_off=signed,
        seconds=seconds,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when nothing was lost, doubled or broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--problems", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args(arguments)
    with open_folder("clients") as folder:
        cluster = Cluster(folder / "postgres", {role: f"clients-{role}" for role in ROLES})
        try:
            cluster.start()
            cluster.create_database("clients")
            app = engine(cluster.url("app", "clients"), pool_size=given.clients)
            database = replace(open_database(cluster, "clients"), app=app)
            upgrade(database.owner)
            outcome = run(database, given.clients, given.problems, given.seconds)
            database.dispose()
        finally:
            cluster.stop(immediate=True)
    print(
        f"{given.clients} clients, {given.problems} problems, {outcome.seconds:.0f} s:"
        f" {outcome.taken} steps taken ({outcome.taken / outcome.seconds:.0f}/s),"
        f" {outcome.conflicts} told that somebody was first; {outcome.stored} events stored,"
        f" {outcome.lost} lost, {outcome.doubled} doubled, {outcome.signed_off} sign-offs,"
        " every chain whole"
    )
    return 0 if outcome.whole else 1


if __name__ == "__main__":
    sys.exit(main())
