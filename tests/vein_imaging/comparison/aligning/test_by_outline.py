"""Two or three points marked by hand, with the limb's outline as second witness."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.by_hand import spline_through
from vein_imaging.comparison.aligning.by_outline import fit_outline
from vein_imaging.comparison.aligning.limb_frame import LimbFrame
from vein_imaging.comparison.aligning.transform import Affine, apply_affine

SHAPE = (520, 340)
TRUE = np.array([[1.05, 0.08, -14.0], [-0.07, 0.98, 22.0]])
"""Turned by 4 degrees, and a fifteenth wider than long: the limb turned a little."""
MARKS = np.array([[130.0, 180.0], [200.0, 330.0], [150.0, 260.0]])


def frame(affine: Affine | None = None) -> LimbFrame:
    rows = np.arange(SHAPE[0])
    # a calf: its outlines are no straight lines
    left = 60 + 25 * np.sin(rows / 90)
    right = 290 - 30 * np.sin(rows / 70 + 1)
    columns = np.arange(SHAPE[1])
    skin = (columns > left[:, None]) & (columns < right[:, None])
    if affine is not None:
        moved = cv2.warpAffine(skin.astype(np.uint8), affine, SHAPE[::-1])
        skin = np.asarray(moved > 0)
    nothing = np.zeros((*SHAPE, 3), np.uint8)
    return LimbFrame(nothing, np.zeros(SHAPE, np.float32), skin, skin, 230.0, 1.0)


def error(affine: Affine) -> float:
    asked = np.random.default_rng(2).uniform((90, 90), (250, 430), (200, 2))
    off = apply_affine(affine, asked) - apply_affine(TRUE, asked)
    return float(np.hypot(*off.T).mean())


def marked(count: int, slip_px: float = 1.0) -> Matches:
    slip: NDArray[np.float64] = np.random.default_rng(7).normal(0, slip_px, (count, 2))
    return Matches(MARKS[:count], apply_affine(TRUE, MARKS[:count]) + slip)


@pytest.mark.parametrize("count", [2, 3])
def test_the_outline_mends_a_map_through_few_points(count: int) -> None:
    points = marked(count)
    plain = spline_through(frame(), frame(TRUE), points).affine
    found = fit_outline(frame(), frame(TRUE), points, plain)
    assert error(found.affine) < 0.6 * error(plain)
    assert error(found.affine) < 0.015 * 230 and found.apart < 0.01


def test_points_on_other_moles_leave_the_outlines_apart_or_are_not_met() -> None:
    slip = np.array([[60.0, 0.0], [45.0, 30.0]])
    points = Matches(MARKS[:2], apply_affine(TRUE, MARKS[:2]) + slip)
    plain = spline_through(frame(), frame(TRUE), points).affine
    assert fit_outline(frame(), frame(TRUE), points, plain).apart > 0.05


def test_a_picture_full_of_skin_has_no_outline_to_ask() -> None:
    full = np.ones(SHAPE, np.bool_)
    nothing = np.zeros((*SHAPE, 3), np.uint8)
    near = LimbFrame(nothing, np.zeros(SHAPE, np.float32), full, full, 230.0, 1.0)
    points = marked(2)
    start = spline_through(near, near, points).affine
    for before, after in ((near, near), (frame(), near), (near, frame())):
        found = fit_outline(before, after, points, start)
        assert found.apart == float("inf") and found.affine is start
