"""Lines that run beside each other: one of them is the river's course."""

import pytest
import shapely
from shapely.geometry import LineString

from gis.network import join_lines


@pytest.mark.parametrize(
    ("start", "end", "aside", "is_back", "is_bank"),
    [
        (0.02, 0.1, 0.004, False, True),
        (0.02, 0.1, 0.004, True, True),
        (0.0, 0.07, 0.004, False, True),
        (0.02, 0.1, 0.013, False, False),
    ],
    ids=["middle", "drawn back", "head", "wide"],
)
def test_a_gap_that_leads_back_along_the_river_is_none(
    start: float, end: float, aside: float, *, is_back: bool, is_bank: bool
) -> None:
    """A second bank drawn in part was measured too, after a gap back along the first one."""
    river = LineString([(112.5 + x / 200, 32 + 0.002 * (x % 4)) for x in range(25)])
    part = LineString(
        [(x, y + aside) for x, y in river.coords if 112.5 + start - 1e-9 <= x <= 112.5 + end]
    )
    joined = join_lines([river, shapely.reverse(part) if is_back else part])
    assert joined.gaps == ()
    assert [[way.index for way in each.ways] for each in joined.course] == [[0]]
    assert len(joined.branches) == 1
    assert joined.banks == (((0, 1),) if is_bank else ())


def test_a_meander_whose_bend_is_not_drawn_stays_one_course() -> None:
    leg = LineString([(112.5, 32), (112.55, 32.002), (112.6, 32)])
    back = LineString([(112.59, 32.012), (112.55, 32.012), (112.51, 32.012)])
    joined = join_lines([leg, back])
    assert [[way.index for way in each.ways] for each in joined.course] == [[0], [1]]
    assert len(joined.gaps) == 1
