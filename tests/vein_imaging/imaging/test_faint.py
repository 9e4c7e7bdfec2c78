from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.centreline import trace_centrelines
from vein_imaging.imaging.chains import Chains
from vein_imaging.imaging.faint import find_faint
from vein_imaging.imaging.profile import take_profiles

ROWS, _ = np.mgrid[:300, :400].astype(float)


def faint_points(depths: tuple[float, float]) -> list[bool]:
    """Whether each of two dark lines, along rows 80 and 220, is found faint."""
    noise = np.random.default_rng(1).normal(0, 1, ROWS.shape)
    picture = 140 + noise
    mask = np.zeros(ROWS.shape, np.uint8)
    for row, depth in zip((80, 220), depths, strict=True):
        picture -= depth * np.exp(-0.5 * ((ROWS - row) / 2.5) ** 2)
        cv2.line(mask, (30, row), (370, row), 1, 5)
    chains = Chains.of(trace_centrelines(mask > 0), 1)
    image = np.round(picture).astype(np.float32)
    found = find_faint(take_profiles(image, chains), chains)
    upper = chains.points_rc[:, 0] < 150
    assert len(set(found[upper])) == len(set(found[~upper])) == 1
    return [bool(found[upper][0]), bool(found[~upper][0])]


@pytest.mark.parametrize("depths", [(1.0, 6.0), (1.5, 30.0)])
def test_a_line_of_one_grey_level_is_faint_and_the_vein_beside_it_is_not(
    depths: tuple[float, float],
) -> None:
    assert faint_points(depths) == [True, False]
    assert faint_points(depths[::-1]) == [False, True]
