"""The import and station commands, as typed."""

import json
from pathlib import Path

import pytest
from shapely.geometry import LineString
from sqlalchemy import text

from dashboard.cli import main
from ingest.broker.mosquitto import Broker, accepts
from tests.made.basin import build_small_basin
from tests.made.database import Database
from tests.made.imports.files import row_versions, write_features
from tests.running.waiting import until


@pytest.fixture(autouse=True)
def _settings(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEMAP_DATABASE__URL", database.urls["app"])
    monkeypatch.setenv("ONEMAP_DASHBOARD__LANGUAGE", "zh")


def _rivers(folder: Path) -> Path:
    line = LineString([(112.2, 32.8), (112.2, 32.4)])
    return write_features(folder / "rivers.gpkg", [({"HM": "湍河"}, line), ({"HM": ""}, line)])


def test_a_dry_run_tells_and_changes_nothing(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(_rivers(tmp_path))
    with database.app.connect() as connection:
        before = row_versions(connection)
    assert main(["import", "rivers", path, "--map", "name=HM", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "新增 1，更新 0，未变 0，未接收 1（rivers）" in told
    assert "第 2 行 ：name 为空。" in told
    assert "试运行" in told
    with database.app.connect() as connection:
        assert row_versions(connection) == before
    assert main(["import", "rivers", path, "--map", "name=HM", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["taken"], report["refused"][0]["row"]) == (1, 2)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ([], "没有列对应字段 name"),
        (["--map", "name=MC"], "文件中没有列 MC"),
        (["--map", "name"], "不符合"),
        (["--map", "name=HM", "--crs", "EPSG:2437"], "无法精确转换"),
        (["--map", "name=HM", "--layer", "x"], "1 个图层"),
    ],
)
def test_what_can_not_be_read_is_one_line_and_exit_2(
    database: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
    says: str,
) -> None:
    assert main(["import", "rivers", str(_rivers(tmp_path)), *more]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert says in told.err
    assert told.err.count("\n") == 1
    with database.app.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM river")).scalar_one() == 0


def test_a_file_of_which_nothing_is_taken_exits_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sections.csv"
    path.write_text("name,code,lon,lat\n甲,A-1,112.2,32.6\n")
    assert main(["import", "sections", str(path), "--crs", "4490"]) == 2
    assert "还没有任何河流或湖泊" in capsys.readouterr().out


def test_a_station_is_added_with_an_account_of_its_own(
    database: Database,
    broker: Broker,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with database.app.begin() as connection:
        build_small_basin(connection)
    monkeypatch.setenv("ONEMAP_MQTT__CONFIG_FILE", str(broker.folder / "mosquitto.conf"))
    typed = ["station", "add", "--kind", "section", "--code", "CMD-1", "--name", "新断面"]
    place = ["--lon", "112°12′03.6″", "--lat", "32.7", "--target", "Ⅱ", "--interval", "1h"]
    assert main([*typed, *place]) == 0
    told = capsys.readouterr().out
    assert "已添加 CMD-1：清河 K11+090 左岸，距河 94 m" in told
    assert "河段：清河·上游镇段" in told
    password = told.rsplit("密码 ", 1)[1].split("（")[0]
    until(lambda: accepts("127.0.0.1", broker.port, "CMD-1", password))
    assert main([*typed, *place]) == 0
    again = capsys.readouterr().out
    assert "没有变化" in again
    assert "密码" not in again
    assert main([*typed, "--lon", "112.2003", "--lat", "32.6"]) == 2
    assert "站点 CMD-1 已存在" in capsys.readouterr().err
    assert main([*typed, "--lon", "112.2003", "--lat", "32.6", "--move"]) == 0
    assert "移动了" in capsys.readouterr().out
    assert main([*typed, *place, "--grade", "一级A"]) == 2
    assert "--grade 不适用于 section" in capsys.readouterr().err
