"""A unit asks for more time, those who may sign the problem off answer: each rule and refusal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from dashboard.ledger.notice_words import notice_words
from dashboard.ledger.workbook import cells, headings
from data.chain import read
from data.clock import business_date, to_utc
from data.database import transaction
from data.errors import BadInput, Conflict, Forbidden
from data.queries.ledger.asker import asker_of
from data.queries.ledger.filter import LedgerFilter, Order, View
from data.queries.ledger.notices import Notice, unread_count
from data.queries.ledger.notices import notices as bell_of
from data.queries.ledger.problems import Moment, counts, problems
from data.queries.scope import EVERYTHING
from data.records import AccountId
from data.words.ledger import Action, NoticeKind, Severity, Stage
from problem_ledger.cases.extensions import reach_of
from problem_ledger.record import store
from problem_ledger.record.commands import Done
from problem_ledger.record.events import encoded_row, replay
from tests.made.ledger.acts import (
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

ASKED = (*TO_SIGN_OFF[:3], Action.ASK_EXTENSION)
UNIT = ["chief_member", "member", "member_below"]
"""Everybody of the unit that handles, and of the one below it."""


def said_last(office: Office, done: Done) -> dict[str, object]:
    """What the last entry of the problem's chain says; the whole chain replays to the row."""
    with office.database.app.begin() as connection:
        events = store.events(connection, done.problem_id)
        assert replay(events) == encoded_row(row_of(office, done))
    return read(events[-1].body)


def test_a_request_waits_and_changes_no_deadline(office: Office) -> None:
    rectifying = carry(office, *TO_SIGN_OFF[:3])
    before = row_of(office, rectifying)
    asked = act(
        office,
        "member",
        rectifying,
        Action.ASK_EXTENSION,
        text="连续降雨",
        due_on=date(2026, 11, 20),
        photo_ids=(photo_of(office, "member"),),
    )
    row = row_of(office, asked)
    assert row["asked_due_on"] == date(2026, 11, 20)
    same = ("due_at", "amber_at", "extension_count", "status", "due_rule")
    assert [row[name] for name in same] == [before[name] for name in same]
    assert notices(office)[-1] == ("extension_asked", ["office_up"])
    said = said_last(office, asked)
    assert (said["action"], said["text"]) == ("ask_extension", "连续降雨")
    assert said["set"] == {"asked_due_on": "2026-11-20"}
    with office.database.app.begin() as connection:
        stage = connection.execute(
            text("SELECT stage FROM photo WHERE event_seq = :seq"), {"seq": asked.version}
        ).scalar()
    assert stage == Stage.PROGRESS.value


def test_the_list_and_its_file_say_what_is_asked_for_and_why(office: Office) -> None:
    asked = act(
        office,
        "member",
        carry(office, *TO_SIGN_OFF[:3]),
        Action.ASK_EXTENSION,
        text="连续降雨",
        due_on=date(2026, 11, 20),
    )
    carry(office, *TO_SIGN_OFF[:3])
    moment = Moment(office.clock(), office.clock())
    with office.database.app.begin() as connection:
        asker = asker_of(connection, office.accounts["office"], {})
        found = problems(
            connection, EVERYTHING, asker, LedgerFilter(view=View.OPEN), Order(), moment
        )[0]
    rows = {row.id: row for row in found}
    row = rows.pop(asked.problem_id)
    assert (row.asked_due_on, row.asked_why) == (date(2026, 11, 20), "连续降雨")
    assert [other.asked_why for other in rows.values()] == [None] * len(rows)
    heads = [column.head for column in headings()]
    line = dict(zip(heads, cells(row), strict=True))
    assert line["申请延期至"] == date(2026, 11, 20)
    assert line["申请延期理由"] == "连续降雨"


def asked_of(connection: Connection, reader: AccountId) -> list[Notice]:
    """The notices of requests for more time in that account's bell."""
    found = bell_of(connection, EVERYTHING, reader)
    return [one for one in found if one.kind is NoticeKind.EXTENSION_ASKED]


@pytest.mark.parametrize("answer", [Action.EXTEND, Action.WITHDRAW_EXTENSION])
def test_the_notice_of_a_request_is_over_once_it_is_answered(
    office: Office, answer: Action
) -> None:
    asked = carry(office, *ASKED)
    reader = office.accounts["office_up"]
    with office.database.owner.begin() as connection:
        connection.execute(text("UPDATE delivery SET delivered_at = made_at"))
        (waits,) = asked_of(connection, reader)
        before = unread_count(connection, EVERYTHING, reader)
    assert (waits.is_over, notice_words(waits)) == (False, "责任单位申请延期，待批准")
    take(office, asked, answer)
    with office.database.owner.begin() as connection:
        (over,) = asked_of(connection, reader)
        assert unread_count(connection, EVERYTHING, reader) == before - 1
    assert (over.is_over, notice_words(over)) == (True, "责任单位申请延期（已答复或已撤回）")


def test_an_approval_moves_the_deadline_and_tells_the_unit(office: Office) -> None:
    done = act(office, "office", carry(office, *ASKED), Action.EXTEND, due_on=date(2026, 11, 19))
    row = row_of(office, done)
    assert row["due_at"].isoformat() == "2026-11-19T10:00:00+00:00"
    assert (row["asked_due_on"], row["extension_count"], row["due_rule"]) == (None, 1, "set")
    assert notices(office)[-1] == ("extended", UNIT)
    assert said_last(office, done)["set"]["asked_due_on"] is None  # type: ignore[index]


def test_a_refusal_needs_a_reason_and_leaves_the_deadline(office: Office) -> None:
    asked = carry(office, *ASKED)
    with pytest.raises(BadInput, match="reason"):
        act(office, "office", asked, Action.REFUSE_EXTENSION, text=" ")
    refused = act(office, "office", asked, Action.REFUSE_EXTENSION, text="工期充足")
    row = row_of(office, refused)
    assert (row["asked_due_on"], row["extension_count"]) == (None, 0)
    assert row["due_at"] == row_of(office, asked)["due_at"]
    assert notices(office)[-1] == ("extension_refused", UNIT)
    assert said_last(office, refused)["text"] == "工期充足"
    again = take(office, refused, Action.ASK_EXTENSION)
    assert row_of(office, again)["asked_due_on"] is not None, "a refused unit may ask anew"


def test_a_withdrawn_request_is_closed(office: Office) -> None:
    withdrawn = act(office, "member_below", carry(office, *ASKED), Action.WITHDRAW_EXTENSION)
    assert row_of(office, withdrawn)["asked_due_on"] is None
    with pytest.raises(Conflict, match="No request"):
        take(office, withdrawn, Action.EXTEND)
    said_last(office, withdrawn)


@pytest.mark.parametrize(
    ("before", "action"), [(TO_SIGN_OFF[:3], Action.SUBMIT), (TO_SIGN_OFF[:2], Action.HAND_BACK)]
)
def test_a_request_ends_with_the_work_it_was_for(
    office: Office, before: tuple[Action, ...], action: Action
) -> None:
    asked = carry(office, *before, Action.ASK_EXTENSION)
    done = take(office, asked, action)
    assert row_of(office, done)["asked_due_on"] is None
    said_last(office, done)


def test_a_request_outlives_that_the_unit_signs_for_it(office: Office) -> None:
    asked = carry(office, *TO_SIGN_OFF[:2], Action.ASK_EXTENSION)
    signed = take(office, asked, Action.SIGN_FOR)
    assert row_of(office, signed)["asked_due_on"] is not None
    assert take(office, signed, Action.EXTEND).status is signed.status


def test_no_more_extensions_than_the_rules_allow(office: Office) -> None:
    done = carry(office, *TO_SIGN_OFF[:3])
    for count in (1, 2):
        done = take(office, take(office, done, Action.ASK_EXTENSION), Action.EXTEND)
        assert row_of(office, done)["extension_count"] == count
    with pytest.raises(Conflict, match="extended 2 times; 2 is the most"):
        take(office, done, Action.ASK_EXTENSION)
    more = replace(office.rules, extension=replace(office.rules.extension, most=3))
    done = take(replace(office, rules=more), done, Action.ASK_EXTENSION)
    assert row_of(office, done)["asked_due_on"] is not None


@pytest.mark.parametrize(
    ("shift", "says"),
    [(-1, "later than the old"), (0, "later than the old"), (1, ""), (21, ""), (22, "15 working")],
)
@pytest.mark.parametrize("action", [Action.ASK_EXTENSION, Action.EXTEND])
def test_a_day_lies_within_the_rule(
    shared_office: Office, action: Action, shift: int, says: str
) -> None:
    """The deadline is a Monday: fifteen working days later is a Monday, three weeks on."""
    steps = TO_SIGN_OFF[:3] if action is Action.ASK_EXTENSION else ASKED
    done = carry(shared_office, *steps)
    due_at = to_utc(row_of(shared_office, done)["due_at"])
    reach = reach_of(due_at, shared_office.clock.at, shared_office.rules)
    last = (reach.last - business_date(due_at)).days
    day = business_date(due_at) + timedelta(days=shift if shift < 21 else shift - 21 + last)
    if says:
        with pytest.raises(BadInput, match=says):
            take(shared_office, done, action, due_on=day)
    else:
        take(shared_office, done, action, due_on=day)


def test_an_overdue_deadline_is_extended_from_today(office: Office) -> None:
    done = carry(office, *TO_SIGN_OFF[:3])
    office.clock.move(days=60)
    today = business_date(office.clock.at)
    with pytest.raises(BadInput, match="lie ahead"):
        act(office, "member", done, Action.ASK_EXTENSION, due_on=today)
    reach = reach_of(to_utc(row_of(office, done)["due_at"]), office.clock.at, office.rules)
    assert reach.first == today + timedelta(days=1)
    act(office, "member", done, Action.ASK_EXTENSION, due_on=reach.last)


@pytest.mark.parametrize(
    ("who", "says"),
    [
        ("member", "no part"),
        ("member_above", "no part"),
        ("patroller", "no part"),
        ("chief_member", "its own request"),
        ("office_up", "higher level"),
        ("chief_up", "higher level"),
    ],
)
@pytest.mark.parametrize("action", [Action.EXTEND, Action.REFUSE_EXTENSION])
def test_who_may_not_decide(shared_office: Office, who: str, says: str, action: Action) -> None:
    done = report(shared_office)
    done = take(shared_office, done, Action.ACCEPT, severity=Severity.SERIOUS)
    for step in (Action.ASSIGN, Action.ASK_EXTENSION):
        done = take(shared_office, done, step)
    with pytest.raises(Forbidden, match=says):
        take(shared_office, done, action, who)
    assert take(shared_office, done, action, "chief").version == done.version + 1


@pytest.mark.parametrize("who", ["office", "chief", "patroller", "member_above"])
def test_only_the_unit_asks(shared_office: Office, who: str) -> None:
    done = carry(shared_office, *TO_SIGN_OFF[:3])
    with pytest.raises(Forbidden):
        take(shared_office, done, Action.ASK_EXTENSION, who)


def test_of_two_answers_at_once_one_holds(office: Office) -> None:
    asked = carry(office, *ASKED)
    extend: Callable[[], Done] = lambda: take(office, asked, Action.EXTEND)  # noqa: E731
    refuse: Callable[[], Done] = lambda: take(office, asked, Action.REFUSE_EXTENSION, "chief")  # noqa: E731
    results = at_once(extend, refuse)
    assert sum(isinstance(each, Conflict) for each in results) == 1
    assert row_of(office, asked)["extension_count"] <= 1


def test_the_list_shows_what_waits_for_an_answer(office: Office) -> None:
    carry(office, *TO_SIGN_OFF[:3])
    asked = carry(office, *ASKED)
    levels = {severity: office.rules.sign_off_level(severity) for severity in Severity}
    now = office.clock.at
    with transaction(office.database.app) as connection:
        for who, is_waiting in (("office", True), ("office_up", True), ("patroller", False)):
            asker = asker_of(connection, office.accounts[who], levels)
            moment = Moment(now, now)
            rows, found = problems(
                connection, EVERYTHING, asker, LedgerFilter(view=View.EXTENSION), Order(), moment
            )
            assert ([row.id for row in rows], found) == ([asked.problem_id], 1)
            assert rows[0].is_waiting is is_waiting
            views = counts(connection, EVERYTHING, asker, moment).views
            assert (views[View.EXTENSION], views[View.WAITING]) == (1, int(is_waiting))


@pytest.mark.parametrize(
    "change",
    [
        "asked_due_on = (due_at AT TIME ZONE 'Asia/Shanghai')::date",
        "status = 'submitted', asked_due_on = '2030-01-01'",
        "due_at = NULL, amber_at = NULL, asked_due_on = '2030-01-01'",
        "extension_count = -1",
    ],
)
def test_the_database_refuses_a_request_that_can_not_be(shared_office: Office, change: str) -> None:
    done = carry(shared_office, *TO_SIGN_OFF[:3])
    with pytest.raises(IntegrityError), shared_office.database.owner.begin() as connection:
        connection.execute(
            text(f"UPDATE problem SET {change} WHERE id = :id"), {"id": done.problem_id}
        )
