"""What each zoom sees."""

import math

import pytest
import shapely
from shapely.geometry import LineString, Polygon

from gis.generalise import (
    MAX_ZOOM,
    ZOOM_PIXEL_M,
    ZOOM_TOLERANCE,
    minimum_zoom,
    simplified,
)

MEANDER = LineString(
    [(112 + step / 2_000, 32.5 + 0.01 * math.sin(step / 12)) for step in range(1_500)]
)


def test_a_pixel_halves_with_each_zoom() -> None:
    assert ZOOM_PIXEL_M[0] == pytest.approx(78_271.5, abs=0.1)
    assert ZOOM_PIXEL_M[10] == pytest.approx(ZOOM_PIXEL_M[0] / 1_024)
    assert len(ZOOM_TOLERANCE) == MAX_ZOOM


def test_fewer_vertices_from_afar_and_the_ends_stay() -> None:
    counts = []
    for zoom in range(MAX_ZOOM + 1):
        seen = simplified(MEANDER, zoom)
        counts.append(shapely.get_num_coordinates(seen))
        assert seen.coords[0] == pytest.approx(MEANDER.coords[0], abs=1e-9)
        assert seen.coords[-1] == pytest.approx(MEANDER.coords[-1], abs=1e-9)
    assert counts == sorted(counts)
    assert counts[0] == 2
    assert counts[6] < 100
    assert simplified(MEANDER, MAX_ZOOM) is MEANDER


@pytest.mark.parametrize("zoom", [4, 8, 12])
def test_no_line_moves_by_more_than_half_a_pixel(zoom: int) -> None:
    """A degree is at most 132 km of Web Mercator at this latitude."""
    seen = simplified(MEANDER, zoom)
    assert shapely.hausdorff_distance(seen, MEANDER) * 111_319 <= ZOOM_TOLERANCE[zoom]


def test_a_surface_stays_a_valid_surface() -> None:
    lake = Polygon([*MEANDER.coords[:400:5], (112.1, 32.6)])
    shown = simplified(shapely.make_valid(lake), 0)
    assert not shown.is_empty
    assert shown.is_valid


def test_small_things_wait_for_their_zoom() -> None:
    zooms = [minimum_zoom(length_m=length) for length in (1_000_000, 100_000, 10_000, 1_000, 1)]
    assert zooms == [0, 3, 6, 10, MAX_ZOOM]
    assert minimum_zoom(area_m2=1_100_000) == 8
    assert minimum_zoom(area_m2=4_400_000) == 7
    assert minimum_zoom(area_m2=0) == MAX_ZOOM


def test_one_measure_at_a_time() -> None:
    with pytest.raises(ValueError, match="length or an area"):
        minimum_zoom()
    with pytest.raises(ValueError, match="length or an area"):
        minimum_zoom(length_m=1, area_m2=1)
