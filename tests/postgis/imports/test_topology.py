"""What a file states of which water flows into which is believed, kept and compared."""

from pathlib import Path

from shapely.geometry import LineString
from sqlalchemy import Engine, text

from tests.made.database import Database
from tests.made.imports.files import run_import, told, write_features

MAIN = LineString([(112.5, 32.2), (112.5, 32.0)])
OTHER = LineString([(112.6, 32.2), (112.6, 32.0)])
SIDE = LineString([(112.55, 32.2), (112.5, 32.1)])


def _receivers(engine: Engine) -> dict[str, str | None]:
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT river.name, below.name FROM river"
                " LEFT JOIN river AS below ON below.id = river.flows_into_id"
            )
        )
        return {row[0]: row[1] for row in rows}


def test_a_stated_receiver_is_believed_and_kept(database: Database, tmp_path: Path) -> None:
    path = write_features(
        tmp_path / "rivers.gpkg",
        [
            ({"name": "甲河", "汇入河流": None}, MAIN),
            ({"name": "乙河", "汇入河流": None}, OTHER),
            ({"name": "丙河", "汇入河流": "乙河"}, SIDE),
        ],
    )
    outcome = run_import(database.app, "rivers", path)
    assert _receivers(database.app) == {"甲河": None, "乙河": None, "丙河": "乙河"}
    assert "丙河 flows into 乙河, as its file states; its end meets 甲河." in told(outcome)
    more = write_features(
        tmp_path / "more.gpkg", [({"name": "丁河"}, LineString([(113, 32), (113.1, 32)]))]
    )
    run_import(database.app, "rivers", more)
    assert _receivers(database.app)["丙河"] == "乙河"


def test_nodes_state_what_follows_and_the_lesser_arm_does_not(
    database: Database, tmp_path: Path
) -> None:
    path = write_features(
        tmp_path / "rivers.gpkg",
        [
            ({"name": "甲河", "FromNode": 1, "ToNode": 2, "Divergence": 0}, MAIN),
            ({"name": "乙河", "FromNode": 9, "ToNode": 8, "Divergence": 1}, OTHER),
            ({"name": "丙河", "FromNode": 3, "ToNode": 9, "Divergence": 0}, SIDE),
            (
                {"name": "支汊", "FromNode": 9, "ToNode": 7, "Divergence": 2},
                LineString([(112.7, 32.2), (112.7, 32.0)]),
            ),
        ],
    )
    run_import(database.app, "rivers", path)
    assert _receivers(database.app)["丙河"] == "乙河"


def test_the_next_line_down_states_the_receiver_and_no_circle(
    database: Database, tmp_path: Path
) -> None:
    path = write_features(
        tmp_path / "rivers.gpkg",
        [
            ({"name": "甲河", "HYRIV_ID": 41000001, "NEXT_DOWN": 0}, MAIN),
            ({"name": "乙河", "HYRIV_ID": 41000002, "NEXT_DOWN": 41000003}, OTHER),
            ({"name": "丙河", "HYRIV_ID": 41000003, "NEXT_DOWN": 41000002}, SIDE),
        ],
    )
    outcome = run_import(database.app, "rivers", path)
    circles = [each for each in told(outcome) if "circle" in each]
    assert len(circles) == 1
    assert "乙河 → 丙河 → 乙河" in circles[0] or "丙河 → 乙河 → 丙河" in circles[0]
    found = _receivers(database.app)
    assert (found["乙河"], found["丙河"]) in {("丙河", "甲河"), ("丙河", None), (None, "乙河")}


def test_a_circle_of_stated_receivers_is_named_with_its_members(
    database: Database, tmp_path: Path
) -> None:
    third = LineString([(112.8, 32.2), (112.8, 32.0)])
    path = write_features(
        tmp_path / "rivers.gpkg",
        [
            ({"name": "甲河", "汇入河流": "乙河"}, MAIN),
            ({"name": "乙河", "汇入河流": "丁河"}, OTHER),
            ({"name": "丁河", "汇入河流": "甲河"}, third),
            ({"name": "丙河", "汇入河流": "丙河"}, LineString([(113.5, 32.2), (113.5, 32.0)])),
        ],
    )
    outcome = run_import(database.app, "rivers", path)
    circles = [each for each in told(outcome) if "circle" in each]
    assert len(circles) == 2
    assert "丁河 is stated to flow into 甲河" in circles[0]
    assert "丁河 → 甲河 → 乙河 → 丁河" in circles[0]
    assert "丙河 → 丙河" in circles[1]
    assert _receivers(database.app) == {"甲河": "乙河", "乙河": "丁河", "丁河": None, "丙河": None}
