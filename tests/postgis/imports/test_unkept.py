"""What the database can't keep, in any field of any importer: its row alone is refused."""

from datetime import date
from pathlib import Path

import pytest
from shapely.geometry import MultiLineString, MultiPolygon, Point, box
from shapely.geometry.base import BaseGeometry

from data.imports import kinds
from data.imports.fields import FORMS, ImportKind
from data.imports.source import Row, Source, read
from data.placing.cells import code, words
from data.placing.spots import SourcePoint
from data.vocabulary import ChiefLevel
from tests.made.basin import build_small_basin
from tests.made.database import Database

NUL = "a\0b"
SHAPES: dict[str, BaseGeometry] = {
    "line": MultiLineString([[(112.2, 32.8), (112.2, 32.4)]]),
    "area": MultiPolygon([box(112.1, 32.5, 112.2, 32.6)]),
    "point": Point(112.2, 32.5),
}
TEXTS = [
    (kind, field.name)
    for kind, form in FORMS.items()
    for field in form.fields.values()
    if field.parse in (words, code)
]
NOT_STORED = {"line_id", "next_down", "from_node", "to_node", "divergence"}
VALUES: dict[str, object] = {
    "name": "甲",
    "level": ChiefLevel.TOWNSHIP,
    "valid_from": date(2026, 1, 1),
    "day": date(2026, 5, 1),
    "is_working": False,
    "chainage_from": 0.0,
    "chainage_to": 100.0,
}


@pytest.mark.parametrize(("kind", "field"), TEXTS)
def test_every_field_of_text_is_refused_by_its_name(
    tmp_path: Path, kind: ImportKind, field: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{field},lon,lat\n{NUL},112,32\n", "utf-8")
    others = FORMS[kind].fields.keys() - {field}
    fixed = {"name": "甲", "level": "county", "code": "41", "river": "清河", "day": "2026-05-01"}
    fixed |= {"is_working": "休", "valid_from": "2026-01-01"}
    source = read(path, kind, crs="4490", constants={n: fixed[n] for n in fixed.keys() & others})
    assert not source.rows
    (refused,) = source.refused
    assert (refused.row, refused.why.facts["field"]) == (2, field)


@pytest.mark.parametrize("kind", list(ImportKind))
def test_what_reaches_the_database_all_the_same_refuses_its_row(
    database: Database, kind: ImportKind
) -> None:
    form = FORMS[kind]
    shape = SHAPES[form.shape.value] if form.shape and kind is not ImportKind.REACHES else None
    source = Source()
    with database.app.begin() as connection:
        build_small_basin(connection)
        named = [name for each, name in TEXTS if each is kind and name not in NOT_STORED]
        for number, name in enumerate(named, start=1):
            values = {each: VALUES[each] for each in form.fields.keys() & VALUES.keys()}
            values |= {"code": f"C{number}"} if "code" in form.fields else {}
            values |= {"river": "清河"} if "river" in form.fields else {}
            spot = SourcePoint("EPSG:4490", 112.2, 32.5)
            source.rows.append(Row(number, values | {name: NUL}, shape, spot))
        outcome = kinds.import_source(connection, kind, source)
    assert {each.row for each in outcome.refused} == set(range(1, len(named) + 1))
    assert outcome.is_all_refused
