"""Maps through points marked by hand, and their own error."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.by_hand import (
    are_mirrored,
    near_points,
    own_errors,
    spline_through,
)
from vein_imaging.comparison.aligning.limb_frame import LimbFrame

SHAPE = (520, 300)
PLACES = np.random.default_rng(4).uniform((20, 20), (280, 500), (9, 2))


def frame() -> LimbFrame:
    skin = np.ones(SHAPE, np.bool_)
    grey = np.zeros((*SHAPE, 3), np.uint8)
    return LimbFrame(grey, np.zeros(SHAPE, np.float32), skin, skin, 260, 1.0)


def bent(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    moved = xy * 1.04 + np.array([6, -3]) + 6 * np.sin(xy[:, ::-1] / 120)
    return np.asarray(moved, np.float64)


@pytest.mark.parametrize("count", [4, 6, 9])
def test_the_map_goes_through_the_points(count: int) -> None:
    points = Matches(PLACES[:count], bent(PLACES[:count]))
    found = spline_through(frame(), frame(), points)
    off = found.to_after(points.before_xy[:, ::-1])[:, ::-1] - points.after_xy
    assert np.hypot(*off.T).max() < 0.005 * 260


@pytest.mark.parametrize("count", [3, 5, 9])
def test_a_mirror_image_is_told_from_a_bent_limb(count: int) -> None:
    here, there = PLACES[:count], bent(PLACES[:count])
    assert not are_mirrored(Matches(here, there))
    assert are_mirrored(Matches(here, there * [-1, 1] + [300, 0]))


def test_points_on_a_line_are_no_mirror_image() -> None:
    line = np.array([[60.0, 40.0], [100.0, 240.0], [141.0, 440.0]])
    assert not are_mirrored(Matches(line, line * [-1, 1] + [300, 0]))
    assert not are_mirrored(Matches(line[:2], line[:2] + 5))


def test_two_points_give_a_similarity() -> None:
    turn = np.array([[0.9, 0.2], [-0.2, 0.9]])
    points = Matches(PLACES[:2], PLACES[:2] @ turn.T + 5)
    found = spline_through(frame(), frame(), points)
    np.testing.assert_allclose(found.affine[:, :2], turn, atol=1e-9)


def test_three_points_on_a_line_give_a_similarity() -> None:
    turn = np.array([[0.9, 0.2], [-0.2, 0.9]])
    line = np.array([[60.0, 40.0], [100.0, 240.0], [141.0, 440.0]])
    points = Matches(line, line @ turn.T + 5)
    found = spline_through(frame(), frame(), points)
    np.testing.assert_allclose(found.affine[:, :2], turn, atol=1e-9)


def test_more_points_know_the_bend_better() -> None:
    asked = np.random.default_rng(6).uniform((60, 80), (240, 440), (200, 2))
    errors = []
    for count in (4, 9):
        points = Matches(PLACES[:count], bent(PLACES[:count]))
        found = spline_through(frame(), frame(), points)
        off = found.to_after(asked[:, ::-1])[:, ::-1] - bent(asked)
        errors.append(np.hypot(*off.T).mean())
    assert errors[1] < errors[0]


def test_a_point_on_another_mole_shows_in_its_own_error() -> None:
    theirs = bent(PLACES)
    theirs[4] += 60
    errors = own_errors(Matches(PLACES, theirs), 260)
    right = own_errors(Matches(PLACES, bent(PLACES)), 260)
    assert errors[4] > 60 and np.median(errors) > 3 * np.median(right)


def test_far_from_the_points_nothing_is_claimed() -> None:
    upper = PLACES[PLACES[:, 1] < 250]
    claim = near_points(frame(), Matches(upper, bent(upper)))
    assert claim[int(upper[0, 1]), int(upper[0, 0])] and not claim[400:].any()
