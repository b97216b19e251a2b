"""Two pictures count as the same for other smoothing only: no move and no colour is overlooked."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.contract.comparison import Difference, difference, reduced

SURFACE, BORDER, INK = "#ffffff", "#e4e7ec", "#465163"


def drawn(
    *, left: int = 20, surface: str = SURFACE, border: str = BORDER, ink: str = INK
) -> Image.Image:
    """A card with a border and a line of text, as pages are made of."""
    picture = Image.new("RGB", (400, 200), "#f4f5f7")
    pencil = ImageDraw.Draw(picture)
    pencil.rectangle((left, 20, left + 300, 150), fill=surface, outline=border)
    pencil.text((left + 16, 60), "One Map 12.5 mg/L, 2026-03-19", fill=ink, font_size=16)
    return picture


def compared(found: Image.Image) -> Difference | None:
    """Where the picture differs from the card as it is drawn without a change."""
    return difference(reduced(drawn()), found)


def test_the_same_picture_and_one_with_other_smoothing_are_no_difference() -> None:
    assert compared(drawn()) is None
    pixels = np.asarray(drawn()).copy()
    numbers = pixels.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    _colours, place, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    smoothing = (counts < 100)[place].reshape(numbers.shape)
    assert smoothing.sum() > 300
    pixels[smoothing] = pixels[smoothing] * 0.92
    assert compared(Image.fromarray(pixels)) is None


@pytest.mark.parametrize(
    "changed",
    [
        drawn(left=22),
        drawn(left=21),
        drawn(surface="#fcfcfd"),
        drawn(border="#e0e3e8"),
        drawn(ink="#626d80"),
    ],
    ids=["two pixels", "one pixel", "surface", "border", "ink"],
)
def test_a_move_and_another_colour_are_told(changed: Image.Image) -> None:
    assert compared(changed) is not None


def test_a_difference_is_told_with_its_place_and_its_size() -> None:
    changed = drawn()
    changed.paste("#cf2e27", (300, 100, 310, 120))
    assert str(compared(changed)) == "200 pixels (0.250 %) within x 300-310, y 100-120"
    smaller = drawn().crop((0, 0, 400, 199))
    assert str(compared(smaller)) == "79600 pixels (100.000 %) within x 0-400, y 0-199"
