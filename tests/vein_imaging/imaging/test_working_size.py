from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_imaging.imaging.working_size import WorkingSize

SIDES = st.integers(16, 9000)


@given(SIDES, SIDES, st.sampled_from([540.0, 960.0, 2500.0]))
def test_a_larger_picture_is_shrunk_to_that_side_exactly(
    height: int, width: int, longest: float
) -> None:
    size = WorkingSize.of((height, width), longest)
    assert max(size.small) == round(min(longest, max(height, width)))
    assert size.full == (height, width)


@given(SIDES)
def test_no_pixel_more_changes_the_working_size_by_more_than_one(side: int) -> None:
    sizes = [
        WorkingSize.of((side // 2, width), 2500, enlarged=1.5).small[1]
        for width in (side, side + 1)
    ]
    assert 0 <= sizes[1] - sizes[0] <= 2


def test_a_smaller_picture_is_enlarged_as_far_as_is_allowed() -> None:
    assert WorkingSize.of((300, 400), 2500, enlarged=1.5).small == (450, 600)
    assert WorkingSize.of((1500, 2000), 2500, enlarged=1.5).small == (1875, 2500)
    assert WorkingSize.of((300, 400), 2500).small == (300, 400)


@given(SIDES, SIDES)
def test_corners_come_back_where_they_were(height: int, width: int) -> None:
    size = WorkingSize.of((height, width), 960)
    corners = np.array([[-0.5, -0.5], [size.small[0] - 0.5, size.small[1] - 0.5]])
    assert size.to_full(corners) == pytest.approx(
        np.array([[-0.5, -0.5], [height - 0.5, width - 0.5]])
    )


@pytest.mark.parametrize("shape", [(300, 400), (1000, 700), (40, 30)])
def test_means_survive_the_change_of_size(shape: tuple[int, int]) -> None:
    plane = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    size = WorkingSize.of(shape, 500, enlarged=1.5)
    small = size.shrunk(plane)
    assert small.shape == size.small
    assert small.mean() == pytest.approx(plane.mean(), abs=2)
    mask = np.zeros(shape, bool)
    mask[: shape[0] // 2] = True
    assert size.shrunk_mask(mask).mean() == pytest.approx(0.5, abs=0.02)


def test_a_mask_of_a_turned_picture_is_that_mask_turned() -> None:
    mask = np.zeros((480, 640), bool)
    mask[101:333, 77:500] = True
    small = WorkingSize((480, 640), (375, 500)).shrunk_mask(mask)
    back = WorkingSize((480, 640), (375, 500)).shrunk_mask(mask[::-1, ::-1].copy())
    assert np.array_equal(back[::-1, ::-1], small)
