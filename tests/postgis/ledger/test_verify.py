"""What nobody may alter unseen: each alteration made as the database's owner, and found."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from data.words.ledger import Action
from problem_ledger.record.heads import read_export, sign_head
from problem_ledger.record.verify import verify_problem
from tests.fixtures.ledger import Ledger
from tests.made.ledger.acts import take


def test_an_unaltered_ledger_has_no_finding(ledger: Ledger) -> None:
    head = ledger.export()
    proof = ledger.verify(head)
    assert proof.findings == []
    assert (proof.problem_count, proof.event_count, proof.head_count) == (3, 8 + 3 + 2, 1)
    assert proof.photo_count == 5
    with ledger.database.app.connect() as connection:
        assert verify_problem(connection, ledger.first.problem_id).intact
    take(ledger.office, ledger.second, Action.SIGN_FOR)
    assert ledger.found(head) == []


def test_a_changed_byte_is_found(ledger: Ledger) -> None:
    ledger.sql(
        "UPDATE problem_event SET body = convert_to(replace(convert_from(body, 'UTF8'),"
        " '已清运完毕', '已清运完了'), 'UTF8') WHERE problem_id = :id AND seq = 6",
        id=ledger.first.problem_id,
    )
    number = ledger.first.number
    assert ledger.found() == [f"Event 6 of problem {number} was changed after it was written."]
    with ledger.database.app.connect() as connection:
        verdict = verify_problem(connection, ledger.first.problem_id)
    assert (verdict.intact, verdict.broken_at) == (False, 6)


def test_a_swapped_order_is_found(ledger: Ledger) -> None:
    ledger.sql(
        "UPDATE problem_event SET seq = CASE seq WHEN 4 THEN 105 WHEN 5 THEN 104 END"
        " WHERE problem_id = :id AND seq IN (4, 5)",
        id=ledger.first.problem_id,
    )
    ledger.sql("UPDATE problem_event SET seq = seq - 100 WHERE seq > 100")
    number = ledger.first.number
    assert ledger.found() == [
        f"Event {seq} of problem {number} does not follow the one before it." for seq in (4, 5, 6)
    ]


def test_a_removed_middle_event_is_found(ledger: Ledger) -> None:
    ledger.sql(
        "DELETE FROM problem_event WHERE problem_id = :id AND seq = 5", id=ledger.first.problem_id
    )
    assert ledger.found() == [f"Problem {ledger.first.number} lacks event 5."]


def test_a_removed_middle_event_is_found_though_the_rest_moved_up(ledger: Ledger) -> None:
    with ledger.alter() as connection:
        bound = {"id": ledger.first.problem_id}
        connection.execute(
            text("DELETE FROM problem_event WHERE problem_id = :id AND seq = 5"), bound
        )
        for seq in (6, 7, 8):
            connection.execute(
                text("UPDATE problem_event SET seq = seq - 1 WHERE problem_id = :id AND seq = :s"),
                {**bound, "s": seq},
            )
    assert ledger.found()[0] == (
        f"Event 5 of problem {ledger.first.number} does not follow the one before it."
    )


def test_a_removed_tail_is_found_by_the_row(ledger: Ledger) -> None:
    ledger.sql(
        "DELETE FROM problem_event WHERE problem_id = :id AND seq > 6", id=ledger.first.problem_id
    )
    assert ledger.found() == [f"Problem {ledger.first.number} lacks events 7 to 8 at its end."]


CUT = """
WITH tail AS (DELETE FROM problem_event WHERE problem_id = :id AND seq > 2 RETURNING 1)
UPDATE problem SET last_seq = 2, version = 2, last_hash = e.hash, last_at = e.at,
    last_action = e.action, status = e.to_status, unit_id = NULL, requirement = '',
    assigned_at = NULL, due_at = NULL, amber_at = NULL, due_rule = '', due_days = NULL
FROM problem_event e WHERE problem.id = :id AND e.problem_id = :id AND e.seq = 2
"""


def test_a_removed_tail_is_found_by_an_exported_head(ledger: Ledger) -> None:
    head = ledger.export()
    ledger.sql("DELETE FROM ledger_head")
    ledger.sql(CUT, id=ledger.second.problem_id)
    assert ledger.found() == []
    number, at = ledger.second.number, read_export(head, ledger.trusted).at
    found = ledger.found(head)
    assert found[0] == f"The head signed before {at} is gone from the database."
    assert found[1:] == [
        f"Problem {number} had 3 events in the head signed at {at}; event 3 is gone."
    ]


def test_a_removed_tail_is_found_by_the_heads_that_stayed(ledger: Ledger) -> None:
    assert sign_head(ledger.database.app, ledger.signer, ledger.office.clock())
    ledger.sql(CUT, id=ledger.second.problem_id)
    assert [ledger.second.number in each for each in ledger.found()] == [True]


def test_a_story_written_anew_is_found_by_an_exported_head(ledger: Ledger) -> None:
    head = ledger.export()
    ledger.sql("DELETE FROM ledger_head")
    ledger.sql(CUT, id=ledger.second.problem_id)
    take(ledger.office, replace(ledger.second, version=2), Action.ASSIGN)
    assert ledger.found() == []
    assert ledger.found(head)[1].startswith(f"Event 3 of problem {ledger.second.number} is not")


def test_a_removed_problem_is_found(ledger: Ledger) -> None:
    with ledger.alter() as connection:
        for table in ("delivery", "photo", "problem_event"):
            connection.execute(
                text(f"DELETE FROM {table} WHERE problem_id = :id"),
                {"id": ledger.second.problem_id},
            )
        connection.execute(
            text("DELETE FROM problem WHERE id = :id"), {"id": ledger.second.problem_id}
        )
    assert ledger.found() == [f"Problem {ledger.second.number} is gone."]


def test_the_last_problem_removed_with_its_serial_is_found_by_an_exported_head(
    ledger: Ledger,
) -> None:
    head = ledger.export()
    with ledger.alter() as connection:
        for table in ("delivery", "photo", "problem_event", "problem"):
            column = "id" if table == "problem" else "problem_id"
            connection.execute(
                text(f"DELETE FROM {table} WHERE {column} = :id"), {"id": ledger.third.problem_id}
            )
        connection.execute(text("UPDATE problem_serial SET last = last - 1"))
        connection.execute(text("DELETE FROM ledger_head"))
    assert ledger.found() == []
    at = read_export(head, ledger.trusted).at
    assert ledger.found(head)[1] == (
        f"Problem {ledger.third.number} is gone; it is in the head signed at {at}."
    )


def test_an_altered_photo_is_found(ledger: Ledger) -> None:
    ledger.sql(
        "UPDATE photo SET original = set_byte(original, 200, 255 - get_byte(original, 200))"
        " WHERE problem_id = :id AND stage = 'after'",
        id=ledger.first.problem_id,
    )
    (found,) = ledger.found()
    assert f"of problem {ledger.first.number}, event 6, is not the one taken in" in found


def test_a_photo_exchanged_with_its_hash_or_removed_is_found(ledger: Ledger) -> None:
    ledger.sql(
        "UPDATE photo SET original = '\\xff', sha256 = sha256('\\xff') WHERE stage = 'after'"
    )
    ledger.sql("DELETE FROM photo WHERE stage = 'check'")
    exchanged, gone, removed = ledger.found()
    assert "event 6, is not the one taken in" in exchanged
    assert "event 6, is gone" in gone
    assert "event 7, is gone" in removed


@pytest.mark.parametrize(
    ("column", "value"),
    [("severity", "'critical'"), ("due_at", "due_at + interval '9 days'"), ("unit_id", "NULL"),
     ("description", "description || '。'"), ("geom", "ST_SetSRID(ST_MakePoint(112, 32), 4490)"),
     ("last_actor", "'他人'"), ("registered_at", "registered_at - interval '1 day'")],
)  # fmt: skip
def test_an_altered_row_is_found(ledger: Ledger, column: str, value: str) -> None:
    problem = ledger.third if column == "unit_id" else ledger.second
    if column == "unit_id":
        value = str(ledger.office.units["station"])
    ledger.sql(f"UPDATE problem SET {column} = {value} WHERE id = :id", id=problem.problem_id)
    found = ledger.found()
    assert found
    assert all(f"Problem {problem.number}: its row says" in each for each in found)


def test_altered_columns_of_an_event_are_found(ledger: Ledger) -> None:
    ledger.sql(
        "UPDATE problem_event SET account_id = :who, at = at + interval '1 hour'"
        " WHERE problem_id = :id AND seq = 2",
        who=ledger.office.accounts["chief"],
        id=ledger.first.problem_id,
    )
    (found,) = ledger.found()
    assert found.endswith("its row and its bytes differ in at, account_id.")


def test_an_event_that_says_nothing_is_found(ledger: Ledger) -> None:
    ledger.sql(
        "WITH forged AS (SELECT problem_id, seq, prev_hash, convert_to('{}', 'UTF8') AS body"
        " FROM problem_event WHERE problem_id = :id AND seq = 8)"
        " UPDATE problem_event e SET body = forged.body, hash = sha256(e.prev_hash || forged.body)"
        " FROM forged WHERE e.problem_id = forged.problem_id AND e.seq = forged.seq",
        id=ledger.first.problem_id,
    )
    (found,) = ledger.found()
    assert found.startswith(f"Event 8 of problem {ledger.first.number}: its row and its bytes")


def test_an_event_slipped_in_before_the_first_is_found(ledger: Ledger) -> None:
    ledger.sql(
        "INSERT INTO problem_event (problem_id, seq, at, action, to_status, body, prev_hash, hash)"
        " SELECT problem_id, 0, at, action, to_status, body, prev_hash, hash FROM problem_event"
        " WHERE problem_id = :id AND seq = 1",
        id=ledger.first.problem_id,
    )
    assert any("Event 1 of" in each and "does not follow" in each for each in ledger.found())
