"""Steps on a small office: told to whom they concern, refused with the reason."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from data.chain import read
from data.errors import BadInput, Conflict, Forbidden, NotFound
from data.words.ledger import Action, Severity, Status
from problem_ledger.cases import permissions
from problem_ledger.record import store
from problem_ledger.record.commands import Done, Place
from problem_ledger.record.events import encoded_row, replay
from tests.made.database import Database
from tests.made.ledger.acts import (
    SPOT,
    TO_SIGN_OFF,
    act,
    at_once,
    carry,
    notices,
    photo_of,
    report,
    row_of,
    take,
)
from tests.made.office import Office
from tests.made.readings.messages import one

UNIT = ["chief_member", "member", "member_below"]
"""Everybody of the unit that handles, and of the one below it."""

ASKED = (*TO_SIGN_OFF[:2], Action.ASK_EXTENSION)


def test_a_problem_goes_the_straight_way_and_replays(office: Office) -> None:
    done = carry(office, *TO_SIGN_OFF)
    assert (done.status, done.version) == (Status.SIGNED_OFF, 8)
    row = row_of(office, done)
    with office.database.app.begin() as connection:
        assert replay(store.events(connection, done.problem_id)) == encoded_row(row)
    assert (row["handler_id"], row["checker_id"], row["signer_id"]) == (
        office.accounts["member"],
        office.accounts["patroller"],
        office.accounts["chief"],
    )
    assert notices(office) == [
        ("reported", ["office_up"]),
        ("assigned", UNIT),
        ("waiting", ["office_up"]),
        ("waiting", ["office_up"]),
        ("signed_off", ["patroller"]),
    ]
    facts = one(
        office.database.app, "SELECT DISTINCT jsonb_object_keys(facts) FROM delivery LIMIT 1"
    )
    assert facts in ("number", "action", "status")


def test_of_two_at_once_one_wins_and_the_other_is_told(office: Office) -> None:
    registered = report(office)

    def accept() -> Done:
        return act(
            office,
            "office",
            registered,
            Action.ACCEPT,
            severity=Severity.GENERAL,
            category="bank.piles",
        )

    results = at_once(accept, lambda: act(office, "office", registered, Action.REFUSE))
    conflicts = [each for each in results if isinstance(each, Conflict)]
    assert len(conflicts) == 1
    assert conflicts[0].facts["actor"] == "office 甲"
    assert conflicts[0].facts["time"] == "09:00"
    assert conflicts[0].message.split()[1] in ("accepted", "refused")
    assert one(office.database.app, "SELECT count(*) FROM problem_event") == 2


@pytest.mark.parametrize(
    ("steps", "taker", "action", "other", "says"),
    [
        ((), "office", Action.ACCEPT, {"category": "bank.piles"}, "severity"),
        ((), "office", Action.REFUSE, {"text": " "}, "reason"),
        ((), "office", Action.REFUSE, {"text": "\u200b"}, "reason"),
        ((), "office", Action.REFUSE, {"photo_ids": (1,)}, "No photos"),
        (TO_SIGN_OFF[:1], "office", Action.ASSIGN, {"requirement": "清"}, "unit"),
        (
            TO_SIGN_OFF[:1],
            "office",
            Action.ASSIGN,
            {"requirement": "清", "unit_id": 999},
            "no such unit",
        ),
        (ASKED, "office", Action.EXTEND, {}, "new deadline"),
        (ASKED, "office", Action.EXTEND, {"due_on": date(2026, 11, 3)}, "later"),
        (ASKED, "office", Action.EXTEND, {"due_on": date(9999, 1, 1)}, "15 working days"),
        (TO_SIGN_OFF, "office", Action.REOPEN, {"due_on": date(9999, 1, 1)}, "three years"),
        (TO_SIGN_OFF[:3], "member", Action.SUBMIT, {}, "photo"),
        (TO_SIGN_OFF[:5], "patroller", Action.VERIFY, {"place": SPOT}, "photo"),
        (TO_SIGN_OFF[:6], "chief", Action.SIGN_OFF, {"text": ""}, "opinion"),
    ],
)
def test_a_step_that_lacks_something_says_what(
    shared_office: Office,
    steps: tuple[Action, ...],
    taker: str,
    action: Action,
    other: dict[str, object],
    says: str,
) -> None:
    done = carry(shared_office, *steps)
    with pytest.raises(BadInput, match=says):
        act(shared_office, taker, done, action, **other)
    assert row_of(shared_office, done)["version"] == done.version


def test_a_check_is_made_on_site_and_after_the_submission(office: Office) -> None:
    done = carry(office, *TO_SIGN_OFF[:5])
    photos = (photo_of(office, "patroller"),)
    for other, says in (
        ({"place": Place(112.22, 32.7)}, "on site"),
        ({"place": SPOT, "at": office.clock.at - timedelta(days=1)}, "after the unit"),
        ({"place": SPOT, "at": office.clock.at + timedelta(days=1)}, "future"),
    ):
        with pytest.raises(BadInput, match=says):
            act(office, "patroller", done, Action.VERIFY, photo_ids=photos, **other)
    assert (
        act(office, "patroller", done, Action.VERIFY, photo_ids=photos, place=SPOT).status
        is Status.VERIFIED
    )


def test_a_deadline_comes_from_the_rules_or_the_office(office: Office) -> None:
    accepted = carry(office, Action.ACCEPT)
    how = {"unit_id": office.units["station"], "requirement": "清运"}
    row = row_of(office, act(office, "office", accepted, Action.ASSIGN, **how))
    assert (row["due_rule"], row["due_days"]) == ("general", 10)
    assert row["due_at"].isoformat() == "2026-11-16T10:00:00+00:00"

    accepted = carry(office, Action.ACCEPT)
    assigned = act(office, "office", accepted, Action.ASSIGN, **how, due_on=date(2026, 11, 20))
    row = row_of(office, assigned)
    assert (row["due_rule"], row["due_days"]) == ("set", None)
    asked = act(office, "member", assigned, Action.ASK_EXTENSION, due_on=date(2026, 11, 27))
    longer = act(office, "office", asked, Action.EXTEND, due_on=date(2026, 11, 27))
    row = row_of(office, longer)
    assert row["due_at"].isoformat() == "2026-11-27T10:00:00+00:00"
    assert (row["extension_count"], row["status"]) == (1, "assigned")


def test_a_unit_hands_back_and_another_may_be_given_it(office: Office) -> None:
    assigned = carry(office, *TO_SIGN_OFF[:2])
    back = act(office, "member", assigned, Action.HAND_BACK)
    row = row_of(office, back)
    assert (row["status"], row["unit_id"], row["due_at"]) == ("accepted", None, None)
    take(office, back, Action.ASSIGN)
    assert notices(office)[-2:] == [("waiting", ["office_up"]), ("assigned", UNIT)]


def test_a_returned_problem_comes_again_and_a_closed_one_is_reopened(office: Office) -> None:
    submitted = carry(office, *TO_SIGN_OFF[:5])
    returned = take(office, submitted, Action.RETURN)
    assert row_of(office, returned)["is_returned"]
    done = returned
    for action in TO_SIGN_OFF[4:]:
        done = take(office, done, action)
    assert not row_of(office, done)["is_returned"]
    photos = (photo_of(office, "office"),)
    row = row_of(office, take(office, done, Action.REOPEN, photo_ids=photos))
    assert (row["status"], row["signer_id"], row["signed_off_at"]) == ("rectifying", None, None)
    assert row["due_at"] > office.clock.at


def test_what_somebody_may_not_see_is_not_there(office: Office) -> None:
    done = report(office)
    rest = (done.problem_id, office.clock.at, office.rules)
    for who in ("patroller_down", "neighbour"):
        with pytest.raises(NotFound):
            act(office, who, done, Action.COMMENT)
        with office.database.app.begin() as connection, pytest.raises(NotFound):
            permissions.allowed_actions(connection, office.accounts[who], *rest)
    with pytest.raises(Forbidden, match="division of your duty"):
        report(office, "patroller_down")


def test_a_disabled_account_may_nothing(office: Office, database: Database) -> None:
    done = report(office)
    with database.owner.begin() as connection:
        connection.execute(text("UPDATE account SET is_active = false WHERE login = 'office'"))
    with pytest.raises(Forbidden):
        act(office, "office", done, Action.REFUSE)


def test_a_chief_comments_and_presses_and_unit_and_office_are_told(office: Office) -> None:
    done = carry(office, *TO_SIGN_OFF[:3])
    for action in (Action.COMMENT, Action.PRESS):
        done = act(office, "chief", done, action)
    assert notices(office)[-2:] == [
        ("commented", [*UNIT, "office_up"]),
        ("pressed", [*UNIT, "office_up"]),
    ]
    row = row_of(office, done)
    assert (row["status"], row["pressed_at"]) == ("rectifying", office.clock.at)


def test_the_story_names_units_and_posts_and_no_patroller(office: Office) -> None:
    done = carry(office, *TO_SIGN_OFF)
    with office.database.app.begin() as connection:
        bodies = [read(event.body) for event in store.events(connection, done.problem_id)]
    shown = {body["action"]: body["actor"] for body in bodies}
    assert shown["report"] == shown["verify"] == "测试县巡河员"
    assert shown["sign_for"] == shown["submit"] == "上游镇水利站"
    assert shown["sign_off"] == "chief 甲"
    assigned = next(body for body in bodies if body["action"] == "assign")
    assert assigned["unit"] == "上游镇水利站"


def test_steps_on_many_are_those_on_each(office: Office) -> None:
    done = [carry(office, *TO_SIGN_OFF[:far]) for far in (0, 2, 5)]
    ids = [each.problem_id for each in done]
    rest = (office.clock.at, office.rules)
    with office.database.app.begin() as connection:
        for name in ("office", "member", "patroller", "chief"):
            who = office.accounts[name]
            found = permissions.allowed_on_each(connection, who, [*ids, 999], *rest)
            alone = {id_: permissions.allowed_actions(connection, who, id_, *rest) for id_ in ids}
            assert found == alone
            assert any(found.values())
        elsewhere = office.accounts["office_down"]
        assert permissions.allowed_on_each(connection, elsewhere, ids, *rest) == {}


def test_a_checked_problem_waits_for_the_office_that_may_sign_it(
    office: Office, database: Database
) -> None:
    """Of the office of the whole basin, as the checker is here, and of no lower one."""
    with database.owner.begin() as connection:
        connection.execute(
            text("UPDATE account_role SET division_id = NULL WHERE account_id = :id"),
            {"id": office.accounts["checker"]},
        )
    done = act(
        office,
        "office",
        report(office),
        Action.ACCEPT,
        severity=Severity.MAJOR,
        category="bank.piles",
    )
    for action in TO_SIGN_OFF[1:6]:
        done = take(office, done, action)
    assert notices(office)[-2:] == [("waiting", ["office_up"]), ("waiting", ["checker"])]


def test_no_notice_goes_to_an_office_that_may_not_answer_it(office: Office) -> None:
    """The town's office is of the unit that handles; the one above it is told in its place."""
    with office.database.owner.begin() as connection:
        connection.execute(
            text("UPDATE account_role SET unit_id = :unit WHERE account_id = :id"),
            {"unit": office.units["team"], "id": office.accounts["office_up"]},
        )
        connection.execute(
            text("UPDATE account SET is_active = FALSE WHERE id = :id"),
            {"id": office.accounts["handler"]},
        )
    done = carry(office, *TO_SIGN_OFF[:3])
    done = take(office, done, Action.ASK_EXTENSION)
    assert notices(office)[-1] == ("extension_asked", ["checker", "office"])
    done = take(office, done, Action.SUBMIT)
    assert notices(office)[-1] == ("waiting", ["checker", "office"])
    take(office, done, Action.VERIFY, "checker")
    assert notices(office)[-1] == ("waiting", ["office"])
