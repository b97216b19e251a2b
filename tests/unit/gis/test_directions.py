"""Lines of one river that run against each other, and which of them other rivers say is wrong."""

import pytest
import shapely
from shapely.geometry import LineString, Point

from gis.directions import Rivers, opposed, turn_opposed
from gis.network import Way, join_lines

LAT = 32.6
UPPER = LineString([(112.0, LAT), (112.1, LAT)])
LOWER = LineString([(112.1, LAT), (112.3, LAT)])
MAIN = LineString([(112.3, LAT + 0.2), (112.3, LAT), (112.3, LAT - 0.2)])
"""The river below: LOWER's end lies on it."""

ABOVE = LineString([(111.9, LAT), (112.0, LAT)])
"""A river of another name that ends where UPPER begins."""

BROOK = LineString([(112.1, LAT + 0.1), (112.1, LAT)])
"""A river that ends where the two meet."""


def back(line: LineString) -> LineString:
    return shapely.reverse(line)


def test_lines_that_run_against_each_other_are_found() -> None:
    (heads,) = opposed(join_lines([UPPER, back(LOWER)]))
    assert (heads.lines, heads.place) == ([0, 1], Point(112.1, LAT))
    (tails,) = opposed(join_lines([back(UPPER), LOWER]))
    assert tails.lines == [0, 1]
    fork = LineString([(112.0, LAT + 0.1), (112.1, LAT)])
    assert list(opposed(join_lines([UPPER, fork, LOWER]))) == []
    island = LineString([(112.0, LAT), (112.05, LAT + 0.03), (112.1, LAT)])
    assert list(opposed(join_lines([UPPER, island]))) == []


@pytest.mark.parametrize("others", [[MAIN], [ABOVE], [MAIN, ABOVE], [MAIN, BROOK]])
@pytest.mark.parametrize(("lines", "wrong"), [([UPPER, back(LOWER)], 1), ([back(UPPER), LOWER], 0)])
def test_the_wrong_one_is_turned(
    lines: list[LineString], wrong: int, others: list[LineString]
) -> None:
    found, turned = turn_opposed(lines, Rivers(others))
    assert turned == (wrong,)
    assert found == [UPPER, LOWER]
    assert join_lines(found).course[0].ways == (Way(0, False), Way(1, False))


@pytest.mark.parametrize(
    "others",
    [
        [],
        [BROOK],
        [MAIN, LineString([(112.0, LAT + 0.2), (112.0, LAT), (112.0, LAT - 0.2)])],
        [MAIN, LineString([(112.1, LAT + 0.2), (112.1, LAT), (112.1, LAT - 0.2)])],
    ],
    ids=[
        "nobody near",
        "a brook where they meet",
        "rivers at both ends",
        "a river that takes both",
    ],
)
def test_what_other_rivers_do_not_say_stays(others: list[LineString]) -> None:
    lines = [UPPER, back(LOWER)]
    assert turn_opposed(lines, Rivers(others)) == (lines, ())


def test_a_part_of_several_lines_is_turned_as_a_whole() -> None:
    middle = LineString([(112.1, LAT), (112.2, LAT)])
    last = LineString([(112.2, LAT), (112.3, LAT)])
    found, turned = turn_opposed([UPPER, back(last), back(middle)], Rivers([MAIN]))
    assert turned == (1, 2)
    assert found == [UPPER, last, middle]
