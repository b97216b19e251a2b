"""Reaches from a file take the place of a split."""

from pathlib import Path

from shapely.geometry import LineString, MultiLineString
from sqlalchemy import text

from tests.made.database import Database
from tests.made.imports.files import refusals, row_versions, run_import, told, write_features

COURSE = LineString([(112.2, 32.8), (112.2, 32.6), (112.2, 32.4)])


def _river(database: Database, folder: Path) -> None:
    path = write_features(folder / "rivers.gpkg", [({"name": "干河", "code": "GH"}, COURSE)])
    assert run_import(database.app, "rivers", path).created == 1


def _kept(database: Database) -> list[tuple[str, str | None, int, int]]:
    with database.app.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT name, code, round(chainage_from_m), round(chainage_to_m) FROM reach"
                " ORDER BY position"
            )
        )
        return [(name, code, int(start), int(end)) for name, code, start, end in rows]


def test_lines_replace_the_split_and_twice_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    _river(database, tmp_path)
    path = write_features(
        tmp_path / "reaches.gpkg",
        [
            (
                {"name": "下段", "code": "GH-2", "river": "GH"},
                LineString([(112.2005, 32.4), (112.2005, 32.55)]),
            ),
            (
                {"name": "上段", "code": "GH-1", "river": "干河"},
                LineString([(112.2, 32.8), (112.2, 32.55)]),
            ),
        ],
    )
    report = run_import(database.app, "reaches", path)
    assert (report.created, report.refused) == (2, [])
    assert _kept(database) == [("上段", "GH-1", 0, 27725), ("下段", "GH-2", 27725, 44359)]
    with database.app.connect() as connection:
        before = row_versions(connection)
        turned = connection.execute(
            text("SELECT ST_Y(ST_StartPoint(geom)) FROM reach WHERE code = 'GH-2'")
        ).scalar_one()
    assert turned == 32.55
    assert run_import(database.app, "reaches", path).unchanged == 2
    with database.app.connect() as connection:
        assert row_versions(connection) == before


def test_chainages_cut_the_river_and_what_is_left_out_is_told(
    database: Database, tmp_path: Path
) -> None:
    _river(database, tmp_path)
    path = tmp_path / "reaches.csv"
    path.write_text(
        "河流,河段名称,起点桩号,终点桩号\n干河,上段,K0+000,K10+500\n干河,下段,12000,K44+300\n"
    )
    report = run_import(database.app, "reaches", path)
    assert report.created == 2
    assert told(report)[-1] == "干河: no reach covers K10+500 to K12+000."
    assert _kept(database) == [("上段", None, 0, 10500), ("下段", None, 12000, 44300)]


def test_one_bad_reach_leaves_its_river_as_it_was(database: Database, tmp_path: Path) -> None:
    _river(database, tmp_path)
    path = tmp_path / "reaches.csv"
    path.write_text(
        "河流,河段名称,起点桩号,终点桩号\n干河,上段,0,10000\n干河,下段,10000,K99+000\n"
        "无河,某段,0,10\n"
    )
    report = run_import(database.app, "reaches", path)
    assert report.is_all_refused
    assert refusals(report) == {
        2: "Another reach of 干河 is refused.",
        3: "The river has no unbroken line from K10+000 to K99+000.",
        4: "There is no river 无河.",
    }
    path.write_text("河流,河段名称,起点桩号,终点桩号\n干河,上段,0,20000\n干河,下段,10000,40000\n")
    assert refusals(run_import(database.app, "reaches", path)) == dict.fromkeys(
        (2, 3), "上段 and 下段 overlap by 10000 m."
    )
    assert [each[0] for each in _kept(database)] == ["干河"]


def test_a_reach_far_from_its_river_is_refused(database: Database, tmp_path: Path) -> None:
    _river(database, tmp_path)
    path = write_features(
        tmp_path / "reaches.gpkg",
        [({"name": "远段", "river": "干河"}, LineString([(112.21, 32.8), (112.21, 32.6)]))],
    )
    assert refusals(run_import(database.app, "reaches", path)) == {
        1: "An end of it lies more than 200 m from its river."
    }


def test_pieces_of_a_reach_overlap_repeat_or_run_upstream(
    database: Database, tmp_path: Path
) -> None:
    """Three pieces of one reach, the last drawn upstream, the first two over each other."""
    _river(database, tmp_path)
    pieces = [
        [(112.2, 32.8), (112.2, 32.7)],
        [(112.2, 32.72), (112.2, 32.65)],
        [(112.2, 32.7), (112.2, 32.65)],
        [(112.2, 32.55), (112.2, 32.65)],
    ]
    path = write_features(
        tmp_path / "reaches.gpkg", [({"name": "上段", "river": "干河"}, MultiLineString(pieces))]
    )
    assert run_import(database.app, "reaches", path).refused == []
    assert _kept(database) == [("上段", None, 0, 27725)]


def test_a_reach_with_a_gap_is_refused_with_a_way_out(database: Database, tmp_path: Path) -> None:
    _river(database, tmp_path)
    parts = MultiLineString([[(112.2, 32.8), (112.2, 32.7)], [(112.2, 32.6), (112.2, 32.5)]])
    path = write_features(tmp_path / "reaches.gpkg", [({"name": "断段", "river": "干河"}, parts)])
    (refused,) = run_import(database.app, "reaches", path).refused
    assert str(refused.why) == "Its line has 2 parts; a reach has one."
    assert refused.mend == "Join its lines, or make each part a reach of its own."


def test_what_may_not_go_refuses_its_river_and_no_other(database: Database, tmp_path: Path) -> None:
    """A line far off would refuse the row too, but what holds the reaches is found first."""
    _river(database, tmp_path)
    other = LineString([(112.4, 32.8), (112.4, 32.4)])
    path = write_features(tmp_path / "other.gpkg", [({"name": "支河"}, other)])
    assert run_import(database.app, "rivers", path).created == 1
    with database.owner.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE keeper (held_by bigint PRIMARY KEY, reach_id bigint REFERENCES reach)"
            )
        )
        connection.execute(text("GRANT SELECT ON keeper TO onemap_app"))
        connection.execute(text("INSERT INTO keeper SELECT 1, id FROM reach WHERE name = '干河'"))
    far = LineString([(112.9, 32.8), (112.9, 32.6)])
    rows = [
        ({"name": "上段", "river": "干河"}, far),
        ({"name": "支河上段", "river": "支河"}, LineString(other.coords)),
    ]
    path = write_features(tmp_path / "reaches.gpkg", rows)
    report = run_import(database.app, "reaches", path)
    assert report.created == 1
    assert refusals(report) == {1: "A reach of 干河 would go, but other records hold on to it."}
    with database.owner.begin() as connection:
        connection.execute(text("DELETE FROM keeper"))
        connection.execute(
            text(
                "WITH one AS (INSERT INTO person (name, post, phone) VALUES ('甲', '', '')"
                " RETURNING id) INSERT INTO responsibility (person_id, level, is_general, reach_id,"
                " valid_from) SELECT one.id, 'county', false, reach.id, '2026-01-01'"
                " FROM one, reach WHERE reach.name = '干河'"
            )
        )
    assert refusals(run_import(database.app, "reaches", path)) == {
        1: "The reach 干河 would go, but 甲 answers for it."
    }
