"""The quality control commands as a person uses them."""

from datetime import timedelta

import pytest

from dashboard.cli import main
from data.clock import UtcDatetime, now
from ingest.running.pipeline import Pipeline
from tests.made.database import Database
from tests.made.readings.messages import message, one, register

LAST = UtcDatetime(now().replace(minute=0, second=0, microsecond=0))


@pytest.fixture
def filled(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """An installation with ten hours of readings, one of which stands out."""
    monkeypatch.setenv("ONEMAP_DATABASE__URL", database.urls["app"])
    monkeypatch.setenv("ONEMAP_DATABASE__INGEST_URL", database.urls["ingest"])
    monkeypatch.setenv("ONEMAP_DASHBOARD__LANGUAGE", "en")
    register(database.owner, "S1", interval_s=3600)
    values = [7.1, 7.2, 7.3, 7.1, 7.2, 11.9, 7.2, 7.3, 7.1, 7.2]
    Pipeline(database.ingest).commit(
        [
            message("S1", UtcDatetime(LAST - timedelta(hours=9 - n)), {"ph": value})
            for n, value in enumerate(values)
        ]
    )
    return database


def test_it_looks_once_and_again_over_a_span(
    filled: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["qc", "run", "--once"]) == 0
    assert capsys.readouterr().out == "1 stations looked at, 2 new findings, 0 taken back.\n"
    assert main(["qc", "run", "--once"]) == 0
    assert capsys.readouterr().out.startswith("0 stations looked at")
    since = ["--from", (LAST - timedelta(days=1)).isoformat()]
    assert main(["qc", "run", *since, "--station", "S1"]) == 0
    assert capsys.readouterr().out == "1 stations looked at, 0 new findings, 0 taken back.\n"
    assert one(filled.owner, "SELECT string_agg(test, ' ' ORDER BY test) FROM reading_finding") == (
        "gross_range spike"
    )


def test_climatology_says_what_it_lacks(
    filled: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["qc", "climatology"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "0 months of stations' parameters have a span."
    assert told[1].endswith("fewer than 90 values, or than 2 years of them.")


WRONG = (
    (["--to", "2026-05-01"], "Name the beginning"),
    (["--station", "S1"], "Name the beginning"),
    (["--from", "2026-05-02", "--to", "2026-05-01"], "ends before it begins"),
    (["--from", "yesterday"], "yesterday is no time."),
    (["--from", "2026-05-01", "--station", "S9"], "There is no station S9."),
)


def test_a_wrong_span_is_refused_in_words(
    filled: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    for wrong, told in WRONG:
        assert main(["qc", "run", *wrong]) == 2
        assert told in capsys.readouterr().err
    assert one(filled.owner, "SELECT count(*) FROM reading_finding") == 0
