"""One leg stored in another way is the same leg; see benchmarks/steadiness.py."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_imaging import AnalysisSettings, analyse

SAMPLE = Path(__file__).parents[3] / "sample_images" / "leg-before.png"
FULL = AnalysisSettings(quality="full")


@cache
def leg() -> np.ndarray:
    picture = cv2.imread(str(SAMPLE), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def length_mm(picture: np.ndarray) -> float:
    found = analyse(np.ascontiguousarray(picture), mm_per_pixel=0.125, settings=FULL)
    return sum(branch.length_mm or 0.0 for branch in found.branches)


@cache
def own_mm() -> float:
    return length_mm(leg())


@pytest.mark.parametrize("draw", range(6))
def test_half_a_grey_level_of_noise_changes_the_length_little(draw: int) -> None:
    noise = np.random.default_rng(draw).normal(0, 0.5, leg().shape)
    noisy = np.clip(np.round(leg() + noise), 0, 255).astype(np.uint8)
    assert length_mm(noisy) == pytest.approx(own_mm(), rel=0.05)


@pytest.mark.parametrize("quality", [97, 95, 90])
def test_a_jpeg_of_it_changes_the_length_little(quality: int) -> None:
    packed = cv2.imencode(".jpg", leg(), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    again = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    assert length_mm(again) == pytest.approx(own_mm(), rel=0.05)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turn_of_it_changes_the_length_little(turns: int) -> None:
    assert length_mm(np.rot90(leg(), turns)) == pytest.approx(own_mm(), rel=0.05)
