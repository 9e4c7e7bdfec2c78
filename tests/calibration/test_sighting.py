from dataclasses import replace

import cv2
import numpy as np
import pytest

from vein_calibration import SHEET, Target, find_target
from vein_calibration.edges import blur_of_edges
from vein_calibration.errors import TargetError
from vein_phantom.target_view import Placement

from .conftest import MIDDLE_MM, OPTICS, seen

STRAIGHT = Placement(120.0, MIDDLE_MM, 15.0, 30.0, 20.0)


def test_corners_are_found_to_a_twentieth_of_a_pixel() -> None:
    sighting = find_target(seen(STRAIGHT), SHEET)
    true = OPTICS.pixels(STRAIGHT.to_rays(sighting.points_mm))
    error = np.hypot(*(sighting.corners_xy - true).T)
    assert len(sighting.ids) >= 40
    assert np.sqrt(np.mean(error**2)) < 0.08


@pytest.mark.parametrize("defocus_px", [0.5, 0.8, 1.3])
def test_the_blur_of_the_optics_is_measured(defocus_px: float) -> None:
    optics = replace(OPTICS, defocus_px=defocus_px)
    grey = seen(Placement(90.0, MIDDLE_MM), optics)
    sighting = find_target(grey, SHEET)
    blur = blur_of_edges(grey, SHEET.columns - 1, sighting.ids, sighting.corners_xy)
    assert blur is not None
    # the pixel's own area is part of it
    assert blur.sigma_px == pytest.approx(np.hypot(defocus_px, 1 / 12**0.5), rel=0.12)
    assert not blur.moved


def test_movement_while_exposing_shows_in_one_direction() -> None:
    optics = replace(OPTICS, motion_xy=(4.0, 0.0))
    grey = seen(Placement(90.0, MIDDLE_MM), optics)
    sighting = find_target(grey, SHEET)
    blur = blur_of_edges(grey, SHEET.columns - 1, sighting.ids, sighting.corners_xy)
    assert blur is not None and blur.moved


def test_a_plain_checkerboard_is_found_either_way_round() -> None:
    board = Target.checkerboard(9, 7, 10)
    for drawn in (board.draw(40), cv2.bitwise_not(board.draw(40))):
        page = cv2.copyMakeBorder(drawn, 60, 60, 60, 60, cv2.BORDER_CONSTANT, value=255)
        assert len(find_target(np.asarray(page, np.uint8), board).ids) == 48


def test_half_a_sheet_is_enough_but_half_a_checkerboard_is_not() -> None:
    assert len(find_target(seen(STRAIGHT)[:, :320].copy(), SHEET).ids) >= 12
    board = Target.checkerboard(9, 7, 10)
    with pytest.raises(TargetError, match="wholly in view"):
        find_target(board.draw(40)[:, :200].copy(), board)


def test_other_pictures_than_8_bit_are_refused() -> None:
    with pytest.raises(TargetError, match="uint8"):
        find_target(np.zeros((10, 10), np.float32), SHEET)
