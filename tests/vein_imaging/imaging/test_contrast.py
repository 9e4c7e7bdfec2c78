from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging import contrast
from vein_imaging.imaging.arrays import Image, Plane


def skin(shape: tuple[int, int]) -> Plane:
    rng = np.random.default_rng(2)
    rough = cv2.GaussianBlur(rng.normal(0, 40, shape).astype(np.float32), (0, 0), 2)
    light = np.linspace(90, 190, shape[1], dtype=np.float32)
    return np.asarray(np.clip(light + rough, 0, 255), np.uint8)


@pytest.mark.parametrize("shape", [(120, 90), (121, 90), (64, 33)])
def test_working_in_bands_changes_nothing(
    shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    plane, inner = skin(shape), np.ones(shape, np.bool_)
    inner[:30, :40] = False

    def answer(band_rows: int) -> Image:
        monkeypatch.setattr(contrast, "_BAND_ROWS", band_rows)
        return contrast.local_contrast(plane, inner)

    np.testing.assert_allclose(answer(16), answer(1000), atol=1e-4)


def test_contrast_is_told_in_per_cent_of_the_surroundings() -> None:
    plane = np.full((160, 160), 190, np.uint8)
    plane[60:100, 78:82] = 170
    inner = np.ones(plane.shape, np.bool_)
    found = contrast.local_contrast(plane, inner, background_sigma_px=20)
    # 10 % of 190 + 10, less what the line itself takes from its surroundings; clipped
    assert abs(found[:, 20].mean()) < 0.5
    assert -10 < found[80, 80] < -2


def test_outside_is_as_just_inside() -> None:
    plane = skin((120, 120))
    inner = np.ones(plane.shape, np.bool_)
    inner[:, 60:] = False
    black = plane.copy()
    black[:, 60:] = 0
    inside = contrast.local_contrast(plane, inner)
    np.testing.assert_array_equal(inside, contrast.local_contrast(black, inner))
