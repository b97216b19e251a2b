"""Real input: a county's rivers, and boundaries in two datums."""

from pathlib import Path

import pytest
from sqlalchemy import text

from data.placing.stations import PlacementOutcome, StationPlacement, place_station
from data.vocabulary import StationKind
from tests.made.database import Database
from tests.made.imports.files import row_versions, run_import, told

BASIN = (
    ("divisions", "admin-boundaries.geojson", {"level": "county"}, 3),
    ("rivers", "rivers.geojson", {}, 19),
    ("rivers", "canals.geojson", {"kind": "canal"}, 4),
    ("lakes", "osm-reservoir-surfaces.geojson", {"kind": "reservoir"}, 3),
    ("places", "places.geojson", {}, 127),
)


def test_the_whole_basin_is_taken_and_twice_changes_nothing(
    database: Database, real_data: Path
) -> None:
    folder = real_data / "dengzhou"
    said: list[str] = []
    for kind, name, constants, count in BASIN:
        report = run_import(database.app, kind, folder / name, constants=constants)
        assert (name, report.created, report.refused) == (name, count, [])
        said += told(report)
    assert "湍河: 6 lines became 1 by 5 joins, the widest 0.0 m." in said
    assert "刁河: 6 lines became 2 by 4 joins, the widest 0.0 m." in said
    assert "刁河: a gap of 9348 m after K4+265 stays a gap." in said
    with database.app.connect() as connection:
        before = row_versions(connection)
        reaches = connection.execute(
            text(
                "SELECT reach.name, below.name FROM reach"
                " JOIN reach AS below ON below.id = reach.downstream_id"
                " WHERE reach.name LIKE '湍河%' ORDER BY reach.position"
            )
        ).all()
        lost_m = connection.execute(
            text(
                "SELECT max(abs(length_m - total)) FROM river JOIN (SELECT river_id,"
                " sum(ST_Length(geom::geography)) AS total FROM reach GROUP BY 1) AS sums"
                " ON river_id = river.id"
            )
        ).scalar_one()
    assert [tuple(each) for each in reaches] == [
        ("湍河·内乡县段", "湍河·邓州市段"),
        ("湍河·邓州市段", "赵河·邓州市段"),
    ]
    assert lost_m < 5
    for kind, name, constants, count in BASIN:
        report = run_import(database.app, kind, folder / name, constants=constants)
        assert (name, report.unchanged, report.created, report.updated) == (name, count, 0, 0)
    with database.app.connect() as connection:
        assert row_versions(connection) == before


def test_a_station_on_a_real_river_snaps_to_it(database: Database, real_data: Path) -> None:
    run_import(database.app, "rivers", real_data / "dengzhou" / "rivers.geojson")
    with database.app.begin() as connection:
        placed = place_station(
            connection,
            StationPlacement(StationKind.SECTION, "TH-1", "汲滩", 112.2646942, 32.6839737),
        )
    assert placed.outcome is PlacementOutcome.CREATED
    assert placed.spot.offset_m == pytest.approx(0, abs=0.01)


def test_consumer_map_boundaries_land_on_the_official_ones(
    database: Database, real_data: Path
) -> None:
    folder = real_data / "boundaries"
    shifted = folder / "putian_districts_amap_gcj02.geojson"
    official = folder / "putian_districts_tianditu.geojson"
    overlap = (
        "SELECT code, ST_Area(ST_Intersection(a.geom, b.geom)) / ST_Area(ST_Union(a.geom, b.geom))"
        " FROM division AS a JOIN told AS b USING (code)"
    )
    with database.owner.begin() as connection:
        connection.execute(text("CREATE TABLE told (code text, geom geometry)"))
    run_import(database.app, "divisions", official)
    with database.owner.begin() as connection:
        connection.execute(text("INSERT INTO told SELECT code, geom FROM division"))
    found = {}
    for crs in (None, "gcj02"):
        report = run_import(database.app, "divisions", shifted, crs=crs)
        assert report.refused == []
        with database.owner.connect() as connection:
            found[crs] = dict(connection.execute(text(overlap)).all())
    shares = found["gcj02"]
    assert len(shares) == 5
    assert all(share > found[None][code] for code, share in shares.items())
    inland = ("350302000000", "350303000000", "350322000000")
    assert min(shares[code] for code in inland) > 0.95


def test_named_lakes_of_a_continent_are_taken_and_the_nameless_refused(
    database: Database, real_data: Path
) -> None:
    path = real_data / "lines_scale" / "ne_10m_lakes_east_asia.geojson"
    report = run_import(database.app, "lakes", path)
    assert (report.created, len(report.refused)) == (113, 83)
    assert {str(each.why) for each in report.refused} == {"name is empty."}
