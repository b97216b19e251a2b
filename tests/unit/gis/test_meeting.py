"""Lines of one river that are drawn twice, overlap, or meet in the middle of each other."""

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from shapely.geometry import LineString

from gis.chainage import Measured
from gis.ellipsoid import length_m
from gis.meeting import prepare_lines
from gis.network import Joined, confluences, join_lines

# Near 32.6 N, 0.0001 degrees of longitude are 9.4 m, of latitude 11.1 m.
LAT = 32.6


def eastward(start: float, end: float, lat: float = LAT) -> LineString:
    return LineString([(start, lat), ((start + end) / 2, lat), (end, lat)])


def joined(*lines: LineString) -> Joined:
    return join_lines(prepare_lines(lines).lines)


@pytest.mark.parametrize("off", [0.0, 0.0002], ids=["exact", "22 m off"])
def test_a_line_that_ends_in_the_middle_of_the_next_goes_on_there(off: float) -> None:
    """The lower line begins 470 m above: its own beginning becomes an arm."""
    upper = eastward(112.0, 112.1, LAT + off)
    lower = eastward(112.095, 112.3)
    river = joined(upper, lower)
    assert len(river.course) == 1
    assert length_m(river.course[0].line) == pytest.approx(0.3 * 93_860, rel=2e-3)
    assert river.course[0].line.coords[0] == upper.coords[0]
    assert river.course[0].line.coords[-1] == lower.coords[-1]


def test_a_line_that_begins_in_the_middle_of_another_goes_on_from_there() -> None:
    upper = LineString([(112.0, LAT), (112.1, LAT), (112.103, LAT + 0.003)])
    lower = eastward(112.1, 112.3)
    river = joined(lower, upper)
    assert [part.line.coords[-1] for part in river.course] == [(112.3, LAT)]
    assert length_m(river.course[0].line) == pytest.approx(0.3 * 93_860, rel=1e-3)
    assert [round(length_m(part.line), -1) for part in river.branches] == [440]


def test_the_shorter_of_two_that_meet_in_a_middle_stays_an_arm() -> None:
    main = eastward(112.0, 112.3)
    arm = LineString([(112.15, LAT + 0.05), (112.15, LAT)])
    island = LineString([(112.1, LAT), (112.15, LAT - 0.2), (112.2, LAT)])
    prepared = prepare_lines([main, arm, island])
    assert prepared.cuts == 0
    assert prepared.lines == (main, arm, island)


@pytest.mark.parametrize("is_back", [False, True], ids=["same way", "other way"])
def test_what_is_drawn_twice_counts_once(is_back: bool) -> None:
    upper, lower = eastward(112.0, 112.1), eastward(112.1, 112.3)
    again = shapely.segmentize(eastward(112.1, 112.3, LAT + 0.000005), 0.001)
    prepared = prepare_lines([upper, shapely.reverse(again) if is_back else again, lower])
    river = join_lines(prepared.lines)
    assert prepared.repeats == ((1, 2),)
    assert len(river.course) == 1
    assert (river.branches, river.banks) == ((), ())
    assert length_m(river.course[0].line) == pytest.approx(0.3 * 93_860, rel=1e-3)


def test_a_whole_course_beside_its_pieces_counts_once() -> None:
    pieces = [eastward(112.0, 112.1), eastward(112.1, 112.3)]
    prepared = prepare_lines([*pieces, eastward(112.0, 112.3)])
    assert prepared.origins == (2,)
    assert prepared.repeats == ((0, 2), (1, 2))


def test_pieces_that_overlap_count_once() -> None:
    """Each begins 900 m above the end of the one before it."""
    river = joined(eastward(112.0, 112.11), eastward(112.1, 112.21), eastward(112.2, 112.3))
    assert (len(river.course), river.branches) == (1, ())
    assert length_m(river.course[0].line) == pytest.approx(0.3 * 93_860, rel=1e-3)


def test_two_banks_and_a_ring_are_not_cut() -> None:
    ring = LineString([(112.5, 32), (112.6, 32.001), (112.6, 31.999), (112.5, 32)])
    on_ring = LineString([(112.4, 32.3), (112.55, 32.0005)])
    north, south = eastward(112.0, 112.2), eastward(112.01, 112.19, LAT - 0.0003)
    assert prepare_lines([ring, on_ring]).cuts == 0
    assert prepare_lines([north, shapely.reverse(south)]).cuts == 0
    assert prepare_lines([]).lines == ()


def level_paths(
    real_data: Path, name: str
) -> tuple[dict[int, list[LineString]], dict[int, int | None]]:
    """Rivers of a real network in pieces, downstream, and what NHD says that each flows into."""
    frame = geopandas.read_file(real_data / "flow_topology" / f"{name}.gpkg").to_crs(4326)
    frame = frame.sort_values("Hydroseq", ascending=False)
    rivers: dict[int, list[LineString]] = defaultdict(list)
    below: dict[int, int | None] = {}
    for path, down, shape in zip(
        frame["LevelPathI"], frame["DnLevelPat"], frame.geometry, strict=True
    ):
        rivers[int(path)] += shapely.get_parts(shapely.force_2d(shape)).tolist()
        below[int(path)] = int(down)
    return dict(rivers), {
        path: down if down in rivers and down != path else None for path, down in below.items()
    }


def in_middles(pieces: list[LineString]) -> list[LineString]:
    """Each piece begins up to 150 m above the end of the one before it, beside that one."""
    found = pieces[:1]
    for number, piece in enumerate(pieces[1:]):
        aside = (60 + 10 * (number % 10)) / 1e5
        rows = shapely.get_coordinates(piece)
        found.append(LineString(np.concatenate([[rows[0] + [aside, aside]], rows])))
    return found


def overlapping(pieces: list[LineString]) -> list[LineString]:
    """Each piece repeats the last 200 m of the one before it, or the last two fifths."""
    found = pieces[:1]
    for above, piece in pairwise(pieces):
        measured = Measured(above)
        end = measured.length_m
        repeated = measured.between(end - min(200, 0.4 * end), end)
        found.append(LineString([*repeated.coords[:-1], *piece.coords]))
    return found


def twice(pieces: list[LineString]) -> list[LineString]:
    """Every third piece is there twice, the second time drawn upstream."""
    return pieces + [shapely.reverse(piece) for piece in pieces[::3]]


@pytest.mark.parametrize(
    ("name", "right", "count", "draw"),
    [
        *[("walker", 26, 26, draw) for draw in (list, in_middles, overlapping, twice)],
        *[("coastal_example", 239, 240, draw) for draw in (list, twice)],
    ],
)
def test_rivers_of_a_real_network_find_their_receivers_however_pieces_meet(
    real_data: Path, name: str, right: int, count: int, draw: Callable[..., list[LineString]]
) -> None:
    """One of the 240 differs from NHD: two other rivers go on where it ends."""
    rivers, wanted = level_paths(real_data, name)
    found = {path: joined(*draw(pieces)) for path, pieces in rivers.items()}
    met = confluences(
        {path: [part.line for part in river.course] for path, river in found.items()},
        arms={path: [part.line for part in river.branches] for path, river in found.items()},
    )
    same = sum((at.key if at else None) == wanted[path] for path, at in met.items())
    assert len(rivers) == count
    assert same == right
