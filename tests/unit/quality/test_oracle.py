"""Our class against the published one: on real rows where they are, on made ones everywhere."""

import argparse
import csv
import json
import re
from pathlib import Path

import pytest

from benchmarks.oracle_cnemc import COLUMNS, SHOWN, measure
from dashboard.commands import classify
from data.vocabulary import WaterClass
from tests.running.folders import ROOT

HEADER = ["province", "section", "wq_class", "source_file", "temp_raw"]
LAKE_OF = {0.02: "Ⅱ", 0.04: "Ⅲ", 0.09: "Ⅳ", 0.15: "Ⅴ", 0.25: "劣Ⅴ"}
RIVER_OF = {0.02: "Ⅰ", 0.04: "Ⅱ", 0.09: "Ⅱ", 0.15: "Ⅲ", 0.25: "Ⅳ"}


def made(folder: Path, rows: list[tuple[str, str, float, str]]) -> Path:
    """A folder of the feed's form: station, day, total phosphorus, published class."""
    path = folder / "daily_made.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*HEADER, *COLUMNS.values(), *SHOWN.values()])
        for station, day, tp, published in rows:
            values = [7.0, 9.0, 1.0, 0.1, "" if tp < 0 else tp]
            source = f"{day[:7]}/{day}.json"
            writer.writerow(["省", station, published, source, 20, *values, *values])
    return folder


def test_the_body_is_learnt_from_published_classes(tmp_path: Path) -> None:
    rows = [
        (station, f"2020-{month:02}-01", tp, classes[tp])
        for station, classes in (("湖", LAKE_OF), ("河", RIVER_OF))
        for month, tp in zip((5, 6, 9, 10, 11), LAKE_OF, strict=True)
    ]
    found = measure(made(tmp_path, rows))
    assert [part["percent"] for part in shares(found).values()] == [50.0, 100.0, 100.0]
    assert counts(found)["lakes"] == 1


def test_rows_without_a_published_class_or_a_value_do_not_count(tmp_path: Path) -> None:
    rows = [
        ("河", "2020-05-01", 0.09, "Ⅱ"),
        ("河", "2020-05-02", 0.09, "*"),
        ("河", "2020-05-03", 0.09, ""),
        ("河", "2020-05-04", -1, "Ⅱ"),
    ]
    found = counts(measure(made(tmp_path, rows)))
    assert (found["rows"], found["assessed"], found["counted"]) == (4, 2, 1)
    assert found["only phosphorus missing"] == 1


def test_the_residue_is_sorted_by_cause(tmp_path: Path) -> None:
    rows = [
        ("甲", "2020-05-01", 0.02, "Ⅱ"),  # a lake that becomes a river
        ("甲", "2020-09-01", 0.25, "Ⅳ"),
        ("甲", "2020-09-02", 0.15, "Ⅲ"),
        ("乙", "2020-09-01", 0.15, "Ⅴ"),  # a lake never seen before
        ("丙", "2020-05-01", 0.009, "Ⅰ"),  # a lake whose first rows tell nothing
        ("丙", "2020-09-01", 0.15, "Ⅴ"),
        ("丁", "2020-10-01", 0.15, "Ⅰ"),  # no limits give this
    ]
    found = measure(made(tmp_path, rows))
    assert found["residue of 3"] == {
        "published by the other body's limits later": 2,
        "station without a training row": 1,
        "river and lake limits agree on every training row": 1,
        "in the residue of 2: published class and values disagree": 1,
    }


def shares(found: dict[str, object]) -> dict[str, dict[str, float]]:
    figures = found["figures"]
    assert isinstance(figures, dict)
    return figures


def counts(found: dict[str, object]) -> dict[str, int]:
    told = found["counts"]
    assert isinstance(told, dict)
    return told


@pytest.fixture(scope="module")
def measured(request: pytest.FixtureRequest) -> dict[str, object]:
    folder: Path = request.getfixturevalue("real_data")
    return measure(folder / "cnemc")


def test_the_published_classes_are_met(measured: dict[str, object]) -> None:
    as_rivers, same_rows, later_rows = shares(measured).values()
    told = counts(measured)
    assert told["counted"] == 14_124
    assert told["only phosphorus missing"] == told["only phosphorus missing, equal"] == 3_335
    assert as_rivers["percent"] >= 93.0
    assert same_rows["equal"] / same_rows["rows"] >= 0.999
    assert later_rows["equal"] / later_rows["rows"] >= 0.996


def test_the_documented_figures_are_the_measured_ones(measured: dict[str, object]) -> None:
    told = (ROOT / "docs" / "oracle.md").read_text(encoding="utf-8")
    others = measured["others"]
    assert isinstance(others, dict)
    for part in [*shares(measured).values(), *others.values()]:
        line = f"{part['percent']:.2f} % | {part['equal']:,} of {part['rows']:,}"
        assert line in told, line
    for name in ("rows", "assessed", "counted", "stations", "lakes", "training", "later"):
        assert f"{counts(measured)[name]:,}" in told, name
    residue = measured["residue of 3"]
    assert isinstance(residue, dict)
    assert re.findall(r"^- \*\*(\d+) rows?\*\*", told, re.M) == [str(n) for n in residue.values()]
    assert json.loads(json.dumps(measured)) == measured


def test_the_command_gives_what_the_first_figure_counts(real_data: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    expected = []
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["body", "published", *COLUMNS])
        for path in sorted((real_data / "cnemc").glob("daily_*.csv")):
            with path.open(encoding="utf-8", newline="") as feed:
                for cells in csv.DictReader(feed):
                    values = [cells[name] for name in COLUMNS.values()]
                    if all(values) and cells["wq_class"] in [each.numeral for each in WaterClass]:
                        writer.writerow(["river", cells["wq_class"], *values])
                        expected.append(cells["wq_class"])
    asked = {"source": str(source), "target": str(target), "rounding": False, "required": ""}
    classify.run(argparse.Namespace(**asked))
    with target.open(encoding="utf-8", newline="") as file:
        told = [row["class"] for row in csv.DictReader(file)]
    assert sum(a == b for a, b in zip(told, expected, strict=True)) == 13_181
