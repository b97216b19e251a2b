"""kill -9 of ingest and of PostgreSQL under load: what was acknowledged is stored, once."""

from benchmarks.kill_ingest import run


def test_nothing_is_lost_or_doubled() -> None:
    told = run(messages=4000, rate=1000, ingest_kills=2, database_kills=1)
    assert told.acknowledged == 4000
    assert (told.stored, told.distinct_ids, told.quarantined) == (4000, 4000, 0)
