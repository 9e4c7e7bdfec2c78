import cv2
import numpy as np
import pytest

from vein_calibration.quality import QualityLight, judge_frame
from vein_phantom import PhantomSettings, draw_frame

SKIN = draw_frame(PhantomSettings(seed=20, glare=0))[0]


def blurred(sigma_px: float) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(SKIN, (0, 0), sigma_px), np.uint8)


def test_a_sharp_well_lit_frame_is_good() -> None:
    light = QualityLight()
    assert light.judge(SKIN).verdict == "good"
    assert light.judge(SKIN).reasons == ()


def test_out_of_focus_is_told_against_the_best_of_late() -> None:
    light = QualityLight()
    light.judge(SKIN)
    soft = light.judge(blurred(3.0))
    assert soft.verdict != "good"
    assert "out of focus" in soft.reasons[0]
    assert light.judge(SKIN).verdict == "good"


def test_a_smear_is_told_from_defocus() -> None:
    light = QualityLight()
    light.judge(SKIN)
    smear = np.full((1, 15), 1 / 15)
    moved = light.judge(np.asarray(cv2.filter2D(SKIN, -1, smear), np.uint8))
    assert moved.verdict != "good"
    assert "movement" in moved.reasons[0]


@pytest.mark.parametrize(
    ("picture", "verdict", "words"),
    [
        (np.full((200, 300), 8, np.uint8), "not usable", "too dark"),
        (np.full((200, 300), 255, np.uint8), "not usable", "saturated"),
        (np.minimum(SKIN, 22), "usable", "too dark"),
    ],
)
def test_light_is_judged(picture: np.ndarray, verdict: str, words: str) -> None:
    found = judge_frame(picture)
    assert found.verdict == verdict
    assert words in found.reasons[0]


def test_what_moved_while_exposed_is_told_in_pixels() -> None:
    found = judge_frame(SKIN, smear_px=2.2)
    assert found.verdict == "usable" and "smeared over 2 px" in found.reasons[0]
