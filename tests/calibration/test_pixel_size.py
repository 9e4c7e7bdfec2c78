import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_calibration import PixelSize, pixel_size_from_ruler


def test_ten_millimetres_over_two_hundred_pixels_is_a_twentieth_of_a_millimetre() -> (
    None
):
    size = pixel_size_from_ruler((0, 0), (0, 200), 10.0)
    assert size.mm_per_pixel == pytest.approx(0.05)
    assert "10 mm over 200.0 px" in size.source


@given(st.floats(0, 2 * math.pi), st.floats(10, 2000), st.floats(1, 300))
def test_the_direction_of_the_ruler_does_not_matter(
    angle: float, length_px: float, length_mm: float
) -> None:
    end = (length_px * math.sin(angle), length_px * math.cos(angle))
    size = pixel_size_from_ruler((0.0, 0.0), end, length_mm)
    assert size.mm_per_pixel == pytest.approx(length_mm / length_px)


def test_a_longer_ruler_is_a_surer_one() -> None:
    short = pixel_size_from_ruler((0, 0), (0, 50), 5.0)
    long = pixel_size_from_ruler((0, 0), (0, 500), 50.0)
    assert long.relative_error == pytest.approx(short.relative_error / 10)


@pytest.mark.parametrize("value", [0.0, -0.1, math.nan, math.inf])
def test_a_size_that_is_no_size_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="photograph a ruler"):
        PixelSize(value)


def test_an_error_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="relative error"):
        PixelSize(0.05, relative_error=-0.1)


@pytest.mark.parametrize(("end", "length"), [((0, 0), 10.0), ((0, 9), 0.0)])
def test_two_marks_in_one_place_or_no_length_give_no_scale(
    end: tuple[float, float], length: float
) -> None:
    with pytest.raises(ValueError, match="two different points"):
        pixel_size_from_ruler((0, 0), end, length)
