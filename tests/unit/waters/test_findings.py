"""What is worst comes first, and names on a strip don't cover each other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dashboard.waters.chiefs import chiefs_card
from dashboard.waters.findings import find, findings_panel
from dashboard.waters.strip import lanes
from data.clock import UtcDatetime, now
from data.queries.stations.standing import StationRecord
from data.queries.waters.colours import WaterColour
from data.queries.waters.file import WaterFacts, WaterFile
from data.queries.waters.file_stations import StationFile
from data.vocabulary import EvaluationState, StationKind


def station(
    code: str, kind: str = "section", state: str = "graded", **facts: object
) -> StationFile:
    values: dict[str, object] = {
        "id": abs(hash(code)),
        "kind": StationKind(kind),
        "code": code,
        "name": code,
        "state": EvaluationState(state),
        "body": "river",
        "lon": 112.0,
        "lat": 32.0,
        "target_class": 3,
        "is_device": True,
        "is_offline": False,
        **dict.fromkeys(
            [
                "name_en",
                "reach_id",
                "lake_id",
                "chainage_m",
                "bank",
                "water_class",
                "meets_target",
                "have_count",
                "required_count",
                "multiple",
                "deciding",
                "observed_at",
                "compliance",
            ]
        ),
        **facts,
    }
    return StationFile(StationRecord(**values), timedelta(hours=4), None, None)  # type: ignore[arg-type] # by name


def dossier(*stations: StationFile) -> WaterFile:
    facts = WaterFacts(
        "river", 1, "river", "清河", None, None, None, None, 1000.0, None, None, None, None,
        (112.0, 32.0), (112.0, 32.1), (), "", "",
    )  # fmt: skip
    colour = WaterColour(0, EvaluationState.NONE, None, 0)
    return WaterFile(facts, colour, (), 0, (), stations, (), (), UtcDatetime(now()))


def below(code: str, water_class: int, multiple: float | None = None) -> StationFile:
    return station(code, water_class=water_class, meets_target=False, multiple=multiple)


def test_the_worst_class_then_the_largest_multiple_then_unsure_then_outfalls() -> None:
    found = find(
        dossier(
            station("out-small", "outfall", compliance="exceeding", multiple=0.1),
            station("stale", state="stale"),
            below("four-small", 4, 0.1),
            station("fine", water_class=2, meets_target=True),
            below("four-large", 4, 0.9),
            station("out-large", "outfall", compliance="exceeding", multiple=3.0),
            below("six", 6),
            station("out-fine", "outfall", compliance="compliant"),
        )
    )
    assert [each.record.code for each in found.in_order] == [
        "six",
        "four-large",
        "four-small",
        "stale",
        "out-large",
        "out-small",
    ]


def test_between_midnight_and_eight_the_day_is_that_of_beijing() -> None:
    night = UtcDatetime(datetime(2026, 11, 28, 19, tzinfo=UTC))  # 03:00 on the 29th there
    assert "2026-11-29" in str(chiefs_card(replace(dossier(), as_of=night)))


def test_a_good_zero_is_said_as_good() -> None:
    fine = station("fine", water_class=2, meets_target=True)
    assert "全部达标" in str(findings_panel(dossier(fine)))


def test_a_water_without_sections_is_no_good_news() -> None:
    words = str(findings_panel(dossier(station("out", "outfall", compliance="compliant"))))
    assert "没有监测断面" in words
    assert "达标" not in words


def test_more_findings_than_fit_are_counted() -> None:
    many = [below(f"S{number}", 5) for number in range(9)]
    assert "另有 3 项" in str(findings_panel(dossier(*many)))


@given(
    st.lists(st.floats(0, 1), max_size=40).map(sorted),
    st.floats(0.01, 0.3),
    st.integers(1, 3),
)
def test_names_in_a_lane_keep_their_distance(shares: list[float], width: float, count: int) -> None:
    given_lanes = lanes(shares, width, count)
    for lane in range(count):
        placed = [share for share, one in zip(shares, given_lanes, strict=True) if one == lane]
        gaps = [after - before for before, after in pairwise(placed)]
        assert all(gap >= width for gap in gaps)
    if shares:
        assert given_lanes[0] == 0
