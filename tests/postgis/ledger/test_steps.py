"""Steps on a small office: told to whom they concern, refused with the reason."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from data.chain import read
from data.errors import BadInput, Conflict, Forbidden, NotFound
from data.words.ledger import Action, Severity, Status
from problem_ledger.cases import permissions, reports
from problem_ledger.record import store
from problem_ledger.record.commands import Done, Place
from problem_ledger.record.events import encoded_row, replay
from tests.made.database import Database
from tests.made.ledger.acts import act, at_once, given, one, report, row_of, told
from tests.made.ledger.story import SPOT, TO_SIGN_OFF, Desk, account, open_desk


@pytest.fixture
def desk(database: Database) -> Desk:
    """An office of its own for each test that writes: the ledger can't be emptied."""
    return open_desk(database.owner, database.app)


@pytest.fixture(scope="module")
def shared_desk(shared_database: Database) -> Desk:
    """One office for all that is refused and leaves nothing behind."""
    return open_desk(shared_database.owner, shared_database.app)


def test_a_problem_goes_the_straight_way_and_replays(desk: Desk) -> None:
    done = desk.carry(*TO_SIGN_OFF)
    assert (done.status, done.version) == (Status.SIGNED_OFF, 8)
    row = row_of(desk, done)
    with desk.engine.begin() as connection:
        assert replay(store.events(connection, done.problem_id)) == encoded_row(row)
    assert (row["handler_id"], row["checker_id"], row["signer_id"]) == (
        desk.member,
        desk.patroller,
        desk.chief,
    )
    assert told(desk) == [
        ("reported", "office"),
        ("assigned", "member"),
        ("waiting", "office"),
        ("waiting", "office"),
        ("signed_off", "patroller"),
    ]
    facts = one(desk, "SELECT DISTINCT jsonb_object_keys(facts) FROM delivery LIMIT 1")
    assert facts in ("number", "action", "status")


def test_of_two_at_once_one_wins_and_the_other_is_told(desk: Desk) -> None:
    registered = report(desk)

    def accept() -> Done:
        return act(
            desk,
            desk.office,
            registered,
            Action.ACCEPT,
            severity=Severity.GENERAL,
            category="bank.piles",
        )

    results = at_once(accept, lambda: act(desk, desk.office, registered, Action.REFUSE))
    conflicts = [each for each in results if isinstance(each, Conflict)]
    assert len(conflicts) == 1
    assert conflicts[0].facts["actor"] == "office"
    assert conflicts[0].facts["time"] == "09:00"
    assert conflicts[0].message.split()[1] in ("accepted", "refused")
    assert one(desk, "SELECT count(*) FROM problem_event") == 2


@pytest.mark.parametrize(
    ("steps", "taker", "action", "other", "says"),
    [
        ((), "office", Action.ACCEPT, {"category": "bank.piles"}, "severity"),
        ((), "office", Action.REFUSE, {"text": " "}, "reason"),
        ((), "office", Action.REFUSE, {"photo_ids": (1,)}, "No photos"),
        (TO_SIGN_OFF[:1], "office", Action.ASSIGN, {"requirement": "清"}, "unit"),
        (
            TO_SIGN_OFF[:1],
            "office",
            Action.ASSIGN,
            {"requirement": "清", "unit_id": 999},
            "no such unit",
        ),
        (TO_SIGN_OFF[:2], "office", Action.EXTEND, {}, "new deadline"),
        (TO_SIGN_OFF[:2], "office", Action.EXTEND, {"due_on": date(2026, 11, 3)}, "later"),
        (TO_SIGN_OFF[:2], "office", Action.EXTEND, {"due_on": date(9999, 1, 1)}, "three years"),
        (TO_SIGN_OFF[:3], "member", Action.SUBMIT, {}, "photo"),
        (TO_SIGN_OFF[:5], "patroller", Action.VERIFY, {"place": SPOT}, "photo"),
        (TO_SIGN_OFF[:6], "chief", Action.SIGN_OFF, {"text": ""}, "opinion"),
    ],
)
def test_a_step_that_lacks_something_says_what(
    shared_desk: Desk,
    steps: tuple[Action, ...],
    taker: str,
    action: Action,
    other: dict[str, object],
    says: str,
) -> None:
    done = shared_desk.carry(*steps)
    with pytest.raises(BadInput, match=says):
        act(shared_desk, getattr(shared_desk, taker), done, action, **other)
    assert row_of(shared_desk, done)["version"] == done.version


def test_a_check_is_made_on_site_and_after_the_submission(desk: Desk) -> None:
    done = desk.carry(*TO_SIGN_OFF[:5])
    photos = (desk.photo(desk.patroller),)
    for other, says in (
        ({"place": Place(112.22, 32.7)}, "on site"),
        ({"place": SPOT, "at": desk.clock.at - timedelta(days=1)}, "after the unit"),
        ({"place": SPOT, "at": desk.clock.at + timedelta(days=1)}, "future"),
    ):
        with pytest.raises(BadInput, match=says):
            act(desk, desk.patroller, done, Action.VERIFY, photo_ids=photos, **other)
    assert (
        act(desk, desk.patroller, done, Action.VERIFY, photo_ids=photos, place=SPOT).status
        is Status.VERIFIED
    )


def test_a_deadline_comes_from_the_rules_or_the_office(desk: Desk) -> None:
    accepted = desk.carry(Action.ACCEPT)
    how = {"unit_id": desk.unit, "requirement": "清运"}
    row = row_of(desk, act(desk, desk.office, accepted, Action.ASSIGN, **how))
    assert (row["due_rule"], row["due_days"]) == ("general", 10)
    assert row["due_at"].isoformat() == "2026-11-16T10:00:00+00:00"

    accepted = desk.carry(Action.ACCEPT)
    assigned = act(desk, desk.office, accepted, Action.ASSIGN, **how, due_on=date(2026, 11, 20))
    row = row_of(desk, assigned)
    assert (row["due_rule"], row["due_days"]) == ("set", None)
    longer = act(desk, desk.office, assigned, Action.EXTEND, due_on=date(2026, 11, 27))
    row = row_of(desk, longer)
    assert row["due_at"].isoformat() == "2026-11-27T10:00:00+00:00"
    assert (row["extension_count"], row["status"]) == (1, "assigned")


def test_a_unit_hands_back_and_another_may_be_given_it(desk: Desk) -> None:
    assigned = desk.carry(*TO_SIGN_OFF[:2])
    back = act(desk, desk.member, assigned, Action.HAND_BACK)
    row = row_of(desk, back)
    assert (row["status"], row["unit_id"], row["due_at"]) == ("accepted", None, None)
    desk.take(Action.ASSIGN, back)
    assert told(desk)[-2:] == [("waiting", "office"), ("assigned", "member")]


def test_a_returned_problem_comes_again_and_a_closed_one_is_reopened(desk: Desk) -> None:
    submitted = desk.carry(*TO_SIGN_OFF[:5])
    returned = desk.take(Action.RETURN, submitted)
    assert row_of(desk, returned)["is_returned"]
    done = returned
    for action in TO_SIGN_OFF[4:]:
        done = desk.take(action, done)
    assert not row_of(desk, done)["is_returned"]
    row = row_of(desk, desk.take(Action.REOPEN, done))
    assert (row["status"], row["signer_id"], row["signed_off_at"]) == ("rectifying", None, None)
    assert row["due_at"] > desk.clock.at


def test_what_somebody_may_not_see_is_not_there(desk: Desk, database: Database) -> None:
    done = report(desk)
    with database.owner.begin() as connection:
        other_town = account(connection, "other", "patroller", division=desk.basin.town_down)
        neighbour = account(connection, "near", "neighbour", division=desk.basin.county)
    for who in (other_town, neighbour):
        with pytest.raises(NotFound):
            act(desk, who, done, Action.COMMENT)
        with desk.engine.begin() as connection, pytest.raises(NotFound):
            permissions.allowed_actions(connection, who, done.problem_id, desk.clock.at, desk.rules)
    with pytest.raises(Forbidden, match="division of your duty"):
        reports.report(desk.engine, other_town, given(desk), desk.clock, desk.rules)


def test_a_disabled_account_may_nothing(desk: Desk, database: Database) -> None:
    done = report(desk)
    with database.owner.begin() as connection:
        connection.execute(
            text("UPDATE account SET is_active = false WHERE id = :id"), {"id": desk.office}
        )
    with pytest.raises(Forbidden):
        act(desk, desk.office, done, Action.REFUSE)


def test_a_chief_comments_and_presses_and_unit_and_office_are_told(desk: Desk) -> None:
    done = desk.carry(*TO_SIGN_OFF[:3])
    for action in (Action.COMMENT, Action.PRESS):
        done = act(desk, desk.chief, done, action)
    assert sorted(told(desk)[-4:]) == [
        ("commented", "member"),
        ("commented", "office"),
        ("pressed", "member"),
        ("pressed", "office"),
    ]
    row = row_of(desk, done)
    assert (row["status"], row["pressed_at"]) == ("rectifying", desk.clock.at)


def test_the_story_names_units_and_posts_and_no_patroller(desk: Desk) -> None:
    done = desk.carry(*TO_SIGN_OFF)
    with desk.engine.begin() as connection:
        bodies = [read(event.body) for event in store.events(connection, done.problem_id)]
    shown = {body["action"]: body["actor"] for body in bodies}
    assert shown["report"] == shown["verify"] == "测试县"
    assert shown["sign_for"] == shown["submit"] == "上游镇水利站"
    assert shown["sign_off"] == "chief"
    assigned = next(body for body in bodies if body["action"] == "assign")
    assert assigned["unit"] == "上游镇水利站"


def test_steps_on_many_are_those_on_each(desk: Desk, database: Database) -> None:
    done = [desk.carry(*TO_SIGN_OFF[:far]) for far in (0, 2, 5)]
    with database.owner.begin() as connection:
        elsewhere = account(connection, "other", "office", division=desk.basin.town_down)
    ids = [each.problem_id for each in done]
    rest = (desk.clock.at, desk.rules)
    with desk.engine.begin() as connection:
        for who in (desk.office, desk.member, desk.patroller, desk.chief):
            found = permissions.allowed_on_each(connection, who, [*ids, 999], *rest)
            alone = {id_: permissions.allowed_actions(connection, who, id_, *rest) for id_ in ids}
            assert found == alone
            assert any(found.values())
        assert permissions.allowed_on_each(connection, elsewhere, ids, *rest) == {}


def test_a_checked_problem_waits_for_the_office_that_may_sign_it(
    desk: Desk, database: Database
) -> None:
    with database.owner.begin() as connection:
        account(connection, "above", "office")
    done = act(
        desk,
        desk.office,
        desk.report(),
        Action.ACCEPT,
        severity=Severity.MAJOR,
        category="bank.piles",
    )
    for action in TO_SIGN_OFF[1:6]:
        done = desk.take(action, done)
    assert told(desk)[-2:] == [("waiting", "office"), ("waiting", "above")]
