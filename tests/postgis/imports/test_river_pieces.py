"""Rivers drawn in pieces that meet in middles, overlap, repeat or run against each other."""

from pathlib import Path

from shapely.geometry import LineString
from sqlalchemy import Engine, text

from tests.made.database import Database
from tests.made.imports.files import run_import, told, write_features

UP, MID, DOWN = (112.2, 32.8), (112.2, 32.6), (112.2, 32.4)


def _take(database: Database, folder: Path, *lines: tuple[str, LineString]) -> list[str]:
    path = write_features(folder / "rivers.gpkg", [({"name": name}, line) for name, line in lines])
    return told(run_import(database.app, "rivers", path))


def _receivers(engine: Engine) -> dict[str, tuple[str | None, int]]:
    """What each river flows into, and its length in metres."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT river.name, below.name, round(river.length_m) FROM river"
                " LEFT JOIN river AS below ON below.id = river.flows_into_id"
            )
        )
        return {name: (below, int(length)) for name, below, length in rows}


def test_pieces_that_meet_in_a_middle_keep_mouth_and_tributaries(
    database: Database, tmp_path: Path
) -> None:
    """The lower piece of 支河 begins 1 km above and beside the end of the upper one."""
    node = (112.3, 32.6)
    notes = _take(
        database,
        tmp_path,
        ("干河", LineString([UP, MID, DOWN])),
        ("支河", LineString([(112.4, 32.6), node])),
        ("支河", LineString([(112.3, 32.61), node, MID])),
        ("小沟", LineString([(112.35, 32.7), (112.35, 32.6)])),
        ("汊沟", LineString([(112.31, 32.606), (112.3, 32.606)])),
    )
    found = _receivers(database.app)
    assert found["支河"][0] == "干河"
    assert abs(found["支河"][1] - 18_770) < 10
    assert found["小沟"][0] == "支河"
    assert found["汊沟"][0] == "支河"
    assert "支河: cut at 1 places where another of its lines ends or begins." in notes
    with database.app.connect() as connection:
        met = connection.execute(
            text("SELECT flows_into_chainage_m FROM river WHERE name = '汊沟'")
        ).scalar_one()
    assert abs(met - 9_385) < 10
    again = _take(
        database,
        tmp_path,
        ("支河", LineString([(112.4, 32.6), node])),
        ("支河", LineString([(112.3, 32.61), node, MID])),
    )
    assert not any("changed" in each or "reaches now" in each for each in again)


def test_what_two_rows_draw_counts_once_and_is_told(database: Database, tmp_path: Path) -> None:
    notes = _take(
        database,
        tmp_path,
        ("干河", LineString([UP, MID])),
        ("干河", LineString([MID, DOWN])),
        ("干河", LineString([(112.2, 32.500001), (112.2, 32.55), (112.2, 32.65)])),
        ("干河", LineString([DOWN, MID])),
    )
    assert "干河: rows 1, 2, 3, 4 draw the same stretch; it counts once." in notes
    assert abs(_receivers(database.app)["干河"][1] - 44_361) < 20
    with database.app.connect() as connection:
        names = connection.execute(text("SELECT name FROM reach")).scalars().all()
    assert names == ["干河"]


def test_lines_against_each_other_name_their_rows(database: Database, tmp_path: Path) -> None:
    notes = _take(
        database,
        tmp_path,
        ("孤河", LineString([UP, MID])),
        ("孤河", LineString([DOWN, MID])),
    )
    assert (
        "孤河: lines of rows 1, 2 run against each other where they meet; one is drawn upstream. "
        "Turn it and import again."
    ) in notes


def test_the_line_against_what_other_rivers_say_is_turned(
    database: Database, tmp_path: Path
) -> None:
    """支河 meets 干河 with the beginning of its lower piece; 小沟 ends where its pieces meet."""
    node = (112.3, 32.6)
    lines = [
        ("支河", LineString([(112.4, 32.6), node])),
        ("支河", LineString([MID, node])),
        ("小沟", LineString([(112.3, 32.7), node])),
    ]
    _take(database, tmp_path, ("干河", LineString([UP, MID, DOWN])))
    notes = _take(database, tmp_path, *lines)
    assert "支河: 1 lines drawn upstream were turned." in notes
    assert not any("against each other" in each for each in notes)
    found = _receivers(database.app)
    assert (found["支河"][0], found["小沟"][0]) == ("干河", "支河")
    assert abs(found["支河"][1] - 18_770) < 10
    again = _take(database, tmp_path, *lines)
    assert not any("changed" in each or "reaches now" in each for each in again)


def test_two_forks_that_end_on_another_river_are_not_against_each_other(
    database: Database, tmp_path: Path
) -> None:
    notes = _take(
        database,
        tmp_path,
        ("干河", LineString([UP, MID, DOWN])),
        ("支河", LineString([(112.4, 32.7), MID])),
        ("支河", LineString([(112.4, 32.5), MID])),
    )
    assert not any("against each other" in each for each in notes)


def test_a_river_drawn_upstream_is_asked_about(database: Database, tmp_path: Path) -> None:
    notes = _take(
        database,
        tmp_path,
        ("干河", LineString([UP, MID, DOWN])),
        ("支河", LineString([MID, (112.4, 32.7)])),
        ("支渠", LineString([MID, (112.1, 32.5)])),
        ("源沟", LineString([(112.2, 32.9), UP])),
    )
    assert (
        "What 支河 flows into is unknown: its end meets no river, its beginning lies on 干河. "
        "If it is drawn upstream, turn it and import again."
    ) in notes
    assert "What 干河 flows into is unknown: its end meets no river." in notes
    assert "What 支渠 flows into is unknown: its end meets no river." in notes
