from __future__ import annotations

import cv2
import numpy as np

from vein_imaging.imaging.filling.glare import fill_glare, find_glare
from vein_imaging.imaging.plane import patched

EVERYWHERE = np.ones((240, 320), bool)


def test_a_highlight_is_found_with_its_edge() -> None:
    picture = np.full((240, 320), 110, np.uint8)
    cv2.circle(picture, (160, 120), 5, 255, cv2.FILLED)
    glare = find_glare(picture, EVERYWHERE)
    assert glare[113:128, 153:168].sum() > 90
    assert glare.sum() < 250


def test_a_highlight_need_not_be_saturated() -> None:
    picture = np.full((240, 320), 60, np.uint8)
    cv2.circle(picture, (160, 120), 4, 180, cv2.FILLED)
    assert find_glare(picture, EVERYWHERE)[120, 160]


def test_uneven_light_is_no_highlight() -> None:
    rows, columns = np.mgrid[:240, :320]
    light = 220 - 150 * np.hypot(rows - 120, columns - 160) / 200
    assert not find_glare(light.astype(np.uint8), EVERYWHERE).any()


def test_the_dark_outside_a_field_makes_no_highlight_of_its_rim() -> None:
    rows, columns = np.mgrid[:240, :320]
    inside = np.hypot(rows - 120, columns - 160) < 100
    picture = np.where(inside, 100, 2).astype(np.uint8)
    assert not find_glare(picture, inside).any()


def test_a_highlight_is_filled_with_the_skin_around_it_at_every_size() -> None:
    picture = np.full((240, 320), 110, np.uint8)
    cv2.circle(picture, (160, 120), 5, 255, cv2.FILLED)
    glare = find_glare(picture, EVERYWHERE)
    where, filled = fill_glare(picture, EVERYWHERE, glare)
    whole = np.repeat(np.repeat(picture, 2, axis=0), 2, axis=1)
    for plane in (picture, whole):
        bare = patched(plane, where, filled)
        assert np.abs(bare.astype(int) - 110).max() <= 2
    assert whole.max() == 255
