"""A stain is told from the vein it follows: by width in grey, by colour as well."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging.comparison.judging.pieces import CentrelinePiece, cut_lines
from vein_imaging.comparison.judging.residue import BROWN, explain, log_planes
from vein_imaging.imaging.vein_map import Branch

SHAPE = (160, 260)
EVERYWHERE = np.ones(SHAPE, np.bool_)
VEIN = np.array([1.0, 0.75, 0.45])
Plane = NDArray[np.float32]


def line(depth: float, sigma: float) -> NDArray[np.float64]:
    rows = np.arange(SHAPE[0])[:, None] - 80
    return depth * np.exp(-0.5 * (rows / sigma) ** 2) * np.ones(SHAPE)


def noisy(dark: NDArray[np.float64], seed: int) -> Plane:
    noise = np.random.default_rng(seed).normal(0, 0.01, SHAPE)
    return np.asarray(noise - dark, np.float32)


def lines() -> tuple[CentrelinePiece, ...]:
    columns = np.arange(20.0, 240.0)
    points = np.column_stack([np.full(len(columns), 80), columns]).astype(np.float32)
    width = np.full(len(points), 8, np.float32)
    return cut_lines([Branch(points, width, 0.1, None, "unknown", 220, None, 0, 1)], 40)


def told(before: tuple[Plane, ...], after: tuple[Plane, ...]) -> tuple[float, float]:
    pieces = lines()
    sigma = np.full(len(pieces), 3.0)
    veins = np.zeros(SHAPE, np.bool_)
    found = explain(before, after, EVERYWHERE, veins, pieces, sigma)
    return float(np.median(found.share)), float(np.median(found.unexplained))


def test_a_wide_stain_where_the_vein_vanished_is_no_vein() -> None:
    before, after = noisy(line(0.15, 3), 1), noisy(line(0.08, 7), 2)
    share, unexplained = told((before,), (after,))
    assert share < 0.2 and unexplained < 0.5


def test_a_vein_that_stayed_is_still_there() -> None:
    before, after = noisy(line(0.15, 3), 1), noisy(line(0.15, 3), 2)
    share, unexplained = told((before,), (after,))
    assert share > 0.85 and unexplained > 0.4


def test_a_vein_that_stayed_beside_a_stain_is_still_there() -> None:
    before = noisy(line(0.15, 3), 1)
    after = noisy(line(0.15, 3) + line(0.08, 8), 2)
    assert told((before,), (after,))[0] > 0.75


@pytest.mark.parametrize(("colour", "stays"), [(BROWN, False), (VEIN, True)])
def test_in_colour_a_stain_as_narrow_as_the_vein_is_told(
    colour: NDArray[np.float64], stays: bool
) -> None:
    before = tuple(noisy(part * line(0.15, 3), k) for k, part in enumerate(VEIN))
    after = tuple(noisy(part * line(0.12, 3), 9 + k) for k, part in enumerate(colour))
    share, _ = told(before, after)
    assert (share > 0.7) is stays
    assert stays or share < 0.3


def test_a_grey_picture_stored_as_colour_has_one_plane() -> None:
    grey = np.full((8, 9), 90, np.uint8)
    assert len(log_planes(grey)) == len(log_planes(np.dstack([grey] * 3))) == 1
    assert len(log_planes(np.dstack([grey, grey, grey + 1]))) == 3
