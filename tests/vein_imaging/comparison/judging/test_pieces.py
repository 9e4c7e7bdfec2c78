"""Pieces of centre line, and the contrast across them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging.comparison.judging.pieces import cut_lines, measure, shifted
from vein_imaging.imaging.vein_map import Branch

SHAPE = (120, 200)
EVERYWHERE = np.ones(SHAPE, np.bool_)


def branch(points_rc: NDArray[np.float64], diameter_px: float = 6.0) -> Branch:
    points = points_rc.astype(np.float32)
    width = np.full(len(points), diameter_px, np.float32)
    return Branch(points, width, 0.1, None, "unknown", 1.0, None, 0, 1)


def level(row: float = 60.0) -> Branch:
    columns = np.arange(20.0, 180.0)
    return branch(np.column_stack([np.full(len(columns), row), columns]))


def dark_line(row: float, depth: float, sigma: float = 2.5) -> NDArray[np.float32]:
    rows = np.arange(SHAPE[0])[:, None] - row
    dip = -depth * np.exp(-0.5 * (rows / sigma) ** 2)
    return np.broadcast_to(dip, SHAPE).astype(np.float32)


def test_pieces_are_no_longer_than_asked_and_add_up_to_the_branch() -> None:
    lines = cut_lines([level()], 30)
    assert max(line.length_px for line in lines) <= 30
    assert sum(line.length_px for line in lines) == pytest.approx(160, abs=2)


def test_a_slope_is_not_longer_for_being_drawn_in_steps() -> None:
    columns = np.arange(20.0, 180.0)
    steps = np.column_stack([np.rint(columns / 2), columns])
    length = sum(line.length_px for line in cut_lines([branch(steps)], 30))
    assert length == pytest.approx(160 * np.sqrt(1.25), rel=0.02)


def test_contrast_is_in_proportion_to_the_depth_of_the_dip() -> None:
    lines = cut_lines([level()], 30)
    weak, strong = (
        measure(dark_line(60, depth), EVERYWHERE, lines, search_px=4).contrast
        for depth in (0.1, 0.2)
    )
    np.testing.assert_allclose(strong, 2 * weak, rtol=1e-5)
    assert weak.min() > 0.05


def test_an_alignment_three_pixels_off_costs_no_contrast() -> None:
    lines = cut_lines([level()], 30)
    here, there = (
        measure(dark_line(row, 0.2), EVERYWHERE, lines, search_px=4).contrast
        for row in (60, 63)
    )
    np.testing.assert_allclose(there, here, rtol=1e-3)


def test_a_bright_line_has_no_contrast() -> None:
    lines = cut_lines([level()], 30)
    found = measure(dark_line(60, -0.2), EVERYWHERE, lines, search_px=0)
    assert found.contrast.max() < 0 and np.isnan(found.sigma_px).all()


def test_a_slope_of_light_across_the_vein_has_no_contrast() -> None:
    slope = np.broadcast_to(np.linspace(0, 1, SHAPE[0])[:, None], SHAPE)
    lines = cut_lines([level()], 30)
    found = measure(slope.astype(np.float32), EVERYWHERE, lines, search_px=4).contrast
    np.testing.assert_allclose(found, 0, atol=1e-5)


def test_a_piece_that_is_mostly_hidden_is_not_measured() -> None:
    seen = EVERYWHERE.copy()
    seen[:, 100:] = False
    lines = cut_lines([level()], 30)
    found = measure(dark_line(60, 0.2), seen, lines, search_px=4).contrast
    assert np.isfinite(found[0]) and np.isnan(found[-1])


def test_beside_the_vein_there_is_nothing() -> None:
    beside = tuple(shifted(line, 30.0) for line in cut_lines([level()], 30))
    found = measure(dark_line(60, 0.2), EVERYWHERE, beside, search_px=4).contrast
    np.testing.assert_allclose(found, 0, atol=1e-5)
