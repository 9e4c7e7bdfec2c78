import cv2
import numpy as np
import pytest

from vein_calibration import SHEET, Target
from vein_calibration.errors import TargetError


@pytest.mark.parametrize("target", [SHEET, Target(8, 6), Target(7, 5)])
def test_the_drawing_is_the_board_that_opencv_looks_for(target: Target) -> None:
    size = target.columns * 100, target.rows * 100
    theirs = target.board().generateImage(size, None, 0, 1)
    assert np.array_equal(target.draw(100), theirs)


def test_corners_run_along_the_rows() -> None:
    assert SHEET.corners_mm[1].tolist() == [20.0, 10.0]
    assert len(SHEET.corners_mm) == 16 * 21
    theirs = np.array(SHEET.board().getChessboardCorners())[:, :2]
    assert np.allclose(SHEET.corners_mm, theirs)


def test_a_printer_that_stretches_is_taken_into_account() -> None:
    assert SHEET.printed_at(151.5).square_mm == pytest.approx(10.1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Target(2, 5), "at least 3 x 3"),
        (lambda: Target(square_mm=0), "above 0 mm"),
        (lambda: Target(marker_mm=11), "smaller than squares"),
        (lambda: Target(40, 40), "has 250"),
        (lambda: Target(dictionary="9x9"), "the ones known"),
        (lambda: SHEET.printed_at(140), "Print again at 100 %"),
        (lambda: SHEET.draw(10), "20 px or more"),
    ],
)
def test_an_impossible_target_is_refused(make, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TargetError, match=words):
        make()


def test_black_covers_about_half_of_a_checkerboard() -> None:
    drawn = Target.checkerboard(6, 4, 10).draw(20)
    assert cv2.countNonZero(drawn) == drawn.size // 2
