"""Many people on few problems: nothing lost, nothing twice, every chain whole."""

from dataclasses import replace

from benchmarks.ledger_clients import run
from data.database import engine
from tests.made.database import Database


def test_nobody_overwrites_anybody(database: Database) -> None:
    """The longer run is ``python -m benchmarks.ledger_clients``."""
    app = engine(database.urls["app"], pool_size=12)
    try:
        outcome = run(replace(database, app=app), clients=12, problems=4, seconds=60, steps=20)
    finally:
        app.dispose()
    assert outcome.whole, outcome
    assert min(outcome.taken, outcome.conflicts) >= 20, "they never met: the test proves nothing"
