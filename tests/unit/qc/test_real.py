"""The second look over real stations: what it finds is rare, and what it fails is rarer still."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.vocabulary import Parameter
from ingest.qc import tests
from ingest.qc.rules import shipped_rules
from ingest.qc.series import SECOND_US, Rows, course_of

COLUMNS = {
    Parameter.WATER_TEMPERATURE: "temp_raw",
    Parameter.PH: "ph_raw",
    Parameter.DISSOLVED_OXYGEN: "do_raw",
    Parameter.CONDUCTIVITY: "ec_raw",
    Parameter.TURBIDITY: "turb_raw",
    Parameter.PERMANGANATE_INDEX: "codmn_raw",
    Parameter.AMMONIA_NITROGEN: "nh3n_raw",
    Parameter.TOTAL_PHOSPHORUS: "tp_raw",
    Parameter.TOTAL_NITROGEN: "tn_raw",
}


def national_stations(folder: Path) -> Rows:
    """One momentary reading a day of every national section whose device called itself normal."""
    listed = [pd.read_csv(file, low_memory=False) for file in sorted(folder.glob("daily_*.csv"))]
    frame = pd.concat(listed).query("station_status == '正常'")
    frame = frame.assign(
        station=frame.groupby(["province", "section"]).ngroup(),
        at=pd.to_datetime(frame["monitor_time"], utc=True),
    )
    frame = frame.drop_duplicates(["station", "at"]).sort_values(["station", "at"])
    epoch = pd.Timestamp(0, tz="UTC")
    return Rows(
        frame["station"].to_numpy(np.int64),
        np.zeros(len(frame), dtype=np.int64),
        ((frame["at"] - epoch) // pd.Timedelta(microseconds=1)).to_numpy(np.int64),
        {p: pd.to_numeric(frame[c], errors="coerce").to_numpy() for p, c in COLUMNS.items()},
        {},
    )


@pytest.mark.skipif(
    "ONEMAP_REAL_DATA" not in os.environ, reason="needs real input: set ONEMAP_REAL_DATA"
)
def test_few_values_of_real_stations_are_doubted_and_hardly_any_fail() -> None:
    rows = national_stations(Path(os.environ["ONEMAP_REAL_DATA"]) / "cnemc")
    everywhere = np.ones(len(rows), dtype=bool)
    three_days = np.full(len(rows), 3 * 86400 * SECOND_US)
    values = found = failed = 0
    for parameter in rows.values:
        course = course_of(rows, parameter, everywhere, three_days)
        told, _good = tests.judge(course, shipped_rules().waters[parameter])
        values += len(course)
        found += sum(len(each) for each in told)
        failed += sum(int(each.failed.sum()) for each in told)
    assert values > 100_000
    assert 0.001 < found / values < 0.01
    assert 0 < failed < values / 10_000
