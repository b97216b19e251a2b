"""A month that moves to an archive loses nothing, lets nothing in, and comes back as it was."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from dashboard.cli import main
from dashboard.frame.deps import Deps
from dashboard.map.chart_frame import Asked, drawn
from dashboard.parts.wording import language
from data.archives import detachment
from data.archives.detachment import attach, detach
from data.archives.evaluation import means_of
from data.archives.layout import STATIONS_FILE, Kind, Month
from data.archives.places import read_places
from data.archives.spread import sums_here
from data.archives.unload import unload
from data.clock import UtcDatetime
from data.errors import BadInput, Conflict, NotFound
from data.queries.readings.archived import archived_months
from data.queries.scope import EVERYTHING
from data.settings import DashboardSettings, QualitySettings
from data.vocabulary import Parameter
from ingest.running.pipeline import Pipeline
from ingest.screening.screen import Entry
from ingest.storage.writer import Counts
from tests.made.database import Database
from tests.made.history.archive_rows import (
    LATER,
    MAY,
    all_readings,
    fill_two_months,
    fleeting_files,
)
from tests.made.readings.messages import NOON, message, one, payload, rows

__all__ = ["fleeting_files"]
MONTH = Month(2026, 5)
ODD = UtcDatetime(NOON + timedelta(minutes=7))
"""A time at which nothing was measured."""
IN_MAY = (
    "SELECT count(*) FROM reading WHERE observed_at >= '2026-05-01' AND observed_at < '2026-06-01'"
)


@pytest.fixture
def filled(database: Database) -> Database:
    fill_two_months(database.owner)
    return database


def readings(database: Database) -> list[tuple[object, ...]]:
    with database.owner.connect() as connection:
        return all_readings(connection)


@pytest.mark.parametrize("drop", [False, True])
def test_a_month_goes_and_comes_back_as_it_was(
    filled: Database, tmp_path: Path, drop: bool
) -> None:
    went = readings(filled)
    count = one(filled.owner, IN_MAY)
    moved = detach(filled.owner, tmp_path, MONTH, LATER, drop=drop)
    assert moved.row_count == count
    assert one(filled.owner, IN_MAY) == 0
    assert len(readings(filled)) == len(went) - moved.row_count
    noted = rows(filled.owner, "SELECT month, folder, row_count FROM detached_month")
    assert noted == [(MONTH.first_day, str(tmp_path), count)]
    assert one(filled.owner, "SELECT to_regclass('reading_202605') IS NULL") is drop
    assert attach(filled.owner, MONTH).row_count == count
    assert readings(filled) == went
    assert one(filled.owner, "SELECT count(*) FROM detached_month") == 0
    update = "UPDATE reading SET ph = 1 WHERE ph IS NOT NULL AND observed_at > '2026-05-10'"
    with pytest.raises(Exception, match="never changed"), filled.owner.begin() as connection:
        connection.exec_driver_sql(update)


@pytest.mark.parametrize("drop", [False, True])
def test_a_late_reading_of_a_moved_month_waits_in_quarantine(
    filled: Database, tmp_path: Path, drop: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    detach(filled.owner, tmp_path, MONTH, LATER, drop=drop)
    pipeline = Pipeline(filled.ingest, now=lambda: LATER)
    commit, commits = pipeline._commit, []

    def counted(part: Sequence[Entry]) -> Counts:
        commits.append(len(part))
        return commit(part)

    monkeypatch.setattr(pipeline, "_commit", counted)
    june = UtcDatetime(datetime(2026, 6, 9, 1, tzinfo=UTC))
    counts = pipeline.commit([message("QH-01", ODD), message("QH-01", june)])
    assert (counts.stored, counts.refused) == (1, 1)
    assert commits == [2], "the batch is written whole, not halved until the one stands alone"
    ((reason, detail),) = rows(filled.owner, "SELECT reason, detail FROM quarantine")
    assert reason == "database"
    assert detail == "its month was moved to an archive"
    attach(filled.owner, MONTH)
    assert pipeline.commit([message("QH-01", ODD)]).stored == 1


def test_an_archive_of_months_that_left_tells_them_still(filled: Database, tmp_path: Path) -> None:
    unload(filled.app, tmp_path / "whole")
    told = sums_here(tmp_path / "whole", MAY)
    moved = tmp_path / "w*e"  # a pattern that the other folder would fit
    detach(filled.owner, moved, MONTH, LATER, drop=True)
    with pytest.raises(BadInput, match="whole month: only from 2026-05 to 2026-05"):
        sums_here(moved, MAY)  # in Beijing it begins in the file of April
    detach(filled.owner, moved, Month(2026, 4), LATER, drop=True)
    assert sums_here(moved, MAY) == told
    places = read_places(moved / STATIONS_FILE)
    assert means_of(places, told, MAY)
    unload(filled.app, moved)
    assert sums_here(moved, MAY) == told, "a new export keeps what is only there"


def test_a_curve_says_which_months_moved(filled: Database, tmp_path: Path) -> None:
    station = one(filled.owner, "SELECT id FROM station WHERE code = 'QH-01'")
    assert isinstance(station, int)
    deps = Deps(filled.app, DashboardSettings(), QualitySettings(), clock=lambda: MAY.end)
    asked = Asked(station, Parameter.PH, "30", None)
    chosen = language.set("en")
    try:
        before = drawn(deps, EVERYTHING, asked)
        detach(filled.owner, tmp_path, MONTH, LATER, drop=True)
        after = drawn(deps, EVERYTHING, asked)
    finally:
        language.reset(chosen)
    assert "archive" not in before[3]
    assert not before[0]["empty"]
    assert after[0]["empty"]
    assert after[0]["words"]["empty"] == "Moved to the archive: 2026-05"
    assert "Moved to the archive: 2026-05" in after[3]
    with filled.app.connect() as connection:
        assert archived_months(connection, MONTH.span) == (MONTH.first_day,)
        assert archived_months(connection, MONTH.following.span) == ()


def test_readings_that_come_in_meanwhile_keep_the_month_where_it_is(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = detachment._written

    def write_then_receive(*given: object) -> object:
        part = written(*given)  # type: ignore[arg-type]  # passed on as it came
        counts = Pipeline(filled.ingest, now=lambda: LATER).commit([message("QH-01", ODD)])
        assert counts.stored == 1
        return part

    monkeypatch.setattr(detachment, "_written", write_then_receive)
    went = readings(filled)
    with pytest.raises(Conflict, match="came in"):
        detach(filled.owner, tmp_path, MONTH, LATER, drop=True)
    assert len(readings(filled)) == len(went) + 1
    assert one(filled.owner, "SELECT count(*) FROM detached_month") == 0
    monkeypatch.undo()
    assert detach(filled.owner, tmp_path, MONTH, LATER, drop=True).is_dropped


@pytest.mark.parametrize(
    ("values", "more"),
    [({"fe": 0.2}, {"position": [112.1, 32.5]}), ({"fe": 0.2, "mn": 0.1}, {})],
)
def test_what_is_filled_in_meanwhile_keeps_the_month_where_it_is(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    values: dict[str, float], more: dict[str, object],
) -> None:  # fmt: skip
    written = detachment._written
    pipeline = Pipeline(filled.ingest, now=lambda: LATER)
    assert pipeline.commit([message("QH-01", ODD, {"fe": 0.2})]).stored == 1

    def write_then_fill(*given: object) -> object:
        part = written(*given)  # type: ignore[arg-type]  # passed on as it came
        later = replace(message("QH-01"), payload=payload(ODD, values, **more))
        assert pipeline.commit([later]).filled == 1
        return part

    monkeypatch.setattr(detachment, "_written", write_then_fill)
    with pytest.raises(Conflict, match="came in"):
        detach(filled.owner, tmp_path, MONTH, LATER, drop=True)
    monkeypatch.undo()
    went = readings(filled)
    assert detach(filled.owner, tmp_path, MONTH, LATER, drop=True).is_dropped
    attach(filled.owner, MONTH)
    assert readings(filled) == went


def test_a_move_broken_off_before_its_proof_goes_on_or_back(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = detachment._written

    def write_then_receive(*given: object) -> object:
        part = written(*given)  # type: ignore[arg-type]  # passed on as it came
        assert Pipeline(filled.ingest, now=lambda: LATER).commit([message("QH-01", ODD)]).stored
        return part

    def break_off(*_given: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(detachment, "_written", write_then_receive)
    monkeypatch.setattr(detachment, "_counts", break_off)
    count = one(filled.owner, IN_MAY)
    with pytest.raises(KeyboardInterrupt):
        detach(filled.owner, tmp_path, MONTH, LATER, drop=True)
    monkeypatch.undo()
    assert one(filled.owner, IN_MAY) == 0
    with pytest.raises(Conflict):
        detach(filled.owner, tmp_path, MONTH, LATER, drop=True)
    assert one(filled.owner, IN_MAY) == int(str(count)) + 1
    assert one(filled.owner, "SELECT count(*) FROM detached_month") == 0
    assert detach(filled.owner, tmp_path, MONTH, LATER, drop=True).is_dropped


def test_nothing_moves_that_should_not(filled: Database, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not over"):
        detach(filled.owner, tmp_path, MONTH, NOON, drop=True)
    with pytest.raises(NotFound):
        detach(filled.owner, tmp_path, Month(2019, 1), LATER, drop=True)
    with pytest.raises(NotFound):
        attach(filled.owner, MONTH)
    detach(filled.owner, tmp_path, MONTH, LATER, drop=False)
    file = tmp_path / MONTH.file_of(Kind.READINGS)
    kept = file.read_bytes()
    file.write_bytes(kept[:-1] + b"?")
    with pytest.raises(BadInput, match="hash"):
        detach(filled.owner, tmp_path, MONTH, LATER, drop=True)
    with pytest.raises(BadInput, match="hash"):
        attach(filled.owner, MONTH)
    file.write_bytes(kept)
    assert detach(filled.owner, tmp_path, MONTH, LATER, drop=True).is_dropped
    assert not one(filled.owner, "SELECT to_regclass('reading_202605') IS NOT NULL")


def test_a_month_is_moved_by_command(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("ONEMAP_DATABASE__URL", filled.urls["app"])
    monkeypatch.setenv("ONEMAP_DASHBOARD__LANGUAGE", "en")
    move = ["archive", "detach", "--month", "2026-05", "--to", str(tmp_path)]
    assert main(move) == 2
    assert "ONEMAP_DATABASE__OWNER_URL" in capsys.readouterr().err
    monkeypatch.setenv("ONEMAP_DATABASE__OWNER_URL", filled.urls["owner"])
    assert main(move) == 0
    assert "reading_202605 is still there" in capsys.readouterr().out
    assert main(["archive", "attach", "--month", "2026-05"]) == 0
    assert "are back" in capsys.readouterr().out
    with filled.owner.connect() as connection:
        assert connection.execute(text(IN_MAY)).scalar_one() > 0
    went = readings(filled)
    assert main(["archive", "order", "--month", "2026-05"]) == 0
    assert readings(filled) == went
    with filled.owner.connect() as connection:
        lying = connection.execute(
            text("SELECT station_id, observed_at FROM reading_202605 ORDER BY ctid")
        ).all()
    assert lying == sorted(lying)
    assert main(["archive", "order", "--month", "2019-01"]) == 2
