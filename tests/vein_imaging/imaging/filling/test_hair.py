from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.filling.hair import fill_thin, find_hairs, hair_halvings
from vein_phantom import PhantomSettings, draw_frame

ROWS, COLUMNS = np.mgrid[:300, :400].astype(float)


def skin(dip: np.ndarray | float, noise: float = 1.5) -> np.ndarray:
    rough = np.random.default_rng(1).normal(0, noise, ROWS.shape)
    return np.asarray(np.clip(np.round(140 - dip + rough), 0, 255), np.uint8)


def line(sigma_px: float, depth: float) -> np.ndarray:
    return np.asarray(depth * np.exp(-0.5 * ((ROWS - 150) / sigma_px) ** 2))


def test_a_hair_is_found_along_its_length() -> None:
    found = find_hairs(skin(line(0.9, 40)))
    assert found[150].mean() > 0.95
    assert not found[:140].any()


def test_a_vein_is_no_hair() -> None:
    assert not find_hairs(skin(line(2.2, 25))).any()


@pytest.mark.parametrize("noise", [0.0, 1.5, 3.0, 6.0])
def test_noise_is_no_hair(noise: float) -> None:
    assert find_hairs(skin(0.0, noise)).mean() < 0.002


@pytest.mark.parametrize("level", [0, 255])
def test_a_flat_picture_has_no_hair(level: int) -> None:
    assert not find_hairs(np.full((100, 120), level, np.uint8)).any()


@pytest.mark.parametrize(("width_px", "mm"), [(1280, 0.08), (1920, 0.053)])
def test_on_the_phantom_hairs_are_found_and_veins_are_not(
    width_px: int, mm: float
) -> None:
    settings = PhantomSettings(
        seed=1, width_px=width_px, height_px=600, mm_per_pixel=mm
    )
    pixels, truth = draw_frame(settings)
    found = find_hairs(pixels)
    near = cv2.dilate(truth.hair.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert found[truth.hair & truth.skin].mean() > 0.85
    assert (found & ~near)[truth.mask].mean() < 0.001


def test_what_is_filled_is_as_bright_as_what_lies_beside_it() -> None:
    plane = np.full((40, 60), 120, np.uint8)
    plane[:, 30:] = 60
    hair = np.zeros(plane.shape, bool)
    hair[18:21] = True
    spoiled = plane.copy()
    spoiled[hair] = 5
    filled = fill_thin(spoiled, hair)
    away = np.abs(np.arange(60) - 30) > 6
    assert np.array_equal(filled[:, away], plane[:, away])
    assert np.array_equal(filled[~hair], spoiled[~hair])


def test_without_hair_the_plane_itself_comes_back() -> None:
    plane = np.zeros((20, 20), np.uint8)
    assert fill_thin(plane, np.zeros((20, 20), bool)) is plane


@pytest.mark.parametrize(
    ("mm", "expected"),
    [(0.08, 0), (0.053, 1), (0.027, 2), (0.12, 0), (0.2, None), (None, None)],
)
def test_hairs_are_looked_for_at_about_eight_hundredths_of_a_millimetre(
    mm: float | None, expected: int | None
) -> None:
    assert hair_halvings(mm) == expected


def test_a_turned_picture_has_the_same_hairs() -> None:
    picture = draw_frame(
        PhantomSettings(
            seed=1, width_px=640, height_px=480, mm_per_pixel=0.125, hair=90
        )
    )[0]
    found = find_hairs(picture)
    assert found.any()
    for turns in (1, 2, 3):
        turned = find_hairs(np.ascontiguousarray(np.rot90(picture, turns)))
        assert np.array_equal(np.rot90(turned, -turns), found)
