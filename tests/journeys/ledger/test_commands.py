"""The ledger by command: a worker that may die at any moment, heads, and the proof."""

import json
import signal
from pathlib import Path

from sqlalchemy import text

from data.words.ledger import Action
from tests.made.database import Database
from tests.made.ledger.acts import TO_SIGN_OFF, carry, report, take
from tests.made.office import Office
from tests.made.readings.messages import one
from tests.running.ledger_process import ledger_process, onemap
from tests.running.waiting import until

WAITING = "SELECT count(*) FROM delivery WHERE delivered_at IS NULL"
HEADS = "SELECT count(*) FROM ledger_head"


def test_the_worker_may_be_killed_and_stopped_at_any_moment(
    office: Office, database: Database, tmp_path: Path
) -> None:
    key = tmp_path / "ledger.key"
    with ledger_process(database.urls["app"], key, tmp_path / "log") as worker:
        for _ in range(3):
            done = report(office)
            assert worker.end(signal.SIGKILL) == -signal.SIGKILL
            take(office, done, Action.ACCEPT)
            worker.start()
        until(lambda: one(database.owner, WAITING) == 0)
        until(lambda: one(database.owner, HEADS))
        assert worker.end(signal.SIGTERM) == 0
        assert "Traceback" not in worker.said()
    assert key.stat().st_mode & 0o077 == 0
    proven = onemap(database.urls["app"], key, "ledger", "verify")
    assert (proven.returncode, proven.stderr) == (0, "")
    assert "Nothing was altered." in proven.stdout


def test_a_head_is_exported_and_held_against_the_ledger(
    office: Office, database: Database, tmp_path: Path
) -> None:
    done = carry(office, *TO_SIGN_OFF)
    url, key, head = database.urls["app"], tmp_path / "ledger.key", tmp_path / "head.json"
    exported = onemap(url, key, "ledger", "head", "export")
    assert exported.returncode == 0
    head.write_text(exported.stdout)
    assert json.loads(exported.stdout)["problems"] == {done.number: [8, done.hash.hex()]}
    proven = onemap(url, key, "ledger", "verify", "--head", str(head))
    assert proven.returncode == 0
    assert proven.stdout.startswith("1 problems, 8 events, 3 photos, 1 signed heads checked.")

    with database.owner.begin() as connection:
        connection.execute(text("ALTER TABLE problem_event DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE problem_event SET body = body || '\\x0a' WHERE seq = 4"))
    altered = onemap(url, key, "ledger", "verify", "--head", str(head))
    assert altered.returncode == 1
    assert altered.stdout.splitlines() == [
        f"Event 4 of problem {done.number} was changed after it was written.",
        "1 problems, 8 events, 3 photos, 1 signed heads checked.",
        "Findings: 1",
    ]
    refused = onemap(url, key, "ledger", "verify", "--head", str(tmp_path / "none"))
    assert refused.returncode == 2
    assert "none can't be read" in refused.stderr
