"""Who answers for which water, from when to when."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from data.imports.options import Options
from data.imports.outcome import Outcome
from tests.made.basin import build_small_basin
from tests.made.database import Database
from tests.made.imports.files import refusals, row_versions, run_import, told

HEAD = "姓名,职务,电话,级别,河流,河段,湖泊,行政区,总河长,任职日期,离任日期\n"


@pytest.fixture(autouse=True)
def _basin(database: Database) -> None:
    with database.app.begin() as connection:
        build_small_basin(connection)


def _take(database: Database, folder: Path, *lines: str, succeed: bool = False) -> Outcome:
    path = folder / "chiefs.csv"
    path.write_text(HEAD + "".join(line + "\n" for line in lines), encoding="gbk")
    return run_import(database.app, "chiefs", path, options=Options(succeed=succeed))


def _terms(database: Database) -> list[tuple[str, str, date, date | None]]:
    """Name, what they answer for, from when and to when."""
    with database.app.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT person.name, coalesce(reach.name, lake.name, river.name, division.name),"
                " valid_from, valid_to FROM responsibility"
                " JOIN person ON person.id = person_id"
                " LEFT JOIN reach ON reach.id = reach_id LEFT JOIN lake ON lake.id = lake_id"
                " LEFT JOIN river ON river.id = responsibility.river_id"
                " LEFT JOIN division ON division.id = responsibility.division_id"
                " ORDER BY valid_from, 1, 2"
            )
        )
        return [(name, water, start, end) for name, water, start, end in rows]


def test_each_kind_of_duty_is_taken_once(database: Database, tmp_path: Path) -> None:
    lines = (
        "甲,市长,1,市级,清河,,,,,2026-01-01,",
        "乙,县长,2,县级,,,,测试县,是,2026-01-02,",
        "丙,副县长,3,县级,清河,,,测试县,,2026-01-03,",
        "丁,镇长,4,乡级,,清河·上游镇段,,,,2026-01-04,",
        "戊,镇长,5,乡级,,,镜湖,,,2026-01-05,2026-06-01",
    )
    report = _take(database, tmp_path, *lines)
    assert (report.created, report.refused) == (5, [])
    assert [each[:2] for each in _terms(database)] == [
        ("甲", "清河"),
        ("乙", "测试县"),
        ("丙", "清河·上游镇段"),
        ("丙", "清河·下游镇段"),
        ("丁", "清河·上游镇段"),
        ("戊", "镜湖"),
    ]
    with database.app.connect() as connection:
        before = row_versions(connection)
    again = _take(database, tmp_path, *lines)
    assert (again.created, again.unchanged) == (0, 5)
    with database.app.connect() as connection:
        assert row_versions(connection) == before


def test_rows_that_name_no_one_water_are_refused(database: Database, tmp_path: Path) -> None:
    report = _take(
        database,
        tmp_path,
        "甲,,,市级,,,,,,2026-01-01,",
        "乙,,,县级,清河,,,,是,2026-01-01,",
        "丙,,,县级,清河,,镜湖,,,2026-01-01,",
        "丁,,,县级,浑河,,,,,2026-01-01,",
        "戊,,,大级,清河,,,,,2026-01-01,",
        "己,,,县级,清河,,,,,2026-01-01,2025-01-01",
        "庚,,,县级,清河,,,,,,",
    )
    assert report.is_all_refused
    assert refusals(report) == {
        2: "It names no river, reach or lake.",
        3: "A general chief answers for a division, and for no single water.",
        4: "It names a lake and a river; one of them is wanted.",
        5: "There is no river 浑河.",
        6: "'大级' isn't a level (province, city, county, township, village).",
        7: "It ends on 2025-01-01, before it begins on 2026-01-01.",
        8: "valid_from is empty.",
    }
    with database.app.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM person")).scalar_one() == 0


def test_terms_of_one_person_do_not_overlap_and_can_be_ended(
    database: Database, tmp_path: Path
) -> None:
    _take(database, tmp_path, "甲,,,市级,清河,,,,,2026-01-01,")
    report = _take(database, tmp_path, "甲,,,市级,清河,,,,,2026-02-01,")
    assert refusals(report) == {2: "甲 already answers for it from 2026-01-01 on."}
    assert _take(database, tmp_path, "甲,,,市级,清河,,,,,2026-01-01,2026-02-01").updated == 1
    assert _take(database, tmp_path, "甲,,,市级,清河,,,,,2026-02-01,").created == 1
    assert [each[2:] for each in _terms(database)] == [
        (date(2026, 1, 1), date(2026, 2, 1)),
        (date(2026, 2, 1), None),
    ]


def test_who_follows_is_told_and_ends_the_term_before_only_when_asked(
    database: Database, tmp_path: Path
) -> None:
    _take(database, tmp_path, "甲,,,市级,清河,,,,,2026-01-01,")
    beside = _take(database, tmp_path, "乙,,,市级,清河,,,,,2026-02-01,")
    assert told(beside)[-1] == "乙 answers for it beside 甲, who does since 2026-01-01."
    assert [each[3] for each in _terms(database)] == [None, None]
    after = _take(database, tmp_path, "丙,,,市级,清河,,,,,2026-03-01,", succeed=True)
    assert told(after)[-2:] == ["丙 follows 甲 on 2026-03-01.", "丙 follows 乙 on 2026-03-01."]
    assert [each[3] for each in _terms(database)] == [date(2026, 3, 1)] * 2 + [None]
    too_early = _take(database, tmp_path, "丁,,,市级,清河,,,,,2026-02-15,", succeed=True)
    assert "can't follow 丙" in refusals(too_early)[2]
    assert len(_terms(database)) == 3
