"""Photographs of a checkerboard from Debian's opencv-doc, where it is installed."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_calibration import Target, find_target, fit_lens

PICTURES = Path("/usr/share/doc/opencv-doc/examples/data")
BOARD = Target.checkerboard(10, 7, 25.0)


@pytest.mark.parametrize("side", ["left", "right"])
def test_both_cameras_of_the_stereo_pair_are_calibrated(side: str) -> None:
    files = sorted(PICTURES.glob(f"{side}[0-9][0-9].jpg"))
    if len(files) < 8:
        pytest.skip(f"no photographs in {PICTURES}: apt install opencv-doc")
    views = [
        find_target(np.asarray(cv2.imread(str(file), 0), np.uint8), BOARD, file.name)
        for file in files
    ]
    fit = fit_lens(views)
    assert fit.left_out == ()
    assert fit.lens.reprojection_px < 0.3
    # what others found for these pictures: 533 to 536
    assert 525 < fit.lens.focal_px < 540
