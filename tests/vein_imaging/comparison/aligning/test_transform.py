"""Points and pictures move by the same map, and come back."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vein_imaging.comparison.aligning.transform import Transform


def bent(degrees: float, scale: float, shift: float, bend: float) -> Transform:
    angle = np.deg2rad(degrees)
    turn = scale * np.array(
        [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    )
    rows, columns = np.mgrid[0:12, 0:16]
    waves = np.stack([np.sin(rows / 3), np.cos(columns / 4)], axis=-1)
    return Transform(
        np.column_stack([turn, [shift, -shift]]),
        bend * waves,
        0.0,
        10.0,
        (100, 140),
        (120, 130),
    )


@given(
    st.floats(-20, 20), st.floats(0.7, 1.4), st.floats(-30, 30), st.floats(-2.5, 2.5)
)
@settings(max_examples=40, deadline=None)
def test_to_before_undoes_to_after(
    degrees: float, scale: float, shift: float, bend: float
) -> None:
    transform = bent(degrees, scale, shift, bend)
    points = np.random.default_rng(0).uniform(0, 100, (30, 2))
    back = transform.to_before(transform.to_after(points))
    np.testing.assert_allclose(back, points, atol=1e-3)


def test_maps_and_points_agree() -> None:
    transform = bent(7, 1.1, 5, 2)
    columns, rows = transform.maps_xy
    points = np.argwhere(np.ones((100, 140)))[::501]
    after = transform.to_after(points.astype(float))
    np.testing.assert_allclose(rows[tuple(points.T)], after[:, 0], atol=1e-3)
    np.testing.assert_allclose(columns[tuple(points.T)], after[:, 1], atol=1e-3)


def test_what_after_does_not_reach_is_zero_and_outside_the_mask() -> None:
    transform = bent(0, 1.0, 60, 0)
    moved = transform.warp(np.full((120, 130), 200, np.uint8))
    seen = transform.warp_mask(np.ones((120, 130), np.bool_))
    assert moved.shape == seen.shape == (100, 140)
    assert not seen[:59].any() and not seen[:, 71:].any() and not moved[:, 72:].any()


def test_colour_keeps_its_channels() -> None:
    assert bent(3, 1, 2, 1).warp(np.ones((120, 130, 3), np.uint8)).shape == (
        100,
        140,
        3,
    )
