"""How often our class equals the published one: python -m benchmarks.oracle_cnemc [FOLDER].

FOLDER (default: $ONEMAP_REAL_DATA/cnemc) holds daily_*.csv of the national feed. Prints three
figures and the causes of what remains; --json prints them for machines.
"""

import argparse
import csv
import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from data.quality.classes import Oxygen, grade
from data.vocabulary import BodyKind, Parameter, WaterClass

COLUMNS = {
    Parameter.PH: "ph_raw",
    Parameter.DISSOLVED_OXYGEN: "do_raw",
    Parameter.PERMANGANATE_INDEX: "codmn_raw",
    Parameter.AMMONIA_NITROGEN: "nh3n_raw",
    Parameter.TOTAL_PHOSPHORUS: "tp_raw",
}
SHOWN = {
    Parameter.PH: "ph",
    Parameter.DISSOLVED_OXYGEN: "do_mgl",
    Parameter.PERMANGANATE_INDEX: "codmn_mgl",
    Parameter.AMMONIA_NITROGEN: "nh3n_mgl",
    Parameter.TOTAL_PHOSPHORUS: "tp_mgl",
}
NUMERALS = {water_class.numeral: water_class for water_class in WaterClass}
LAST_TRAINING_MONTH = 8

Station = tuple[str, str]
Values = dict[Parameter, float]


@dataclass(frozen=True, slots=True)
class Row:
    """One published row that counts: assessed, with all five values."""

    station: Station
    read_on: str
    published: WaterClass
    raw: Values
    shown: Values
    temperature_c: float | None
    by_body: dict[BodyKind, WaterClass]

    @property
    def is_training(self) -> bool:
        return int(self.read_on[5:7]) <= LAST_TRAINING_MONTH


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def class_by(values: Values, body: BodyKind, **how: object) -> WaterClass:
    found = grade(values, body, **how)  # type: ignore[arg-type]  # forwarded options
    assert found is not None
    return found.water_class


def load(folder: Path) -> tuple[list[Row], Counter[str]]:
    """Returns the rows that count, and how many of each kind there are."""
    rows, counts = [], Counter[str]()
    for path in sorted(folder.glob("daily_*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for cells in csv.DictReader(file):
                counts["rows"] += 1
                published = NUMERALS.get(cells["wq_class"].strip())
                if published is None:
                    continue
                counts["assessed"] += 1
                raw = {p: number(cells[name]) for p, name in COLUMNS.items()}
                values = {p: value for p, value in raw.items() if value is not None}
                if len(values) < len(COLUMNS):
                    without = set(COLUMNS) == {*values, Parameter.TOTAL_PHOSPHORUS}
                    alike = without and class_by(values, BodyKind.RIVER) == published
                    counts["only phosphorus missing"] += without
                    counts["only phosphorus missing, equal"] += alike
                    continue
                counts["counted"] += 1
                shown = {p: number(cells[name]) for p, name in SHOWN.items()}
                rows.append(
                    Row(
                        station=(cells["province"], cells["section"]),
                        read_on=Path(cells["source_file"]).stem,
                        published=published,
                        raw=values,
                        shown={p: value for p, value in shown.items() if value is not None},
                        temperature_c=number(cells["temp_raw"]),
                        by_body={body: class_by(values, body) for body in BodyKind},
                    )
                )
    counts["stations"] = len({row.station for row in rows})
    return rows, counts


def learn(rows: Iterable[Row]) -> set[Station]:
    """Returns the stations whose published classes fit the limits of lakes better than rivers'."""
    balance: dict[Station, int] = defaultdict(int)
    for row in rows:
        fits = {body: row.by_body[body] == row.published for body in BodyKind}
        balance[row.station] += fits[BodyKind.LAKE] - fits[BodyKind.RIVER]
    return {station for station, lead in balance.items() if lead > 0}


def score(
    rows: list[Row], lakes: set[Station], told: Callable[[Row, BodyKind], WaterClass]
) -> list[Row]:
    """Returns the rows whose class we tell otherwise."""
    return [
        row
        for row in rows
        if told(row, BodyKind.LAKE if row.station in lakes else BodyKind.RIVER) != row.published
    ]


def unrounded(row: Row, body: BodyKind) -> WaterClass:
    return row.by_body[body]


def cause(row: Row, training: list[Row], contradicted: list[Row]) -> str:
    """Why a row of the third figure is told otherwise."""
    if row in contradicted:
        return "in the residue of 2: published class and values disagree"
    seen = [each for each in training if each.station == row.station]
    if not seen:
        return "station without a training row"
    if all(len(set(each.by_body.values())) == 1 for each in seen):
        return "river and lake limits agree on every training row"
    lead = sum(
        (each.by_body[BodyKind.LAKE] == each.published)
        - (each.by_body[BodyKind.RIVER] == each.published)
        for each in seen
    )
    return (
        "training rows are split evenly"
        if lead == 0
        else "published by the other body's limits later"
    )


def measure(folder: Path) -> dict[str, object]:
    rows, counts = load(folder)
    lakes = learn(rows)
    training = [row for row in rows if row.is_training]
    later = [row for row in rows if not row.is_training]
    figures = {
        "1 all stations as rivers": (rows, score(rows, set(), unrounded)),
        "2 river or lake learnt from the same rows": (rows, score(rows, lakes, unrounded)),
        "3 learnt May-August, scored September-December": (
            later,
            score(later, learn(training), unrounded),
        ),
    }
    others = {
        "as 2, rounded to the grading decimals first": lambda row, body: class_by(
            row.raw, body, rounding=True
        ),
        "as 2, from the values as shown": lambda row, body: class_by(row.shown, body),
        "as 2, class I oxygen by 90 % saturation": lambda row, body: _saturated(
            row, body, Oxygen.SATURATION
        ),
        "as 2, class I oxygen by either": lambda row, body: _saturated(row, body, Oxygen.EITHER),
    }
    all_wrong = figures["2 river or lake learnt from the same rows"][1]
    later_wrong = figures["3 learnt May-August, scored September-December"][1]
    wrong_days = {row.read_on for row in all_wrong}
    return {
        "counts": {**counts, "lakes": len(lakes), "training": len(training), "later": len(later)},
        "figures": {name: _share(*pair) for name, pair in figures.items()},
        "others": {name: _share(rows, score(rows, lakes, how)) for name, how in others.items()},
        "residue of 2": {
            "rows": len(all_wrong),
            "days": sorted(wrong_days),
            "rows on those days": sum(row.read_on in wrong_days for row in rows),
        },
        "residue of 3": Counter(cause(row, training, all_wrong) for row in later_wrong),
        "stations in the residue of 3": len({row.station for row in later_wrong}),
    }


def _saturated(row: Row, body: BodyKind, oxygen: Oxygen) -> WaterClass:
    warm = {} if row.temperature_c is None else {Parameter.WATER_TEMPERATURE: row.temperature_c}
    return class_by({**row.raw, **warm}, body, oxygen=oxygen)


def _share(rows: list[Row], wrong: list[Row]) -> dict[str, float]:
    equal = len(rows) - len(wrong)
    percent = 100 * equal / len(rows) if rows else 0.0
    return {"equal": equal, "rows": len(rows), "percent": round(percent, 2)}


def main() -> None:
    real = os.environ.get("ONEMAP_REAL_DATA", "")
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(real) / "cnemc")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found = measure(args.folder)
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for title, part in found.items():
        print(title)
        for name, value in part.items() if isinstance(part, dict) else [("", part)]:
            told = (
                f"{value['percent']:.2f} % ({value['equal']} of {value['rows']})"
                if isinstance(value, dict)
                else value
            )
            print(f"  {name:50} {told}")


if __name__ == "__main__":
    main()
