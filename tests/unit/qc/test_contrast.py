"""Stations held to others on their water: who is whose partner, and who is told of."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from data.records import StationId
from data.vocabulary import Parameter
from data.words.review import QualityTest
from ingest.qc.contrast import Pair, contrast
from ingest.qc.partners import Mouth, Partner, Place, partners
from ingest.qc.rules import shipped_rules
from ingest.qc.series import SECOND_US, Rows, course_of
from ingest.qc.tests import Findings

HOUR = 3600
RULES = shipped_rules().contrast
UP, DOWN = 1, 2
UPSTREAM = Pair(DOWN, UP, "S-UP", QualityTest.UPSTREAM, HOUR / 2 + 60)


def rows_of(
    values: Mapping[int, Sequence[float]],
    parameter: Parameter,
    shift_s: Mapping[int, int] | None = None,
) -> Rows:
    """Hourly values of each station; a station's times may lie aside."""
    times = [
        np.arange(len(each)) * HOUR + (shift_s or {}).get(station, 0)
        for station, each in values.items()
    ]
    return Rows(
        np.repeat(list(values), [len(each) for each in values.values()]),
        np.zeros(sum(map(len, values.values())), dtype=np.int64),
        np.concatenate(times).astype(np.int64) * SECOND_US,
        {parameter: np.concatenate([np.array(each, dtype=float) for each in values.values()])},
        {},
    )


def told(
    rows: Rows, parameter: Parameter = Parameter.TOTAL_NITROGEN, pairs: Sequence[Pair] = (UPSTREAM,)
) -> list[Findings]:
    """What is found about all of the rows."""
    whole = np.ones(len(rows), dtype=bool)
    course = course_of(rows, parameter, whole, np.full(len(rows), 3 * HOUR * SECOND_US))
    return [each for each in contrast(rows, course, parameter, pairs, RULES) if len(each)]


def steady(level: float, count: int = 24, seed: int = 1) -> list[float]:
    """About that level, with 2 % of noise."""
    random = np.random.default_rng(seed)
    return [float(value) for value in level * np.exp(random.normal(0, 0.02, count))]


def test_what_leaves_the_usual_ratio_is_suspect_with_its_expected_span() -> None:
    down = steady(4.0)
    down[20:22] = [2.0, 8.0]
    [found] = told(rows_of({UP: steady(2.0, seed=2), DOWN: down}, Parameter.TOTAL_NITROGEN))
    assert found.test is QualityTest.UPSTREAM
    assert found.row.tolist() == [24 + 20, 24 + 21]
    assert not found.failed.any()
    assert set(found.detail) == {"S-UP"}
    assert found.low == pytest.approx([4.0 / 1.2] * 2, rel=0.1)
    assert found.high == pytest.approx([4.0 * 1.2] * 2, rel=0.1)


def test_a_usual_difference_is_no_contrast_however_large() -> None:
    assert (
        told(rows_of({UP: steady(0.5), DOWN: steady(9.0, seed=2)}, Parameter.TOTAL_NITROGEN)) == []
    )


def test_a_pair_that_always_scatters_is_not_told_of_each_time() -> None:
    random = np.random.default_rng(5)
    restless = [float(value) for value in 4.0 * np.exp(random.normal(0, 0.3, 24))]
    assert told(rows_of({UP: steady(2.0), DOWN: restless}, Parameter.TOTAL_NITROGEN)) == []


def test_pollution_that_comes_down_blames_nobody_downstream() -> None:
    up = steady(2.0)
    up[18:20] = [9.0, 9.0]
    rows = rows_of({UP: up, DOWN: steady(4.0, seed=2)}, Parameter.TOTAL_NITROGEN)
    assert told(rows) == []
    [found] = told(rows, pairs=[Pair(UP, DOWN, "S-DOWN", QualityTest.NEIGHBOUR, HOUR)])
    assert found.row.tolist() == [18, 19]


def test_few_pairs_make_nothing_usual() -> None:
    short = RULES.least_pairs - 1
    down = [*steady(4.0, short - 1), 40.0]
    assert told(rows_of({UP: steady(2.0, short), DOWN: down}, Parameter.TOTAL_NITROGEN)) == []
    down = [*steady(4.0, short), 40.0]
    assert (
        len(told(rows_of({UP: steady(2.0, short + 1), DOWN: down}, Parameter.TOTAL_NITROGEN))) == 1
    )


def test_only_values_of_about_the_same_time_are_compared() -> None:
    down = steady(4.0)
    down[20] = 40.0
    values = {UP: steady(2.0, seed=2), DOWN: down}
    beside = rows_of(values, Parameter.TOTAL_NITROGEN, {UP: 25 * 60})
    assert len(told(beside)) == 1
    assert told(rows_of(values, Parameter.TOTAL_NITROGEN, {UP: 400 * HOUR})) == []


def test_temperature_differs_by_degrees_and_others_not_at_all() -> None:
    down = [12.0] * 24
    down[20:22] = [15.0, 17.0]
    rows = rows_of({UP: [11.0] * 24, DOWN: down}, Parameter.WATER_TEMPERATURE)
    [found] = told(rows, Parameter.WATER_TEMPERATURE)
    assert found.row.tolist() == [24 + 21]
    assert (found.low[0], found.high[0]) == (8.0, 16.0)
    rows = rows_of({UP: [11.0] * 24, DOWN: down}, Parameter.TURBIDITY)
    assert told(rows, Parameter.TURBIDITY) == []


def place(
    number: int, river: int | None = 1, chainage_m: float | None = 0.0, reach: int | None = 1
) -> Place:
    lake = 9 if river is None else None
    return Place(StationId(number), f"S{number}", reach, lake, river, chainage_m)


def test_one_on_the_same_reach_is_a_neighbour_and_the_one_before_is_upstream() -> None:
    places = [place(1, 1, 0, 1), place(2, 1, 5_000, 1), place(3, 1, 9_000, 2), place(4, 2, 10, 3)]
    found = partners(places, [], 50_000)
    neighbour, upstream = QualityTest.NEIGHBOUR, QualityTest.UPSTREAM
    assert found == {
        1: (Partner(StationId(2), "S2", neighbour),),
        2: (Partner(StationId(1), "S1", neighbour),),
        3: (Partner(StationId(2), "S2", upstream),),
    }


def test_upstream_of_the_first_one_lies_the_tributary_that_comes_in_above() -> None:
    places = [
        place(1, 1, 30_000, 1), place(2, 2, 18_000, 2), place(3, 3, 1_000, 3), place(4, 4, 0, 4)
    ]  # fmt: skip
    mouths = [Mouth(2, 1, 20_000, 20_000), Mouth(3, 1, 28_000, 40_000), Mouth(4, 1, 35_000, 1_000)]
    found = partners(places, mouths, 50_000)
    assert found == {1: (Partner(StationId(2), "S2", QualityTest.UPSTREAM),)}
    assert partners(places, mouths, 5_000) == {}


def test_those_in_one_lake_are_neighbours() -> None:
    found = partners([place(n, None, None, None) for n in (1, 2, 3)], [], 50_000)
    assert {s: [p.station for p in each] for s, each in found.items()} == {
        1: [2],
        2: [1, 3],
        3: [2],
    }
