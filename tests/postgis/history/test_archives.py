"""An archive in files holds what the database holds, and says the same of it to the last bit."""

import shutil
from pathlib import Path

import geopandas
import pyarrow.parquet
import pytest
from distributed import LocalCluster
from sqlalchemy import text

from data.archives.evaluation import evaluate, is_section, means_of, slices
from data.archives.layout import STATIONS_FILE, Kind, Month
from data.archives.manifest import check_part, open_archive
from data.archives.places import places_in, read_places
from data.archives.spread import sums_across, sums_here
from data.archives.sums import StationSums
from data.archives.unload import Progress, unload
from data.clock import UtcDatetime
from data.errors import BadInput, NotFound, ServiceDown
from data.queries.stations.month_classes import MonthMeans, month_means
from data.vocabulary import Parameter
from tests.made.database import Database
from tests.made.history.archive_rows import LATER, MAY, fill_two_months, fleeting_files

MOMENTS = (None, MAY.end, UtcDatetime(MAY.start.replace(month=5, day=14)))


__all__ = ["fleeting_files"]


@pytest.fixture(scope="module")
def filled(shared_database: Database) -> Database:
    fill_two_months(shared_database.owner)
    return shared_database


@pytest.fixture(scope="module")
def archive(filled: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive 河") / "a"
    unload(filled.app, folder)
    return folder


def by_database(filled: Database, as_of: UtcDatetime | None) -> dict[int, MonthMeans]:
    with filled.app.connect() as connection:
        ids = [each.id for each in places_in(connection) if is_section(each)]
        return month_means(connection, ids, MAY, as_of)


@pytest.mark.parametrize("as_of", MOMENTS)
def test_files_tell_the_figures_of_the_database_to_the_last_bit(
    filled: Database, archive: Path, as_of: UtcDatetime | None
) -> None:
    told = by_database(filled, as_of)
    with filled.app.connect() as connection:
        known = places_in(connection)
    places = read_places(archive / STATIONS_FILE)
    assert places == known
    means = means_of(places, sums_here(archive, MAY, as_of), MAY)
    assert means == told
    by_files = evaluate(places, means, MAY)
    assert by_files == evaluate(known, told, MAY)
    assert {each.state.value for each in by_files.sections} == {"graded", "partial"}
    assert sum(water.water_rating is not None for water in by_files.waters) == 2


def test_every_rule_had_something_to_decide(filled: Database) -> None:
    now, then = by_database(filled, None), by_database(filled, MOMENTS[2])
    section = next(iter(now))
    assert now[section].means[Parameter.PH].count < now[section].sample_count
    assert then[section].sample_count < now[section].sample_count
    with filled.app.connect() as connection:
        verdicts = connection.execute(
            text("SELECT verdict, count(*) FROM reading_review GROUP BY 1")
        ).all()
    assert len(verdicts) == 4
    assert min(count for _verdict, count in verdicts) > 50


def test_workers_of_a_cluster_add_up_the_same(filled: Database, archive: Path) -> None:
    seen: list[tuple[int, int]] = []
    with LocalCluster(  # type: ignore[no-untyped-call]  # distributed has no types here
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp://",
        host="127.0.0.1", dashboard_address=None,
    ) as cluster:  # fmt: skip
        found = sums_across(
            cluster.scheduler_address, archive, MAY, on_progress=lambda *counts: seen.append(counts)
        )
    assert found == sums_here(archive, MAY)
    assert seen[-1] == (3, 3), "six sections in at most four slices of like size"


def test_a_scheduler_that_is_not_there_is_told(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.archives.spread.TIMEOUT_S", 1)
    with pytest.raises(ServiceDown, match=r"127\.0\.0\.1:9"):
        sums_across("tcp://127.0.0.1:9", archive, MAY)


def test_the_files_hold_every_bit(filled: Database, archive: Path) -> None:
    manifest = open_archive(archive)
    assert manifest.months(Kind.READINGS) == [Month(2026, 4), Month(2026, 5), Month(2026, 6)]
    tables = [
        pyarrow.parquet.read_table(archive / month.file_of(Kind.READINGS), partitioning=None)
        for month in manifest.months(Kind.READINGS)
    ]
    held = [row for table in tables for row in table.to_pylist()]
    with filled.app.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT r.*, s.code AS station, r.extra::text AS extra, r.flags::text AS flags,"
                " r.below::text AS below,"
                " ST_X(r.position) AS longitude, ST_Y(r.position) AS latitude"
                " FROM reading r JOIN station s ON s.id = r.station_id"
            )
        ).mappings()
        kept = {(row["station_id"], row["observed_at"], row["period"]): dict(row) for row in rows}
    assert len(held) == len(kept) == manifest.rows_of(Kind.READINGS) > 1000
    for row in held:
        same = kept[row["station_id"], row["observed_at"], row["period"]]
        assert {name: same[name] for name in row} == row
    places = geopandas.read_parquet(archive / STATIONS_FILE)
    assert places.crs.to_epsg() == 4490
    assert not places.geometry.isna().any()


def test_the_manifest_proves_the_files(filled: Database, tmp_path: Path) -> None:
    manifest = unload(filled.app, tmp_path, stations=["QH-01"])
    for part in manifest.parts.values():
        check_part(tmp_path, part)
    part = manifest.parts[Month(2026, 5).file_of(Kind.READINGS)]
    file = tmp_path / part.path
    changed = bytearray(file.read_bytes())
    changed[100] ^= 1
    file.write_bytes(changed)
    with pytest.raises(BadInput, match="hash"):
        check_part(tmp_path, part)
    with pytest.raises(BadInput, match="another choice"):
        unload(filled.app, tmp_path)


@pytest.mark.parametrize("path", [STATIONS_FILE, Month(2026, 5).file_of(Kind.READINGS)])
@pytest.mark.parametrize("rest", [-9, 4, 0, None])
def test_a_damaged_archive_is_refused_in_a_sentence(
    archive: Path, tmp_path: Path, path: str, rest: int | None
) -> None:
    folder = tmp_path / "copied"
    shutil.copytree(archive, folder)
    if rest is None:
        (folder / path).unlink()
    else:
        (folder / path).write_bytes((folder / path).read_bytes()[:rest])
    with pytest.raises(BadInput, match="can't be read") as refused:
        assert read_places(folder / STATIONS_FILE) and sums_here(folder, MAY)  # noqa: PT018
    assert "\n" not in str(refused.value)


def test_an_export_broken_off_goes_on(filled: Database, tmp_path: Path) -> None:
    def break_off(told: Progress) -> None:
        if told.month == Month(2026, 5):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unload(filled.app, tmp_path, on_progress=break_off)
    with pytest.raises(BadInput, match="unfinished"):
        open_archive(tmp_path)
    first = tmp_path / Month(2026, 4).file_of(Kind.READINGS)
    written_at = first.stat().st_mtime_ns
    whole = unload(filled.app, tmp_path)
    assert first.stat().st_mtime_ns == written_at
    for part in open_archive(tmp_path).parts.values():
        check_part(tmp_path, part)
    again = unload(filled.app, tmp_path)
    assert again.parts == whole.parts, "the same rows make the same bytes"
    assert first.stat().st_mtime_ns != written_at


def test_a_part_of_a_month_is_no_month(filled: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        sums_here(tmp_path, MAY)
    unload(filled.app, tmp_path, start=MAY.start, end=UtcDatetime(MAY.end.replace(day=20)))
    with pytest.raises(BadInput, match="whole month"):
        slices(tmp_path, MAY, 1, None)
    with pytest.raises(NotFound):
        unload(filled.app, tmp_path / "other", stations=["nobody"])


def test_a_station_chosen_alone_has_its_figures(filled: Database, tmp_path: Path) -> None:
    unload(filled.app, tmp_path, start=MAY.start, end=LATER, stations=["QH-04"])
    (told,) = sums_here(tmp_path, MAY).values()
    assert isinstance(told, StationSums)
    (place,) = read_places(tmp_path / STATIONS_FILE)
    assert means_of([place], {place.id: told}, MAY)[place.id] == by_database(filled, None)[place.id]
