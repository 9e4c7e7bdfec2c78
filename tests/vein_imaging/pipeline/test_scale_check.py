"""A scale that cannot be right."""

from __future__ import annotations

import numpy as np
import pytest

from vein_imaging import compare
from vein_imaging.pipeline.scale_check import refuse_scale, scale_doubt

PHONE, CAMERA = (3024, 4032), (480, 640, 3)


@pytest.mark.parametrize(
    ("shape", "mm_per_pixel"),
    [(CAMERA, 0.125), (CAMERA, 0.6), (PHONE, 0.04), (PHONE, 0.25), (CAMERA, None)],
)
def test_what_can_be_is_not_doubted(
    shape: tuple[int, ...], mm_per_pixel: float | None
) -> None:
    assert not scale_doubt(shape, mm_per_pixel)
    refuse_scale(shape, mm_per_pixel)


@pytest.mark.parametrize("pixels_per_mm", [2.0, 4.0, 8.0, 12.5, 25.0])
@pytest.mark.parametrize("shape", [PHONE, CAMERA])
def test_pixels_per_mm_are_told(shape: tuple[int, ...], pixels_per_mm: float) -> None:
    right = f"{1 / pixels_per_mm:.4g} mm per pixel"
    assert right in scale_doubt(shape, pixels_per_mm)


def test_longer_than_a_person_is_refused() -> None:
    with pytest.raises(ValueError, match="mm per pixel"):
        refuse_scale(CAMERA, 8.0)


def test_a_picture_of_hardly_any_skin_is_doubted() -> None:
    assert scale_doubt(CAMERA, 0.001)


@pytest.mark.parametrize("mm_per_pixel", [1e-5, 1e-300, float("inf"), float("nan")])
def test_a_scale_that_would_fill_the_memory_is_refused(mm_per_pixel: float) -> None:
    """0.00001 mm per pixel took 22 GB before the program was killed."""
    with pytest.raises(ValueError, match="mm"):
        refuse_scale(CAMERA, mm_per_pixel)
    black = np.zeros((720, 1280), np.uint8)
    with pytest.raises(ValueError, match="mm"):
        compare(black, black, mm_per_pixel=mm_per_pixel)
