"""Hairs are told from veins by their width."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging.comparison.preparing.hair import mask_hairs
from vein_phantom import PhantomSettings, draw_frame


def line_of_sigma(sigma_px: float, depth: float = 0.2) -> NDArray[np.float32]:
    rows = np.arange(120, dtype=np.float32)[:, None] - 60
    dip = -depth * np.exp(-0.5 * (rows / sigma_px) ** 2)
    noise = np.random.default_rng(3).normal(0, 0.004, (120, 200))
    return np.asarray(dip + noise, np.float32)


@pytest.mark.parametrize("depth", [0.08, 0.2, 0.5])
def test_a_hair_is_found_and_a_vein_of_the_same_contrast_is_not(depth: float) -> None:
    skin = np.ones((120, 200), np.bool_)
    assert (
        mask_hairs(line_of_sigma(0.9, depth), skin, 12.5).mask[60, 20:180].mean() > 0.95
    )
    assert not mask_hairs(line_of_sigma(2.5, depth), skin, 12.5).mask.any()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_phantoms_hairs_are_found_and_its_veins_are_not(seed: int) -> None:
    pixels, truth = draw_frame(PhantomSettings(seed=seed, width_px=960, height_px=540))
    log = np.log1p(pixels.astype(np.float32))
    found = mask_hairs(log, truth.skin, 1 / truth.mm_per_pixel).mask
    inner = cv2.erode(truth.skin.astype(np.uint8), np.ones((15, 15))) > 0
    assert found[truth.hair & inner].mean() > 0.9
    near = cv2.dilate(truth.hair.astype(np.uint8), np.ones((9, 9))) > 0
    assert (found & ~near)[inner].mean() < 0.005


@pytest.mark.parametrize("sigma_px", [0.9, 1.2, 1.5])
def test_the_width_of_hairs_is_measured(sigma_px: float) -> None:
    skin = np.ones((120, 200), np.bool_)
    found = mask_hairs(line_of_sigma(sigma_px), skin, 12.5)
    assert found.sigma_px == pytest.approx(sigma_px, rel=0.15)


def test_smooth_skin_has_no_hair_and_tells_no_width() -> None:
    blank = np.zeros((60, 60), np.float32)
    found = mask_hairs(blank, np.ones((60, 60), np.bool_), 12.5)
    assert not found.mask.any() and np.isnan(found.sigma_px)


@pytest.mark.parametrize("rim", [0.3, 0.6, 0.9])
def test_a_hair_with_the_bright_rims_of_a_camera_that_sharpens(rim: float) -> None:
    """Seen by a coarse filter such a hair is bright: its width was a complex root."""
    skin = np.ones((120, 200), np.bool_)
    sharpened = line_of_sigma(0.9, 0.3) - rim * line_of_sigma(2.6, 0.3)
    found = mask_hairs(sharpened, skin, 12.5)
    assert found.mask[60, 20:180].mean() > 0.95
    assert 0.0 <= found.sigma_px < 0.9
