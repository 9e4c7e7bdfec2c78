from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.tracing.wide_veins import trace_wide
from vein_imaging.imaging.vesselness import FULL, Coarse, vesselness

ROWS, COLUMNS = np.mgrid[:360, :640].astype(float)
MIDDLE = 180 + 25 * np.sin(COLUMNS / 90)
NOTHING = np.zeros(ROWS.shape, bool)


def skin(dip: np.ndarray, slope: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(2)
    texture = cv2.GaussianBlur(rng.normal(0, 6, ROWS.shape), (0, 0), 2)
    light = 140 + slope * (ROWS - 180) + texture + rng.normal(0, 1.5, ROWS.shape)
    return np.asarray(np.clip(np.round(light - dip), 0, 255), np.uint8)


def vein(sigma_px: float, depth: float = 14.0) -> np.ndarray:
    return np.asarray(depth * np.exp(-0.5 * ((ROWS - MIDDLE) / sigma_px) ** 2))


def coarse_of(plane: np.ndarray, octaves: int = 3) -> Coarse:
    inner = np.ones(plane.shape, bool)
    return vesselness(plane, inner, search=FULL, octaves=octaves)[1]


@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_a_wide_vein_is_traced_along_its_middle(slope: float) -> None:
    plane = skin(vein(9), slope)
    lines = trace_wide(plane, coarse_of(plane), NOTHING)
    points = max((line.points_rc for line in lines), key=len)
    assert np.ptp(points[:, 1]) > 560
    inner = points[(points[:, 1] > 30) & (points[:, 1] < 610)]
    apart = np.abs(inner[:, 0] - 180 - 25 * np.sin(inner[:, 1] / 90))
    assert np.median(apart) < 0.8
    assert apart.max() < 4


def test_its_radius_is_about_half_its_width() -> None:
    plane = skin(vein(9))
    lines = trace_wide(plane, coarse_of(plane), NOTHING)
    radius = np.concatenate([line.radius_px for line in lines])
    assert np.median(radius) == pytest.approx(2.355 * 9 / 2, rel=0.25)


def test_a_narrow_vein_that_was_found_is_left_as_it_is() -> None:
    plane = skin(vein(2.5, 20))
    found = np.abs(ROWS - MIDDLE) < 3
    assert trace_wide(plane, coarse_of(plane), found) == ()


def test_a_narrow_vein_that_was_missed_is_traced() -> None:
    plane = skin(vein(3, 20))
    lines = trace_wide(plane, coarse_of(plane, 2), NOTHING)
    points = np.concatenate([line.points_rc for line in lines])
    middle = 180 + 25 * np.sin(points[:, 1] / 90)
    assert np.median(np.abs(points[:, 0] - middle)) < 1


def test_bare_skin_has_no_wide_vein() -> None:
    plane = skin(np.zeros(ROWS.shape))
    assert trace_wide(plane, coarse_of(plane), NOTHING) == ()


def test_one_octave_alone_gives_nothing_more() -> None:
    plane = skin(vein(9))
    assert trace_wide(plane, coarse_of(plane, 1), NOTHING) == ()


def test_in_a_picture_of_odd_sides_it_lies_where_it_is() -> None:
    """Halved and halved again, 231 rows are 57: four times that is three less."""
    plane = np.ascontiguousarray(skin(vein(9))[:231, :631])
    lines = trace_wide(plane, coarse_of(plane), NOTHING[:231, :631])
    points = max((line.points_rc for line in lines), key=len)
    inner = points[(points[:, 1] > 30) & (points[:, 1] < 600)]
    apart = inner[:, 0] - 180 - 25 * np.sin(inner[:, 1] / 90)
    assert abs(np.median(apart)) < 0.8
