"""Odd geometries through every importer: each is refused by itself, its neighbours land."""

from pathlib import Path

import pytest
from sqlalchemy import text

from dashboard.cli import main
from tests.made.basin import build_small_basin
from tests.made.database import Database
from tests.made.imports.odd import odd_file

IMPORTS = {
    "rivers": ("line", {}, "river"),
    "reaches": ("line", {"river": "清河", "code": "R{n}"}, None),
    "lakes": ("area", {}, "lake"),
    "divisions": ("area", {"level": "county"}, "division"),
    "sections": ("point", {"code": "S{n}"}, "station"),
    "outfalls": ("point", {"code": "O{n}"}, "station"),
    "intakes": ("point", {"code": "I{n}"}, "station"),
    "notice-boards": ("point", {"code": "B{n}"}, "notice_board"),
    "places": ("point", {"level": "village"}, "place"),
}


@pytest.fixture(autouse=True)
def _settings(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEMAP_DATABASE__URL", database.urls["app"])


@pytest.mark.parametrize("suffix", [".csv", ".geojson", ".gpkg", ".shp"])
def test_odd_geometries_are_refused_one_by_one(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    with database.app.begin() as connection:
        build_small_basin(connection)
    for kind, (shape, columns, table) in IMPORTS.items():
        path, rows = odd_file(tmp_path / f"{kind}{suffix}", shape, columns)
        crs = ["--crs", "EPSG:4490"] if suffix == ".csv" else []
        code = main(["import", kind, str(path), "--within", "100000", *crs])
        said = capsys.readouterr()
        assert code in (0, 2), (kind, said.err)
        assert "Traceback" not in said.err
        assert said.out, (kind, said.err, rows)
        if table is None:
            continue
        with database.app.connect() as connection:
            names = set(connection.execute(text(f"SELECT name FROM {table}")).scalars())
            assert {"好一", "好二"} <= names, (kind, said.out)
            shapes = connection.execute(
                text(f"SELECT bool_and(ST_IsValid(geom) AND NOT ST_IsEmpty(geom)) FROM {table}")
            ).scalar_one()
        assert shapes, kind
